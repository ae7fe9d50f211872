// Frames over a connected socket: what waits to be sent, what was received, and whether the peer is gone.
//
// Never blocks; the owner polls fd(). Owns the socket. What waits to be sent is bounded by its owner: typed
// input by the InputBuffer, everything else is small and sent rarely.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "client/link.hpp"
#include "protocol/frame.hpp"

namespace sess::client {

class Channel {
 public:
  explicit Channel(Link link) : link_(std::move(link)), marked_(link_.far == nullptr) {}

  [[nodiscard]] int fd() const { return link_.socket.get(); }
  [[nodiscard]] const Link& link() const { return link_; }
  /// Of a link over a transport; null for a socket.
  [[nodiscard]] remote::FarEnd* far() { return link_.far.get(); }
  [[nodiscard]] const remote::FarEnd* far() const { return link_.far.get(); }

  /// Appends the message and writes what the socket takes now.
  template <class Message>
  void send(const Message& message) {
    queue(message);
    flush();
  }
  /// Appends only; for several messages that leave in one write.
  template <class Message>
  void queue(const Message& message) {
    if (!lost_) message.append_to(out_);
  }
  void flush();
  [[nodiscard]] std::size_t unsent() const { return out_.size() - head_; }

  enum class Received { data, nothing, closed };
  /// One read of at most `budget` bytes. closed: the peer is gone, and lost() from then on; frames that
  /// arrived before are still handed out.
  Received receive(std::size_t budget);
  /// Frames of what was received; they become invalid with the next receive().
  [[nodiscard]] protocol::Parse<protocol::Frame> next() { return reader_.next(); }

  /// Whether a proxy has begun to speak at the other end of a transport; true of a socket.
  [[nodiscard]] bool marked() const { return marked_; }
  /// What came over a transport before that, a login's start files having printed it.
  [[nodiscard]] const std::string& preamble() const { return preamble_; }

  /// Why a link over a transport was lost, in one line for the user; waits a moment for its program to end.
  [[nodiscard]] std::string why_lost(std::chrono::milliseconds patience = std::chrono::seconds(2));

  /// The connection failed in either direction.
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  void look_for_mark(std::string_view bytes);

  Link link_;
  protocol::FrameReader reader_;
  std::string out_;
  std::size_t head_ = 0;
  bool lost_ = false;
  bool marked_;
  std::string preamble_;
};

}  // namespace sess::client
