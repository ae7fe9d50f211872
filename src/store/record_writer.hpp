// Writes exit records to disk without stopping the loop: two syncs take ten milliseconds on a common disk.
//
// Whatever has queued up is written as one batch in a thread of its own (background_queue.hpp); the loop is
// told, in order, when it is durable. The thread touches nothing but the store's directory.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "job/record.hpp"
#include "store/background_queue.hpp"

namespace sess::store {

class RecordWriter {
 public:
  using Done = std::function<void(const Result<>&)>;

  /// Both outlive this, in whose destructor what is queued is written, without calling back.
  RecordWriter(os::Loop& loop, job::RecordStore& store);

  /// `done` is called from the loop.
  void add(job::Record record, Done done) { queue_.add({std::move(record), std::move(done), {}}); }
  /// Waits until everything is written and calls back for all of it: before the process ends.
  void drain() { queue_.drain(); }

 private:
  struct Entry {
    job::Record record;
    Done done;
    Result<> result;
  };
  static void write(job::RecordStore& store, std::deque<Entry>& batch);

  BackgroundQueue<Entry> queue_;
};

}  // namespace sess::store
