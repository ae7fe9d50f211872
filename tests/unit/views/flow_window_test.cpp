#include "views/flow_window.hpp"

#include "support/catch.hpp"

using sess::views::FlowWindow;
using std::chrono::milliseconds;

namespace {

/// A terminal that takes `rate` bytes a second and acknowledges every millisecond; returns how long the last
/// byte sent then waits.
double standing_delay(FlowWindow& flow, double rate, milliseconds duration) {
  FlowWindow::Time now{};
  double taken = static_cast<double>(flow.in_flight());
  std::uint64_t sent = 0;
  double credit = 0;
  for (milliseconds t{0}; t < duration; t += milliseconds(1)) {
    now += milliseconds(1);
    const std::size_t room = flow.room();
    flow.on_sent(room, now);
    sent += room;
    credit = std::min(credit + rate / 1000, static_cast<double>(sent) - taken);
    taken += credit;
    credit = 0;
    REQUIRE(flow.on_ack(static_cast<std::uint64_t>(taken), now) == FlowWindow::Verdict::taken);
  }
  return static_cast<double>(flow.in_flight()) / rate;
}

}  // namespace

TEST_CASE("a slow terminal is never more than a moment behind", "[flow]") {
  FlowWindow flow;
  CHECK(standing_delay(flow, 64'000, milliseconds(10'000)) < 0.1);
}

TEST_CASE("a fast terminal gets a window that does not hold it back", "[flow]") {
  FlowWindow flow;
  standing_delay(flow, 50e6, milliseconds(2'000));
  CHECK(flow.size() > 256 * 1024);
}

TEST_CASE("acknowledgements of more than was sent, or of less than before, are told apart and change nothing",
          "[flow]") {
  using Verdict = FlowWindow::Verdict;
  FlowWindow flow;
  flow.on_sent(100, {});
  CHECK(flow.on_ack(1000, {}) == Verdict::impossible);
  CHECK(flow.in_flight() == 100);
  CHECK(flow.on_ack(60, {}) == Verdict::taken);
  CHECK(flow.on_ack(60, {}) == Verdict::taken);
  CHECK(flow.on_ack(50, {}) == Verdict::impossible);
  CHECK(flow.in_flight() == 40);
}

TEST_CASE("after a pause what was under way is still acknowledged, and the pause is not measured", "[flow]") {
  FlowWindow flow;
  FlowWindow::Time now{};
  flow.on_sent(50'000, now);
  now += std::chrono::hours(1);
  flow.measure_anew(now);
  CHECK(flow.in_flight() == 50'000);
  flow.on_sent(1'000, now);
  CHECK(flow.on_ack(50'000, now + std::chrono::milliseconds(1)) == FlowWindow::Verdict::taken);
  CHECK(flow.in_flight() == 1'000);
  CHECK(flow.size() == FlowWindow::kStart);
  CHECK(flow.on_ack(51'000, now + std::chrono::milliseconds(2)) == FlowWindow::Verdict::taken);
  CHECK(flow.drained());
}

TEST_CASE("a client that takes nothing for three seconds of what is on its way has woken when it does",
          "[flow]") {
  FlowWindow flow;
  FlowWindow::Time now{std::chrono::hours(1)};
  flow.on_sent(10'000, now);
  for (std::uint64_t taken = 500; taken <= 2'000; taken += 500) {  // a slow one
    now += std::chrono::milliseconds(2'900);
    REQUIRE(flow.on_ack(taken, now) == FlowWindow::Verdict::taken);
    CHECK_FALSE(flow.woke());
  }
  now += std::chrono::milliseconds(3'100);
  REQUIRE(flow.on_ack(9'990, now) == FlowWindow::Verdict::taken);
  CHECK(flow.woke());
  CHECK_FALSE(flow.woke());
  // What nobody acknowledges by itself tells nothing.
  now += std::chrono::hours(1);
  flow.on_sent(5'000, now);
  now += std::chrono::milliseconds(10);
  REQUIRE(flow.on_ack(14'990, now) == FlowWindow::Verdict::taken);
  CHECK_FALSE(flow.woke());
}
