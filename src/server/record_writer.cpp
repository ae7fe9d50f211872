#include "server/record_writer.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <system_error>

#include "base/log.hpp"
#include "os/signals.hpp"

namespace sess::server {

namespace {
/// Enough that the syncs do not count, few enough that nobody waits long for the first.
constexpr std::size_t kBatch = 512;
}  // namespace

RecordWriter::~RecordWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<> RecordWriter::start() {
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
    thread_ = std::thread([this] { write_loop(); });
  } catch (const std::system_error& error) {
    return fail(ErrorCode::unavailable, "cannot start a thread: {}", error.what());
  }
  return {};
}

void RecordWriter::add(job::Record record, Done done) {
  if (!thread_.joinable()) {
    if (auto started = start(); !started) {
      // Slower, but nothing is lost.
      log::warn("{}", started.error().text);
      const auto result = store_.add(record);
      loop_.defer([result, done = std::move(done)] { done(result); });
      return;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    queued_.push_back({std::move(record), std::move(done), {}});
  }
  changed_.notify_one();
}

void RecordWriter::write_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !queued_.empty(); });
    if (queued_.empty()) return;
    std::deque<Entry> batch;
    while (!queued_.empty() && batch.size() < kBatch) {
      batch.push_back(std::move(queued_.front()));
      queued_.pop_front();
    }
    writing_ = true;
    lock.unlock();
    std::vector<job::Record> records;
    records.reserve(batch.size());
    for (const auto& entry : batch) records.push_back(entry.record);
    if (auto all = store_.add(records); !all) {
      // One of them may be to blame, or the disk is full for some.
      for (auto& entry : batch) entry.result = store_.add(entry.record);
    }
    lock.lock();
    writing_ = false;
    for (auto& entry : batch) written_.push_back(std::move(entry));
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
    changed_.notify_all();
  }
}

void RecordWriter::hand_back() {
  std::deque<Entry> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(written_);
  }
  for (auto& entry : done) entry.done(entry.result);
}

void RecordWriter::drain() {
  if (thread_.joinable()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queued_.empty() && !writing_; });
  }
  hand_back();
}

}  // namespace sess::server
