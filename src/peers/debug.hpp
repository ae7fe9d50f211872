// What `sess debug` shows: the messages from and to clients, by name and size, and where the server stands.
//
// Owns the lines that wait for who traces. Connections say what comes, connections' queues what goes
// (views/connection); nobody waits for a tracer: what it does not take is left out and counted. A tracer's
// own messages are not shown, for they would be without end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "command/ports/daemon.hpp"
#include "command/ports/debug.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"

namespace sess::peers {

class Debug final : public command::DebugPort {
 public:
  Debug(os::Loop& loop, os::Clock& clock, const model::Model& model, const command::ServerFacts& facts,
        const RemoteClients& remote, const panes::Terminals& terminals)
      : loop_(loop), clock_(clock), model_(model), facts_(facts), remote_(remote), terminals_(terminals) {}

  void trace(model::ClientId to, std::optional<model::ClientId> of, std::function<void()> done) override;
  [[nodiscard]] std::string state() const override;

  /// A message of this client has come.
  void on_received(model::ClientId from, const protocol::Frame& frame);
  /// Whole frames are on their way to this client.
  void on_sending(model::ClientId to, std::string_view frames);
  /// At the end of a turn, behind what was sent in it.
  void tell();

  /// Bytes of lines that wait for one tracer, here and in its connection; what is more is counted.
  static constexpr std::size_t kMostWaiting = 256 * 1024;

 private:
  struct Tracer {
    std::optional<model::ClientId> of;
    std::function<void()> done;
    std::string lines;
    std::uint64_t left_out = 0;
  };
  void note(model::ClientId client, char direction, const protocol::Frame& frame);

  os::Loop& loop_;
  os::Clock& clock_;
  const model::Model& model_;
  const command::ServerFacts& facts_;
  const RemoteClients& remote_;
  const panes::Terminals& terminals_;
  std::map<model::ClientId, Tracer> tracers_;  ///< by who prints it
};

}  // namespace sess::peers
