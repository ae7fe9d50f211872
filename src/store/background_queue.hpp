// Work that the loop must not wait for: a sync takes ten milliseconds on a common disk, seconds on a slow
// one.
//
// A thread of its own takes what has queued up, in order, and the loop is told what is done, in the same
// order. The thread starts with the first item and sleeps while there is none. Owns the items; what they are
// and what is done with them is the owner's: `run` is called in the thread and touches nothing that the loop
// uses.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "os/loop.hpp"

namespace sess::store {

/// The thread and how it and the loop wake each other, whatever the items are.
class BackgroundThread {
 public:
  explicit BackgroundThread(os::Loop& loop) : loop_(loop) {}
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

 protected:
  ~BackgroundThread();

  /// Starts the thread if it does not run yet. An error: there is none to be had.
  Result<> start(std::function<void()> body, std::function<void()> on_done);
  [[nodiscard]] bool started() const { return thread_.joinable(); }
  /// Lets body() come to its end, which it must once ending_ is set and nothing is left, and waits for that.
  void end();
  /// From the thread: on_done is to be called in the loop.
  void ring();

  os::Loop& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;  ///< guarded by mutex_

 private:
  std::thread thread_;
  UniqueFd wake_;  ///< an eventfd
  std::unique_ptr<os::FdWatch> watch_;
};

template <class Item>
class BackgroundQueue : private BackgroundThread {
 public:
  struct Work {
    std::function<void(std::deque<Item>&)> run;  ///< in the thread, with up to `batch` items
    std::function<void(Item&)> done;             ///< in the loop
    std::size_t batch = 1;
  };

  /// The loop outlives this.
  BackgroundQueue(os::Loop& loop, Work work) : BackgroundThread(loop), work_(std::move(work)) {}
  /// Does what is queued; calls nothing back.
  ~BackgroundQueue() { end(); }

  /// What a queued item is to a new one that may replace it: `barrier` means that it must stay behind this
  /// one.
  enum class Match { other, same, barrier };

  /// The item goes behind all others; or into the place of the newest one that is the `same` and that the
  /// thread has not taken yet, unless a barrier stands between.
  void add(Item item, const std::function<Match(const Item&)>& match = {}) {
    if (auto running = start([this] { work_loop(); }, [this] { hand_back(); }); !running) {
      // Slower, but nothing is lost.
      log::warn("{}", running.error().text);
      std::deque<Item> batch;
      batch.push_back(std::move(item));
      work_.run(batch);
      loop_.defer([batch = std::move(batch), done = work_.done]() mutable { done(batch.front()); });
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (Item* queued = match ? find(match) : nullptr; queued != nullptr) {
        *queued = std::move(item);
      } else {
        queued_.push_back(std::move(item));
      }
    }
    changed_.notify_one();
  }

  /// Waits until everything is done and calls back for all of it: before the process ends.
  void drain() {
    if (started()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return queued_.empty() && !working_; });
    }
    hand_back();
  }

 private:
  Item* find(const std::function<Match(const Item&)>& match) {
    for (auto it = queued_.rbegin(); it != queued_.rend(); ++it) {
      const Match found = match(*it);
      if (found != Match::other) return found == Match::same ? &*it : nullptr;
    }
    return nullptr;
  }

  void work_loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || !queued_.empty(); });
      if (queued_.empty()) return;
      std::deque<Item> batch;
      while (!queued_.empty() && batch.size() < work_.batch) {
        batch.push_back(std::move(queued_.front()));
        queued_.pop_front();
      }
      working_ = true;
      lock.unlock();
      work_.run(batch);
      lock.lock();
      working_ = false;
      for (auto& item : batch) done_.push_back(std::move(item));
      ring();
      changed_.notify_all();
    }
  }

  void hand_back() {
    std::deque<Item> done;
    {
      const std::lock_guard lock(mutex_);
      done.swap(done_);
    }
    for (auto& item : done) work_.done(item);
  }

  Work work_;
  std::deque<Item> queued_;  ///< guarded by mutex_, as all below
  std::deque<Item> done_;
  bool working_ = false;
};

}  // namespace sess::store
