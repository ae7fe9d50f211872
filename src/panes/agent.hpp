// The stable path that SSH_AUTH_SOCK names in every program: a link that follows the newest client's agent,
// so that agent forwarding works again after a reattach in shells that run already.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "keeper/message.hpp"
#include "model/client.hpp"

namespace sess::panes {

class AgentLink {
 public:
  explicit AgentLink(const keeper::Start& start);

  /// Empty where no directory of the user's own can hold the link (-S).
  [[nodiscard]] const std::string& path() const { return path_; }
  void follow(const model::Client& client);

 private:
  std::string path_;
  UniqueFd directory_;
};

}  // namespace sess::panes
