#include "job/supervisor.hpp"

#include <csignal>

#include "support/catch.hpp"

using namespace sess;
using namespace std::chrono_literals;
using job::Exit;
using job::Job;
using job::Now;
using job::Restart;
using job::State;
using job::Supervisor;

namespace {

const Exit kSuccess{0, 0, false};
const Exit kFailure{1, 0, false};

/// What the supervisor asked for, and a clock that only moves when told.
struct World final : job::SupervisorActions {
  std::vector<std::string> log;
  std::vector<std::string> missing;  ///< programs that cannot be started
  int next_pid = 100;
  Now now{job::Time(1000s), job::WallTime(1'700'000'000s)};
  Supervisor supervisor{*this};

  Result<int> start(const Job& job) override {
    for (const auto& name : missing) {
      if (name == job.name) return fail(ErrorCode::not_found, "cannot run {}", name);
    }
    log.push_back("start " + job.name);
    return next_pid++;
  }
  void signal(const Job& job, int signo) override {
    if (signo != SIGCONT) log.push_back("signal " + std::to_string(signo) + " " + job.name);
  }
  void changed(const Job&) override {}
  void settled(const Job& job) override {
    log.push_back(std::string(state_name(job.state)) + " " + job.name);
  }

  void add(const std::string& name, job::Spec spec = {}) {
    Job job;
    job.name = name;
    job.spec = std::move(spec);
    REQUIRE(supervisor.add(std::move(job)));
  }
  void end(const std::string& name, const Exit& exit) { supervisor.on_ended(name, exit, now.wall, now); }
  void pass(std::chrono::milliseconds time) {
    now.time += time;
    now.wall += time;
    supervisor.on_timer(now);
  }
  /// Jumps to what is due next; how long that was.
  std::chrono::milliseconds next() {
    const auto due = supervisor.next_due();
    REQUIRE(due);
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*due - now.time);
    pass(wait);
    return wait;
  }
  State state(const std::string& name) { return supervisor.find(name)->state; }
  std::vector<std::string> take() { return std::exchange(log, {}); }
};

using Log = std::vector<std::string>;

job::Spec failing_job() {
  job::Spec spec;
  spec.restart.when = Restart::on_failure;
  return spec;
}

}  // namespace

TEST_CASE("a job runs, ends well and is exited; one that ends badly has failed", "[job]") {
  World world;
  world.add("good");
  world.add("bad");
  REQUIRE(world.supervisor.start({"good", "bad"}, world.now));
  CHECK(world.state("good") == State::running);
  world.end("good", kSuccess);
  world.end("bad", {0, SIGSEGV, true});
  CHECK(world.take() == Log{"start bad", "start good", "exited good", "failed bad"});
  CHECK(world.supervisor.find("bad")->reason == "killed by SIGSEGV (core dumped)");
  CHECK_FALSE(world.supervisor.any_active());
}

TEST_CASE("a job that fails every second is started again after 1, 2, 4 ... 60 seconds", "[job]") {
  World world;
  world.add("flaky", failing_job());
  REQUIRE(world.supervisor.start({"flaky"}, world.now));
  std::vector<long> waits;
  for (int i = 0; i < 8; ++i) {
    world.pass(1s);
    world.end("flaky", kFailure);
    CHECK(world.state("flaky") == State::restarting);
    waits.push_back(static_cast<long>(world.next().count()));
    CHECK(world.state("flaky") == State::running);
  }
  CHECK(waits == std::vector<long>{1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000});
  CHECK(world.supervisor.find("flaky")->tracker.restarts() == 8);
}

TEST_CASE("the restart limit makes a job failed, and a person's start begins anew", "[job]") {
  World world;
  auto spec = failing_job();
  spec.restart.limit = {2, 600s};
  world.add("flaky", spec);
  REQUIRE(world.supervisor.start({"flaky"}, world.now));
  for (int i = 0; i < 2; ++i) {
    world.end("flaky", kFailure);
    world.next();
  }
  world.end("flaky", kFailure);
  CHECK(world.state("flaky") == State::failed);
  CHECK(world.supervisor.find("flaky")->reason == "exited with 1, restarted 2 times within 10min");
  REQUIRE(world.supervisor.start({"flaky"}, world.now));
  CHECK(world.state("flaky") == State::running);
  CHECK(world.supervisor.find("flaky")->tracker.restarts() == 0);
}

TEST_CASE("a stop sends the stop signal, waits, and then kills", "[job]") {
  World world;
  auto spec = failing_job();
  spec.stop_signal = SIGINT;
  spec.stop_timeout = 3s;
  world.add("server", spec);
  REQUIRE(world.supervisor.start({"server"}, world.now));
  world.take();
  REQUIRE(world.supervisor.stop("server", world.now));
  CHECK(world.state("server") == State::stopping);
  CHECK(world.next() == 3s);
  CHECK(world.take() == Log{"signal 2 server", "signal 9 server"});
  world.end("server", {0, SIGKILL, false});
  CHECK(world.state("server") == State::inactive);  // not restarted, whatever its policy
  CHECK_FALSE(world.supervisor.next_due());
}

TEST_CASE("a stop during the back-off ends it", "[job]") {
  World world;
  world.add("flaky", failing_job());
  REQUIRE(world.supervisor.start({"flaky"}, world.now));
  world.end("flaky", kFailure);
  REQUIRE(world.supervisor.stop("flaky", world.now));
  CHECK(world.state("flaky") == State::inactive);
  CHECK_FALSE(world.supervisor.next_due());
}

TEST_CASE("a run that takes longer than its timeout is stopped and has failed, even if it then exits with 0", "[job]") {
  World world;
  job::Spec spec;
  spec.timeout = 5s;
  world.add("slow", spec);
  REQUIRE(world.supervisor.start({"slow"}, world.now));
  CHECK(world.next() == 5s);
  CHECK(world.state("slow") == State::stopping);
  world.end("slow", kSuccess);
  CHECK(world.state("slow") == State::failed);
  CHECK(world.supervisor.find("slow")->reason == "took longer than 5s");
}

TEST_CASE("a restart stops a running job and starts it when it has ended", "[job]") {
  World world;
  world.add("server");
  REQUIRE(world.supervisor.start({"server"}, world.now));
  REQUIRE(world.supervisor.restart("server", world.now));
  CHECK(world.take() == Log{"start server", "signal 15 server"});
  world.end("server", {0, SIGTERM, false});
  CHECK(world.take() == Log{"start server"});
  CHECK(world.state("server") == State::running);
}

TEST_CASE("a chain of dependencies starts one by one, each when the one before is done", "[job]") {
  World world;
  job::Spec first;
  first.oneshot = true;
  job::Spec second = first;
  second.after = second.requires_ = {"fetch"};
  job::Spec third;
  third.after = third.requires_ = {"build"};
  world.add("fetch", first);
  world.add("build", second);
  world.add("serve", third);
  REQUIRE(world.supervisor.start({"serve"}, world.now));
  CHECK(world.take() == Log{"start fetch"});
  CHECK(world.supervisor.find("build")->reason == "waits for fetch");
  world.end("fetch", kSuccess);
  CHECK(world.take() == Log{"exited fetch", "start build"});
  world.end("build", kSuccess);
  CHECK(world.take() == Log{"exited build", "start serve"});
}

TEST_CASE("a job whose requirement failed has failed and says so", "[job]") {
  World world;
  job::Spec first;
  first.oneshot = true;
  job::Spec second;
  second.after = second.requires_ = {"fetch"};
  world.add("fetch", first);
  world.add("serve", second);
  REQUIRE(world.supervisor.start({"serve"}, world.now));
  world.end("fetch", kFailure);
  CHECK(world.state("serve") == State::failed);
  CHECK(world.supervisor.find("serve")->reason == "job fetch failed, which it requires");
}

TEST_CASE("stopping a job stops those that require it first", "[job]") {
  World world;
  job::Spec second;
  second.after = second.requires_ = {"db"};
  world.add("db");
  world.add("web", second);
  REQUIRE(world.supervisor.start({"web"}, world.now));
  world.take();
  REQUIRE(world.supervisor.stop("db", world.now));
  CHECK(world.take() == Log{"signal 15 web", "signal 15 db"});
}

TEST_CASE("a dependency cycle is refused with its path and leaves what was there", "[job]") {
  World world;
  world.add("a");
  Job b;
  b.name = "b";
  b.spec.after = {"a"};
  REQUIRE(world.supervisor.add(b));
  Job a;
  a.name = "a";
  a.spec.after = {"b"};
  const auto refused = world.supervisor.add(a);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find("dependency cycle: a -> b -> a") != std::string::npos);
  CHECK(world.supervisor.find("a")->spec.after.empty());
}

TEST_CASE("a program that cannot be started is an error of the start", "[job]") {
  World world;
  world.missing = {"ghost"};
  world.add("ghost", failing_job());
  const auto started = world.supervisor.start({"ghost"}, world.now);
  REQUIRE_FALSE(started);
  CHECK(started.error().text == "cannot run ghost");
  CHECK(world.state("ghost") == State::failed);
}

TEST_CASE("a program that vanishes between restarts is tried again by the policy", "[job]") {
  World world;
  world.add("flaky", failing_job());
  REQUIRE(world.supervisor.start({"flaky"}, world.now));
  world.end("flaky", kFailure);
  world.missing = {"flaky"};
  world.next();
  CHECK(world.state("flaky") == State::restarting);
  world.missing.clear();
  CHECK(world.next() == 2s);
  CHECK(world.state("flaky") == State::running);
}

TEST_CASE("an active job is neither replaced nor removed", "[job]") {
  World world;
  world.add("make");
  REQUIRE(world.supervisor.start({"make"}, world.now));
  Job again;
  again.name = "make";
  CHECK_FALSE(world.supervisor.add(again));
  CHECK_FALSE(world.supervisor.remove("make"));
  world.end("make", kSuccess);
  CHECK(world.supervisor.remove("make"));
  CHECK(world.supervisor.find("make") == nullptr);
}
