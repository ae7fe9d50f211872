// Output frames for one client's terminal: split to the frame maximum, counted by the client's flow window.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/message.hpp"
#include "server/connection.hpp"
#include "server/flow_window.hpp"

namespace sess::server {

/// Queues `bytes`; the last frame names `offset` (protocol::kNoOffset: none).
void send_output(Connection& connection, FlowWindow& flow, FlowWindow::Time now, std::string_view bytes,
                 std::uint64_t offset = protocol::kNoOffset);

}  // namespace sess::server
