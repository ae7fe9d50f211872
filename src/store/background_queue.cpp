#include "store/background_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <system_error>

#include "base/check.hpp"
#include "os/signals.hpp"

namespace sess::store {

BackgroundThread::~BackgroundThread() {
  SESS_CHECK(!thread_.joinable());  // body() may use what the owner has destroyed by now
}

Result<> BackgroundThread::start(std::function<void()> body, std::function<void()> on_done) {
  if (thread_.joinable()) return {};
  wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return fail_errno(errno, "cannot make an eventfd");
  watch_ =
      std::make_unique<os::FdWatch>(loop_, wake_.get(), [this, on_done = std::move(on_done)](bool, bool) {
        std::uint64_t count = 0;
        (void)!::read(wake_.get(), &count, sizeof count);
        on_done();
      });
  watch_->want(true, false);
  // Signals are the loop's business.
  const os::SignalBlock blocked;
  try {
    thread_ = std::thread(std::move(body));
  } catch (const std::system_error& error) {
    watch_.reset();
    return fail(ErrorCode::unavailable, "cannot start a thread: {}", error.what());
  }
  return {};
}

void BackgroundThread::end() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundThread::ring() {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

}  // namespace sess::store
