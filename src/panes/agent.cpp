#include "panes/agent.hpp"

#include "base/log.hpp"
#include "os/agent_link.hpp"
#include "os/directory.hpp"

namespace sess::panes {

AgentLink::AgentLink(const keeper::Start& start) {
  if (!start.private_directory) return;
  path_ = start.socket_directory + "/.agent-" + start.name;
  if (auto directory = os::open_private_directory(start.socket_directory); directory)
    directory_ = std::move(*directory);
}

void AgentLink::follow(const model::Client& client) {
  const auto agent = client.environment.value("SSH_AUTH_SOCK");
  if (!agent || agent->empty() || !directory_ || *agent == path_) return;
  const auto name = path_.substr(path_.rfind('/') + 1);
  if (auto linked = os::point_agent_link(directory_.get(), name, *agent); !linked) {
    log::info("the ssh agent of client {} is not used: {}", client.id.value, linked.error().text);
  }
}

}  // namespace sess::panes
