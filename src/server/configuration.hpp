// The configuration: what the daemon was started in, then sess.conf; and its errors, for the first who can
// read them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "peers/remote_clients.hpp"

namespace sess::peers {
class ControlClients;
class Messages;
}  // namespace sess::peers
namespace sess::store {
class Checkpoint;
}

namespace sess::server {

using peers::ControlClients;
using peers::Messages;
using peers::RemoteClients;
using store::Checkpoint;

class Configuration {
 public:
  struct Parts {
    model::Model& model;
    command::Queue& queue;
    const keeper::Start& start;
    command::ServerFacts& facts;  ///< is told which files there were
    RemoteClients& remote;
    Checkpoint& checkpoint;
    Messages& messages;
    ControlClients& control_clients;
  };
  /// `done` is called when all of it has run.
  Configuration(const Parts& parts, std::function<void()> done);

  void load();
  /// What went wrong without a client: to the log, and to somebody who is attached.
  void take_errors();

 private:
  model::Model& model_;
  command::Queue& queue_;
  const keeper::Start& start_;
  command::ServerFacts& facts_;
  RemoteClients& remote_;
  Checkpoint& checkpoint_;
  Messages& messages_;
  ControlClients& control_clients_;
  std::function<void()> done_;
  std::vector<std::string> errors_to_show_;  ///< until somebody is attached
};

}  // namespace sess::server
