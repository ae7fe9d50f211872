// The main job over a real sshd on loopback: a login is cut, the session is not; a second login finds it.
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "login.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

TEST_CASE(
    "a killed ssh costs nothing: the counter goes on, the next login sees all of it, the agent works again",
    "[ssh]") {
  REQUIRE(fs::exists("/usr/sbin/sshd"));  // contrib/packages test installs it
  Rig rig;
  const Login login(rig);
  const std::string sess = Rig::bin("sess");

  const auto first = login.ssh(sess + " new -s app");
  REQUIRE(first->wait_until([&] { return rig.sess({"-N", "has-session", "-t", "app"}).status.success(); }));
  first->type("ssh-add -l; echo the end $?\r");
  REQUIRE(first->wait_for_text("the end 0"));
  // 200 lines in the background, so that the shell can be asked again later.
  const std::string report = rig.home().root() + "/longest";
  first->type("clear; stty -echo; PS1=; " + Rig::bin("e2e_counter") + " count 0 100 " + report + " &\r");
  REQUIRE(first->wait_for_text("count 60 "));
  ::kill(first->pty().pid(), SIGKILL);
  REQUIRE(wait_until([&] { return rig.sess({"list-clients"}).out.empty(); }));
  const auto passed = [&](const char* number) {
    const auto lines = rig.history("app");
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.starts_with(number); });
  };
  REQUIRE(wait_until([&] { return passed("count 200 "); }));

  const auto second = login.ssh(sess + " attach -t app");
  REQUIRE(second->wait_for_text("count 3"));
  second->type("kill %1; wait; echo stopped $((6*7))\r");
  REQUIRE(second->wait_for_text("stopped 42"));
  auto lines = second->oracle().scrollback();
  for (const auto& line : split_lines(second->screen())) lines.push_back(line);
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const auto& line) { return !line.starts_with("count "); }),
              lines.end());
  CHECK(check_counter(lines, "count", 1, 250) == "");
  // It printed every 10 ms; a job whose terminal was lost would have stood still.
  CHECK(std::stol(read_file(report)) < 1000);

  // The shell was started under the first login, whose agent socket is gone.
  second->type("clear; ssh-add -l; echo the end $?\r");
  REQUIRE(second->wait_for_text("the end 0"));
  CHECK(second->shows(login.fingerprint()));
  second->type("exit\r");
  REQUIRE(second->wait_exit());
}
