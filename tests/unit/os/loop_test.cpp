#include "os/loop.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include "os/descriptor.hpp"
#include "os/path_watch.hpp"
#include "os/signals.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/wait.hpp"

using namespace sess;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<os::Loop> loop_of() {
  auto loop = os::Loop::open();
  REQUIRE(loop);
  return std::move(*loop);
}

os::Pipe pipe_of() {
  auto pipe = os::open_pipe();
  REQUIRE(pipe);
  return std::move(*pipe);
}

long voluntary_switches() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

}  // namespace

TEST_CASE("a watch says readable while bytes wait and writable while there is room", "[os][loop]") {
  auto loop = loop_of();
  auto pipe = pipe_of();
  int reads = 0;
  int writes = 0;
  os::FdWatch in(*loop, pipe.read.get(), [&](bool r, bool w) { reads += r && !w; });
  os::FdWatch out(*loop, pipe.write.get(), [&](bool r, bool w) { writes += w && !r; });
  in.want(true, false);
  out.want(false, true);
  loop->run_once();
  CHECK(writes == 1);
  CHECK(reads == 0);
  out.want(false, false);
  REQUIRE(write(pipe.write.get(), "x", 1) == 1);
  loop->run_once();
  loop->run_once();
  CHECK(writes == 1);
  CHECK(reads == 2);  // level-triggered: nobody has read the byte
}

TEST_CASE("a watch that destroys itself in its own callback is not called again", "[os][loop]") {
  auto loop = loop_of();
  auto pipe = pipe_of();
  REQUIRE(write(pipe.write.get(), "x", 1) == 1);
  int calls = 0;
  const std::string captured(100, 'c');  // lives in the closure: a use after free shows under the sanitizer
  std::unique_ptr<os::FdWatch> watch;
  watch = std::make_unique<os::FdWatch>(*loop, pipe.read.get(), [&, captured](bool, bool) {
    watch.reset();
    calls += static_cast<int>(captured.size());
  });
  watch->want(true, false);
  loop->run_once();
  os::Timer end(*loop, [] {});
  end.start(1ms);
  loop->run_once();
  CHECK(calls == 100);
}

TEST_CASE("a callback may destroy another watch that is ready in the same turn", "[os][loop]") {
  auto loop = loop_of();
  auto first = pipe_of();
  auto second = pipe_of();
  REQUIRE(write(first.write.get(), "x", 1) == 1);
  REQUIRE(write(second.write.get(), "x", 1) == 1);
  int calls = 0;
  std::unique_ptr<os::FdWatch> a;
  std::unique_ptr<os::FdWatch> b;
  a = std::make_unique<os::FdWatch>(*loop, first.read.get(), [&](bool, bool) {
    ++calls;
    b.reset();
  });
  b = std::make_unique<os::FdWatch>(*loop, second.read.get(), [&](bool, bool) {
    ++calls;
    a.reset();
  });
  a->want(true, false);
  b->want(true, false);
  loop->run_once();
  CHECK(calls == 1);
}

// A descriptor at its end stays readable: with work deferred the turn never ended, and stop() was never
// looked at.
TEST_CASE("a turn with deferred work ends although a descriptor stays ready", "[os][loop]") {
  auto loop = loop_of();
  auto pipe = pipe_of();
  pipe.write.reset();
  constexpr int kTooMany = 1000;
  int calls = 0;
  os::FdWatch in(*loop, pipe.read.get(), [&](bool, bool) {
    loop->stop();
    if (++calls == kTooMany) in.want(false, false);
  });
  in.want(true, false);
  loop->defer([] {});
  loop->run();
  CHECK(calls == 1);
}

TEST_CASE("deferred work runs at the end of the turn, before the hooks, and once", "[os][loop]") {
  auto loop = loop_of();
  std::string order;
  loop->at_turn_end([&] { order += 'h'; });
  os::Timer timer(*loop, [&] {
    loop->defer([&] {
      order += 'd';
      loop->defer([&] { order += 'e'; });
    });
    order += 't';
  });
  timer.start(0ms);
  loop->run_once();
  CHECK(order == "tdh");
  loop->run_once();  // does not wait: work is left
  CHECK(order == "tdheh");
}

TEST_CASE("work deferred before the loop runs does not wait for an event", "[os][loop]") {
  auto loop = loop_of();
  bool ran = false;
  loop->defer([&] {
    ran = true;
    loop->stop();
  });
  loop->run();
  CHECK(ran);
}

TEST_CASE("timers fire in order, can be moved, stopped, and destroyed by themselves", "[os][loop]") {
  auto loop = loop_of();
  std::string order;
  std::unique_ptr<os::Timer> self;
  os::Timer late(*loop, [&] {
    order += 'l';
    loop->stop();
  });
  os::Timer stopped(*loop, [&] { order += 'x'; });
  os::Timer moved(*loop, [&] { order += 'm'; });
  self = std::make_unique<os::Timer>(*loop, [&] {
    self.reset();
    order += 's';
  });
  late.start(30ms);
  stopped.start(1ms);
  moved.start(60s);
  moved.start(10ms);
  self->start(1ms);
  CHECK(stopped.armed());
  stopped.stop();
  CHECK_FALSE(stopped.armed());
  const auto before = std::chrono::steady_clock::now();
  loop->run();
  CHECK(order == "sml");
  CHECK(std::chrono::steady_clock::now() - before >= 30ms);
}

TEST_CASE("no timer is early by the clock that everybody reads", "[os][loop]") {
  auto loop = loop_of();
  std::chrono::steady_clock::time_point due;
  int early = 0;
  int fired = 0;
  os::Timer timer(*loop, [&] {
    ++fired;
    early += std::chrono::steady_clock::now() < due;
  });
  // Starts at every phase of the kernel's tick, which is what a coarse clock counts in.
  for (int i = 0; i < 60; ++i) {
    const auto phase = std::chrono::steady_clock::now() + std::chrono::microseconds(i * 173 % 4000);
    while (std::chrono::steady_clock::now() < phase) continue;
    due = std::chrono::steady_clock::now() + 3ms;
    timer.start(3ms);
    while (fired == i) {
      loop->defer([] {});  // other work: the loop looks at its timers without having slept until then
      loop->run_once();
    }
  }
  CHECK(early == 0);
}

TEST_CASE("a regular file, which epoll refuses, is always ready", "[os][loop]") {
  auto loop = loop_of();
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  int calls = 0;
  os::FdWatch watch(*loop, fileno(file), [&](bool r, bool) {
    calls += r;
    watch.want(false, false);
  });
  watch.want(true, false);
  loop->run_once();
  os::Timer end(*loop, [] {});
  end.start(1ms);
  loop->run_once();  // nothing is wanted any more: waits for the timer
  CHECK(calls == 1);
  std::fclose(file);
}

TEST_CASE("a signal reaches its watch, and an idle loop is not woken", "[os][loop]") {
  auto loop = loop_of();
  int signals = 0;
  os::SignalWatch watch(*loop, SIGUSR1, [&] {
    ++signals;
    loop->stop();
  });
  REQUIRE(raise(SIGUSR1) == 0);
  loop->run();
  CHECK(signals == 1);
  os::Timer end(*loop, [&] { loop->stop(); });
  end.start(200ms);
  int turns = 0;
  loop->at_turn_end([&] { ++turns; });
  const long before = voluntary_switches();
  loop->run();
  CHECK(turns == 1);
  CHECK(voluntary_switches() - before < 10);
}

TEST_CASE("a signal comes before what was ready before it", "[os][loop]") {
  auto loop = os::Loop::open();
  REQUIRE(loop);
  auto pipe = os::open_pipe();
  REQUIRE(pipe);
  std::string order;
  os::Timer timer(**loop, [&] { order += 't'; });
  os::FdWatch watch(**loop, pipe->read.get(), [&](bool, bool) {
    order += 'd';
    watch.want(false, false);
  });
  watch.want(true, false);
  const os::SignalWatch signal(**loop, SIGUSR1, [&] { order += 's'; });
  timer.start(0ms);
  REQUIRE(os::write_all(pipe->write.get(), "x"));
  raise(SIGUSR1);
  for (int i = 0; i < 10 && order.size() < 3; ++i) (*loop)->run_once();
  REQUIRE(order.size() == 3);
  CHECK(order[0] == 's');
}

TEST_CASE("a forked child that abandons the loop leaves the parent's watches in place", "[os][loop]") {
  auto loop = loop_of();
  auto pipe = pipe_of();
  int reads = 0;
  std::optional<os::FdWatch> watch;
  watch.emplace(*loop, pipe.read.get(), [&](bool, bool) { ++reads; });
  watch->want(true, false);
  auto signal = std::make_unique<os::SignalWatch>(*loop, SIGUSR2, [] {});
  os::Timer timer(*loop, [] {});
  timer.start(1h);
  pid_t child = -1;
  {
    const os::SignalBlock blocked;
    child = fork();
  }
  if (child == 0) {
    loop->abandon_after_fork();
    struct sigaction now {};
    sigaction(SIGUSR2, nullptr, &now);
    const bool given_back = now.sa_handler == SIG_DFL;
    watch->want(false, false);  // inert
    watch.reset();
    signal.reset();
    loop.reset();
    // A loop of its own works, with a signal too.
    auto own = os::Loop::open();
    bool woken = false;
    os::SignalWatch mine(**own, SIGUSR2, [&] {
      woken = true;
      (*own)->stop();
    });
    raise(SIGUSR2);
    (*own)->run();
    _exit(given_back && woken ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  REQUIRE(write(pipe.write.get(), "x", 1) == 1);
  loop->run_once();
  CHECK(reads == 1);
}

TEST_CASE("a watch that outlives its loop is inert", "[os][loop]") {
  auto loop = loop_of();
  auto pipe = pipe_of();
  os::FdWatch watch(*loop, pipe.read.get(), [](bool, bool) {});
  os::Timer timer(*loop, [] {});
  timer.start(1s);
  loop.reset();
  watch.want(true, true);
  timer.start(1s);
  CHECK_FALSE(timer.armed());
}

TEST_CASE("a watch of entries ignores their neighbours, and sees the directory go", "[os][watch]") {
  const test::TempHome home;
  home.write("run/one", "1");
  home.write("run/two", "2");
  UniqueFd dir(open(home.runtime().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  auto loop = loop_of();
  int neighbour = 0;
  int changed = 0;
  auto two = os::PathWatch::open_entries(*loop, dir.get(), {"two"}, [&] { ++neighbour; });
  auto one = os::PathWatch::open_entries(*loop, dir.get(), {"one", "missing"}, [&] { ++changed; });
  REQUIRE(two);
  REQUIRE(one);
  os::Timer deadline(*loop, [] { FAIL("nothing was told"); });
  deadline.start(20s);
  REQUIRE(unlinkat(dir.get(), "two", 0) == 0);
  while (neighbour == 0) loop->run_once();
  CHECK(changed == 0);
  REQUIRE(renameat(dir.get(), "one", dir.get(), "three") == 0);
  while (changed == 0) loop->run_once();
  const int before = changed;
  REQUIRE(rename(home.runtime().c_str(), (home.root() + "/elsewhere").c_str()) == 0);
  while (changed == before) loop->run_once();
}
