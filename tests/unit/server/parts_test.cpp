// The server's objects, each made alone: Clients, Keyboard, Display, Programs, Recovery.
#include <csignal>

#include "dispatch/acknowledgements.hpp"
#include "dispatch/overlays.hpp"
#include "dispatch/pane_commands.hpp"
#include "dispatch/popups.hpp"
#include "display/pane_limits.hpp"
#include "jobs/control.hpp"
#include "os/descriptor.hpp"
#include "panes/program_starts.hpp"
#include "rig.hpp"
#include "server/configuration.hpp"
#include "server/recovery.hpp"
#include "store/saved_sessions.hpp"

using namespace sess;
using namespace sess::server;
using dispatch::Keyboard;
using dispatch::Mouse;
using dispatch::Overlays;
using dispatch::Popups;
using dispatch::Prompts;
using peers::kMaxClients;
using peers::Overlay;
using peers::RemoteClient;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Programs with the test as their keeper.
struct ProgramRig : test::ServerRig {
  os::SocketPair pair = os::open_socket_pair(SOCK_STREAM).value();
  keeper::ServerLink link{std::move(pair.first)};
  keeper::KeeperLink keeper{std::move(pair.second)};
  panes::ProgramStarts starts{{*loop, link, agent, peers::kForCommands, [this] { checkpoint.save(); }}};
  display::PaneLimits limits{model, terminals};
  Programs programs{{*loop, clock, model, link, queue, terminals, observer, checkpoint, remote, starts,
                     limits, names, pane_modes, identities}};

  std::vector<keeper::ToKeeper> at_keeper() {
    std::vector<keeper::ToKeeper> out;
    while (os::wait_readable(keeper.fd(), 0s)) REQUIRE(keeper.feed());
    while (true) {
      auto message = keeper.next();
      REQUIRE(message);
      if (!*message) return out;
      out.push_back(std::move(**message));
    }
  }
};

struct KeyRig : ProgramRig {
  Clients clients{client_parts(), {}};
  Mouse mouse{clock, model, keys, display, terminals, keyboard, pane_modes};
  Prompts prompts{model, queue, remote, messages, keyboard, overlays, "/home/ann"};
  Overlays overlays{model, queue, remote, checkpoint, display, keyboard, popups};
  Popups popups{{*loop, clock, model, queue, remote, terminals, checkpoint, keyboard, overlays}, {}};
  Keyboard keyboard{{*loop, clock, model, keys, queue, remote, terminals, checkpoint, identities, prompts,
                     overlays, popups, mouse, session_watch, pane_modes},
                    {[this](model::PaneId pane) { return starts.is_starting(pane); }}};
  dispatch::Acknowledgements acknowledgements{clock, remote, terminals};
};

/// Jobs that ask nothing of the server but to be heard.
struct Silence final : jobs::Outside {
  std::vector<std::string> reports;

  Result<std::optional<std::int32_t>> start_program(model::PaneId, const command::ProgramStart&,
                                                    std::function<void(Result<std::int32_t>)>) override {
    return fail(ErrorCode::unavailable, "nothing starts here");
  }
  Result<> signal(model::PaneId, int) override { return {}; }
  void end_pane(model::PaneId, int, model::Time) override {}
  void pane_waits(model::PaneId, int, model::Time) override {}
  void forget(model::PaneId) override {}
  void ends_within(std::chrono::milliseconds) override {}
  void dismiss(const std::string&, int) override {}
  void report(const std::string& text) override { reports.push_back(text); }
  void log_message(std::string_view) override {}
  void changed() override {}
  void write_down() override {}
  [[nodiscard]] std::vector<std::string> lacking_terminals() const override { return {}; }
  [[nodiscard]] jobs::Requester requester(model::ClientId) const override { return {}; }
  [[nodiscard]] std::optional<std::size_t> queued(model::ClientId) const override { return std::nullopt; }
  void print(model::ClientId, std::string_view) override {}
  void notify(model::ClientId, const std::string&, std::chrono::milliseconds, std::string_view) override {}
};

/// What a server that was told of these programs makes of them.
struct RecoveryRig : KeyRig {
  Silence outside;
  std::string agent_path;
  command::ServerFacts facts = host.ports.facts;
  jobs::JobControl jobs{
      {*loop, clock, model, start, facts, queue, terminals, shells, clients, agent_path, outside}};
  store::SavedSessions saved_sessions{
      *loop, model, start, terminals, {[](const std::string&) {}, [](model::PaneId) { return false; }}};
  dispatch::PaneCommands pane_commands{model, facts, terminals, shells, remote, starts, limits, pane_modes};
  Configuration configuration{{model, queue, start, facts, remote, checkpoint, messages, control_clients},
                              [] {}};
  Recovery recovery{{clock, model, keys, queue, link, start, facts, terminals, checkpoint, messages, clients,
                     programs, popups, pane_commands, configuration, session_watch, jobs, saved_sessions}};

  /// A program as the keeper hands it over: its journal, and one end of a socket pair for its terminal.
  keeper::Program program(std::uint32_t pane, int pid) {
    keeper::Program out;
    out.pane = pane;
    out.pid = pid;
    out.program = "cat";
    out.journal = os::SharedMemory::create("test", 0)->take_fd();
    auto terminal = os::open_socket_pair(SOCK_STREAM).value();
    out.master = std::move(terminal.first);
    terminals_of_programs.push_back(std::move(terminal.second));
    return out;
  }
  std::vector<UniqueFd> terminals_of_programs;
};

}  // namespace

TEST_CASE("Clients: what outlives a connection comes back once, and the longest away goes first",
          "[server]") {
  test::ServerRig rig;
  Clients clients(rig.client_parts(), {});
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  REQUIRE(clients.attach(client.id, session, {false, {"read-only"}}));
  CHECK(contains(clients.client_flags(client.id), "read-only"));
  const auto saved = clients.saved();
  REQUIRE(saved.size() == 1);
  CHECK(saved.front().read_only);
  for (std::uint64_t token = 100; token < 100 + kMaxClients + 1; ++token) {
    store::SavedClient one;
    one.token = token;
    clients.save_client(one);
  }
  CHECK(!clients.take_saved_client(100));
  CHECK(clients.take_saved_client(101));
  CHECK(!clients.take_saved_client(101));
}

TEST_CASE("Clients: who was detached, or was away then, is known as such, the newest few", "[server]") {
  test::ServerRig rig;
  Clients clients(rig.client_parts(), {});
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  client.token = 99;
  REQUIRE(clients.attach(client.id, session, {}));
  clients.detach(client.id, command::DetachReason::detached);
  store::SavedClient away;
  away.token = 100;
  away.session = session;
  clients.save_client(away);
  away.token = 101;
  away.session.value = session.value + 1;
  clients.save_client(away);
  clients.detach_absent(session);
  const auto left = clients.take_saved_client(99);
  REQUIRE(left);
  CHECK(left->detached);
  CHECK(clients.take_saved_client(100)->detached);
  CHECK_FALSE(clients.take_saved_client(101)->detached);

  away.token = 50;
  clients.save_client(away);
  away.detached = true;
  for (std::uint64_t token = 200; token < 265; ++token) {
    away.token = token;
    clients.save_client(away);
  }
  CHECK_FALSE(clients.take_saved_client(200));
  CHECK(clients.take_saved_client(264));
  CHECK(clients.take_saved_client(50));
}

TEST_CASE("Clients: who leaves a job that goes on is told so and gets its status", "[server]") {
  test::ServerRig rig;
  Clients clients(rig.client_parts(), {[] { return ""; },
                                       [](const std::string& job) { return "[" + job + " goes on]"; },
                                       [](const std::string&) { return ""; },
                                       [](const std::string&) { return 125; },
                                       {}});
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  client.phase = RemoteClient::Phase::command;
  clients.print(client.id, "hello");
  CHECK(rig.output_of(client) == "hello\n");
  REQUIRE(clients.attach(client.id, session, {}));
  clients.report_status_of(client.id, "make");
  clients.detach(client.id, command::DetachReason::detached);
  protocol::Detached got;
  rig.ends.at(client.id)->take(*client.connection, [&](const protocol::Frame& frame) {
    if (frame.type == protocol::FrameType::detached) got = *protocol::Detached::parse(frame.payload);
  });
  CHECK(got.message == "[detached (from session work)]\n[make goes on]");
  CHECK(got.status == 125);
  CHECK(client.phase == RemoteClient::Phase::ending);
}

TEST_CASE("Programs: what is typed before the keeper has answered is kept; the pane is told how it ended",
          "[server]") {
  ProgramRig rig;
  const auto session = rig.add_session();
  const auto pane = rig.model.window(rig.model.session(session)->current_link()->window)->active;
  rig.terminals.erase(pane);
  std::optional<Result<>> done;
  command::ProgramStart start;
  start.argv = {"cat"};
  rig.programs.start_program(pane, start, [&](const Result<>& result) { done = result; });
  CHECK(rig.starts.is_starting(pane));
  rig.starts.type_ahead(pane, "early");
  auto sent = rig.at_keeper();
  REQUIRE(sent.size() == 1);
  const auto request = std::get<keeper::Spawn>(sent.front()).request;
  rig.programs.on_started(request, fail(ErrorCode::io, "cat: no memory"));
  REQUIRE(done);
  CHECK(done->error().text == "cat: no memory");
  CHECK(!rig.starts.is_starting(pane));
}

TEST_CASE("Programs: a closed pane's program is told to go, and whoever waits for its start that it is gone",
          "[server]") {
  ProgramRig rig;
  const auto session = rig.add_session();
  const auto pane = rig.model.window(rig.model.session(session)->current_link()->window)->active;
  rig.programs.pane_closed(pane);
  std::vector<int> signals;
  for (const auto& message : rig.at_keeper()) signals.push_back(std::get<keeper::Signal>(message).signo);
  CHECK(signals == std::vector<int>{SIGHUP, SIGCONT});
  CHECK(rig.terminals.find(pane) == nullptr);
}

TEST_CASE("Display: one pane of the terminal's size is shown directly, a message is drawn over it",
          "[server]") {
  KeyRig rig;
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  REQUIRE(rig.clients.attach(client.id, session, {}));
  rig.display.update();
  CHECK(client.direct != nullptr);
  rig.messages.show(client, "mind the gap", 0ms);
  rig.display.update();
  CHECK(client.direct == nullptr);
  REQUIRE(client.composed != nullptr);
  CHECK(contains(rig.output_of(client), "mind the gap"));
  rig.messages.clear_overlay(client);
  rig.display.update();
  CHECK(client.direct != nullptr);
}

TEST_CASE("Keyboard: a frame is applied once, and acknowledged when it is in the pane's journal",
          "[server]") {
  KeyRig rig;
  const auto session = rig.add_session();
  const auto pane = rig.model.window(rig.model.session(session)->current_link()->window)->active;
  RemoteClient& client = rig.add_client();
  REQUIRE(rig.clients.attach(client.id, session, {}));
  rig.display.update();
  static_cast<void>(rig.output_of(client));
  rig.keyboard.on_input(client, 1, "ls\r");
  const auto applied = rig.terminals.find(pane)->journal().input_applied(client.token);
  CHECK(applied.frame == 1);
  rig.keyboard.on_input(client, 1, "ls\r");  // again, after a reconnect
  CHECK(rig.terminals.find(pane)->journal().input_applied(client.token) == applied);
  rig.acknowledgements.send();
  std::vector<protocol::FrameType> frames;
  static_cast<void>(rig.output_of(client, &frames));
  CHECK(std::count(frames.begin(), frames.end(), protocol::FrameType::input_ack) == 1);
}

TEST_CASE("Keyboard: what the user says of a terminal counts more than what it answers", "[server]") {
  KeyRig rig;
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  REQUIRE(rig.clients.attach(client.id, session, {}));
  client.told_features = "sync";
  client.features.add("sync:focus");
  rig.keyboard.on_input(client, 1, "\x1b[?2026;0$y\x1b[?1004;0$y");
  CHECK(client.features.sync);
  CHECK_FALSE(client.features.focus);
}

TEST_CASE("Acknowledgements: one goes with output, or alone after a moment", "[server]") {
  KeyRig rig;
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  REQUIRE(rig.clients.attach(client.id, session, {}));
  rig.display.update();
  static_cast<void>(rig.output_of(client));
  const auto acknowledged = [&] {
    rig.acknowledgements.send();
    std::vector<protocol::FrameType> frames;
    static_cast<void>(rig.output_of(client, &frames));
    return std::count(frames.begin(), frames.end(), protocol::FrameType::input_ack) == 1;
  };
  rig.keyboard.on_input(client, 1, "a");
  CHECK_FALSE(acknowledged());
  client.connection->send(protocol::encode(protocol::Undo{"what it printed"}));
  CHECK(acknowledged());
  CHECK_FALSE(acknowledged());
  rig.keyboard.on_input(client, 2, "b");
  CHECK_FALSE(acknowledged());
  rig.clock.advance(std::chrono::milliseconds(9));
  rig.keyboard.on_input(client, 3, "c");  // the first one counts
  CHECK_FALSE(acknowledged());
  rig.clock.advance(std::chrono::milliseconds(1));
  CHECK(acknowledged());
}

TEST_CASE("Keyboard: the prefix waits for its key, and a question takes the keys behind it", "[server]") {
  KeyRig rig;
  const auto session = rig.add_session();
  RemoteClient& client = rig.add_client();
  REQUIRE(rig.clients.attach(client.id, session, {}));
  rig.display.update();
  rig.keyboard.on_input(client, 1, "\x02");
  CHECK(rig.keyboard.prefix_pressed(client.id));
  rig.keyboard.set_key_table(client.id, "root");
  std::optional<std::string> answer;
  command::PromptRequest question;
  question.prompt = "name: ";
  REQUIRE(rig.prompts.prompt(client.id, question,
                             [&](const std::optional<std::string>& text) { answer = text; }));
  client.in_prefix = false;
  rig.keyboard.on_input(client, 2, "bob\r");
  CHECK(answer == "bob");
  CHECK(client.overlay.kind == Overlay::Kind::none);
}

TEST_CASE("Recovery: a program that nobody has written down gets a session; one that has ended is forgotten",
          "[server]") {
  RecoveryRig rig;
  std::vector<keeper::Program> programs;
  programs.push_back(rig.program(7, 4711));
  programs.push_back(rig.program(8, 4712));
  programs.back().exited = true;
  rig.recovery.recover(std::move(programs));
  CHECK(rig.recovery.adopted_orphans());
  REQUIRE(rig.model.sessions().size() == 1);
  const model::Pane* pane = rig.model.pane(model::PaneId{7});
  REQUIRE(pane != nullptr);
  CHECK(pane->pid == 4711);
  CHECK(rig.terminals.find(pane->id) != nullptr);
  CHECK(rig.model.next_ids().pane == 8);
  std::vector<std::uint32_t> forgotten;
  for (const auto& message : rig.at_keeper()) {
    if (const auto* forget = std::get_if<keeper::Forget>(&message)) forgotten.push_back(forget->pane);
  }
  CHECK(forgotten == std::vector<std::uint32_t>{8});
}

TEST_CASE("Recovery: a pane of the model without a program behind it goes", "[server]") {
  RecoveryRig rig;
  rig.add_session();
  rig.terminals.clear();
  rig.recovery.recover({});
  CHECK(rig.model.panes().empty());
  CHECK(!rig.recovery.adopted_orphans());
}
