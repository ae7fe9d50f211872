// Writes exit records to disk without stopping the loop: two syncs take ten milliseconds on a common disk.
//
// A thread of its own takes whatever has queued up and writes it as one batch; the loop is told, in order, when it
// is durable. The thread starts with the first record; it touches nothing but the store's directory.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "job/record.hpp"
#include "os/loop.hpp"

namespace sess::server {

class RecordWriter {
 public:
  using Done = std::function<void(const Result<>&)>;

  /// Both outlive this.
  RecordWriter(os::Loop& loop, job::RecordStore& store) : loop_(loop), store_(store) {}
  /// Writes what is queued; calls nothing back.
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  /// `done` is called from the loop.
  void add(job::Record record, Done done);
  /// Waits until everything is written and calls back for all of it: before the process ends.
  void drain();

 private:
  struct Entry {
    job::Record record;
    Done done;
    Result<> result;
  };
  Result<> start();
  void write_loop();
  void hand_back();

  os::Loop& loop_;
  job::RecordStore& store_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> queued_;   ///< guarded by mutex_, as all below
  std::deque<Entry> written_;
  bool writing_ = false;
  bool ending_ = false;
  UniqueFd wake_;  ///< an eventfd: something was written
  std::unique_ptr<os::FdWatch> watch_;
};

}  // namespace sess::server
