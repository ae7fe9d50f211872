#include "client/attach/progress.hpp"

#include "support/catch.hpp"

using namespace sess;
using namespace sess::protocol;
using client::Progress;

namespace {

Attached attached(std::uint32_t pane, AttachMode mode = AttachMode::direct) {
  Attached message;
  message.session = 7;
  message.pane = pane;
  message.mode = mode;
  return message;
}

Output output(std::string_view bytes, std::uint64_t offset = kNoOffset, std::uint8_t flags = 0) {
  Output message;
  message.bytes = bytes;
  message.offset = offset;
  message.flags = flags;
  return message;
}

/// A frame comes and `queued` bytes then wait for the terminal. What shown() says.
bool show(Progress& progress, const Output& message, std::size_t queued = 0) {
  progress.received(message.bytes.size());
  return progress.shown(message, queued);
}

Progress counting_progress() {
  Progress progress;
  progress.attached(attached(3));
  REQUIRE(progress.begin_counting());
  return progress;
}

}  // namespace

TEST_CASE("a resume says the last offset and how much came behind it", "[progress]") {
  auto progress = counting_progress();
  CHECK(progress.resume().offset == kNoOffset);
  CHECK(show(progress, output("four", 104)));
  CHECK_FALSE(show(progress, output("\033[3")));  // inside a sequence: nothing may be asked here
  CHECK_FALSE(show(progress, output("title", kNoOffset, Output::kAside)));  // and this is not the pane's
  const auto resume = progress.resume();
  CHECK(resume.session == 7);
  CHECK(resume.pane == 3);
  CHECK(resume.offset == 104);
  CHECK(resume.past == 3);
  CHECK_FALSE(resume.drawn);
}

TEST_CASE("a drawn screen is no place in the stream until output with an offset stands on it", "[progress]") {
  auto progress = counting_progress();
  CHECK(show(progress, output("screen", kNoOffset, Output::kDrawn)));
  CHECK(progress.resume().drawn);
  CHECK(show(progress, output("text", 50)));
  CHECK_FALSE(progress.resume().drawn);
  // Of a screen in several frames only the last ends between two sequences.
  CHECK_FALSE(show(progress, output(std::string(kMaxOutput, 'x'), kNoOffset, Output::kDrawn)));
}

TEST_CASE("another pane, and a direct view behind a drawn one, begin anew", "[progress]") {
  auto progress = counting_progress();
  show(progress, output("text", 50));
  show(progress, output("part"));
  progress.attached(attached(3));
  CHECK(progress.resume().offset == 50);
  CHECK(progress.resume().past == 4);
  progress.attached(attached(3, AttachMode::composed));
  progress.attached(attached(3));
  CHECK(progress.resume().offset == 50);
  CHECK(progress.resume().past == 0);
  CHECK(progress.resume().drawn);
  progress.attached(attached(4));
  CHECK(progress.resume().offset == kNoOffset);
  CHECK(progress.resume().pane == 4);
}

TEST_CASE("what the terminal took is acknowledged, of this connection and of the server's", "[progress]") {
  Progress progress;
  progress.attached(attached(3));
  progress.received(10);  // before counting began
  REQUIRE(progress.begin_counting());
  CHECK_FALSE(progress.begin_counting());
  show(progress, output("12345678", 108), 3);
  CHECK_FALSE(progress.owed_ack(progress.taken(3), 6));
  CHECK(progress.owed_ack(progress.taken(3), 5) == 5);
  progress.acknowledged(5);
  CHECK_FALSE(progress.owed_ack(progress.taken(3), 1));
  CHECK(progress.owed_ack(progress.taken(0), 1) == 8);
  progress.aside(100);  // a notice: taken by the terminal, sent by nobody
  CHECK(progress.owed_ack(progress.taken(0), 1) == 8);
  CHECK_FALSE(progress.owed_ack(progress.taken(100), 1));  // the terminal says nothing of what is behind it
  progress.stop_counting();
  CHECK_FALSE(progress.owed_ack(progress.taken(0), 0));
  REQUIRE(progress.begin_counting());
  CHECK(progress.owed_ack(progress.taken(0), 0) == 0);
  // What waits now is the former connection's.
  CHECK_FALSE(progress.owed_ack(progress.taken(1), 0));
}

TEST_CASE("output that is dropped takes the position back to what the terminal has", "[progress]") {
  auto progress = counting_progress();
  show(progress, output("aaaa", 104));
  auto scrolling = output("bbbb", 108);
  scrolling.scrolled = Scrolled{12, 5};
  show(progress, scrolling, 4);
  REQUIRE(progress.scrolled());
  CHECK(progress.scrolled()->line == 12);
  SECTION("some of it was taken") {
    progress.forget_unwritten(4);
    CHECK(progress.resume().offset == 104);
    CHECK_FALSE(progress.resume().scrolled);
    CHECK(progress.resume().drawn);
    CHECK(progress.resume().past == 0);
  }
  SECTION("nothing waits") {
    progress.forget_unwritten(0);
    CHECK(progress.resume().offset == 108);
    CHECK(progress.resume().scrolled);
    CHECK_FALSE(progress.resume().drawn);
  }
  SECTION("more waits than is remembered") {
    for (std::uint64_t i = 0; i < 1000; ++i) show(progress, output("c", 109 + i), 5 + i);
    progress.forget_unwritten(1004);
    CHECK(progress.resume().offset == 104);
  }
  SECTION("nothing of what is known was taken") {
    progress.forget_unwritten(8);
    CHECK(progress.resume().offset == kNoOffset);
  }
}
