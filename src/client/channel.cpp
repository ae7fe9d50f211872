#include "client/channel.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "client/remote/proxy.hpp"

namespace sess::client {
namespace {

// A login that prints more than this before sess speaks is something else.
constexpr std::size_t kMostPreamble = 64 * 1024;

}  // namespace

void Channel::flush() {
  while (head_ < out_.size() && !lost_) {
    const ssize_t sent = ::send(fd(), out_.data() + head_, out_.size() - head_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      head_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      lost_ = true;
    }
  }
  if (head_ == out_.size() || lost_) {
    out_.clear();
    head_ = 0;
  } else if (head_ > 64 * 1024) {
    out_.erase(0, head_);
    head_ = 0;
  }
}

Channel::Received Channel::receive(std::size_t budget) {
  const auto space = reader_.write_space(budget);
  for (;;) {
    const ssize_t got = ::recv(fd(), space.data(), std::min(budget, space.size()), MSG_DONTWAIT);
    if (got > 0 && !marked_) {
      look_for_mark({space.data(), static_cast<std::size_t>(got)});
      return lost_ ? Received::closed : Received::data;
    }
    if (got > 0) {
      reader_.commit(static_cast<std::size_t>(got));
      return Received::data;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::nothing;
    lost_ = true;
    return Received::closed;
  }
}

std::string Channel::why_lost(std::chrono::milliseconds patience) {
  // What it said may still lie in the socket when it was writing that failed.
  constexpr std::size_t kSome = 4096;
  if (!marked_ && receive(kSome) == Received::data && !marked_) (void)receive(kSome);
  return link_.far->why_lost(marked_ ? std::string() : preamble_, patience);
}

/// Throws away what comes before the stream; `bytes` are in the reader's own space.
void Channel::look_for_mark(std::string_view bytes) {
  preamble_ += bytes;
  const std::string mark = remote::stream_mark();
  const auto at = preamble_.find(mark);
  if (at == std::string::npos) {
    lost_ = lost_ || preamble_.size() > kMostPreamble;
    return;
  }
  marked_ = true;
  reader_.feed(std::string_view(preamble_).substr(at));
  preamble_.resize(at);
}

}  // namespace sess::client
