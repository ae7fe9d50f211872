#include "job/boot.hpp"

#include "support/catch.hpp"

using namespace sess;

namespace {

const job::BootDaemon kDaemon{"/usr/bin/sessd", "/tmp/sess-1000/default", {}};

long count_of(const std::string& text, std::string_view what) {
  long count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a crontab gets exactly one line of ours, and no other line changes", "[boot]") {
  const std::string line = job::boot_line(kDaemon);
  CHECK(line == "@reboot /usr/bin/sessd --boot # sess: starts the enabled jobs\n");
  CHECK(job::with_boot_line("", line) == line);
  const std::string others = "# mine\nMAILTO=me\n0 4 * * * backup # sess\n@reboot /usr/bin/sessd --boot\n";
  CHECK(job::with_boot_line(others, line) == others + line);
  CHECK(job::with_boot_line(job::with_boot_line(others, line), line) == others + line);
  CHECK(job::without_boot_line(others + line) == others);
  CHECK(job::without_boot_line(others) == others);
  CHECK_FALSE(job::has_boot_line(others));
  CHECK(job::has_boot_line(others + line));
}

TEST_CASE("a line of ours with another path is replaced where it stands, a second one goes", "[boot]") {
  const std::string old = job::boot_line({"/old/sessd", "", {}});
  const std::string line = job::boot_line(kDaemon);
  CHECK(job::with_boot_line(old + "0 1 * * * x\n" + old, line) == line + "0 1 * * * x\n");
  CHECK(job::without_boot_line(old + "0 1 * * * x\n" + line) == "0 1 * * * x\n");
}

TEST_CASE("a crontab without a newline at its end is not glued to our line", "[boot]") {
  const std::string line = job::boot_line(kDaemon);
  CHECK(job::with_boot_line("0 1 * * * x", line) == "0 1 * * * x\n" + line);
}

TEST_CASE("what cron and the shell take for themselves is quoted", "[boot]") {
  CHECK(job::boot_line({"/o'b/50% off/sessd", "", {{"XDG_CONFIG_HOME", "/a b"}}}) ==
        "@reboot XDG_CONFIG_HOME='/a b' '/o'\\''b/50\\% off/sessd' --boot # sess: starts the enabled jobs\n");
}

TEST_CASE("the units are contrib's, for this daemon and this socket", "[boot]") {
  const std::string service =
      job::service_unit({"/opt/a b/100%/sessd", "", {{"XDG_STATE_HOME", "/s \"q\""}}});
  CHECK(service.starts_with(job::kUnitMark));
  CHECK(service.find("Environment=\"XDG_STATE_HOME=/s \\\"q\\\"\"\nExecStart=\"/opt/a b/100%%/sessd\" "
                     "--foreground --boot\n") != std::string::npos);
  CHECK(service.find("\nType=notify\n") != std::string::npos);
  CHECK(service.find("\nExecReload=/bin/kill -USR2 $MAINPID\n") != std::string::npos);
  CHECK(count_of(service, "ExecStart=") == 1);
  const std::string socket = job::socket_unit(kDaemon);
  CHECK(socket.find("\nListenStream=/tmp/sess-1000/default\n") != std::string::npos);
  CHECK(count_of(socket, "ListenStream=") == 1);
}

TEST_CASE("systemd goes before cron, and cron before nothing", "[boot]") {
  job::Machine machine;
  CHECK(job::boot_way(machine) == job::BootWay::none);
  machine.crontab = true;
  CHECK(job::boot_way(machine) == job::BootWay::cron);
  machine.user_manager = true;
  CHECK(job::boot_way(machine) == job::BootWay::systemd);
}
