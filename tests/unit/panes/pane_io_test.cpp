#include "panes/pane_io.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "os/shared_memory.hpp"
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
  void on_pane_eof(PaneIo&) override {}
  void on_pane_bytes(PaneIo&, std::string_view) override {}
};

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

TEST_CASE("what a command types into a program that does not read waits whole and in order, and ends with the program",
          "[server]") {
  auto memory = os::SharedMemory::create("sess-pane", 0);
  REQUIRE(memory);
  auto loop = os::Loop::open();
  REQUIRE(loop);
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  const UniqueFd reader(ends[0]);
  Deaf nobody;
  auto opened = PaneIo::open(**loop, model::PaneId{0}, UniqueFd(ends[1]), memory->take_fd(), Size{10, 60}, {}, nobody,
                             std::nullopt);
  REQUIRE(opened);
  PaneIo& pane = **opened;
  std::string expected;
  for (int i = 0; i < 300'000; ++i) expected += std::to_string(i) + '\n';
  REQUIRE(pane.input(std::string_view(expected).substr(0, 5)));
  REQUIRE(pane.input(std::string_view(expected).substr(5)));
  CHECK(pane.input_waits());
  // A client's typing does not get between, and is not lost either.
  CHECK_FALSE(pane.accept("typed", 77, {1, 0, 0}));
  CHECK(pane.journal().input_applied(77).frame == 0);
  REQUIRE(pane.input("last"));
  expected += "last";
  int taken = 0;
  pane.when_input_taken([&] { ++taken; });
  CHECK(taken == 0);
  CHECK_FALSE(pane.input(std::string(panes::InputQueue::kMost, 'x')));

  std::string got;
  std::vector<char> buffer(64 * 1024);
  while (got.size() < expected.size()) {
    const auto n = ::read(reader.get(), buffer.data(), buffer.size());
    if (n > 0) got.append(buffer.data(), static_cast<std::size_t>(n));
    REQUIRE((n > 0 || errno == EAGAIN));
    REQUIRE(pane.input({}));  // what the loop does when the program can be written to
  }
  CHECK(got == expected);
  CHECK(taken == 1);
  CHECK_FALSE(pane.input_waits());
  CHECK(pane.accept("typed", 77, {1, 0, 0}));

  REQUIRE(pane.input(std::string(2 << 20, 'x')));
  pane.when_input_taken([&] { ++taken; });
  pane.finish();
  CHECK(taken == 2);
  CHECK_FALSE(pane.input_waits());
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
