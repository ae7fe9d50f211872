#include "server/disk_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "os/signals.hpp"

namespace sess::server {

namespace {

constexpr std::size_t kFileLimit = 64 << 20;
constexpr const char* kNext = ".next";
constexpr const char* kLast = ".last";

}  // namespace

DiskQueue::~DiskQueue() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<> DiskQueue::start() {
  wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return fail_errno(errno, "cannot make an eventfd");
  watch_ = std::make_unique<os::FdWatch>(loop_, wake_.get(), [this](bool, bool) {
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof count);
    hand_back();
  });
  watch_->want(true, false);
  // Signals are the loop's business.
  const os::SignalBlock blocked;
  try {
    thread_ = std::thread([this] { work_loop(); });
  } catch (const std::system_error& error) {
    return fail(ErrorCode::unavailable, "cannot start a thread: {}", error.what());
  }
  return {};
}

void DiskQueue::put(std::string name, std::string bytes) {
  add({std::move(name), std::move(bytes), false});
}
void DiskQueue::remove(std::string prefix) {
  add({std::move(prefix), {}, true});
}

void DiskQueue::add(Work work) {
  if (!thread_.joinable()) {
    if (auto started = start(); !started) {
      // Slower, but nothing is lost.
      if (auto done = run(work); !done) report_(done.error());
      return;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    const auto same = std::find_if(queued_.begin(), queued_.end(), [&](const Work& one) {
      return !one.removal && !work.removal && one.name == work.name;
    });
    if (same != queued_.end()) {
      same->bytes = std::move(work.bytes);
    } else {
      queued_.push_back(std::move(work));
    }
  }
  changed_.notify_one();
}

Result<> DiskQueue::run(const Work& work) {
  if (work.removal) {
    const auto names = directory_.list();
    if (!names) return pass(names.error());
    for (const auto& name : *names) {
      if (!name.starts_with(work.name)) continue;
      if (auto removed = directory_.remove(name); !removed) return removed;
    }
    return {};
  }
  if (auto written = directory_.write_atomically(work.name + kNext, work.bytes); !written) return written;
  // There is none at first.
  static_cast<void>(directory_.rename(work.name, work.name + kLast));
  return directory_.rename(work.name + kNext, work.name);
}

void DiskQueue::work_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !queued_.empty(); });
    if (queued_.empty()) return;
    const Work work = std::move(queued_.front());
    queued_.pop_front();
    working_ = true;
    lock.unlock();
    auto done = run(work);
    lock.lock();
    working_ = false;
    if (!done) {
      failed_.push_back(done.error());
      const std::uint64_t one = 1;
      (void)!::write(wake_.get(), &one, sizeof one);
    }
    changed_.notify_all();
  }
}

void DiskQueue::hand_back() {
  std::deque<Error> failed;
  {
    const std::lock_guard lock(mutex_);
    failed.swap(failed_);
  }
  for (const auto& error : failed) report_(error);
}

void DiskQueue::drain() {
  if (thread_.joinable()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queued_.empty() && !working_; });
  }
  hand_back();
}

Result<std::string> DiskQueue::read(job::Directory& directory, const std::string& name,
                                    const std::function<Result<>(std::string_view)>& whole,
                                    std::string& note) {
  std::optional<Error> first;
  for (const char* kind : {"", kNext, kLast}) {
    auto bytes = directory.read(name + kind, kFileLimit);
    auto good = bytes ? whole(*bytes) : Result<>(pass(bytes.error()));
    if (good) {
      if (first && *kind != '\0') note = fmt::format("{}: {}; the one before it is used", name, first->text);
      return bytes;
    }
    if (!first || first->code == ErrorCode::not_found) first = good.error();
  }
  return pass(*first);
}

}  // namespace sess::server
