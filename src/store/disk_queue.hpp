// Files that are written behind the loop's back: a sync takes ten milliseconds on a common disk, a slow one
// seconds.
//
// A thread of its own (background_queue.hpp) does what has queued up, in order; it touches nothing but the
// directory. What has queued up is synced together: thousands of files cost about what one does. A file that
// is queued twice before it is written is written once. Of every file the one before is kept as NAME.last:
// whatever happens in between, one of the two is whole.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "job/files.hpp"
#include "store/background_queue.hpp"

namespace sess::store {

class DiskQueue {
 public:
  /// `report` is called from the loop with what could not be written. Both loop and directory outlive this,
  /// in whose destructor what is queued is done.
  DiskQueue(os::Loop& loop, job::Directory& directory, std::function<void(const Error&)> report);

  void put(std::string name, std::string bytes);
  /// Every file whose name begins so.
  void remove(std::string prefix);
  /// Calls back from the loop when all that was queued before is done.
  void then(std::function<void()> done);
  /// Waits until all is done: before the process ends.
  void drain() { queue_.drain(); }

  /// The newest whole file as `whole` judges it; a note when it is not the newest.
  [[nodiscard]] static Result<std::string> read(job::Directory& directory, const std::string& name,
                                                const std::function<Result<>(std::string_view)>& whole,
                                                std::string& note);

 private:
  struct Work {
    std::string name;  ///< a prefix, without bytes
    std::string bytes;
    bool removal = false;
    Result<> result;
    std::function<void()> then = {};  ///< nothing to write, somebody to be told
  };
  using Works = std::deque<Work>::iterator;
  static void run(job::Directory& directory, std::deque<Work>& batch);
  static void remove_all(job::Directory& directory, Works begin, Works end);
  static void write_all(job::Directory& directory, Works begin, Works end);

  BackgroundQueue<Work> queue_;
};

}  // namespace sess::store
