// Real shells under a real loop.
#include "panes/shell_commands.hpp"

#include <signal.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/wait.hpp"

using namespace sess;
using namespace sess::panes;

namespace {

struct Rig {
  std::unique_ptr<os::Loop> loop = os::Loop::open().value();
  ShellCommands jobs{*loop};

  command::ShellResult run(std::string command, std::chrono::milliseconds limit = {}) {
    std::optional<command::ShellResult> result;
    command::ShellRequest request;
    request.command = std::move(command);
    request.env = {"PATH=/usr/bin:/bin"};
    request.cwd = "/";
    request.limit = limit;
    jobs.run(std::move(request), [&](command::ShellResult given) { result = std::move(given); });
    while (!result) loop->run_once();
    return *result;
  }
};

}  // namespace

TEST_CASE("a command's output and status are reported", "[server][shell]") {
  Rig rig;
  const auto result = rig.run("echo out; echo err >&2; exit 3", std::chrono::minutes(5));
  CHECK(result.output == "out\nerr\n");
  CHECK(result.exit_status == 3);
  CHECK_FALSE(result.timed_out);
  CHECK_FALSE(rig.jobs.busy());
}

TEST_CASE("a command that hung kept its place for ever: it is killed at its limit, with what it started",
          "[server][shell]") {
  Rig rig;
  const auto result = rig.run("sleep 1000 & echo $!; wait", std::chrono::milliseconds(300));
  CHECK(result.timed_out);
  CHECK(result.exit_status == 128 + SIGKILL);
  const auto child = static_cast<pid_t>(std::stol(result.output));
  // Its parent is gone: whoever takes in orphans reaps it.
  CHECK(test::wait_until([&] {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    std::string text;
    return !std::getline(stat, text) || text.find(") Z ") != std::string::npos;
  }));
}
