// A pane's terminal over servers that die: the same journal opened again and again, as recovery does it.
#include "server/pane_io.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <cstring>

#include "os/pty.hpp"
#include "os/socket.hpp"
#include "support/catch.hpp"
#include "terminal/capture.hpp"

using namespace sess;
using namespace sess::server;

namespace {

class Observer final : public PaneObserver {
 public:
  void on_pane_output(PaneIo&) override {}
  void on_pane_bell(PaneIo&) override { ++bells; }
  void on_pane_title(PaneIo&) override {}
  void on_pane_clipboard(PaneIo&, std::string_view, std::string_view) override {}
  void on_pane_notification(PaneIo&, int, std::string_view, std::string_view) override {}
  void on_pane_eof(PaneIo&) override { ++ends; }
  void on_pane_bytes(PaneIo&, std::string_view bytes) override { seen += bytes; }
  int bells = 0;
  int ends = 0;
  std::string seen;
};

struct Rig {
  std::unique_ptr<os::Loop> loop = os::Loop::open().value();
  os::SharedMemory memory = os::SharedMemory::create("test", 0).value();
  Observer observer;

  [[nodiscard]] UniqueFd journal() const { return UniqueFd(::fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0)); }
  [[nodiscard]] std::unique_ptr<PaneIo> open(std::optional<PaneIo::Recovery> recovery = std::nullopt,
                                             Size size = {24, 80}) {
    return PaneIo::open(*loop, model::PaneId{1}, UniqueFd(), journal(), size, {}, observer, recovery).value();
  }
};

std::string text(const PaneIo& pane) {
  terminal::CaptureOptions all;
  all.start = terminal::CaptureOptions::kHistoryStart;
  return terminal::capture(pane.screen(), all);
}

std::string numbers(int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i) out += std::to_string(i) + "\r\n";
  return out;
}

}  // namespace

TEST_CASE("a server that dies loses no line and no byte of what was read", "[pane_io]") {
  Rig rig;
  std::string expected;
  {
    auto pane = rig.open();
    pane->announce(numbers(0, 2000));
  }
  for (int round = 1; round <= 20; ++round) {
    auto pane = rig.open(PaneIo::Recovery{});
    pane->announce(numbers(round * 2000, round * 2000 + 2000));
    if (round % 3 == 0) pane->checkpoint();
  }
  auto pane = rig.open(PaneIo::Recovery{});
  CHECK(pane->screen().history().lines() == 21 * 2000 - 23);
  for (int i = 0; i < 21 * 2000; ++i) expected += std::to_string(i) + "\n";
  expected += "\n";
  CHECK(text(*pane) == expected);
}

TEST_CASE("bytes that were read but not parsed are parsed by the next server", "[pane_io]") {
  Rig rig;
  { auto pane = rig.open(); }
  {
    auto journal = Journal::open(rig.journal()).value();
    const std::string_view bytes = "read, not parsed\x1b[5n";
    const auto space = journal->write_space(bytes.size());
    std::memcpy(space.data(), bytes.data(), bytes.size());
    journal->commit(bytes.size());
  }
  auto pane = rig.open(PaneIo::Recovery{});
  CHECK(text(*pane).find("read, not parsed") == 0);
  CHECK(pane->journal().pending_input() == "\x1b[0n");  // and the query in it is answered, once there is a program
}

TEST_CASE("a query is answered once, however often its bytes are replayed", "[pane_io]") {
  Rig rig;
  auto pty = os::open_pty({24, 80}).value();
  {
    auto pane = PaneIo::open(*rig.loop, model::PaneId{1}, UniqueFd(::fcntl(pty.master.get(), F_DUPFD_CLOEXEC, 0)),
                             rig.journal(), {24, 80}, {}, rig.observer, std::nullopt)
                    .value();
    pane->announce("\x1b[5n\a");
  }
  CHECK(rig.observer.bells == 1);
  for (int i = 0; i < 3; ++i) {
    auto pane = PaneIo::open(*rig.loop, model::PaneId{1}, UniqueFd(::fcntl(pty.master.get(), F_DUPFD_CLOEXEC, 0)),
                             rig.journal(), {24, 80}, {}, rig.observer, PaneIo::Recovery{})
                    .value();
  }
  CHECK(rig.observer.bells == 1);
  // What the program can read: one answer, echoed and not canonical-ended, so look at the raw queue.
  char buffer[64] = {};
  ::fcntl(pty.slave.get(), F_SETFL, O_NONBLOCK);
  termios raw{};
  ::tcgetattr(pty.slave.get(), &raw);
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  ::tcsetattr(pty.slave.get(), TCSANOW, &raw);
  const ssize_t n = ::read(pty.slave.get(), buffer, sizeof buffer);
  CHECK(std::string(buffer, n > 0 ? static_cast<std::size_t>(n) : 0) == "\x1b[0n");
}

TEST_CASE("bytes that ended the server twice are skipped the third time, and it says so", "[pane_io]") {
  Rig rig;
  { auto pane = rig.open(); }
  const auto leave_parsing = [&](std::uint64_t begin, std::uint64_t end) {
    Journal::open(rig.journal()).value()->begin_parse(begin, end);  // and dies there
  };
  {
    auto journal = Journal::open(rig.journal()).value();
    const std::string_view bytes = "before POISON after";
    const auto space = journal->write_space(bytes.size());
    std::memcpy(space.data(), bytes.data(), bytes.size());
    journal->commit(bytes.size());
  }
  leave_parsing(0, 19);
  CHECK(Journal::open(rig.journal()).value()->blame()->count == 1);
  leave_parsing(7, 13);  // the careful replay got this far
  auto pane = rig.open(PaneIo::Recovery{true});
  const auto shown = text(*pane);
  CHECK(shown.find("before") == 0);
  CHECK(shown.find("POISON") == std::string::npos);
  CHECK(shown.find("[sess: 6 bytes of output could not be shown]") != std::string::npos);
  CHECK(shown.find(" after") != std::string::npos);
}

TEST_CASE("SIGKILL blames nothing", "[pane_io]") {
  Rig rig;
  { rig.open()->announce("some output"); }
  for (int i = 0; i < 5; ++i) {
    Journal::open(rig.journal()).value()->begin_parse(0, 11);
    auto pane = rig.open(PaneIo::Recovery{false});
    CHECK(text(*pane).find("some output") == 0);
  }
}

TEST_CASE("a size that changed is kept although it is no part of the stream", "[pane_io]") {
  Rig rig;
  {
    auto pane = rig.open();
    pane->announce(std::string(100, 'x'));
    pane->resize({24, 50});
    pane->announce("y");
  }
  auto pane = rig.open(PaneIo::Recovery{}, {24, 50});
  CHECK(pane->screen().size() == Size{24, 50});
  CHECK(text(*pane).find(std::string(50, 'x') + "\n" + std::string(50, 'x') + "\ny") == 0);
}

TEST_CASE("input reaches the program in order and once", "[pane_io]") {
  Rig rig;
  auto pair = os::open_socket_pair(SOCK_STREAM).value();  // stands for a PTY: what is written arrives unchanged
  ::fcntl(pair.first.get(), F_SETFL, O_NONBLOCK);
  auto pane = PaneIo::open(*rig.loop, model::PaneId{1}, std::move(pair.first), rig.journal(), {24, 80}, {},
                           rig.observer, std::nullopt)
                  .value();
  std::string sent;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const std::string part = "part " + std::to_string(i) + "\n";
    REQUIRE(pane->input(part, 99, i));
    sent += part;
  }
  CHECK(pane->journal().input_applied(99) == 100);
  std::string got(sent.size(), '\0');
  std::size_t at = 0;
  while (at < got.size()) {
    const ssize_t n = ::read(pair.second.get(), got.data() + at, got.size() - at);
    REQUIRE(n > 0);
    at += static_cast<std::size_t>(n);
  }
  CHECK(got == sent);
}
