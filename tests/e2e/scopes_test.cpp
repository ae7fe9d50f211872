// A real systemd of the user, in mounts and a control group of the test's own: job scopes and their limits,
// and the units that enable writes.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "private_mounts.hpp"
#include "rig.hpp"

using namespace sess::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

const std::string kRuntime = "/run/user/0";

/// Control groups of the test's own in every hierarchy that systemd keeps processes in; removed with it.
class ControlGroups {
 public:
  ControlGroups() : name_("sess-test-" + std::to_string(::getpid())) {
    const std::string top = "/sys/fs/cgroup/";
    const bool one = ::access((top + "cgroup.procs").c_str(), W_OK) == 0;
    for (const std::string& hierarchy :
         one ? std::vector<std::string>{""} : std::vector<std::string>{"systemd/", "unified/"}) {
      const std::string path = top + hierarchy + name_;
      if (::mkdir(path.c_str(), 0755) == 0) paths_.push_back(path);
    }
  }
  ~ControlGroups() {
    // systemd makes the same path in the hierarchies of the controllers.
    std::error_code error;
    wait_until([&] {
      bool left = false;
      for (const auto& entry : fs::directory_iterator("/sys/fs/cgroup", error))
        left = remove(entry.path().string() + "/" + name_) || left;
      return !(remove("/sys/fs/cgroup/" + name_) || left);
    });
  }
  [[nodiscard]] bool made() const { return !paths_.empty(); }
  /// Shell commands that move the shell into them.
  [[nodiscard]] std::string enter() const {
    std::string text;
    for (const auto& path : paths_) text += "echo $$ >" + path + "/cgroup.procs && ";
    return text;
  }

 private:
  /// True when it is still there.
  static bool remove(const std::string& path) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.is_directory(error)) remove(entry.path());
    }
    return ::rmdir(path.c_str()) != 0 && errno != ENOENT;
  }
  std::string name_;
  std::vector<std::string> paths_;
};

/// A machine that was booted with systemd, as far as programs can see, with the user's manager running.
class UserManager {
 public:
  explicit UserManager(const Rig& rig)
      : rig_(rig),
        mounts_(rig.home(), env(),
                "mount -t tmpfs none /run && mount -t tmpfs none /var/lib/systemd && "
                "mkdir -p -m 700 /run/systemd/system /run/user/0 /var/lib/systemd/linger && touch "
                "/var/lib/systemd/linger/root") {
    if (!groups_.made() || !mounts_.mounted()) return;
    manager_ = std::make_unique<Starter>(
        mounts_.inside(
            {"/bin/sh", "-c", groups_.enter() + "exec /usr/lib/systemd/systemd --user --unit=basic.target"}),
        env());
    runs_ = wait_until([&] { return systemctl({"is-active", "dbus.socket"}).out == "active\n"; });
  }
  [[nodiscard]] static bool possible() {
    return PrivateMounts::possible() && ::access("/usr/lib/systemd/systemd", X_OK) == 0 &&
           ::access("/usr/lib/systemd/user/dbus.socket", R_OK) == 0 && ::access("/usr/bin/busctl", X_OK) == 0;
  }
  [[nodiscard]] bool runs() const { return runs_; }
  [[nodiscard]] std::vector<std::string> env() const {
    return rig_.env({{"XDG_RUNTIME_DIR", kRuntime}, {"SYSTEMD_LOG_TARGET", "null"}});
  }
  [[nodiscard]] Outcome sess(Rig::Arguments arguments) const {
    arguments.insert(arguments.begin(), Rig::bin("sess"));
    return run(mounts_.inside(arguments), env());
  }
  [[nodiscard]] Outcome systemctl(Rig::Arguments arguments) const {
    arguments.insert(arguments.begin(), {"systemctl", "--user"});
    return run(mounts_.inside(arguments), env());
  }

 private:
  const Rig& rig_;
  ControlGroups groups_;
  PrivateMounts mounts_;
  std::unique_ptr<Starter> manager_;
  bool runs_ = false;
};

std::string number_after(const std::string& text, const std::string& what) {
  const auto at = text.find(what);
  if (at == std::string::npos) return {};
  const auto begin = text.find_first_of("0123456789", at + what.size());
  return text.substr(begin, text.find_first_not_of("0123456789", begin) - begin);
}

}  // namespace

TEST_CASE("each job has a scope of its own with its limits and all of its processes", "[e2e][scopes]") {
  if (!UserManager::possible()) {
    std::puts("SKIP scopes: no systemd of the user can be started here");
    return;
  }
  Rig rig;
  const UserManager machine(rig);
  if (!machine.runs()) {
    std::puts("SKIP scopes: the systemd of the user does not come up in here");
    return;
  }
  // Its child is there before anybody asks systemd.
  REQUIRE(machine
              .sess({"run", "-d", "-s", "web", "--memory", "512M", "--cpu", "50%", "--", "sh", "-c",
                     "sleep 1000 & wait"})
              .status.success());
  REQUIRE(machine.sess({"run", "-d", "-s", "db", "--", "sleep", "1000"}).status.success());
  const auto scope_of = [&](const std::string& job) {
    const auto pid = number_after(machine.sess({"status", "--json", job}).out, "\"pid\":");
    return "sess-" + job + "-" + pid + ".scope";
  };
  REQUIRE(wait_until([&] {
    return machine.sess({"status", "web"})
                   .out.find("Scope: " + scope_of("web") +
                             "; memory limit by the scope; CPU limit by the scope") != std::string::npos &&
           machine.sess({"status", "db"}).out.find("Scope: " + scope_of("db")) != std::string::npos;
  }));
  const auto shown = machine.systemctl({"show", "-p", "MemoryMax,CPUQuotaPerSecUSec", scope_of("web")}).out;
  CHECK(shown.find("MemoryMax=536870912") != std::string::npos);
  CHECK(shown.find("CPUQuotaPerSecUSec=500ms") != std::string::npos);
  const pid_t shell = std::stoi(number_after(machine.sess({"status", "--json", "web"}).out, "\"pid\":"));
  REQUIRE(wait_until([&] {
    int inside = 0;
    for (const auto pid : processes_named(rig.home(), "sleep")) {
      if (status_field(pid, "PPid") == std::to_string(shell)) {
        inside +=
            read_file("/proc/" + std::to_string(pid) + "/cgroup").find(scope_of("web")) != std::string::npos
                ? 1
                : 0;
      }
    }
    return inside == 1;
  }));
  // The next server knows it, and a stopped job's scope is gone.
  rig.kill_server();
  CHECK(machine.sess({"status", "web"}).out.find("Scope: sess-web-") != std::string::npos);
  const std::string unit = scope_of("web");
  CHECK(machine.sess({"stop", "web"}).status.success());
  REQUIRE(wait_until([&] { return machine.systemctl({"is-active", unit}).out != "active\n"; }));
  // Its parent has ended and its session is its own: only the scope knows whose it is when the holder is
  // gone.
  const std::string mark = rig.home().root() + "/orphan";
  REQUIRE(machine
              .sess({"run", "-d", "-s", "loose", "--", "sh", "-c",
                     "sh -c 'setsid sleep 1000 & echo $! >" + mark + "'; exec sleep 1000"})
              .status.success());
  const std::string loose = scope_of("loose");
  REQUIRE(wait_until([&] { return number_after(read_file(mark), "").size() > 1; }));
  const pid_t orphan = std::stoi(read_file(mark));
  REQUIRE(wait_until([&] {
    return read_file("/proc/" + std::to_string(orphan) + "/cgroup").find(loose) != std::string::npos;
  }));
  const pid_t program = std::stoi(number_after(machine.sess({"status", "--json", "loose"}).out, "\"pid\":"));
  REQUIRE(::kill(std::stoi(status_field(program, "PPid")), SIGKILL) == 0);
  CHECK(wait_until([&] {
    const std::string state = status_field(orphan, "State");
    return state.empty() || state[0] == 'Z';
  }));
  CHECK(wait_until([&] { return machine.sess({"status", "loose"}).out.find("KILL") != std::string::npos; }));
  CHECK(machine.sess({"kill-server"}).status.success());
}

TEST_CASE("enable makes the user's systemd start the daemon and its jobs; a reload replaces the code",
          "[e2e][scopes]") {
  if (!UserManager::possible()) {
    std::puts("SKIP units: no systemd of the user can be started here");
    return;
  }
  Rig rig;
  const UserManager machine(rig);
  if (!machine.runs()) {
    std::puts("SKIP units: the systemd of the user does not come up in here");
    return;
  }
  REQUIRE(machine.sess({"run", "-d", "-s", "web", "--", "sleep", "1000"}).status.success());
  const auto enabled = machine.sess({"enable", "web"});
  INFO(enabled.out << enabled.err);
  REQUIRE(enabled.status.success());
  CHECK(enabled.out.find("boot: the user's systemd starts the daemon (sess.service and sess.socket in ") !=
        std::string::npos);
  CHECK(enabled.out.find("boot: lingering is on") != std::string::npos);
  CHECK(machine.systemctl({"is-enabled", "sess.service", "sess.socket"}).out == "enabled\nenabled\n");
  CHECK(machine.sess({"doctor"}).out.find("ok       boot: systemd starts the daemon") != std::string::npos);
  REQUIRE(machine.sess({"kill-server"}).status.success());
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));

  // What default.target does at boot.
  const auto started = machine.systemctl({"start", "sess.service"});
  INFO(started.err << machine.systemctl({"status", "sess.service"}).out);
  REQUIRE(started.status.success());
  const pid_t keeper = rig.keeper();
  CHECK(machine.systemctl({"show", "-p", "MainPID", "--value", "sess.service"}).out ==
        std::to_string(keeper) + "\n");
  REQUIRE(wait_until([&] {
    return machine.sess({"-N", "status", "web"}).out.find("running") != std::string::npos;
  }));
  const auto job = number_after(machine.sess({"status", "--json", "web"}).out, "\"pid\":");
  // Wait for the scope: until then the job is in the service's control group.
  REQUIRE(wait_until([&] {
    return machine.sess({"status", "web"}).out.find("Scope: sess-web-") != std::string::npos;
  }));

  const pid_t server = rig.server();
  CHECK(machine.systemctl({"reload", "sess.service"}).status.success());
  REQUIRE(wait_until([&] { return rig.server() > 0 && rig.server() != server; }));
  CHECK(rig.keeper() == keeper);
  CHECK(number_after(machine.sess({"status", "--json", "web"}).out, "\"pid\":") == job);
  CHECK(machine.systemctl({"is-active", "sess.service"}).out == "active\n");

  const auto disabled = machine.sess({"disable", "web"});
  CHECK(disabled.out.find("the user's systemd does not start the daemon any more") != std::string::npos);
  CHECK(::access((rig.home().config() + "/systemd/user/sess.service").c_str(), F_OK) != 0);
  CHECK(machine.sess({"kill-server"}).status.success());
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
}

TEST_CASE("without the user's systemd the reason and the way a limit is kept are told", "[e2e][scopes]") {
  Rig rig;
  rig.ask({"run", "-d", "-s", "web", "--memory", "1G", "--cpu", "50%", "--nice", "5", "--", "sleep", "1000"});
  const std::string status = rig.sess({"status", "web"}).out;
  CHECK(status.find("Scope: none: ") != std::string::npos);
  CHECK(status.find(
            "; memory limit by RLIMIT_AS of each process; the CPU limit needs a scope and is not kept") !=
        std::string::npos);
  const auto pid = number_after(rig.sess({"status", "--json", "web"}).out, "\"pid\":");
  CHECK(read_file("/proc/" + pid + "/limits").find("Max address space         1073741824 ") !=
        std::string::npos);
}
