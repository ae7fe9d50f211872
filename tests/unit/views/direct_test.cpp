// A direct view between a real pane (its output announced) and a real socket whose other end plays the
// client: what the user's terminal then shows is judged by the oracle.
#include "views/direct.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "os/socket.hpp"
#include "protocol/message.hpp"
#include "panes/pane_io.hpp"
#include "client_end.hpp"
#include "support/catch.hpp"
#include "support/oracle.hpp"
#include "unit/panes/silent_observer.hpp"
#include "terminal/show/capture.hpp"

using namespace sess;
using namespace sess::views;

namespace {

/// A pane, a connection with a view on it, and the client's end of the socket.
struct Rig {
  std::unique_ptr<os::Loop> loop = os::Loop::open().value();
  test::SilentObserver observer{16 * 1024};
  std::unique_ptr<panes::PaneIo> pane;
  os::SocketPair sockets = os::open_socket_pair(SOCK_STREAM).value();
  std::unique_ptr<Connection> connection;
  FlowWindow flow;
  std::unique_ptr<DirectView> view;
  FlowWindow::Time now{std::chrono::seconds(1)};

  test::ClientEnd client{std::move(sockets.second)};
  test::Oracle terminal{Size{24, 80}};
  std::string bytes;  ///< everything that the terminal was sent
  std::size_t counted_from = 0;
  std::string undo;
  std::uint64_t offset = 0;          ///< of the last frame that had one
  std::uint64_t past = 0;            ///< bytes since
  std::optional<Scrolled> scrolled;  ///< what the last frame that told it said

  Rig() {
    auto journal = os::SharedMemory::create("test", 0).value();
    pane = panes::PaneIo::open(*loop, model::PaneId{1}, UniqueFd(), journal.take_fd(), {24, 80}, {}, observer,
                               std::nullopt)
               .value();
    connection = std::make_unique<Connection>(*loop, std::move(sockets.first), Connection::Events{});
    begin();
  }
  void begin(std::uint64_t history_lines = 2000) {
    DirectView::Options options;
    options.history_lines = history_lines;
    options.tell_scrolled = true;
    view = std::make_unique<DirectView>(*connection, flow, *pane, options);
  }

  void print(std::string_view text) { pane->announce(text); }

  /// One turn of the server, then the client takes what came.
  void turn() {
    now += std::chrono::milliseconds(20);
    view->turn(now);
    take();
  }
  void take() {
    client.take(*connection, [this](const protocol::Frame& frame) {
      if (frame.type == protocol::FrameType::undo) undo = protocol::Undo::parse(frame.payload)->bytes;
      if (frame.type != protocol::FrameType::output) return;
      const auto output = protocol::Output::parse(frame.payload);
      bytes += output->bytes;
      terminal.feed(std::string(output->bytes));
      if (output->scrolled) scrolled = output->scrolled;
      past += output->bytes.size();
      if (output->offset != protocol::kNoOffset) {
        offset = output->offset;
        past = 0;
      }
    });
  }
  /// Until the terminal has all that it missed.
  void let_it_catch_up() {
    take();
    for (int i = 0; i < 1000 && view->catching_up(); ++i) {
      acknowledge();
      turn();
    }
    CHECK(view->is_current());
  }
  /// What is on its way is lost; both ends count from here on.
  void connect_anew() {
    client.take(*connection, [](const protocol::Frame&) {});
    flow = FlowWindow();
    counted_from = bytes.size();
  }
  void acknowledge() { static_cast<void>(flow.on_ack(sent_total(), now)); }
  /// A slow client: takes no more than so much of what is on its way.
  void take_some(std::uint64_t most) {
    const std::uint64_t taken = flow.sent() - flow.in_flight();
    static_cast<void>(flow.on_ack(std::min(sent_total(), taken + most), now));
  }
  [[nodiscard]] std::uint64_t sent_total() const { return bytes.size() - counted_from; }

  [[nodiscard]] std::string screen() {
    std::string out;
    for (int r = 0; r < 24; ++r) out += terminal.row(r) + "\n";
    return out;
  }
};

/// A line of one to five rows, none of which ends a row exactly.
std::string long_line(int i) {
  std::string line = "line " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 37 % 300), 'x');
  return line.size() % 80 == 0 ? line + "y" : line;
}

void print_long_lines(Rig& rig, int from, int to) {
  for (int i = from; i < to; ++i) rig.print(long_line(i) + "\r\n");
}

/// Where all that the terminal shows and can scroll back to is not the long lines 0 … count - 1.
std::string wrong_lines(Rig& rig, int count) {
  std::string all;
  const auto add = [&all](const std::string& row) { all += row.size() == 80 ? row : row + "\n"; };
  for (const auto& row : rig.terminal.scrollback()) add(row);
  for (int r = 0; r < 24; ++r) add(rig.terminal.row(r));
  while (all.ends_with("\n\n")) all.pop_back();
  std::string wanted;
  for (int i = 0; i < count; ++i) wanted += long_line(i) + "\n";
  const auto at = std::mismatch(all.begin(), all.end(), wanted.begin(), wanted.end()).first - all.begin();
  return all == wanted
             ? ""
             : "from byte " + std::to_string(at) + ": " + all.substr(static_cast<std::size_t>(at), 100);
}

std::string lines(int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i) out += "line " + std::to_string(i) + "\r\n";
  return out;
}

}  // namespace

TEST_CASE("a client that keeps up gets the program's own bytes", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const auto before = rig.bytes.size();
  rig.print("\x1b[31mred\x1b[0m \xed\x95\x9c\r\n");
  rig.turn();
  CHECK(rig.bytes.substr(before) == "\x1b[31mred\x1b[0m \xed\x95\x9c\r\n");
  CHECK(rig.offset == rig.pane->parsed());
}

TEST_CASE("what is not decoded a second time is what a decoder of its own would pass", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const auto before = rig.bytes.size();
  terminal::Relay alone({}, false);
  std::string expected;
  const std::string_view kTokens[] = {"plain text ",
                                      "\x1b[38;5;17m",
                                      "\xed\x95\x9c\xea\xb8\x80 ",
                                      "\r\n",
                                      "\x1b[12;3H",
                                      "\x1b[?25l\x1b[?25h",
                                      "\x1b(0q\x1b(B",
                                      "\x1b[6n",     // asks
                                      "\xff\xe0",    // malformed
                                      "\x1b[3\n1m",  // a control inside
                                      "\x1b[2\x18",  // broken off
                                      "\x1b]0;title\a",
                                      "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
                                      "\x1b[?2048h",         // refused
                                      "\x1bPq#0!9~\x1b\\"};  // a picture
  constexpr std::size_t kPlain = 7;
  unsigned seed = 5;
  const auto next = [&seed](std::size_t below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8U) % below;
  };
  std::string stream;
  // Across the end of the ring, with stretches of plain output and others.
  while (stream.size() < panes::Journal::kRingSize + 100'000) {
    const bool mixed = stream.size() % 40'000 < 4'000;
    if (!mixed && next(3) == 0) stream.append(next(400), 'x');
    stream += kTokens[next(mixed ? std::size(kTokens) : kPlain)];
  }
  std::size_t plain = 0;
  for (std::string_view rest = stream; !rest.empty();) {
    const auto piece = rest.substr(0, 1 + next(6'000));
    rest.remove_prefix(piece.size());
    const auto from = rig.pane->parsed();
    const auto boundary = rig.pane->boundary();
    rig.print(piece);
    if (rig.pane->plain_until(boundary, from, rig.pane->parsed())) plain += piece.size();
    alone.feed(piece);
    alone.append_to(expected);
    alone.clear();
    rig.turn();
    rig.acknowledge();
  }
  CHECK_FALSE(rig.view->skipping());
  CHECK((rig.bytes.substr(before) == expected));
  CHECK(plain > stream.size() / 2);
  CHECK(plain < stream.size());
}

TEST_CASE("a screen that is reset inside a sequence leaves the clients theirs until it ends",
          "[direct_view]") {
  // The emulator forgets the string and takes what follows as text, the client's decoder knows it still: what
  // is plain for the one is not for the other.
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const auto before = rig.bytes.size();
  const auto print = [&rig](std::string_view bytes) {
    rig.print(bytes);
    rig.turn();
    rig.acknowledge();
  };
  print("first\x1bP");
  rig.pane->reset_terminal();
  print("$q");
  print("r and more\r\n");
  print("m\x1b\\second\r\n");
  print("third");
  CHECK(rig.bytes.substr(before) == "firstsecond\r\nthird");
}

TEST_CASE("an unfinished sequence waits for its end, and the offset names its start", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const auto before = rig.bytes.size();
  rig.print("ab\x1b[3");
  rig.turn();
  CHECK(rig.bytes.substr(before) == "ab");
  CHECK(rig.offset == rig.pane->parsed() - 3);
  rig.print("1mc");
  rig.turn();
  CHECK(rig.bytes.substr(before) == "ab\x1b[31mc");
}

TEST_CASE("in a flood little waits in the buffers of a terminal that takes what it is sent too early",
          "[direct_view]") {
  // A PTY holds 12 KiB that the client has got rid of and nobody has seen.
  constexpr std::uint64_t kBuffer = 12 * 1024;
  constexpr std::uint64_t kPerMillisecond = 64;
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  std::uint64_t seen = 0;
  std::uint64_t waited = 0;
  for (int ms = 0; ms < 4000; ++ms) {
    rig.now += std::chrono::milliseconds(1);
    seen = std::min(seen + kPerMillisecond, rig.sent_total());
    static_cast<void>(rig.flow.on_ack(std::min(rig.sent_total(), seen + kBuffer), rig.now));
    for (int i = 0; i < 30; ++i) rig.print(std::string(79, static_cast<char>('a' + (ms + i) % 26)) + "\r\n");
    rig.view->turn(rig.now);
    rig.take();
    if (ms >= 2000) waited += rig.sent_total() - seen;
  }
  CHECK(rig.view->skipping());
  INFO("bytes that wait: " << waited / 2000);
  CHECK(waited / 2000 < kBuffer / 2);
  CHECK(seen > 2000 * kPerMillisecond);  // and the terminal is not left idle half of the time
}

TEST_CASE("a client that stops costs nothing and is shown the current screen when it comes back",
          "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  for (int i = 0; i < 200; ++i) {  // two megabytes that nobody acknowledges
    rig.print(lines(i * 1000, i * 1000 + 1000));
    rig.turn();
  }
  CHECK(rig.view->skipping());
  CHECK(rig.bytes.size() < 3 * FlowWindow::kMax);
  CHECK(rig.connection->queued() == 0);
  rig.acknowledge();
  rig.turn();
  CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  rig.let_it_catch_up();
  CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  // What of the lines that it missed the history still has went through its own scrollback, in order and
  // without a hole up to the screen.
  const auto& scrollback = rig.terminal.scrollback();
  REQUIRE(scrollback.size() > 1000);
  for (std::size_t i = scrollback.size() - 1000; i < scrollback.size(); ++i) {
    CHECK(scrollback[i] == "line " + std::to_string(200'000 - 23 - static_cast<int>(scrollback.size() - i)));
  }
  // And it follows again.
  rig.acknowledge();
  const auto before = rig.bytes.size();
  rig.print("again");
  rig.turn();
  CHECK(rig.bytes.substr(before) == "again");
}

TEST_CASE("a view that goes on from an offset sends exactly what is missing", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  rig.print("one \x1b[1mtwo");
  rig.turn();
  rig.acknowledge();
  const auto offset = rig.offset;
  const auto past = rig.past;
  rig.begin();
  rig.print(" three");
  REQUIRE(rig.view->resume(offset, past, {}));
  const auto before = rig.bytes.size();
  rig.turn();
  CHECK(rig.bytes.substr(before) == " three");
}

TEST_CASE("an offset that has left the ring cannot be resumed", "[direct_view]") {
  Rig rig;
  rig.print("x");
  const auto offset = rig.pane->parsed();
  for (int i = 0; i < 200; ++i) rig.print(lines(0, 1000));
  CHECK_FALSE(rig.view->resume(offset, 0, {}));
  CHECK_FALSE(rig.view->resume(rig.pane->parsed() + 1, 0, {}));
}

TEST_CASE("what brings the terminal back is there before the modes are switched on", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  rig.print("\x1b[?1049h\x1b[?1002h\x1b[?1006h\x1b[?2004h");
  rig.turn();
  REQUIRE(rig.terminal.alternate());
  CHECK(rig.undo.find("\x1b[?1049l") != std::string::npos);
  rig.terminal.feed(rig.undo);
  CHECK_FALSE(rig.terminal.alternate());
}

TEST_CASE(
    "options that change reach a view that is attached, and what was asked of the terminal is taken back",
    "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  DirectView::Options options;
  options.policy.clipboard = false;
  options.policy.cursor_style = 4;
  options.policy.cursor_color = terminal::Color::rgb(1, 2, 3);
  rig.view->set_options(options);
  auto before = rig.bytes.size();
  rig.print("\x1b]52;c;QQ==\ax");
  rig.turn();
  CHECK(rig.bytes.find("52;c", before) == std::string::npos);
  CHECK(rig.bytes.find("\x1b[4 q\x1b]12;rgb:01/02/03\x1b\\", before) != std::string::npos);
  CHECK(rig.undo.find("\x1b[0 q\x1b]112\x1b\\") != std::string::npos);
  rig.acknowledge();
  rig.view->set_options({});
  before = rig.bytes.size();
  rig.turn();
  CHECK(rig.bytes.find("\x1b]112\x1b\\", before) != std::string::npos);
  CHECK(rig.terminal.cursor_shape() != test::OracleCursorShape::underline);
  // What the terminal was found to lack shows nothing new.
  rig.acknowledge();
  DirectView::Options lacking;
  lacking.policy.lacks = terminal::ability::picture;
  rig.view->set_options(lacking);
  before = rig.bytes.size();
  rig.turn();
  CHECK(rig.bytes.size() == before);
}

TEST_CASE("a view stops at a mode that the terminal lacks, and shows the screen once that is off",
          "[direct_view]") {
  Rig rig;
  DirectView::Options options;
  options.policy.lacks = terminal::ability::picture;
  rig.view->set_options(options);
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  rig.print("before\x1b[?69h\x1b[3;6s\x1b[2;3Hinside");
  rig.turn();
  CHECK(rig.terminal.row(0) == "before");
  CHECK(rig.terminal.row(1).empty());
  CHECK(rig.bytes.find("69h") == std::string::npos);
  rig.acknowledge();
  rig.print("\x1b[?69l");
  rig.turn();
  CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  CHECK(rig.screen().find("insi") != std::string::npos);
}

TEST_CASE("what is kept from a terminal that lacks it is painted", "[direct_view]") {
  Rig rig;
  DirectView::Options options;
  options.policy.lacks = terminal::ability::picture;
  rig.view->set_options(options);
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  rig.print("abc\x1b[1;2H\x1b[2'}");
  rig.turn();
  CHECK(rig.terminal.row(0) == "a  bc");
}

TEST_CASE("the last output of a program that ends reaches the terminal", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.print(lines(0, 50'000));
  rig.print("the end");
  rig.view->finish(rig.now);
  rig.take();
  CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  CHECK(rig.screen().find("the end") != std::string::npos);
}

TEST_CASE("lines that wrap are whole and there once, however often what is shown is drawn over",
          "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  int printed = 0;
  for (int round = 0; round < 40; ++round) {
    rig.acknowledge();
    print_long_lines(rig, printed, printed + 3);
    rig.turn();
    // A message: the screen is another for a while, in which more is printed.
    const Scrolled seen = rig.view->scrolled();
    CHECK(rig.scrolled == seen);
    print_long_lines(rig, printed + 3, printed + 3 + round % 30);
    printed += 3 + round % 30;
    rig.begin();
    rig.view->catch_up(seen, rig.now);
    rig.take();
  }
  CHECK(wrong_lines(rig, printed) == "");
}

TEST_CASE("a client that lags goes on with exactly the line where it stopped", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  // Far more than the window takes, but no more than is replayed.
  print_long_lines(rig, 0, 1900);
  rig.turn();
  REQUIRE(rig.offset < rig.pane->parsed());
  SECTION("because it is shown something else") {}
  SECTION("because its connection is another one") {
    REQUIRE(rig.scrolled == rig.view->scrolled());
  }
  SECTION("because it fell behind") {
    for (int i = 0; i < 5; ++i) rig.turn();
  }
  const Scrolled seen = *rig.scrolled;
  rig.begin();
  rig.view->catch_up(seen, rig.now);
  rig.let_it_catch_up();
  CHECK(wrong_lines(rig, 1900) == "");
}

TEST_CASE("more lines than are replayed are no gap where the link carries them soon", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const Scrolled seen = *rig.scrolled;
  print_long_lines(rig, 0, 1900);
  rig.begin(100);
  rig.view->catch_up(seen, rig.now);
  rig.let_it_catch_up();
  CHECK(wrong_lines(rig, 1900) == "");
}

TEST_CASE("where the link is slow, what is owed comes whole, all else for a while and then the newest lines",
          "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const Scrolled seen = *rig.scrolled;
  rig.print(lines(0, 20'000));
  const auto end = rig.pane->screen().history().end_line();
  const bool owed = GENERATE(false, true);
  CAPTURE(owed);
  rig.begin(100);
  rig.view->catch_up(seen, rig.now, owed ? end : 0);
  for (int ms = 0; ms < 60'000 && rig.view->catching_up(); ms += 20) {
    rig.take();
    // 20 kB a second, and the screen is never far behind.
    rig.take_some(400);
    rig.turn();
    if (rig.flow.in_flight() == 0) CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  }
  REQUIRE_FALSE(rig.view->catching_up());
  CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  const auto& scrollback = rig.terminal.scrollback();
  const auto gap = std::find_if(scrollback.begin(), scrollback.end(),
                                [](const std::string& row) { return row.starts_with("[sess: "); });
  CHECK((gap == scrollback.end()) == owed);
  CHECK(scrollback.back() == "line " + std::to_string(20'000 - 24));
  if (owed) {
    CHECK(scrollback.size() == 20'000 - 23);
  } else {
    REQUIRE(gap != scrollback.end());
    const auto before = static_cast<std::size_t>(gap - scrollback.begin());
    CHECK(scrollback[before - 1] == "line " + std::to_string(before - 1));
    CHECK(*gap == fmt::format("[sess: {} lines left out]", end - 100 - before));
    CHECK(scrollback.size() == before + 1 + 100);
  }
}

TEST_CASE("what came while the client took nothing is owed when it takes bytes again", "[direct_view]") {
  Rig rig;
  rig.begin(100);
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  for (int i = 0; i < 200; ++i) {
    print_long_lines(rig, i * 40, i * 40 + 40);
    rig.turn();
  }
  REQUIRE(rig.view->skipping());
  rig.acknowledge();
  rig.turn();
  CHECK(rig.view->catching_up());
  CHECK(rig.view->owed() == rig.pane->screen().history().end_line());
  rig.let_it_catch_up();
  CHECK(wrong_lines(rig, 8000) == "");
}

TEST_CASE("a client that goes on from an offset and is too slow for what came meanwhile gets it whole",
          "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  print_long_lines(rig, 0, 10);
  rig.turn();
  const auto offset = rig.offset;
  const auto past = rig.past;
  const Scrolled seen = *rig.scrolled;
  print_long_lines(rig, 10, 4000);  // in the ring, as far as that reaches
  REQUIRE(offset >= rig.pane->journal().oldest());
  rig.connect_anew();
  rig.begin(100);
  REQUIRE(rig.view->resume(offset, past, seen, rig.pane->screen().history().end_line()));
  bool skipped = false;
  for (int ms = 0; ms < 120'000 && (ms < 1000 || rig.flow.in_flight() > 0); ms += 20) {
    rig.now += std::chrono::milliseconds(20);
    rig.view->turn(rig.now);
    skipped = skipped || rig.view->catching_up();
    rig.take();
    rig.take_some(400);
  }
  CHECK(skipped);
  CHECK(rig.view->is_current());
  CHECK(wrong_lines(rig, 4000) == "");
}

TEST_CASE("a flood that goes on while the client catches up is skipped as any other", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  rig.print(lines(0, 20'000));
  rig.view->catch_up(*rig.scrolled, rig.now, rig.pane->screen().history().end_line());
  int printed = 20'000;
  for (int i = 0; i < 1000 && rig.view->catching_up(); ++i, printed += 300) {
    rig.take();
    rig.take_some(8000);
    rig.print(lines(printed, printed + 300));
    rig.turn();
  }
  CHECK(rig.view->skipping());
  REQUIRE(rig.terminal.scrollback().size() > 20'000);
  for (std::size_t i = 0; i < 20'000; ++i) CHECK(rig.terminal.scrollback()[i] == "line " + std::to_string(i));
}

TEST_CASE("who leaves while a flood is skipped does not wait for more of it than an attach replays",
          "[direct_view]") {
  Rig rig;
  rig.begin(100);
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  for (int i = 0; i < 200; ++i) {
    print_long_lines(rig, i * 50, i * 50 + 50);
    rig.turn();
    rig.take_some(1000);
  }
  REQUIRE(rig.view->skipping());
  const auto before = rig.bytes.size();
  rig.view->finish(rig.now);
  rig.take();
  CHECK(rig.screen() == terminal::capture(rig.pane->screen()));
  CHECK(rig.bytes.size() - before < 40'000);
  CHECK(rig.bytes.find(" lines left out]", before) != std::string::npos);
  CHECK(rig.bytes.find(long_line(9940), before) != std::string::npos);
}

TEST_CASE("who is cut off while it catches up goes on behind the lines that it got", "[direct_view]") {
  Rig rig;
  rig.view->paint({24, 80}, rig.now);
  rig.take();
  rig.acknowledge();
  const Scrolled seen = *rig.scrolled;
  print_long_lines(rig, 0, 1900);
  rig.begin();
  rig.view->catch_up(seen, rig.now);
  // The first frame of several.
  std::optional<Scrolled> got;
  rig.client.take(*rig.connection, [&](const protocol::Frame& frame) {
    if (got || frame.type != protocol::FrameType::output) return;
    const auto output = protocol::Output::parse(frame.payload);
    rig.terminal.feed(std::string(output->bytes));
    got = output->scrolled;
  });
  REQUIRE(got);
  REQUIRE(got->line > 100);
  REQUIRE(got->line < 1800);
  rig.connect_anew();
  rig.begin();
  rig.view->catch_up(*got, rig.now);
  rig.let_it_catch_up();
  CHECK(wrong_lines(rig, 1900) == "");
}
