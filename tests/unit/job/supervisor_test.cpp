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
  std::vector<std::string> slow;     ///< and those that are not there yet when start() comes back
  int next_pid = 100;
  Now now{job::Time(1000s), job::WallTime(1'700'000'000s)};
  Supervisor supervisor{*this};

  Result<std::optional<int>> start(const Job& job) override {
    for (const auto& name : missing) {
      if (name == job.name) return fail(ErrorCode::not_found, "cannot run {}", name);
    }
    log.push_back("start " + job.name);
    if (std::find(slow.begin(), slow.end(), job.name) != slow.end()) return std::optional<int>();
    return std::optional(next_pid++);
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

TEST_CASE("a run that takes longer than its timeout is stopped and has failed, even if it then exits with 0",
          "[job]") {
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

TEST_CASE("a restart takes along what requires the job: stopped before it, started after it", "[job]") {
  World world;
  job::Spec app;
  app.after = app.requires_ = {"db"};
  world.add("db");
  world.add("app", app);
  world.add("other");
  REQUIRE(world.supervisor.start({"app", "other"}, world.now));
  static_cast<void>(world.take());
  REQUIRE(world.supervisor.restart("db", world.now));
  CHECK(world.take() == Log{"signal 15 app"});
  world.end("app", {0, SIGTERM, false});
  CHECK(world.take() == Log{"signal 15 db"});
  CHECK(world.supervisor.find("app")->reason == "waits for db");
  world.end("db", {0, SIGTERM, false});
  CHECK(world.take() == Log{"start db", "start app"});
  CHECK(world.state("app") == State::running);
  // One that does not run is left alone.
  static_cast<void>(world.supervisor.stop("app", world.now));
  world.end("app", {0, SIGTERM, false});
  static_cast<void>(world.take());
  REQUIRE(world.supervisor.restart("db", world.now));
  world.end("db", {0, SIGTERM, false});
  CHECK(world.take() == Log{"signal 15 db", "start db"});
  CHECK(world.state("app") == State::inactive);
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
  CHECK(world.supervisor.stop("db", world.now).value() == std::vector<std::string>{"web", "db"});
  CHECK(world.take() == Log{"signal 15 web"});
  CHECK(world.supervisor.find("db")->reason == "stops when web has ended");
  world.end("web", Exit{0, 15, false});
  CHECK(world.take() == Log{"inactive web", "signal 15 db"});
  world.end("db", Exit{0, 15, false});
  CHECK(world.take() == Log{"inactive db"});
}

TEST_CASE("the end of the daemon stops everything in reverse order, and nothing starts any more", "[job]") {
  World world;
  job::Spec db;
  db.stop_signal = SIGINT;
  db.stop_timeout = 20s;
  job::Spec web;
  web.after = {"db"};
  web.stop_timeout = 3s;
  web.restart.when = Restart::always;
  world.add("db", db);
  world.add("web", web);
  REQUIRE(world.supervisor.start({"db", "web"}, world.now));
  world.take();
  CHECK(world.supervisor.stop_all(world.now) >= 23s);
  CHECK(world.take() == Log{"signal 15 web"});
  world.end("web", kFailure);
  CHECK(world.take() == Log{"inactive web", "signal 2 db"});
  world.end("db", kSuccess);
  CHECK(world.take() == Log{"inactive db"});
}

TEST_CASE("a stop is over when nothing is left, and kills what does not go", "[job]") {
  World world;
  job::Spec spec;
  spec.stop_timeout = 3s;
  world.add("web", spec);
  REQUIRE(world.supervisor.start({"web"}, world.now));
  REQUIRE(world.supervisor.stop("web", world.now));
  world.take();
  world.supervisor.on_ended("web", kSuccess, world.now.wall, world.now, Supervisor::Left::processes);
  CHECK(world.state("web") == State::stopping);
  CHECK(world.take().empty());
  CHECK(world.next() == 3s);
  CHECK(world.take() == Log{"signal 9 web"});
  world.supervisor.on_emptied("web", world.now);
  CHECK(world.take() == Log{"inactive web"});
}

TEST_CASE("what cannot be killed is not waited for for ever", "[job]") {
  World world;
  world.add("web");
  REQUIRE(world.supervisor.start({"web"}, world.now));
  REQUIRE(world.supervisor.stop("web", world.now));
  world.supervisor.on_ended("web", kSuccess, world.now.wall, world.now, Supervisor::Left::processes);
  world.next();
  CHECK(world.state("web") == State::stopping);
  world.next();
  CHECK(world.state("web") == State::inactive);
  CHECK_FALSE(world.supervisor.next_due());
}

TEST_CASE("a run that ends by itself has ended at once; what it left behind is stopped", "[job]") {
  World world;
  world.add("make");
  REQUIRE(world.supervisor.start({"make"}, world.now));
  world.take();
  world.supervisor.on_ended("make", kFailure, world.now.wall, world.now, Supervisor::Left::processes);
  CHECK(world.take() == Log{"failed make", "signal 15 make"});
  CHECK(world.supervisor.find("make")->left_behind);
  CHECK_FALSE(world.supervisor.remove("make"));
  // The next run waits for it: there is never a second copy.
  REQUIRE(world.supervisor.start({"make"}, world.now));
  CHECK(world.state("make") == State::waiting);
  CHECK(world.take().empty());
  world.supervisor.on_emptied("make", world.now);
  CHECK(world.take() == Log{"start make"});
}

TEST_CASE("with leave-children it goes on, until the next run or a stop", "[job]") {
  World world;
  job::Spec spec;
  spec.leave_children = true;
  world.add("daemon", spec);
  REQUIRE(world.supervisor.start({"daemon"}, world.now));
  world.supervisor.on_ended("daemon", kSuccess, world.now.wall, world.now, Supervisor::Left::processes);
  CHECK(world.take() == Log{"start daemon", "exited daemon"});
  CHECK_FALSE(world.supervisor.next_due());
  REQUIRE(world.supervisor.stop("daemon", world.now));
  CHECK(world.take() == Log{"signal 15 daemon"});
  CHECK(world.state("daemon") == State::stopping);
  world.supervisor.on_emptied("daemon", world.now);
  CHECK(world.take() == Log{"inactive daemon"});
}

TEST_CASE("a crash restart waits for what the crash left behind", "[job]") {
  World world;
  auto spec = failing_job();
  spec.leave_children = true;
  world.add("web", spec);
  REQUIRE(world.supervisor.start({"web"}, world.now));
  world.take();
  world.supervisor.on_ended("web", kFailure, world.now.wall, world.now, Supervisor::Left::processes);
  CHECK(world.take() == Log{"signal 15 web"});
  world.next();
  CHECK(world.state("web") == State::waiting);
  world.supervisor.on_emptied("web", world.now);
  CHECK(world.take() == Log{"start web"});
}

TEST_CASE("what a job's file says by now counts from the next run on", "[job]") {
  World world;
  world.add("web");
  REQUIRE(world.supervisor.start({"web"}, world.now));
  job::Spec next;
  next.command = {"two"};
  REQUIRE(world.supervisor.change("web", next));
  CHECK(world.supervisor.find("web")->spec.command.empty());
  REQUIRE(world.supervisor.restart("web", world.now));
  world.end("web", kSuccess);
  CHECK(world.supervisor.find("web")->spec.command == next.command);
  CHECK(world.state("web") == State::running);
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

TEST_CASE("a program that takes long to start is waited for, by what comes after it, too", "[job]") {
  World world;
  world.slow = {"db"};
  world.add("db");
  job::Spec spec;
  spec.after = spec.requires_ = {"db"};
  world.add("app", spec);
  REQUIRE(world.supervisor.start({"app"}, world.now));
  CHECK(world.take() == Log{"start db"});
  CHECK(world.supervisor.find("db")->starting);
  world.pass(10s);
  CHECK(world.take().empty());
  world.supervisor.on_started("db", 7, world.now);
  CHECK(world.take() == Log{"start app"});
  CHECK(world.state("db") == State::running);
  CHECK(world.supervisor.find("db")->pid == 7);
  world.supervisor.on_started("db", 8, world.now);  // nobody asked
  CHECK(world.supervisor.find("db")->pid == 7);
}

TEST_CASE("a start that fails late is a failed start", "[job]") {
  World world;
  world.slow = {"job"};
  world.add("job");
  REQUIRE(world.supervisor.start({"job"}, world.now));
  world.supervisor.on_started("job", fail(ErrorCode::not_found, "cannot run job"), world.now);
  CHECK(world.state("job") == State::failed);
  CHECK(world.supervisor.find("job")->reason == "cannot run job");
}

TEST_CASE("a job that is stopped while its program is being started is stopped when it is there", "[job]") {
  World world;
  world.slow = {"job", "missing"};
  world.add("job");
  world.add("missing");
  REQUIRE(world.supervisor.start({"job", "missing"}, world.now));
  REQUIRE(world.supervisor.stop("job", world.now));
  REQUIRE(world.supervisor.stop("missing", world.now));
  CHECK(world.supervisor.any_active());
  world.take();
  world.supervisor.on_started("job", 7, world.now);
  CHECK(world.take() == Log{"signal 15 job"});
  CHECK(world.state("job") == State::stopping);
  world.supervisor.on_started("missing", fail(ErrorCode::not_found, "cannot run"), world.now);
  CHECK(world.take() == Log{"inactive missing"});
}

TEST_CASE("a job that was stopped while it was being started does not start with the next server", "[job]") {
  World before;
  before.slow = {"job"};
  before.add("job");
  REQUIRE(before.supervisor.start({"job"}, before.now));
  REQUIRE(before.supervisor.stop("job", before.now));
  Job saved = *before.supervisor.find("job");
  saved.starting = false;
  World world;
  world.supervisor.adopt(saved);
  world.supervisor.on_timer(world.now);
  CHECK(world.take() == Log{"inactive job"});
}
