#include "views/output.hpp"

#include <algorithm>

namespace sess::views {

using protocol::Output;

void send_output(Connection& connection, FlowWindow& flow, FlowWindow::Time now, std::string_view bytes,
                 std::uint64_t offset, const std::optional<Scrolled>& scrolled) {
  if (bytes.empty() && offset == protocol::kNoOffset) return;
  flow.on_sent(bytes.size(), now);
  std::string& queue = connection.queue();
  do {
    const auto part = bytes.substr(0, protocol::kMaxOutput);
    bytes.remove_prefix(part.size());
    const std::uint64_t reached = bytes.empty() ? offset : protocol::kNoOffset;
    const std::uint8_t flags = reached == protocol::kNoOffset ? Output::kDrawn : std::uint8_t{0};
    Output{reached, flags, part, bytes.empty() ? scrolled : std::nullopt}.append_to(queue);
  } while (!bytes.empty());
}

void send_aside(Connection& connection, FlowWindow& flow, FlowWindow::Time now, std::string_view bytes,
                std::uint8_t flags) {
  flow.on_sent(bytes.size(), now);
  std::string& queue = connection.queue();
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, protocol::kMaxOutput);
    bytes.remove_prefix(part.size());
    Output{protocol::kNoOffset, flags, part}.append_to(queue);
  }
}

}  // namespace sess::views
