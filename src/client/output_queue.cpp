#include "client/output_queue.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sess::client {
namespace {

// What a polled terminal is given at once: poll(2) promises room for some bytes, not for many.
constexpr std::size_t kPolledChunk = 256;

}  // namespace

std::size_t OutputQueue::write_some(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size() && !broken_) {
    std::size_t size = bytes.size() - total;
    if (mode_ == Mode::polled) {
      pollfd entry{fd_, POLLOUT, 0};
      if (::poll(&entry, 1, 0) <= 0) break;
      size = std::min(size, kPolledChunk);
    }
    const ssize_t wrote = ::write(fd_, bytes.data() + total, size);
    if (wrote > 0) {
      total += static_cast<std::size_t>(wrote);
    } else if (wrote < 0 && errno == EINTR) {
      continue;
    } else if (wrote == 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else {
      broken_ = true;
    }
  }
  written_ += total;
  return total;
}

void OutputQueue::write(std::string_view bytes) {
  if (broken_) return;
  if (queued() == 0) bytes.remove_prefix(write_some(bytes));
  if (!broken_) bytes_ += bytes;
}

void OutputQueue::flush() {
  head_ += write_some(std::string_view(bytes_).substr(head_));
  if (broken_ || head_ == bytes_.size()) {
    bytes_.clear();
    head_ = 0;
    // A flood that is over gives its memory back.
    if (bytes_.capacity() > kMark) bytes_.shrink_to_fit();
  } else if (head_ > bytes_.size() / 2) {
    bytes_.erase(0, head_);
    head_ = 0;
  }
}

bool OutputQueue::drop() {
  const bool some = queued() > 0;
  bytes_.clear();
  head_ = 0;
  return some;
}

}  // namespace sess::client
