// What enable, disable and doctor need of the server: programs of the machine that are run for them.
//
// Apart from the other ports, because nothing else uses it. Calls return at once; callbacks come later, from
// the loop.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "job/doctor.hpp"
#include "model/ids.hpp"

namespace sess::command {

class BootPort {
 public:
  /// Sentences for whoever asked: what was done, and what is still missing.
  using Done = std::function<void(Result<std::vector<std::string>>)>;

  virtual ~BootPort() = default;
  /// Makes jobs start with the daemon, and the daemon with the machine. The client's environment says how the
  /// user's systemd and crontab are reached.
  virtual void enable(std::optional<model::ClientId> client, std::vector<std::string> names, Done done) = 0;
  /// With the last job goes what starts the daemon.
  virtual void disable(std::optional<model::ClientId> client, std::vector<std::string> names, Done done) = 0;
  virtual void examine(std::optional<model::ClientId> client,
                       std::function<void(std::vector<job::Finding>)> done) = 0;
};

}  // namespace sess::command
