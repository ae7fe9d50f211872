// The parts of a server around which a test is, made alone: a clock that it turns, ports in memory, clients
// on one end of a socket pair, panes whose programs are the test.
#pragma once

#include "unit/command/fake_host.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/mouse.hpp"
#include "dispatch/prompts.hpp"
#include "display/display.hpp"
#include "display/pane_modes.hpp"
#include "os/clock.hpp"
#include "os/memory/shared.hpp"
#include "os/socket.hpp"
#include "panes/agent.hpp"
#include "panes/window_names.hpp"
#include "peers/control_clients.hpp"
#include "peers/identities.hpp"
#include "peers/messages.hpp"
#include "peers/session_watch.hpp"
#include "server/clients.hpp"
#include "server/programs.hpp"
#include "store/checkpoint.hpp"
#include "support/catch.hpp"
#include "unit/panes/silent_observer.hpp"
#include "unit/views/client_end.hpp"

namespace sess::test {

/// What every part is given; a test adds the parts that it is about.
struct ServerRig {
  std::unique_ptr<os::Loop> loop = os::Loop::open().value();
  os::FakeClock clock;
  model::Model model;
  command::FakeHost host{model};
  command::Queue queue{model, host.ports};
  input::KeyTables keys = input::KeyTables::with_defaults();
  model::MessageLog log;
  keeper::Start start = nowhere();
  SilentObserver observer{panes::Terminals::kTurnBudget};
  panes::Terminals terminals;
  peers::RemoteClients remote;
  std::map<model::ClientId, std::unique_ptr<ClientEnd>> ends;
  store::Checkpoint checkpoint{
      store::ModelStore::open(os::SharedMemory::create("test", 0)->take_fd()).value(), model, keys, queue,
      log};
  panes::AgentLink agent{start};
  peers::ControlClients control_clients{
      {*loop, model, [this](model::PaneId id) { return terminals.find(id); },
       [this]() -> command::Queue& { return queue; }, [](model::ClientId) {}}};
  peers::SessionWatch session_watch{
      *loop, model, {[](model::ClientId) {}, [](const model::Session&) { return true; }}};
  panes::ShellCommands shells{*loop};
  display::PaneModes pane_modes{
      {clock, model, keys, queue, remote, control_clients, terminals, shells, messages}};
  peers::Messages messages{model, remote, control_clients, checkpoint, pane_modes, log, "ann"};
  panes::WindowNames names{*loop, model, queue};
  peers::Identities identities{model, remote, terminals};
  display::Display display{*loop, clock, model, queue, remote, terminals, pane_modes, identities};

  ~ServerRig() {
    for (const auto& [id, client] : remote) control_clients.forget(id);
    remote.clear();
    terminals.clear();
  }

  static keeper::Start nowhere() {
    keeper::Start start;
    start.private_directory = false;
    return start;
  }
  /// A session of one window and pane, which has a terminal.
  model::SessionId add_session(Size size = {24, 80}) {
    const auto session = model.create_session({"work", "/", "", clock.wall()}).value()->id;
    REQUIRE(model.session(session)->options.set("status", "off"));
    model::Model::NewWindow window;
    window.session = session;
    window.size = size;
    window.select = true;
    add_terminal(model.create_window(window)->pane, size);
    return session;
  }
  panes::PaneIo& add_terminal(model::PaneId pane, Size size) {
    auto journal = os::SharedMemory::create("test", 0).value();
    return terminals.put(
        panes::PaneIo::open(*loop, pane, UniqueFd(), journal.take_fd(), size, {}, observer, std::nullopt)
            .value());
  }
  /// A client that has said hello from a terminal of this size.
  peers::RemoteClient& add_client(Size size = {24, 80}) {
    model::Client& seen = model.clients().add("client", clock.wall());
    seen.size = size;
    auto pair = os::open_socket_pair(SOCK_STREAM).value();
    auto made = std::make_unique<peers::RemoteClient>(*loop, seen.id);
    made->connection =
        std::make_unique<views::Connection>(*loop, std::move(pair.first), views::Connection::Events{});
    made->phase = peers::RemoteClient::Phase::idle;
    made->hello.tty = "/dev/pts/1";
    made->hello.term = "xterm-256color";
    made->hello.stdin_tty = true;
    made->token = 77;
    ends[seen.id] = std::make_unique<ClientEnd>(std::move(pair.second));
    return remote.add(std::move(made));
  }
  /// Bytes that its terminal was sent since the last call, and other frames by type.
  std::string output_of(peers::RemoteClient& client, std::vector<protocol::FrameType>* frames = nullptr) {
    std::string bytes;
    ends.at(client.id)->take(*client.connection, [&](const protocol::Frame& frame) {
      if (frames != nullptr) frames->push_back(frame.type);
      if (frame.type == protocol::FrameType::output) bytes += protocol::Output::parse(frame.payload)->bytes;
      if (frame.type == protocol::FrameType::print) bytes += protocol::Print::parse(frame.payload)->bytes;
    });
    return bytes;
  }
  [[nodiscard]] server::Clients::Parts client_parts() {
    return {*loop,    clock, model,           queue,   remote,     terminals, checkpoint,
            messages, agent, control_clients, display, identities, pane_modes};
  }
};

}  // namespace sess::test
