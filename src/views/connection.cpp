#include "views/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sess::views {

Connection::Connection(os::Loop& loop, UniqueFd socket, Events events)
    : loop_(loop),
      socket_(std::move(socket)),
      events_(std::move(events)),
      watch_(loop, socket_.get(), [this](bool readable, bool writable) { on_ready(readable, writable); }) {
  watch_.want(true, false);
}

Connection::~Connection() {
  *alive_ = false;
}

void Connection::send(std::string_view frames) {
  if (closed_) return;
  queue().append(frames);
}

std::string& Connection::queue() {
  if (out_head_ > 0 && out_head_ == out_.size()) {
    out_.clear();
    out_head_ = shown_ = 0;
  }
  return out_;
}

void Connection::flush() {
  if (closed_) return;
  if (shown_ < out_.size() && events_.on_sending) {
    events_.on_sending(std::string_view(out_).substr(shown_));
    shown_ = out_.size();
  }
  while (out_head_ < out_.size()) {
    const ssize_t n =
        ::send(socket_.get(), out_.data() + out_head_, out_.size() - out_head_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      return fail_with(std::strerror(errno));
    }
    out_head_ += static_cast<std::size_t>(n);
  }
  if (out_head_ == out_.size()) {
    out_.clear();
    out_head_ = shown_ = 0;
    if (out_.capacity() > (1 << 20)) out_.shrink_to_fit();
    if (closing_) return fail_with("done");
  } else if (out_head_ > (1 << 20)) {
    out_.erase(0, out_head_);
    shown_ -= std::min(shown_, out_head_);
    out_head_ = 0;
  }
  if (queued() > kMaxQueued) return fail_with("it does not take what it is sent");
  update_interest();
}

void Connection::close_after_flush() {
  closing_ = true;
  if (queued() == 0) fail_with("done");
}

void Connection::pause_reading(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  update_interest();
  // Whole frames may already be in the reader: they are handed out from the loop, not from inside this call.
  if (!paused && !closed_) {
    loop_.defer([this, alive = alive_] {
      if (*alive) hand_out();
    });
  }
}

void Connection::update_interest() {
  if (closed_) return;
  watch_.want(!paused_ && !eof_, queued() > 0);
}

void Connection::on_ready(bool readable, bool writable) noexcept {
  if (closed_) return;
  if (writable) flush();
  if (readable && !closed_) read_frames();
}

void Connection::read_frames() {
  std::size_t got = 0;
  while (got < kReadBudget && !paused_ && !closed_) {
    const auto space = reader_.write_space(16 * 1024);
    const ssize_t n = ::recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) fail_with(std::strerror(errno));
      break;
    }
    if (n == 0) {
      eof_ = true;
      hand_out();
      if (!closed_) fail_with("end of file");
      return;
    }
    reader_.commit(static_cast<std::size_t>(n));
    got += static_cast<std::size_t>(n);
    hand_out();
    if (static_cast<std::size_t>(n) < space.size()) break;
  }
  if (!closed_ && reader_.buffered() == 0) reader_.trim();
}

void Connection::hand_out() {
  while (!paused_ && !closed_) {
    const auto frame = reader_.next();
    if (frame.needs_more()) return;
    if (frame.is_malformed()) return fail_with(frame.reason());
    if (!events_.on_frame(*frame)) {
      if (!closed_ && !closing_) fail_with("refused");
      return;
    }
  }
}

void Connection::fail_with(const std::string& reason) {
  if (closed_) return;
  closed_ = true;
  watch_.want(false, false);
  if (events_.on_closed) events_.on_closed(reason);
}

}  // namespace sess::views
