// A composed view on a real socket whose other end plays the client, with frames that the test draws and a
// clock that it turns: when what is sent.
#include "views/composed.hpp"

#include "os/socket.hpp"
#include "protocol/message.hpp"
#include "panes/synchronized.hpp"
#include "client_end.hpp"
#include "support/catch.hpp"
#include "support/oracle.hpp"

using namespace sess;
using namespace sess::views;
using namespace std::chrono_literals;

namespace {

constexpr Size kSize{24, 80};

struct Rig {
  std::unique_ptr<os::Loop> loop = os::Loop::open().value();
  os::SocketPair sockets = os::open_socket_pair(SOCK_STREAM).value();
  std::unique_ptr<Connection> connection =
      std::make_unique<Connection>(*loop, std::move(sockets.first), Connection::Events{});
  FlowWindow flow;
  render::TerminalFeatures features;
  ComposedView view{*connection, flow, features};
  FlowWindow::Time now{1h};

  test::ClientEnd client{std::move(sockets.second)};
  test::Oracle terminal{kSize};
  std::size_t received = 0;

  int flood = 0;         ///< every whole frame is full of it
  std::string typed;     ///< what the active pane shows in the first row
  bool printed = false;  ///< the active pane did, in this turn

  Rig() { view.enter("", "", {}, now); }

  /// One turn of the server; the bytes that came of it.
  std::size_t turn() {
    view.turn(
        kSize, now,
        [&](render::Frame& frame, const render::Frame*) {
          const auto letter = static_cast<char>('a' + flood % 26);
          for (int row = 1; row < kSize.rows; ++row) frame.put_text(row, 0, 80, std::string(80, letter), 0);
          draw_typed(frame);
        },
        [&](render::Frame& frame) {
          if (printed) draw_typed(frame);
          return printed;
        });
    printed = false;
    return take();
  }
  void draw_typed(render::Frame& frame) const {
    for (int row = 0; row * 80 < static_cast<int>(typed.size()); ++row) {
      frame.put_text(row, 0, 80, typed.substr(static_cast<std::size_t>(row) * 80, 80), 0);
    }
  }
  std::size_t take() {
    const std::size_t before = received;
    client.take(*connection, [this](const protocol::Frame& frame) {
      if (frame.type != protocol::FrameType::output) return;
      const auto output = protocol::Output::parse(frame.payload);
      terminal.feed(std::string(output->bytes));
      received += output->bytes.size();
    });
    return received - before;
  }
  void acknowledge() { static_cast<void>(flow.on_ack(received, now)); }
  /// A frame of a flood is shown and has arrived.
  void show_flood() {
    now += 20ms;
    ++flood;
    view.invalidate();
    REQUIRE(turn() > 1000);
    acknowledge();
  }
  /// The flood goes on, and the active pane shows this now.
  void print(std::string text) {
    typed = std::move(text);
    printed = true;
    ++flood;
    view.invalidate();
  }
};

}  // namespace

TEST_CASE("a key's echo beside a flood waited for the next frame", "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 2ms;
  rig.view.expect_echo(rig.now);
  rig.print("x");
  const auto bytes = rig.turn();
  CHECK(bytes > 0);
  CHECK(bytes < 64);
  CHECK(rig.terminal.row(0) == "x");
  CHECK(rig.terminal.row(1) == std::string(80, 'b'));  // the flood has its own pace
  CHECK(rig.view.deadline().has_value());
  rig.acknowledge();
  rig.now += 20ms;
  CHECK(rig.turn() > 1000);
  CHECK(rig.terminal.row(0) == "x");
  CHECK(rig.terminal.row(1) == std::string(80, 'c'));
}

TEST_CASE("a key's echo goes before all else that a frame has, which follows in its time",
          "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 1s;
  const auto first = rig.now;
  for (int i = 1; rig.now < first + 16ms; ++i) {
    rig.view.expect_echo(rig.now);
    rig.print(std::string(static_cast<std::size_t>(i), 'x'));
    CHECK(rig.turn() < 64);
    CHECK(rig.terminal.row(0) == rig.typed);
    CHECK(rig.terminal.row(1) == std::string(80, 'b'));
    CHECK(rig.view.deadline() > rig.now);
    rig.acknowledge();
    rig.now += 4ms;
  }
  rig.now = first + 17ms;
  rig.view.expect_echo(rig.now);
  rig.print("y");
  CHECK(rig.turn() > 1000);
  CHECK(rig.terminal.row(1) == std::string(80, static_cast<char>('a' + rig.flood)));
  CHECK_FALSE(rig.view.deadline());
}

TEST_CASE("a key in a quiet pane that sets off a flood gets one frame at once", "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 1s;
  rig.view.expect_echo(rig.now);
  rig.print(std::string(800, 'y'));
  CHECK(rig.turn() > 256);
  rig.acknowledge();
  rig.now += 1ms;
  rig.print(std::string(800, 'z'));
  CHECK(rig.turn() == 0);
}

TEST_CASE("a key's echo does not wait until a frame has arrived", "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 20ms;
  ++rig.flood;
  rig.view.invalidate();
  REQUIRE(rig.turn() > 1000);  // not acknowledged
  rig.now += 1ms;
  rig.view.expect_echo(rig.now);
  rig.print("x");
  CHECK(rig.turn() > 0);
  CHECK(rig.terminal.row(0) == "x");
}

TEST_CASE("what nobody typed waits for the next frame", "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 2ms;
  rig.print("x");
  CHECK(rig.turn() == 0);
  rig.now += 20ms;
  CHECK(rig.turn() > 1000);
}

TEST_CASE("what comes long after a key is no echo", "[server][composed]") {
  Rig rig;
  rig.view.expect_echo(rig.now);
  rig.now += 200ms;
  rig.show_flood();
  rig.now += 2ms;
  rig.print("x");
  CHECK(rig.turn() == 0);
}

TEST_CASE("a flood that a key sets off gets one frame at once and then the pace of all",
          "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 2ms;
  rig.view.expect_echo(rig.now);
  rig.print(std::string(800, 'y'));
  CHECK(rig.turn() > 256);
  rig.now += 1ms;
  rig.print(std::string(800, 'z'));
  CHECK(rig.turn() == 0);
}

TEST_CASE("a drawn client of a flood got more than sixty frames in a second", "[server][composed]") {
  Rig rig;
  rig.show_flood();
  rig.now += 20ms;
  // The server turns as often as the program prints; the client takes all at once.
  int frames = 0;
  for (const auto end = rig.now + 1s; rig.now < end; rig.now += 250us) {
    ++rig.flood;
    rig.view.invalidate();
    if (rig.turn() > 0) ++frames;
    rig.acknowledge();
  }
  CHECK(frames <= 60);
  CHECK(frames > 50);
}

TEST_CASE("a slow terminal is not sent echoes behind more than it can take", "[server][composed]") {
  Rig rig;
  rig.show_flood();
  std::size_t sent = 0;
  for (int i = 0; i < 1000; ++i) {
    rig.now += 2ms;
    rig.view.expect_echo(rig.now);
    rig.print(std::string(200, static_cast<char>('a' + i % 26)));
    sent += rig.turn();
  }
  CHECK(sent > 1000);
  CHECK(sent < 100'000);
}

TEST_CASE("a synchronized update is held until it ends, and not for ever", "[server][composed]") {
  panes::SynchronizedPanes panes;
  const model::PaneId pane{1};
  const panes::SynchronizedPanes::Time start{1h};
  CHECK_FALSE(panes.held_until(pane, start));
  panes.on_output(pane, true, start);
  CHECK(panes.held_until(pane, start) == start + panes::SynchronizedPanes::kLimit);
  CHECK_FALSE(panes.held_until(model::PaneId{2}, start));
  panes.on_output(pane, true, start + 100ms);  // goes on: the first one counts
  CHECK(panes.held_until(pane, start + 200ms) == start + panes::SynchronizedPanes::kLimit);
  panes.on_output(pane, false, start + 210ms);
  CHECK_FALSE(panes.held_until(pane, start + 210ms));
  panes.on_output(pane, true, start + 300ms);
  CHECK_FALSE(panes.held_until(pane, start + 300ms + panes::SynchronizedPanes::kLimit));
  panes.on_output(pane, true, start + 900ms);
  panes.forget(pane);
  CHECK_FALSE(panes.held_until(pane, start + 900ms));
}
