// The machine is a directory of files; the findings follow from it.
#include "job/doctor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "support/catch.hpp"
#include "support/home.hpp"

using namespace sess;
using sess::test::TempHome;

namespace {

/// A machine in a directory, and a daemon on it.
class Fake {
 public:
  job::DoctorFacts facts;

  Fake() {
    facts.surroundings = {home_.root() + "/m", "ann", 1000, "", "/usr/bin"};
    facts.socket_directory = "/tmp/sess-1000";
    facts.descriptor_limit = 4096;
    facts.daemon_version = facts.installed_version = "1.2";
    facts.client_version = facts.daemon_protocol = "0.1";
    facts.daemon_pid = 42;
  }
  void file(const std::string& path, const std::string& text = "") const { home_.write("m" + path, text); }
  void systemd(bool lingers) const {
    file("/run/systemd/system/x");
    socket("/run/user/1000/systemd/private");
    socket("/run/user/1000/bus");
    if (lingers) file("/var/lib/systemd/linger/ann");
  }
  void cron(bool runs) const {
    file("/usr/sbin/cron");
    file("/usr/bin/crontab");
    if (runs) file("/proc/77/comm", "cron\n");
  }
  job::Finding finding(const std::string& topic) {
    facts.machine = job::look_at_machine(facts.surroundings);
    for (auto& one : job::examine(facts)) {
      if (one.topic == topic) return one;
    }
    FAIL("no finding about " << topic);
    return {};
  }
  bool is_ok(const std::string& topic) {
    const auto one = finding(topic);
    INFO(topic << ": " << one.text << "; " << one.advice);
    CHECK(one.advice.empty() == one.ok);
    return one.ok;
  }

 private:
  void socket(const std::string& path) const {
    const std::string full = facts.surroundings.root + path;
    std::filesystem::create_directories(std::filesystem::path(full).parent_path());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(full.size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, full.c_str());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(fd);
  }
  TempHome home_;
};

}  // namespace

TEST_CASE("a machine with neither systemd nor cron starts no jobs at boot, and ends none at logout",
          "[doctor]") {
  Fake fake;
  CHECK_FALSE(fake.is_ok("boot"));
  CHECK(fake.finding("boot").advice.find("contrib/sysvinit/sess") != std::string::npos);
  for (const auto* topic : {"logout", "lingering", "socket", "state", "temporary files", "file limit",
                            "version", "configuration", "nesting"}) {
    CHECK(fake.is_ok(topic));
  }
}

TEST_CASE("cron is enough when it runs", "[doctor]") {
  Fake fake;
  fake.cron(false);
  CHECK(fake.finding("boot").text.find("does not run") != std::string::npos);
  CHECK_FALSE(fake.is_ok("boot"));
  fake.cron(true);
  CHECK(fake.is_ok("boot"));
  fake.facts.jobs_enabled = true;
  CHECK_FALSE(fake.is_ok("boot"));
  fake.facts.boot_is_set_up = true;
  CHECK(fake.is_ok("boot"));
}

TEST_CASE("without lingering the user's manager, and what is in it, ends at logout", "[doctor]") {
  Fake fake;
  fake.systemd(false);
  CHECK_FALSE(fake.is_ok("lingering"));
  CHECK(fake.finding("lingering").advice == "loginctl enable-linger ann");
  CHECK(fake.is_ok("logout"));
  fake.facts.control_group = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/sess.service\n";
  CHECK_FALSE(fake.is_ok("logout"));
  fake.facts.socket_directory = "/run/user/1000/sess";
  CHECK_FALSE(fake.is_ok("socket"));
  fake.file("/var/lib/systemd/linger/ann");
  CHECK(fake.is_ok("lingering"));
  CHECK(fake.is_ok("logout"));
  CHECK(fake.is_ok("socket"));
}

TEST_CASE("KillUserProcesses counts where logind reads it, for whom it holds", "[doctor]") {
  Fake fake;
  fake.systemd(true);
  fake.file("/etc/systemd/logind.conf", "[Login]\n#KillUserProcesses=yes\n");
  CHECK(fake.is_ok("logout"));
  fake.file("/usr/lib/systemd/logind.conf.d/50-kill.conf", "[Login]\nKillUserProcesses = yes\n");
  CHECK_FALSE(fake.is_ok("logout"));
  fake.file("/etc/systemd/logind.conf.d/60-who.conf", "[Login]\nKillExcludeUsers=root ann\n");
  CHECK(fake.is_ok("logout"));
  fake.file("/etc/systemd/logind.conf.d/60-who.conf", "[Login]\nKillOnlyUsers=bob\n");
  CHECK(fake.is_ok("logout"));
  fake.file("/etc/systemd/logind.conf.d/60-who.conf", "");
  CHECK_FALSE(fake.is_ok("logout"));
  fake.facts.control_group = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/sess.service\n";
  CHECK(fake.is_ok("logout"));
  fake.facts.control_group.clear();
  // The same name in /etc hides the one in /usr/lib.
  fake.file("/etc/systemd/logind.conf.d/50-kill.conf", "[Login]\nKillUserProcesses=no\n");
  CHECK(fake.is_ok("logout"));
}

TEST_CASE("the ageing of /tmp is found, with its exceptions", "[doctor]") {
  Fake fake;
  fake.systemd(true);
  fake.file("/usr/lib/tmpfiles.d/tmp.conf", "D /tmp 1777 root root -\nq /var/tmp 1777 root root 30d\n");
  CHECK(fake.is_ok("temporary files"));
  fake.file("/etc/tmpfiles.d/tmp.conf", "q /tmp 1777 root root 10d\n");
  CHECK_FALSE(fake.is_ok("temporary files"));
  CHECK(fake.finding("temporary files").text.find("10d") != std::string::npos);
  fake.file("/etc/tmpfiles.d/sess.conf", "x /tmp/sess-*\n");
  CHECK(fake.is_ok("temporary files"));
}

TEST_CASE("few descriptors, another version and another multiplexer are told", "[doctor]") {
  Fake fake;
  fake.facts.descriptor_limit = 256;
  CHECK_FALSE(fake.is_ok("file limit"));
  fake.facts.installed_version = "1.3";
  CHECK_FALSE(fake.is_ok("version"));
  CHECK(fake.finding("version").advice.find("sess upgrade ") == 0);
  fake.facts.installed_version = "1.2";
  fake.facts.replaced = true;
  CHECK_FALSE(fake.is_ok("version"));
  fake.facts.replaced = false;
  fake.facts.client_version = "0.2";
  CHECK_FALSE(fake.is_ok("version"));
  fake.facts.client_environment = {"TMUX=", "SESS=/x,1,2"};
  CHECK(fake.is_ok("nesting"));
  fake.facts.client_environment = {"STY=1.pts"};
  CHECK_FALSE(fake.is_ok("nesting"));
}

TEST_CASE("doctor says whose configuration was read, and a pane of one's own is no nesting", "[doctor]") {
  Fake fake;
  fake.facts.own_config = "/home/ann/.config/sess/sess.conf";
  CHECK(fake.finding("configuration").text ==
        "none was read; /home/ann/.config/sess/sess.conf is the place for one");
  fake.facts.config_files = {"/etc/tmux.conf", "/home/ann/.tmux.conf"};
  CHECK(fake.finding("configuration").text ==
        "/etc/tmux.conf, /home/ann/.tmux.conf were read: tmux's, while there is no "
        "/home/ann/.config/sess/sess.conf");
  fake.facts.config_files = {"/home/ann/.config/sess/sess.conf"};
  CHECK(fake.finding("configuration").text == "/home/ann/.config/sess/sess.conf was read");
  fake.facts.client_environment = {"TMUX=/tmp/tmux-1000/default,42,0"};
  CHECK(fake.is_ok("nesting"));
  fake.facts.client_environment = {"TMUX=/tmp/tmux-1000/default,43,0"};
  CHECK_FALSE(fake.is_ok("nesting"));
}

TEST_CASE("what a log-in by ssh finds is said, and what terminals do not have", "[job][doctor]") {
  Fake machine;
  machine.facts.login_shell = "/bin/bash";
  CHECK(machine.is_ok("ssh"));  // not known is no warning
  machine.facts.found_by_ssh = "/usr/bin/sess";
  CHECK(machine.is_ok("ssh"));
  CHECK(machine.finding("ssh").text.find("/usr/bin/sess") != std::string::npos);
  machine.facts.found_by_ssh = "";
  CHECK_FALSE(machine.is_ok("ssh"));
  CHECK(machine.finding("ssh").text.find("/bin/bash") != std::string::npos);
  CHECK(machine.is_ok("terminals"));
  machine.facts.lacking = {
      "/dev/pts/3 (linux) does not have side margins, which the program in app asked for"};
  CHECK_FALSE(machine.is_ok("terminals"));
}
