// Jobs at boot with the real parts: systemd-socket-activate, inetd and cron from Debian's packages start the
// daemon, and job files say what runs then.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "private_mounts.hpp"
#include "rig.hpp"
#include "support/pty.hpp"

using namespace sess::test;
using namespace std::chrono_literals;

namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

void write_job(const Rig& rig, const std::string& name, const std::string& text) {
  rig.home().write("config/sess/jobs/" + name + ".toml", text);
  ::chmod((rig.home().config() + "/sess").c_str(), 0700);
  ::chmod((rig.home().config() + "/sess/jobs").c_str(), 0700);
}

/// A crontab(1) that keeps its file below the home: the first in PATH.
std::string fake_crontab(const Rig& rig) {
  const std::string file = rig.home().root() + "/crontab";
  const std::string program = rig.home().write(
      "fake/crontab", "#!/bin/sh\ncase $1 in\n-l) [ -e " + file +
                          " ] || { echo 'no crontab for me' >&2; exit 1; }; exec cat " + file +
                          " ;;\n-r) exec rm " + file + " ;;\n-) exec cat >" + file + " ;;\nesac\n");
  ::chmod(program.c_str(), 0755);
  return file;
}

Rig::Variables with_fake_crontab(const Rig& rig) {
  return {{"PATH", rig.home().root() + "/fake:" + test_bin() + ":/usr/local/bin:/usr/bin:/bin"}};
}

long lines_with(const std::string& text, std::string_view what) {
  long count = 0;
  for (const auto& line : split_lines(text)) count += line.find(what) != std::string::npos ? 1 : 0;
  return count;
}

}  // namespace

// --- job files ------------------------------------------------------------------------------------------

TEST_CASE("start runs a job file that a person wrote, with its windows and panes, and stop ends all of it",
          "[e2e][boot]") {
  Rig rig;
  write_job(
      rig, "web",
      "command = \"echo serving; exec sleep 1000\"\ndirectory = \"/\"\nenvironment = { PORT = \"80\" }\n"
      "\n[[windows]]\nname = \"logs\"\nlayout = \"even-horizontal\"\n"
      "panes = [ { command = \"echo left $PORT; exec sleep 1000\" }, { command = [\"sleep\", \"1000\"], "
      "directory = \"/usr\" } ]\n"
      "\n[[windows]]\nname = \"shell\"\n");
  rig.ask({"start", "web"});
  CHECK(rig.ask({"list-windows", "-t", "web", "-F", "#{window_panes}"}) == "1\n2\n1");
  CHECK(rig.ask({"display-message", "-p", "-t", "web:1", "#{window_name}"}) == "logs");
  CHECK(rig.ask({"display-message", "-p", "-t", "web:2", "#{window_name}"}) == "shell");
  CHECK(rig.ask({"list-panes", "-t", "web:logs", "-F", "#{pane_top}:#{pane_start_path}"}) == "0:/\n0:/usr");
  REQUIRE(wait_until([&] {
    return rig.ask({"capture-pane", "-p", "-t", "web:logs.0"}).find("left 80") == 0;
  }));
  // Another server knows what belongs to the job.
  rig.kill_server();
  rig.ask({"stop", "web"});
  CHECK_FALSE(rig.sess({"has-session", "-t", "web"}).status.success());
}

TEST_CASE("a job file without a command is what its first pane runs", "[e2e][boot]") {
  Rig rig;
  write_job(rig, "only", "[[windows]]\nname = \"w\"\npanes = [ { command = \"exec sleep 1000\" }, {} ]\n");
  rig.ask({"start", "only"});
  CHECK(rig.ask({"list-windows", "-t", "only", "-F", "#{window_name}:#{window_panes}"}) == "w:2");
  rig.ask({"stop", "only"});
  CHECK(rig.sess({"status", "only"}).out.find("inactive") != std::string::npos);
}

TEST_CASE("a wrong job file is refused with file, line and suggestion, and nothing starts", "[e2e][boot]") {
  Rig rig;
  write_job(rig, "bad", "command = \"exec sleep 1000\"\n\nrestrat = \"always\"\nnice = \"many\"\n");
  const auto outcome = rig.sess({"start", "bad"});
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.err.find("jobs/bad.toml:3: unknown key 'restrat', did you mean 'restart'?") !=
        std::string::npos);
  CHECK(outcome.err.find("jobs/bad.toml:4: 'nice' takes a number") != std::string::npos);
  CHECK_FALSE(rig.sess({"has-session", "-t", "bad"}).status.success());
  // Who lists the jobs is told of it beside the others.
  write_job(rig, "good", "command = \"exec sleep 1000\"\n");
  const auto listed = rig.sess({"jobs"});
  CHECK(listed.status.success());
  CHECK(listed.out.find("good") != std::string::npos);
  CHECK(listed.err.find("jobs/bad.toml:3: unknown key 'restrat'") != std::string::npos);
}

// --- enable and disable ---------------------------------------------------------------------------------

TEST_CASE(
    "enable writes the file of a job that was run and one crontab line; the last disable takes the line away",
    "[e2e][boot]") {
  Rig rig;
  const std::string crontab = fake_crontab(rig);
  const auto with = with_fake_crontab(rig);
  std::ofstream(crontab) << "# mine\n0 4 * * * backup\n";
  REQUIRE(rig.sess({"run", "-d", "-s", "web", "--restart", "always", "--", "sleep", "1000"}, with)
              .status.success());
  rig.ask({"new-session", "-d", "-s", "stay", "exec sleep 1000"});
  auto enabled = rig.sess({"enable", "web"}, with);
  INFO(enabled.err);
  REQUIRE(enabled.status.success());
  CHECK(enabled.out.find("job web starts with the machine") == 0);
  CHECK(enabled.out.find("boot: cron starts the daemon (one @reboot line in your crontab)") !=
        std::string::npos);
  const std::string file = read_file(rig.home().config() + "/sess/jobs/web.toml");
  CHECK(file.find("command = [\"sleep\", \"1000\"]\n") != std::string::npos);
  CHECK(file.find("enabled = true\n") != std::string::npos);
  CHECK(file.find("restart = \"always\"\n") != std::string::npos);
  CHECK(read_file(crontab).find("# mine\n0 4 * * * backup\n@reboot ") == 0);
  CHECK(lines_with(read_file(crontab), "@reboot") == 1);

  // A second job, and the first once more: still one line.
  write_job(rig, "db", "# a person's file\ncommand = \"exec sleep 1000\"\n");
  CHECK(rig.sess({"enable", "--now", "db", "web"}, with).status.success());
  CHECK(rig.sess({"status", "db"}).out.find("running") != std::string::npos);
  CHECK(read_file(rig.home().config() + "/sess/jobs/db.toml") ==
        "enabled = true\n# a person's file\ncommand = \"exec sleep 1000\"\n");
  CHECK(lines_with(read_file(crontab), "@reboot") == 1);

  CHECK(rig.sess({"disable", "web"}, with).status.success());
  CHECK(lines_with(read_file(crontab), "@reboot") == 1);
  const auto last = rig.sess({"disable", "--now", "db"}, with);
  CHECK(last.out.find("the @reboot line is gone") != std::string::npos);
  CHECK(read_file(crontab) == "# mine\n0 4 * * * backup\n");
  CHECK(read_file(rig.home().config() + "/sess/jobs/db.toml") ==
        "# a person's file\ncommand = \"exec sleep 1000\"\n");
  REQUIRE(wait_until([&] { return rig.sess({"status", "db"}).out.find("inactive") != std::string::npos; }));
}

TEST_CASE("a crontab that cannot be read is never written", "[e2e][boot]") {
  Rig rig;
  const auto with = with_fake_crontab(rig);
  const std::string program = rig.home().write(
      "fake/crontab", "#!/bin/sh\n[ \"$1\" = -l ] && { echo 'you may not' >&2; exit 1; }\ntouch " +
                          rig.home().root() + "/written\n");
  ::chmod(program.c_str(), 0755);
  write_job(rig, "db", "command = \"exec sleep 1000\"\n");
  const auto outcome = rig.sess({"enable", "db"}, with);
  CHECK(outcome.status.code() == 1);
  CHECK(outcome.err.find("crontab -l failed: you may not") != std::string::npos);
  CHECK_FALSE(exists(rig.home().root() + "/written"));
}

TEST_CASE("what cannot be enabled is refused: unknown, required and missing, a cycle with its path",
          "[e2e][boot]") {
  Rig rig;
  static_cast<void>(fake_crontab(rig));
  const auto with = with_fake_crontab(rig);
  write_job(rig, "a", "command = \"x\"\nafter = \"b\"\n");
  write_job(rig, "b", "command = \"x\"\nafter = [\"c\"]\n");
  write_job(rig, "c", "command = \"x\"\nafter = \"a\"\n");
  write_job(rig, "alone", "command = \"x\"\nrequires = \"nothing\"\n");
  const auto cycle = rig.sess({"enable", "a"}, with);
  CHECK(cycle.status.code() == 1);
  CHECK(cycle.err.find("dependency cycle: a -> b -> c -> a") != std::string::npos);
  CHECK(read_file(rig.home().config() + "/sess/jobs/a.toml").find("enabled") == std::string::npos);
  CHECK(rig.sess({"enable", "alone"}, with).err.find("requires nothing, which does not exist") !=
        std::string::npos);
  CHECK(rig.sess({"enable", "unheard"}, with).err.find("no such job: unheard") != std::string::npos);
  CHECK_FALSE(exists(rig.home().root() + "/crontab"));
}

// --- the daemon starts ----------------------------------------------------------------------------------

TEST_CASE(
    "enabled jobs start in the order of their dependencies when the daemon starts; others and cycles do not",
    "[e2e][boot]") {
  Rig rig;
  const std::string order = rig.home().root() + "/order";
  const auto job = [&](const std::string& name, const std::string& more) {
    write_job(rig, name,
              "enabled = true\ntype = \"oneshot\"\ncommand = \"echo " + name + " >>" + order + "\"\n" + more);
  };
  job("third", "after = [\"second\"]\nrequires = [\"second\"]\n");
  job("second", "after = \"first\"\n");
  job("first", "");
  job("x", "after = \"y\"\n");
  job("y", "after = \"x\"\n");
  write_job(rig, "off", "command = \"echo off >>" + order + "\"\n");
  write_job(rig, "server", "enabled = true\ncommand = \"exec sleep 1000\"\nafter = \"third\"\n");
  REQUIRE(run({Rig::bin("sessd"), "--boot"}, rig.env()).status.success());
  REQUIRE(wait_until([&] {
    return rig.sess({"-N", "status", "server"}).out.find("running") != std::string::npos;
  }));
  CHECK(read_file(order) == "first\nsecond\nthird\n");
  const std::string messages = rig.ask({"show-messages"});
  CHECK(messages.find("job x is not started: dependency cycle: ") != std::string::npos);
  // The same after kill-server, by whatever starts the daemon.
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  std::filesystem::remove(order);
  rig.ask({"new-session", "-d", "-s", "other", "exec sleep 1000"});
  REQUIRE(wait_until([&] {
    return rig.sess({"status", "server"}).out.find("running") != std::string::npos;
  }));
  CHECK(read_file(order) == "first\nsecond\nthird\n");
  // A daemon of another name leaves them to the default one.
  rig.ask({"-L", "second", "new-session", "-d", "exec sleep 1000"});
  CHECK(rig.ask({"-L", "second", "jobs", "-r", "--json"}) == "[]");
  rig.ask({"-L", "second", "kill-server"});
}

TEST_CASE("systemd-socket-activate starts the daemon with the first client", "[e2e][boot]") {
  Rig rig;
  const std::string directory = rig.home().temporary() + "/sess-" + std::to_string(::geteuid());
  ::mkdir(directory.c_str(), 0700);
  std::vector<std::string> words{"/usr/bin/systemd-socket-activate", "-l", rig.socket()};
  for (const auto& variable : rig.env()) words.insert(words.end(), {"-E", variable});
  words.insert(words.end(), {Rig::bin("sessd"), "--foreground"});
  const Starter starter(words, rig.env());
  REQUIRE(wait_until([&] { return exists(rig.socket()); }));
  CHECK(rig.keeper() == 0);
  rig.ask({"-N", "new-session", "-d", "-s", "app", "exec sleep 1000"});
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  CHECK(processes_named(rig.home(), "sessd: keeper").size() == 1);
  // The socket outlives the daemon: it is not the daemon's.
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  CHECK(exists(rig.socket()));
}

TEST_CASE("a passed socket elsewhere is where the daemon is found, and a contradiction is refused",
          "[e2e][boot]") {
  Rig rig;
  const std::string path = rig.home().runtime() + "/passed";
  const auto activate = [&](std::vector<std::string> daemon) {
    std::vector<std::string> words{"/usr/bin/systemd-socket-activate", "-l", path};
    for (const auto& variable : rig.env()) words.insert(words.end(), {"-E", variable});
    words.insert(words.end(), daemon.begin(), daemon.end());
    return words;
  };
  {
    const Starter starter(activate({Rig::bin("sessd"), "--foreground"}), rig.env());
    REQUIRE(wait_until([&] { return exists(path); }));
    rig.ask({"-N", "-S", path, "new-session", "-d", "-s", "there", "exec sleep 1000"});
    CHECK(rig.ask({"-S", path, "display-message", "-p", "-t", "there", "#{socket_path}"}) == path);
    CHECK_FALSE(exists(rig.socket()));
    rig.ask({"-S", path, "kill-server"});
  }
  std::filesystem::remove(path);
  Pty refused(activate({Rig::bin("sessd"), "--foreground", "-L", "other"}), rig.env());
  REQUIRE(wait_until([&] { return exists(path); }));
  static_cast<void>(rig.sess({"-N", "-S", path, "list-sessions"}));
  const auto status = refused.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 1);
}

TEST_CASE("inetd starts the daemon with its listening socket on descriptor 0", "[e2e][boot]") {
  const std::string inetd = exists("/usr/sbin/inetd") ? "/usr/sbin/inetd" : "/usr/sbin/openbsd-inetd";
  if (::geteuid() != 0 || !exists(inetd)) {
    std::puts("SKIP inetd: it is not installed, or this is not root");
    return;
  }
  Rig rig;
  const std::string path = rig.home().runtime() + "/inetd";
  const std::string start = rig.home().write("start", "#!/bin/sh\nexec " + Rig::bin("sessd") + " --inetd\n");
  ::chmod(start.c_str(), 0755);
  const std::string config =
      rig.home().write("inetd.conf", path + " stream unix wait root " + start + " start\n");
  // -d: in the foreground, with no file in /run. -E: the environment stays.
  const Starter starter({inetd, "-d", "-E", config}, rig.env());
  REQUIRE(wait_until([&] { return exists(path); }));
  CHECK(rig.keeper() == 0);
  rig.ask({"-N", "-S", path, "new-session", "-d", "-s", "app", "exec sleep 1000"});
  CHECK(rig.ask({"-S", path, "list-sessions", "-F", "#{session_name}"}) == "app");
  REQUIRE(rig.keeper() > 0);
  rig.ask({"-S", path, "kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  // inetd goes on listening, and the next client starts the next daemon.
  REQUIRE(wait_until([&] {
    return rig.sess({"-N", "-S", path, "new-session", "-d", "-s", "again", "exec sleep 1000"})
        .status.success();
  }));
  rig.ask({"-S", path, "kill-server"});
}

TEST_CASE("Debian's cron runs the line that enable wrote, and the job runs", "[e2e][boot]") {
  if (!PrivateMounts::possible() || !exists("/usr/sbin/cron")) {
    std::puts("SKIP cron: it is not installed, or there are no mount namespaces for this user");
    return;
  }
  Rig rig;
  const std::string crontabs = "/var/spool/cron/crontabs";
  const PrivateMounts mounts(rig.home(), rig.env(),
                             "mount -t tmpfs none /run && mount -t tmpfs -o mode=1730 none " + crontabs +
                                 " && chgrp crontab " + crontabs);
  REQUIRE(mounts.mounted());
  const auto sess = [&](Rig::Arguments arguments) {
    arguments.insert(arguments.begin(), Rig::bin("sess"));
    return run(mounts.inside(arguments), rig.env());
  };
  const std::string told = rig.home().root() + "/told";
  REQUIRE(
      sess({"run", "-d", "-s", "nightly", "--", "sh", "-c", "echo $SESS_JOB >>" + told + "; exec sleep 1000"})
          .status.success());
  const auto enabled = sess({"enable", "nightly"});
  INFO(enabled.err);
  REQUIRE(enabled.status.success());
  CHECK(enabled.out.find("boot: cron starts the daemon (one @reboot line in your crontab)") !=
        std::string::npos);
  CHECK(enabled.out.find("service cron start") != std::string::npos);  // none runs in here
  const std::string line = run(mounts.inside({"crontab", "-l"}), rig.env()).out;
  CHECK(lines_with(line, "@reboot") == 1);
  REQUIRE(sess({"kill-server"}).status.success());
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  std::filesystem::remove(told);

  const Starter cron(mounts.inside({"/usr/sbin/cron", "-f"}), {"PATH=/usr/bin:/bin"});
  REQUIRE(wait_until([&] { return read_file(told) == "nightly\n"; }));
  CHECK(sess({"-N", "status", "nightly"}).out.find("running") != std::string::npos);
  CHECK(sess({"-N", "disable", "nightly"}).status.success());
  CHECK(run(mounts.inside({"crontab", "-l"}), rig.env()).out.empty());
  CHECK(sess({"kill-server"}).status.success());
}

TEST_CASE("the LSB script starts, reports, restarts and stops the daemons of its users", "[e2e][boot]") {
  if (!PrivateMounts::possible() || !exists("/lib/lsb/init-functions")) {
    std::puts("SKIP sysvinit: there are no LSB functions here, or no namespaces for this user");
    return;
  }
  Rig rig;
  // The user is root, whose home, sockets and programs are the test's own in there.
  const PrivateMounts mounts(
      rig.home(), rig.env(),
      "mkdir -p " + rig.home().root() + "/etc && cp " + test_data() + "/../contrib/sysvinit/sess " +
          rig.home().root() + "/etc/script && echo SESS_USERS=root >" + rig.home().root() +
          "/etc/sess && mount --bind " + rig.home().root() +
          "/etc /etc/default && mount -t tmpfs none /usr/local/bin && cp " + test_bin() + "/sess " +
          test_bin() +
          "/sessd /usr/local/bin && mount -t tmpfs none /root && mkdir -p -m 700 "
          "/root/.config/sess/jobs && printf 'enabled = true\\ncommand = \"exec sleep 1000\"\\n' "
          ">/root/.config/sess/jobs/web.toml && mount -t tmpfs none /run && mkdir /run/keep && mount "
          "--bind " +
          rig.home().root() + " /run/keep && mount -t tmpfs -o mode=1777 none /tmp && mkdir -p " +
          rig.home().root() + " && mount --bind /run/keep " + rig.home().root(),
      PrivateMounts::Processes::own);
  REQUIRE(mounts.mounted());
  const auto lsb = [&](const std::string& word) {
    return run(mounts.inside({"/bin/sh", "/etc/default/script", word}), {"PATH=/usr/bin:/bin", "HOME=/"});
  };
  const auto status_of_job = [&] {
    return run(mounts.inside({"/usr/local/bin/sess", "-N", "status", "web"}),
               {"PATH=/usr/bin:/bin", "HOME=/root"})
        .out;
  };
  CHECK(lsb("status").status.code() == 3);
  CHECK(lsb("stop").status.success());
  const auto started = lsb("start");
  INFO(started.out << started.err);
  REQUIRE(started.status.success());
  CHECK(lsb("status").status.success());
  CHECK(lsb("status").out == "sess of root is running\n");
  REQUIRE(wait_until([&] { return status_of_job().find("running") != std::string::npos; }));
  const std::string before = status_of_job();
  CHECK(lsb("start").status.success());
  CHECK(lsb("restart").status.success());
  REQUIRE(wait_until([&] { return status_of_job().find("running") != std::string::npos; }));
  CHECK(status_of_job() != before);
  CHECK(lsb("stop").status.success());
  CHECK(lsb("status").status.code() == 3);
  CHECK(lsb("dance").status.code() == 2);
}
