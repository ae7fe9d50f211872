#include "views/output.hpp"

#include <algorithm>

namespace sess::views {

void send_output(Connection& connection, FlowWindow& flow, FlowWindow::Time now, std::string_view bytes,
                 std::uint64_t offset) {
  if (bytes.empty() && offset == protocol::kNoOffset) return;
  flow.on_sent(bytes.size(), now);
  std::string& queue = connection.queue();
  do {
    const auto part = bytes.substr(0, protocol::kMaxOutput);
    bytes.remove_prefix(part.size());
    protocol::Output::append_header(queue, bytes.empty() ? offset : protocol::kNoOffset, part.size());
    queue.append(part);
  } while (!bytes.empty());
}

}  // namespace sess::views
