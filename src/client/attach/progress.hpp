// How far the terminal got with what servers show on it: what a resume says, what acknowledgements count.
// Pure: messages and the bytes that still wait for the terminal in, positions out.
//
// Two counts. Stream offsets are the pane's, and tell a server where to go on; only output that ends between
// two sequences has one. Received bytes are this client's, over all connections; received minus queued is
// what the terminal has taken, and an acknowledgement says how much of that came on this connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "protocol/message.hpp"

namespace sess::client {

class Progress {
 public:
  /// What is shown from here on.
  void attached(const protocol::Attached& message);
  /// A connection's output is counted from its first `attached` on. False where it is counted already.
  bool begin_counting();
  void stop_counting() { counting_ = false; }
  [[nodiscard]] bool counting() const { return counting_; }

  /// An output frame came; it may be dropped.
  void received(std::size_t bytes) { received_ += bytes; }
  /// And was given to the terminal, behind `queued` bytes with it. True when it ends between two sequences:
  /// the terminal may be asked something behind it.
  bool shown(const protocol::Output& message, std::size_t queued);
  /// Bytes of this program's own were given to the terminal; no server counts them.
  void aside(std::size_t bytes);
  /// The screen is not what the offset says any more.
  void drawn() { drawn_ = true; }
  /// The `queued` bytes will never be shown: the terminal got as far as it has taken.
  void forget_unwritten(std::size_t queued);

  /// Bytes of all connections, and those of them that the terminal has taken.
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t taken(std::size_t queued) const { return received_ - queued; }
  /// What to acknowledge when the terminal has come to `reached` (as taken() counts) and less than `least`
  /// bytes are not worth a message.
  [[nodiscard]] std::optional<std::uint64_t> owed_ack(std::uint64_t reached, std::uint64_t least) const;
  void acknowledged(std::uint64_t total) { acked_ = total; }

  /// Session, pane, mode and position; the rest of a resume is not known here.
  [[nodiscard]] protocol::Resume resume() const;
  /// What of the pane is in the terminal's scrollback.
  [[nodiscard]] const std::optional<protocol::PaneScrolled>& scrolled() const { return scrolled_; }

 private:
  struct Reached {
    std::uint64_t received, offset;
    std::optional<protocol::PaneScrolled> scrolled;
  };
  void forget_reached(std::uint64_t taken);
  void note_reached(std::size_t queued);

  std::uint32_t session_ = 0;
  std::uint32_t pane_ = 0;
  protocol::AttachMode mode_ = protocol::AttachMode::direct;
  std::uint64_t offset_ = protocol::kNoOffset;      // of the last output that had one
  std::uint64_t past_ = 0;                          // bytes of the pane's output received since
  bool drawn_ = false;                              // the screen was drawn since
  std::optional<protocol::PaneScrolled> scrolled_;  // what of the pane is in the scrollback
  std::deque<Reached> reached_;  // what offset_ and scrolled_ were, while output is queued behind it
  std::uint64_t received_ = 0;   // output bytes of all connections
  std::uint64_t ack_base_ = 0;   // received_ when this connection's counting began
  std::uint64_t acked_ = 0;      // what was acknowledged on this connection
  bool counting_ = false;        // this connection has said attached
};

}  // namespace sess::client
