// One client's socket: frames in, a bounded queue of frames out.
//
// Owns the descriptor and everything queued. Reading is budgeted per turn; writing happens at the end of the
// loop's turn (flush), so that all frames of a turn leave in one system call. What may be dropped when the
// peer is slow is the views' decision: they look at queued(); a peer that lets more than kMaxQueued pile up
// is cut off.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/fd.hpp"
#include "os/loop.hpp"
#include "protocol/frame.hpp"

namespace sess::views {

class Connection {
 public:
  static constexpr std::size_t kReadBudget = 256 * 1024;
  static constexpr std::size_t kMaxQueued = 64 << 20;

  struct Events {
    /// A whole frame; the payload is valid during the call. Returning false closes the connection.
    std::function<bool(const protocol::Frame&)> on_frame;
    /// Whole frames that begin to be written now; may be empty.
    std::function<void(std::string_view frames)> on_sending;
    /// The peer is gone or was cut off; called once, possibly from inside flush() or close_after_flush(). The
    /// owner notes it and destroys the connection at the end of the turn, never inside the call.
    std::function<void(const std::string& reason)> on_closed;
  };

  Connection(os::Loop& loop, UniqueFd socket, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Queues one or more whole frames.
  void send(std::string_view frames);
  /// For views that build a frame in place: the queue's own buffer; append whole frames only.
  [[nodiscard]] std::string& queue();

  /// Writes as much as the socket takes.
  void flush();
  /// Closes once everything queued is written (or cannot be).
  void close_after_flush();
  /// Stops or resumes handing out frames (the client waits for something that must come first).
  void pause_reading(bool paused);

  [[nodiscard]] std::size_t queued() const { return out_.size() - out_head_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  void on_ready(bool readable, bool writable) noexcept;
  void read_frames();
  void hand_out();
  void fail_with(const std::string& reason);
  void update_interest();

  os::Loop& loop_;
  UniqueFd socket_;
  Events events_;
  protocol::FrameReader reader_;
  std::string out_;
  std::size_t out_head_ = 0;
  std::size_t shown_ = 0;  ///< of out_: what on_sending was told
  bool closed_ = false;
  bool closing_ = false;
  bool paused_ = false;
  bool eof_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for work deferred past our end
  os::FdWatch watch_;
};

}  // namespace sess::views
