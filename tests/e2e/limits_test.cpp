// What happens at the edges of what a machine gives: processes that stand still, descriptors that run out.
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Two seconds on a machine that is not busy; these tests run beside others.
constexpr auto kReplaced = 4s;

std::size_t open_files(pid_t pid) {
  std::error_code gone;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
    count += static_cast<std::size_t>(!entry.path().empty());
  }
  return count;
}

}  // namespace

TEST_CASE("a stopped server is replaced soon after the first key that gets no answer", "[limits]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo ready; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  for (int i = 1; i <= 3; ++i) {
    const pid_t stopped = rig.server();
    ::kill(stopped, SIGSTOP);
    const auto since = Clock::now();
    const auto word = "word" + std::to_string(i);
    client->type(word + "\r");
    CHECK(client->wait_for_text(word));
    CHECK(Clock::now() - since < kReplaced);
    CHECK(rig.server() != stopped);
  }
}

TEST_CASE("a stopped server is replaced soon after the first command that gets no answer", "[limits]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const pid_t stopped = rig.server();
  ::kill(stopped, SIGSTOP);
  const auto since = Clock::now();
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  CHECK(Clock::now() - since < kReplaced);
  CHECK(rig.server() != stopped);
}

TEST_CASE("live upgrades leave no descriptor behind, neither in the keeper nor in the server", "[limits]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const auto upgrade = [&] {
    const pid_t before = rig.server();
    ::kill(rig.keeper(), SIGUSR2);
    REQUIRE(wait_until([&] {
      const pid_t now = rig.server();
      return now != 0 && now != before && rig.sess({"list-sessions"}).status.success();
    }));
  };
  upgrade();
  const auto keeper = open_files(rig.keeper());
  const auto server = open_files(rig.server());
  REQUIRE(keeper > 0);
  for (int i = 0; i < 3; ++i) upgrade();
  // The connections of the commands above may take a moment to be closed.
  CHECK(wait_until([&] { return open_files(rig.keeper()) <= keeper && open_files(rig.server()) <= server; }));
}
