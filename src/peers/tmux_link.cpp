#include "peers/tmux_link.hpp"

#include <cstdlib>

#include "base/log.hpp"
#include "os/directory.hpp"
#include "os/socket_link.hpp"
#include "os/runtime_paths.hpp"

namespace sess::peers {

TmuxLink::TmuxLink(const keeper::Start& start, command::ServerFacts& facts) : start_(start), facts_(facts) {
  if (!start.private_directory) return;
  const char* own = std::getenv("TMUX_TMPDIR");
  for (const std::optional<std::string>& place :
       {own != nullptr ? std::optional<std::string>(own) : std::nullopt, {}}) {
    const std::string path = os::tmux_directory(place) + "/" + start.name;
    if (os::link_target(path) == start.socket_path) {
      facts_.tmux_socket = path;
      return;
    }
  }
}

void TmuxLink::make(const std::optional<std::string>& directory) {
  // With -S clients name the socket itself.
  if (!start_.private_directory) return;
  const std::string place = os::tmux_directory(directory);
  const std::string path = place + "/" + start_.name;
  if (os::link_target(path) == start_.socket_path) {
    facts_.tmux_socket = path;
    return;
  }
  Result<> made;
  if (auto opened = os::open_private_directory(place)) {
    made = os::put_link(opened->get(), start_.name, start_.socket_path);
  } else {
    made = pass(opened.error());
  }
  if (made) {
    facts_.tmux_socket = path;
    refused_.clear();
  } else if (refused_ != path + made.error().text) {
    refused_ = path + made.error().text;
    log::warn("{}: not made a link to {}: {}", path, start_.socket_path, made.error().text);
  }
}

}  // namespace sess::peers
