#include "panes/pane_io.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "os/memory/shared.hpp"
#include "support/catch.hpp"
#include "terminal/show/capture.hpp"

using namespace sess;
using panes::Journal;
using panes::PaneIo;

namespace {

struct Deaf final : panes::PaneObserver {
  [[nodiscard]] std::size_t read_budget() const override { return 16 * 1024; }
  void on_pane_output(PaneIo&) override {}
  void on_pane_bell(PaneIo&) override {}
  void on_pane_title(PaneIo&) override {}
  void on_pane_clipboard(PaneIo&, std::string_view, std::string_view) override {}
  void on_pane_notification(PaneIo&, int, std::string_view, std::string_view) override {}
  void on_pane_window_name(panes::PaneIo&, std::string_view) override {}
  bool on_pane_passthrough(panes::PaneIo&, std::string_view) override { return false; }
  void on_pane_eof(PaneIo&) override {}
  void on_pane_bytes(PaneIo&, std::string_view) override {}
};

/// A pane's journal, and a program on the other end of its terminal (a socket here).
struct Rig {
  Rig() {
    auto made = os::SharedMemory::create("sess-pane", 0);
    REQUIRE(made);
    file = made->take_fd();
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    master = UniqueFd(ends[0]);
    program = UniqueFd(ends[1]);
    auto opened = os::Loop::open();
    REQUIRE(opened);
    loop = std::move(*opened);
  }
  static UniqueFd copy(const UniqueFd& fd) { return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }
  std::unique_ptr<PaneIo> open(std::optional<PaneIo::Recovery> recovery) {
    auto pane =
        PaneIo::open(*loop, model::PaneId{0}, copy(master), copy(file), Size{10, 60}, {}, nobody, recovery);
    REQUIRE(pane);
    return std::move(*pane);
  }
  /// Servers die one after the other while they recover the pane.
  void die(int times) {
    for (int i = 0; i < times; ++i) {
      auto journal = Journal::open(copy(file));
      REQUIRE(journal);
      (*journal)->count_death(true);
      (*journal)->begin_work(Journal::Work::recovery);
    }
  }
  /// What the program prints, as much as is taken; read by the pane until nothing moves any more.
  std::size_t print(std::string_view text) const {
    std::size_t done = 0;
    for (int idle = 0; done < text.size() && idle < 3;) {
      const ssize_t n = ::write(program.get(), text.data() + done, text.size() - done);
      if (n > 0) done += static_cast<std::size_t>(n);
      idle = n > 0 ? 0 : idle + 1;
      turn();
    }
    turn();
    return done;
  }
  /// One turn of the loop, with everything that is ready.
  void turn() const {
    loop->defer([] {});  // it does not wait
    loop->run_once();
  }

  UniqueFd file;
  UniqueFd master;
  UniqueFd program;
  std::unique_ptr<os::Loop> loop;
  mutable Deaf nobody;
};

std::string shown(const PaneIo& pane) {
  return terminal::capture(pane.screen(), {});
}

}  // namespace

TEST_CASE("bytes that ended two servers by a fault are skipped by the third, which says so in the pane",
          "[server]") {
  auto memory = os::SharedMemory::create("sess-pane", 0);
  REQUIRE(memory);
  const UniqueFd file = memory->take_fd();
  const auto descriptor = [&] { return UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3)); };
  const std::string_view stream = "good\r\nHARMFUL\r\nalso good";
  const auto harm = stream.find("HARMFUL");
  for (int death = 0; death < 2; ++death) {
    // A server that dies while it parses these seven bytes.
    auto journal = Journal::open(descriptor());
    REQUIRE(journal);
    if (death == 0) {
      const auto space = (*journal)->write_space(stream.size());
      std::memcpy(space.data(), stream.data(), stream.size());
      (*journal)->commit(stream.size());
    } else {
      CHECK((*journal)->blame());
    }
    (*journal)->begin_parse(harm, harm + 7);
  }
  auto loop = os::Loop::open();
  REQUIRE(loop);
  Deaf nobody;
  auto pane = PaneIo::open(**loop, model::PaneId{0}, {}, descriptor(), Size{10, 60}, {}, nobody,
                           PaneIo::Recovery{true});
  REQUIRE(pane);
  const auto text = terminal::capture((*pane)->screen(), {});
  CHECK(text.find("good\n") != std::string::npos);
  CHECK(text.find("HARMFUL") == std::string::npos);
  CHECK(text.find("[sess: 7 bytes of output could not be shown]") != std::string::npos);
  CHECK(text.find("also good") != std::string::npos);
}

TEST_CASE(
    "what a command types into a program that does not read waits whole and in order, and ends with the "
    "program",
    "[server]") {
  auto memory = os::SharedMemory::create("sess-pane", 0);
  REQUIRE(memory);
  auto loop = os::Loop::open();
  REQUIRE(loop);
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  const UniqueFd reader(ends[0]);
  Deaf nobody;
  auto opened = PaneIo::open(**loop, model::PaneId{0}, UniqueFd(ends[1]), memory->take_fd(), Size{10, 60}, {},
                             nobody, std::nullopt);
  REQUIRE(opened);
  PaneIo& pane = **opened;
  std::string expected;
  for (int i = 0; i < 300'000; ++i) expected += std::to_string(i) + '\n';
  REQUIRE(pane.input().type(std::string_view(expected).substr(0, 5)));
  REQUIRE(pane.input().type(std::string_view(expected).substr(5)));
  CHECK(pane.input().waits());
  // A client's typing does not get between, and is not lost either.
  CHECK_FALSE(pane.input().accept("typed", 77, {1, 0, 0}));
  CHECK(pane.journal().input_applied(77).frame == 0);
  REQUIRE(pane.input().type("last"));
  expected += "last";
  int taken = 0;
  pane.input().when_taken([&] { ++taken; });
  CHECK(taken == 0);
  CHECK_FALSE(pane.input().type(std::string(panes::InputQueue::kMost, 'x')));

  std::string got;
  std::vector<char> buffer(64 * 1024);
  while (got.size() < expected.size()) {
    const auto n = ::read(reader.get(), buffer.data(), buffer.size());
    if (n > 0) got.append(buffer.data(), static_cast<std::size_t>(n));
    REQUIRE((n > 0 || errno == EAGAIN));
    REQUIRE(pane.input().type({}));  // what the loop does when the program can be written to
  }
  CHECK(got == expected);
  CHECK(taken == 1);
  CHECK_FALSE(pane.input().waits());
  CHECK(pane.input().accept("typed", 77, {1, 0, 0}));

  REQUIRE(pane.input().type(std::string(2 << 20, 'x')));
  pane.input().when_taken([&] { ++taken; });
  pane.finish();
  CHECK(taken == 2);
  CHECK_FALSE(pane.input().waits());
}

TEST_CASE("a new pane's history limits hold for the server after the one that made it", "[server]") {
  auto memory = os::SharedMemory::create("sess-pane", 0);
  REQUIRE(memory);
  const UniqueFd file = memory->take_fd();
  const auto descriptor = [&] { return UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3)); };
  auto loop = os::Loop::open();
  REQUIRE(loop);
  Deaf nobody;
  PaneIo::Limits limits;
  limits.history_lines = 20;
  for (int i = 0; i < 2; ++i) {
    auto pane = PaneIo::open(**loop, model::PaneId{0}, {}, descriptor(), Size{10, 60}, limits, nobody,
                             i == 0 ? std::nullopt : std::optional(PaneIo::Recovery{}));
    REQUIRE(pane);
    if (i == 0) {
      for (int line = 0; line < 15; ++line) (*pane)->announce("line\r\n");
    } else {
      for (int line = 0; line < 100; ++line) (*pane)->announce("line\r\n");
      CHECK((*pane)->screen().history().lines() == 20);
    }
  }
}

TEST_CASE("twenty thousand long links without a newline are no reason for a server to die", "[server]") {
  auto memory = os::SharedMemory::create("sess-pane", 0);
  REQUIRE(memory);
  const UniqueFd file = memory->take_fd();
  const auto descriptor = [&] { return UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3)); };
  auto loop = os::Loop::open();
  REQUIRE(loop);
  Deaf nobody;
  const std::string uri = "http://host/" + std::string(2000, 'u');
  auto pane =
      PaneIo::open(**loop, model::PaneId{0}, {}, descriptor(), Size{24, 80}, {}, nobody, std::nullopt);
  REQUIRE(pane);
  for (int i = 0; i < 20000; ++i) {
    (*pane)->announce("\033]8;;" + uri + std::to_string(i) + "\033\\L\033]8;;\033\\");
  }
  (*pane)->announce("end");
  const auto before = terminal::capture((*pane)->screen(), {});
  const auto parsed = (*pane)->parsed();
  pane->reset();
  pane = PaneIo::open(**loop, model::PaneId{0}, {}, descriptor(), Size{24, 80}, {}, nobody,
                      PaneIo::Recovery{true});
  REQUIRE(pane);
  CHECK((*pane)->parsed() == parsed);
  CHECK(terminal::capture((*pane)->screen(), {}) == before);
}

TEST_CASE("a pane that three servers died of is set aside: bytes are kept, keys arrive", "[server]") {
  Rig rig;
  rig.open(std::nullopt)->announce("before\r\n");
  rig.die(3);
  CHECK(!rig.open(PaneIo::Recovery{false, false})->aside());  // the last one was killed from outside
  rig.die(1);
  {
    const auto pane = rig.open(PaneIo::Recovery{true, false});
    REQUIRE(pane->aside());
    CHECK(shown(*pane).find("set aside: 3 servers") != std::string::npos);
    CHECK(shown(*pane).find("before") == std::string::npos);
    const auto at = pane->parsed();
    CHECK(rig.print("meanwhile\033[c\r\n") == 14);
    CHECK(pane->parsed() == at);
    CHECK(pane->journal().output(at) == "meanwhile\033[c\r\n");
    CHECK(pane->input().type("keys"));
    char typed[16] = {};
    CHECK(::read(rig.program.get(), typed, sizeof typed) == 4);
    pane->resize(Size{12, 70});
    pane->announce("a note");
    CHECK(shown(*pane).find("a note") != std::string::npos);
  }
  // It stays so, whatever the next one died of.
  CHECK(rig.open(PaneIo::Recovery{})->aside());
  SECTION("an upgrade loads all of it, and answers no question that late") {
    const auto pane = rig.open(PaneIo::Recovery{false, true});
    CHECK(!pane->aside());
    CHECK(shown(*pane).starts_with("before\nmeanwhile\n"));
    char typed[16] = {};
    CHECK(::read(rig.program.get(), typed, sizeof typed) == -1);
    CHECK(!rig.open(PaneIo::Recovery{true, false})->aside());
  }
  SECTION("a reset begins with what was kept") {
    const auto pane = rig.open(PaneIo::Recovery{});
    pane->reset_terminal();
    CHECK(!pane->aside());
    CHECK(shown(*pane).starts_with("meanwhile\n"));
    rig.print("after");
    CHECK(shown(*pane).starts_with("meanwhile\nafter"));
    const auto next = rig.open(PaneIo::Recovery{true, false});
    CHECK(!next->aside());
    CHECK(shown(*next).starts_with("meanwhile\nafter"));
  }
}

TEST_CASE("a checkpoint that is saved makes earlier deaths forgotten, one of the recovery itself does not",
          "[server]") {
  Rig rig;
  rig.open(std::nullopt)->announce("before\r\n");
  rig.die(3);
  {
    auto pane =
        PaneIo::open(*rig.loop, model::PaneId{0}, {}, Rig::copy(rig.file), Size{20, 70}, {}, rig.nobody,
                     PaneIo::Recovery{});  // not a fault: two deaths; its size is new, so it is saved
    REQUIRE(pane);
    CHECK(!(*pane)->aside());
  }
  SECTION("none was saved") {
    rig.die(1);
    CHECK(rig.open(PaneIo::Recovery{true, false})->aside());
  }
  SECTION("one was saved") {
    rig.open(PaneIo::Recovery{})->checkpoint();
    rig.die(1);
    CHECK(!rig.open(PaneIo::Recovery{true, false})->aside());
  }
}

TEST_CASE("the program of a pane that is set aside waits when its ring is full, and loses nothing",
          "[server]") {
  Rig rig;
  rig.open(std::nullopt)->announce("before\r\n");
  rig.die(3);
  std::string flood;
  for (int line = 0; flood.size() < 4 * Journal::kRingSize; ++line) flood += std::to_string(line) + "\r\n";
  const auto pane = rig.open(PaneIo::Recovery{true, false});
  REQUIRE(pane->aside());
  const auto at = pane->parsed();
  const std::size_t taken = rig.print(flood);
  CHECK(taken < flood.size());
  CHECK(pane->journal().written() == Journal::kRingSize);
  const auto first = std::string(pane->journal().output(at));
  CHECK(first == flood.substr(0, first.size()));
  // Nothing is ready any more: a full ring is no reason to turn without end.
  CHECK(pane->input().type("x"));
  pane->reset_terminal();
  CHECK(rig.print(std::string_view(flood).substr(taken)) == flood.size() - taken);
  for (int turns = 0; turns < 1000 && pane->journal().written() < at + flood.size(); ++turns) rig.turn();
  const auto screen = shown(*pane);
  const auto end = flood.rfind("\r\n", flood.size() - 3) + 2;
  CHECK(screen.find(flood.substr(end, flood.size() - end - 2)) != std::string::npos);
  CHECK(pane->journal().written() == at + flood.size());
}

TEST_CASE("a pane whose journal cannot be read is set aside, not lost; nothing is read from its program",
          "[server]") {
  Rig rig;
  rig.open(std::nullopt)->announce("before\r\n");
  const std::uint32_t version = 99;
  REQUIRE(::pwrite(rig.file.get(), &version, sizeof version, 8) == sizeof version);
  {
    const auto pane = rig.open(PaneIo::Recovery{});
    CHECK(pane->aside());
    CHECK(shown(*pane).find("version 99") != std::string::npos);
    rig.print("waits");
    int unread = 0;
    REQUIRE(::ioctl(rig.master.get(), FIONREAD, &unread) == 0);
    CHECK(unread == 5);
    CHECK(pane->input().type("keys"));
    char typed[16] = {};
    CHECK(::read(rig.program.get(), typed, sizeof typed) == 4);
  }
  const std::uint32_t readable = 1;
  REQUIRE(::pwrite(rig.file.get(), &readable, sizeof readable, 8) == sizeof readable);
  const auto pane = rig.open(PaneIo::Recovery{});
  CHECK(!pane->aside());
  rig.turn();
  CHECK(shown(*pane).starts_with("before\nwaits"));
}
