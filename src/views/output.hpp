// Output frames for one client's terminal: split to the frame maximum, counted by the client's flow window.
//
// For repaints, drawn frames, bells, questions and job notices; a direct view in its stride builds its frames
// in the queue itself. Whether the window has room is asked before, by the view; the queue's bound is
// Connection's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/message.hpp"
#include "views/connection.hpp"
#include "views/flow_window.hpp"

namespace sess::views {

/// Queues `bytes`, which draw something; the last frame names `offset`, the stream offset that the client has
/// reached with them (protocol::kNoOffset: none), and what has scrolled off its terminal. Without bytes one
/// empty frame carries the offset; with neither nothing is sent.
void send_output(Connection& connection, FlowWindow& flow, FlowWindow::Time now, std::string_view bytes,
                 std::uint64_t offset = protocol::kNoOffset,
                 const std::optional<Scrolled>& scrolled = std::nullopt);
/// Queues `bytes` that leave the screen as it is: a bell, the clipboard, a notification.
void send_aside(Connection& connection, FlowWindow& flow, FlowWindow::Time now, std::string_view bytes,
                std::uint8_t flags = protocol::Output::kAside);
/// Questions to the terminal, DA1 last: a client that ends waits a moment for what is still to be answered.
inline void send_questions(Connection& connection, FlowWindow& flow, FlowWindow::Time now,
                           std::string_view bytes) {
  send_aside(connection, flow, now, bytes, protocol::Output::kAside | protocol::Output::kAsks);
}

}  // namespace sess::views
