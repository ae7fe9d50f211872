#include "panes/program_starts.hpp"

#include "os/descriptor.hpp"
#include "os/socket.hpp"
#include "support/catch.hpp"

using namespace sess;
using model::PaneId;
using namespace std::chrono_literals;

namespace {

/// The test is the keeper, and a slow one: it answers when it is told to.
struct Rig {
  std::unique_ptr<os::Loop> loop = os::Loop::open().value();
  os::SocketPair pair = os::open_socket_pair(SOCK_STREAM).value();
  keeper::ServerLink link{std::move(pair.first)};
  keeper::KeeperLink keeper{std::move(pair.second)};
  keeper::Start nowhere = [] {
    keeper::Start start;
    start.private_directory = false;
    return start;
  }();
  panes::AgentLink agent{nowhere};
  std::vector<std::string> happened;
  panes::ProgramStarts starts{{*loop, link, agent, 0, [this] { happened.push_back("written down"); }}};

  /// A start that takes what comes and says what happens.
  void start(PaneId pane) {
    command::ProgramStart start;
    start.argv = {"cat"};
    starts.start(
        pane, {24, 80}, start,
        [this](keeper::Spawned spawned) -> Result<> {
          happened.push_back("taken " + spawned.tty);
          return {};
        },
        [this](const Result<>& done) { happened.push_back(done ? "started" : done.error().text); });
  }
  bool answer(std::uint64_t request, Result<keeper::Spawned> answer) {
    return starts.on_started(request, answer, [this](PaneId pane, std::string_view bytes) {
      happened.push_back("typed " + std::string(bytes) + " into " + to_string(pane));
    });
  }
  /// The one request that it was sent.
  keeper::Spawn asked() {
    while (os::wait_readable(keeper.fd(), 0s)) REQUIRE(keeper.feed());
    auto message = keeper.next();
    REQUIRE(message);
    REQUIRE(message->has_value());
    return std::get<keeper::Spawn>(std::move(**message));
  }
};

keeper::Spawned on(const std::string& tty) {
  keeper::Spawned out;
  out.tty = tty;
  return out;
}

}  // namespace

TEST_CASE("a program that the keeper takes its time with gets what was typed meanwhile", "[panes][starts]") {
  Rig rig;
  rig.start(PaneId{3});
  CHECK(rig.happened == std::vector<std::string>{"written down"});
  CHECK(rig.starts.is_starting(PaneId{3}));
  CHECK_FALSE(rig.starts.is_starting(PaneId{4}));
  rig.starts.type_ahead(PaneId{3}, "ea");
  rig.starts.type_ahead(PaneId{4}, "lost");
  rig.starts.type_ahead(PaneId{3}, "rly");
  const auto request = rig.asked();
  CHECK(request.argv == std::vector<std::string>{"cat"});
  CHECK(rig.answer(request.request, on("/dev/pts/9")));
  CHECK(rig.happened ==
        std::vector<std::string>{"written down", "taken /dev/pts/9", "typed early into %3", "started"});
  CHECK_FALSE(rig.starts.is_starting(PaneId{3}));
  CHECK_FALSE(rig.answer(request.request, on("/dev/pts/9")));  // an answer is one request's
}

TEST_CASE("more than a terminal would hold is not kept for a program that is being started",
          "[panes][starts]") {
  Rig rig;
  rig.start(PaneId{3});
  rig.starts.type_ahead(PaneId{3}, "kept");
  rig.starts.type_ahead(PaneId{3}, std::string(1 << 20, 'x'));
  CHECK(rig.answer(rig.asked().request, on("")));
  CHECK(rig.happened[2] == "typed kept into %3");
}

TEST_CASE("who waits for a program whose pane was closed is told so, and the late answer is nobody's",
          "[panes][starts]") {
  Rig rig;
  rig.start(PaneId{3});
  rig.starts.give_up(PaneId{3});
  rig.loop->run_once();
  CHECK(rig.happened == std::vector<std::string>{"written down", "the pane was closed"});
  CHECK_FALSE(rig.answer(rig.asked().request, on("")));
}

TEST_CASE("a program that cannot be started is no terminal", "[panes][starts]") {
  Rig rig;
  rig.start(PaneId{3});
  rig.starts.type_ahead(PaneId{3}, "early");
  CHECK(rig.answer(rig.asked().request, fail(ErrorCode::io, "cat: no memory")));
  CHECK(rig.happened == std::vector<std::string>{"written down", "cat: no memory"});
}
