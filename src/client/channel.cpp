#include "client/channel.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace sess::client {

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

}  // namespace sess::client
