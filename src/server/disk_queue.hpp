// Files that are written behind the loop's back: a sync takes ten milliseconds on a common disk, a slow one
// seconds.
//
// A thread of its own does what has queued up, in order; it starts with the first file and touches nothing
// but the directory. A file that is queued twice before it is written is written once. Of every file the one
// before is kept as NAME.last: whatever happens in between, one of the two is whole.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "job/files.hpp"
#include "os/loop.hpp"

namespace sess::server {

class DiskQueue {
 public:
  /// `report` is called from the loop with what could not be written. Both loop and directory outlive this.
  DiskQueue(os::Loop& loop, job::Directory& directory, std::function<void(const Error&)> report)
      : loop_(loop), directory_(directory), report_(std::move(report)) {}
  /// Does what is queued.
  ~DiskQueue();
  DiskQueue(const DiskQueue&) = delete;
  DiskQueue& operator=(const DiskQueue&) = delete;

  void put(std::string name, std::string bytes);
  /// Every file whose name begins so.
  void remove(std::string prefix);
  /// Waits until all is done: before the process ends.
  void drain();

  /// The newest whole file as `whole` judges it; a note when it is not the newest.
  [[nodiscard]] static Result<std::string> read(job::Directory& directory, const std::string& name,
                                                const std::function<Result<>(std::string_view)>& whole,
                                                std::string& note);

 private:
  struct Work {
    std::string name;  ///< a prefix, without bytes
    std::string bytes;
    bool removal = false;
  };
  void add(Work work);
  Result<> start();
  void work_loop();
  [[nodiscard]] Result<> run(const Work& work);
  void hand_back();

  os::Loop& loop_;
  job::Directory& directory_;
  std::function<void(const Error&)> report_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queued_;  ///< guarded by mutex_, as all below
  std::deque<Error> failed_;
  bool working_ = false;
  bool ending_ = false;
  UniqueFd wake_;  ///< an eventfd: something failed
  std::unique_ptr<os::FdWatch> watch_;
};

}  // namespace sess::server
