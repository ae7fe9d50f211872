// doctor on this machine and on ones that are made up of mounts: what it finds, its exit status and its JSON.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "private_mounts.hpp"
#include "rig.hpp"

using namespace sess::test;

namespace {

constexpr const char* kTopics[] = {"logout", "lingering",  "socket",  "state",         "temporary files",
                                   "boot",   "file limit", "version", "configuration", "tmux",
                                   "disk",   "nesting",    "ssh",     "terminals"};

bool has_line(const std::string& text, const std::string& begin) {
  for (const auto& line : split_lines(text)) {
    if (line.find(begin) == 0) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("doctor says one line about each thing, and exits with 1 exactly when one is a warning",
          "[e2e][doctor]") {
  Rig rig;
  const auto outcome = rig.sess({"doctor"});
  INFO(outcome.out << outcome.err);
  CHECK(split_lines(outcome.out).size() == std::size(kTopics));
  bool warned = false;
  for (const std::string topic : kTopics) {
    const bool ok = has_line(outcome.out, "ok       " + topic + ": ");
    const bool warning = has_line(outcome.out, "warning  " + topic + ": ");
    INFO(topic);
    CHECK(ok != warning);
    warned = warned || warning;
  }
  CHECK(outcome.status.code() == (warned ? 1 : 0));
  const auto json = rig.sess({"doctor", "--json"});
  CHECK(json.status.code() == outcome.status.code());
  CHECK(json.out.find("[{\"topic\":\"logout\",\"ok\":") == 0);
  CHECK(json.out.find("\"advice\":") != std::string::npos);
}

TEST_CASE("doctor sees another multiplexer around the client, and a daemon whose file was replaced",
          "[e2e][doctor]") {
  Rig rig;
  const auto nested = rig.sess({"doctor"}, {{"TMUX", "/tmp/tmux-0/default,1,0"}});
  CHECK(nested.status.code() == 1);
  CHECK(has_line(nested.out, "warning  nesting: this terminal is inside tmux"));

  // A copy, so that its file can be replaced under it.
  const std::string copy = rig.home().root() + "/sessd";
  REQUIRE(run({"cp", Rig::bin("sessd"), copy}, rig.env()).status.success());
  const std::string socket = rig.home().temporary() + "/other";
  REQUIRE(run({copy, "-S", socket}, rig.env()).status.success());
  // A session, so that the daemon stays.
  rig.ask({"-S", socket, "new-session", "-d", "exec sleep 1000"});
  CHECK(has_line(rig.sess({"-S", socket, "doctor"}).out, "ok       version: "));
  REQUIRE(run({"cp", "--remove-destination", Rig::bin("sessd"), copy}, rig.env()).status.success());
  const auto replaced = rig.sess({"-S", socket, "doctor"});
  CHECK(has_line(replaced.out, "warning  version: the daemon's file was replaced since it started"));
  // What it advises to do.
  CHECK(replaced.out.find("sess upgrade") != std::string::npos);
  CHECK(rig.ask({"-S", socket, "upgrade"}) == "sess " SESS_VERSION " runs anew");
  CHECK(has_line(rig.sess({"-S", socket, "doctor"}).out, "ok       version: "));
  rig.sess({"-S", socket, "kill-server"});
}

TEST_CASE("doctor finds on a made-up machine what would end jobs there", "[e2e][doctor]") {
  if (!PrivateMounts::possible()) {
    std::puts("SKIP doctor: there are no mount namespaces for this user");
    return;
  }
  Rig rig;
  const std::string etc =
      rig.home().write("m/systemd/logind.conf", "[Login]\nKillUserProcesses=yes\nKillExcludeUsers=\n");
  rig.home().write("m/tmpfiles.d/tmp.conf", "q /tmp 1777 root root 10d\n");
  const std::string made = rig.home().root() + "/m";
  const PrivateMounts mounts(
      rig.home(), rig.env(),
      "mount -t tmpfs none /run && mkdir -p /run/systemd/system && mkdir -p /etc/tmpfiles.d && "
      "mount --bind " +
          made + "/systemd /etc/systemd && mount --bind " + made + "/tmpfiles.d /etc/tmpfiles.d");
  REQUIRE(mounts.mounted());
  auto env = rig.env();
  const auto outcome = run(mounts.inside({Rig::bin("sess"), "doctor"}), env);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status.code() == 1);
  CHECK(has_line(outcome.out,
                 "warning  logout: logind ends what is left running at logout (KillUserProcesses=yes). To "
                 "do: loginctl enable-linger root"));
  CHECK(has_line(outcome.out, "warning  lingering: off"));
  CHECK(has_line(outcome.out, "warning  temporary files: files in "));
}

TEST_CASE("doctor names attached terminals that do not have what the program before them asked for",
          "[e2e][doctor]") {
  Rig rig;
  const auto terminal =
      rig.terminal({"new-session", "-s", "app", "printf '\\033[?69hside margins on'; exec cat"});
  terminal->set_answering(false);
  REQUIRE(terminal->wait_until([&] {
    const auto outcome = rig.sess({"doctor"});
    return outcome.out.find("warning  terminals: /dev/pts/") != std::string::npos;
  }));
  CHECK(rig.sess({"doctor"}).out.find("does not have side margins, which the program in app asked for") !=
        std::string::npos);
  rig.ask({"send-keys", "-R", "-t", "app"});
  CHECK(terminal->wait_until([&] { return has_line(rig.sess({"doctor"}).out, "ok       terminals: "); }));
}
