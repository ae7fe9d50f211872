#include "job/restart.hpp"

#include <csignal>

#include "support/catch.hpp"

using namespace sess;
using namespace std::chrono_literals;
using job::Exit;
using job::Restart;
using job::RestartPolicy;
using job::RestartTracker;
using job::Verdict;
using Action = job::Verdict::Action;

namespace {

const Exit kFailure{1, 0, false};
const job::Time kStart{1000s};

/// A job that runs for `run` and fails, again and again; the delays that it is given.
std::vector<long> delays(RestartTracker& tracker, const RestartPolicy& policy, std::chrono::seconds run,
                         int times, job::Time& now) {
  std::vector<long> seconds;
  for (int i = 0; i < times; ++i) {
    tracker.on_started(now);
    now += run;
    const Verdict verdict = tracker.on_ended(kFailure, policy, now);
    REQUIRE(verdict.action == Action::restart);
    CHECK(verdict.at == now + verdict.delay);
    seconds.push_back(std::chrono::duration_cast<std::chrono::seconds>(verdict.delay).count());
    now = verdict.at;
  }
  return seconds;
}

}  // namespace

TEST_CASE("a job that fails at once is restarted after 1, 2, 4 ... 60 seconds", "[job]") {
  RestartTracker tracker;
  auto now = kStart;
  CHECK(delays(tracker, {Restart::on_failure}, 0s, 9, now) ==
        std::vector<long>{1, 2, 4, 8, 16, 32, 60, 60, 60});
  CHECK(tracker.restarts() == 9);
}

TEST_CASE("a healthy run makes the delay the first one again", "[job]") {
  RestartTracker tracker;
  auto now = kStart;
  const RestartPolicy policy{Restart::on_failure};
  CHECK(delays(tracker, policy, 59s, 3, now) == std::vector<long>{1, 2, 4});
  CHECK(delays(tracker, policy, 60s, 2, now) == std::vector<long>{1, 1});
  CHECK(delays(tracker, policy, 1s, 2, now) == std::vector<long>{2, 4});
}

TEST_CASE("policy no never restarts, on-failure not a success, always everything", "[job]") {
  struct Case {
    Restart when;
    Exit exit;
    Action action;
  };
  const Exit killed{0, SIGKILL, false};
  for (const auto& c :
       {Case{Restart::no, {}, Action::finish}, Case{Restart::no, kFailure, Action::fail},
        Case{Restart::on_failure, {}, Action::finish}, Case{Restart::on_failure, kFailure, Action::restart},
        Case{Restart::on_failure, killed, Action::restart}, Case{Restart::always, {}, Action::restart},
        Case{Restart::always, killed, Action::restart}}) {
    RestartTracker tracker;
    tracker.on_started(kStart);
    CHECK(tracker.on_ended(c.exit, {c.when}, kStart + 1s).action == c.action);
  }
}

TEST_CASE("an exit that success-exit names is no failure", "[job]") {
  RestartPolicy policy{Restart::on_failure};
  policy.success = *job::SuccessExits::parse("2,SIGTERM");
  RestartTracker tracker;
  CHECK(tracker.on_ended({2, 0, false}, policy, kStart).action == Action::finish);
  CHECK(tracker.on_ended({0, SIGTERM, false}, policy, kStart).action == Action::finish);
  CHECK(tracker.on_ended({3, 0, false}, policy, kStart).action == Action::restart);
}

TEST_CASE("the limit gives up loudly, and a person's start begins anew", "[job]") {
  RestartPolicy policy{Restart::always};
  policy.limit = {3, 600s};
  RestartTracker tracker;
  auto now = kStart;
  CHECK(delays(tracker, policy, 1s, 3, now).size() == 3);
  tracker.on_started(now);
  const Verdict verdict = tracker.on_ended(kFailure, policy, now + 1s);
  CHECK(verdict.action == Action::give_up);
  CHECK(verdict.reason == "exited with 1, restarted 3 times within 10min");
  tracker.reset();
  CHECK(tracker.restarts() == 0);
  CHECK(tracker.on_ended(kFailure, policy, now + 2s).delay == 1s);
}

TEST_CASE("restarts that have left the window do not count against the limit", "[job]") {
  RestartPolicy policy{Restart::always};
  policy.limit = {3, 600s};
  RestartTracker tracker;
  auto now = kStart;
  CHECK(delays(tracker, policy, 250s, 20, now).size() == 20);
}

TEST_CASE("a delay and a maximum of one's own are kept, without overflow", "[job]") {
  RestartPolicy policy{Restart::always, 100ms, 250ms};
  RestartTracker tracker;
  tracker.on_started(kStart);
  CHECK(tracker.on_ended(kFailure, policy, kStart).delay == 100ms);
  CHECK(tracker.on_ended(kFailure, policy, kStart).delay == 200ms);
  CHECK(tracker.on_ended(kFailure, policy, kStart).delay == 250ms);
  policy.max_delay = std::chrono::hours(24 * 365 * 10);
  for (int i = 0; i < 200; ++i) CHECK(tracker.on_ended(kFailure, policy, kStart).delay <= policy.max_delay);
}

TEST_CASE("a tracker goes on after a save and a restore as if nothing had been", "[job]") {
  RestartPolicy policy{Restart::always};
  policy.limit = {6, 600s};
  RestartTracker tracker;
  auto now = kStart;
  (void)delays(tracker, policy, 1s, 4, now);
  ByteWriter out;
  tracker.save(out);
  ByteReader in(out.bytes());
  RestartTracker restored = RestartTracker::restore(in);
  REQUIRE(in.ok());
  CHECK(in.at_end());
  CHECK(restored.restarts() == 4);
  CHECK(delays(restored, policy, 1s, 2, now) == std::vector<long>{16, 32});
  CHECK(restored.on_ended(kFailure, policy, now).action == Action::give_up);
}

TEST_CASE("a damaged tracker is an empty one", "[job]") {
  ByteWriter out;
  RestartTracker tracker;
  (void)tracker.on_ended(kFailure, {Restart::always}, kStart);
  tracker.save(out);
  for (std::size_t length = 0; length < out.size(); ++length) {
    ByteReader in(std::string_view(out.bytes()).substr(0, length));
    CHECK(RestartTracker::restore(in).restarts() == 0);
    CHECK_FALSE(in.ok());
  }
}

TEST_CASE("limits are written N/WINDOW", "[job]") {
  CHECK(job::parse_restart_limit("5/10min").value() == job::RestartLimit{5, 600s});
  CHECK(job::parse_restart_limit("none").value().count == 0);
  for (const auto* wrong : {"5", "5/", "/10s", "-1/10s", "x/10s", "5/0", ""})
    CHECK_FALSE(job::parse_restart_limit(wrong));
}
