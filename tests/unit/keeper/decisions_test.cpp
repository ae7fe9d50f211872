// The pure parts: when the next server starts, and when the present one hangs.
#include <csignal>

#include "keeper/hang_watch.hpp"
#include "keeper/restart_policy.hpp"
#include "support/catch.hpp"

using namespace sess::keeper;
using namespace std::chrono_literals;
using Cause = RestartPolicy::Cause;

namespace {

constexpr HangWatch::Limits kLimits{900ms, 5s};

/// A server under watch, and a kernel that says of it what the test wants.
struct Watched {
  HangWatch watch;
  HangWatch::Time now{1000s};
  sess::os::ProcessProgress seen{'S', 5s, 1s};

  Watched() { watch.begin(now, seen); }
  /// Samples, 100 ms apart, each with this much of it used and waited; how many until it hangs, at most
  /// `most`.
  int until_hang(char state, HangWatch::Span used, HangWatch::Span waited, int most,
                 HangWatch::Span apart = 100ms) {
    for (int i = 1; i <= most; ++i) {
      now += apart;
      seen.state = state;
      seen.cpu += used;
      seen.waited += waited;
      if (watch.look(now, seen, kLimits)) return i;
    }
    return 0;
  }
};

}  // namespace

TEST_CASE("the first two deaths are followed at once, later pauses double up to a limit", "[policy]") {
  RestartPolicy policy(1s, 10ms, 2s);
  std::vector<long> pauses;
  for (int i = 0; i < 12; ++i) pauses.push_back(policy.after_death(5ms).count());
  CHECK(pauses == std::vector<long>{0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 2000, 2000});
  CHECK(policy.failed_starts() == 12);
  CHECK(policy.after_death(1s) == 0ms);
  CHECK(policy.failed_starts() == 0);
  CHECK(policy.after_death(0s) == 0ms);
}

TEST_CASE("a server that was killed from outside has not failed, and the next one waits 100 ms at the most",
          "[policy]") {
  for (const int signo : {SIGKILL, SIGTERM, SIGHUP, SIGINT, SIGUSR1}) {
    CHECK(RestartPolicy::cause_of({Death::Kind::signaled, signo}) == Cause::outside);
  }
  for (const int signo : {SIGSEGV, SIGABRT, SIGBUS}) {
    CHECK(RestartPolicy::cause_of({Death::Kind::signaled, signo}) == Cause::own);
  }
  CHECK(RestartPolicy::cause_of({Death::Kind::exited, 1}) == Cause::own);
  RestartPolicy policy(1s, 10ms, 2s);
  std::vector<long> pauses;
  for (int i = 0; i < 8; ++i) pauses.push_back(policy.after_death(5ms, Cause::outside).count());
  CHECK(pauses == std::vector<long>{0, 0, 10, 20, 40, 80, 100, 100});
  CHECK(policy.failed_starts() == 0);
}

TEST_CASE("hangs are failed starts although their servers live longer than those that die at once",
          "[policy]") {
  CHECK(RestartPolicy::cause_of({Death::Kind::hung, 0}) == Cause::hung);
  RestartPolicy policy(1s, 10ms, 2s);
  for (int i = 0; i < 8; ++i) (void)policy.after_death(7s, Cause::hung);
  CHECK(policy.failed_starts() == 8);
  CHECK(policy.after_death(7s, Cause::hung) == 640ms);
  // One that had worked for an hour says little about the next.
  CHECK(policy.after_death(1h, Cause::hung) == 0ms);
  CHECK(policy.failed_starts() == 1);
}

TEST_CASE("a server that is stopped or asleep without an answer hangs after less than a second", "[hang]") {
  for (const char state : {'T', 't', 'S'}) CHECK(Watched().until_hang(state, 0ns, 0ns, 100) == 9);
}

TEST_CASE("a server that works has five seconds of its own, one without a processor all the time there is",
          "[hang]") {
  CHECK(Watched().until_hang('R', 100ms, 0ns, 1000) == 50);
  // A busy machine gives it a tenth of a processor.
  CHECK(Watched().until_hang('R', 10ms, 90ms, 1000) == 500);
  CHECK(Watched().until_hang('R', 0ns, 0ns, 1000) == 0);
  // Seen between two waits for the processor.
  CHECK(Watched().until_hang('S', 1ms, 99ms, 4000) == 0);
  // Naps without end are no work.
  CHECK(Watched().until_hang('S', 1ms, 0ns, 1000) == 50);
  CHECK(Watched().until_hang('D', 0ns, 0ns, 1000) == 50);
}

TEST_CASE("work between two rests begins the count of rest anew", "[hang]") {
  Watched server;
  CHECK(server.until_hang('S', 0ns, 0ns, 8) == 0);
  CHECK(server.until_hang('R', 1ms, 0ns, 1) == 0);
  CHECK(server.until_hang('S', 0ns, 0ns, 8) == 0);
  CHECK(server.until_hang('S', 0ns, 0ns, 1) == 1);
}

TEST_CASE("a gap in which the keeper did not run counts little, however long", "[hang]") {
  Watched server;
  CHECK(server.until_hang('T', 0ns, 0ns, 4, 1h) == 0);
  CHECK(server.until_hang('T', 0ns, 0ns, 1) == 1);
}

TEST_CASE("where /proc tells nothing all time counts as work", "[hang]") {
  HangWatch watch;
  HangWatch::Time now{1000s};
  watch.begin(now, std::nullopt);
  int samples = 1;
  while (!watch.look(now += 100ms, std::nullopt, kLimits)) ++samples;
  CHECK(samples == 50);
}
