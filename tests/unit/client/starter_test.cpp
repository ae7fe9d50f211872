#include "client/starter.hpp"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/home.hpp"

using namespace sess;
using namespace sess::client;
namespace fs = std::filesystem;

namespace {

/// A shell script in place of sessd.
struct Daemon {
  test::TempHome home;
  Options options;
  os::RuntimePaths paths;

  explicit Daemon(const std::string& script) {
    options.daemon_program = home.write("sessd", "#!/bin/sh\n" + script);
    fs::permissions(options.daemon_program, fs::perms::owner_all);
    paths.socket_directory = home.runtime() + "/sess";
    paths.socket_name = "default";
  }
  [[nodiscard]] std::string path(const char* name) const { return home.root() + "/" + name; }
  [[nodiscard]] std::string content(const char* name) const {
    std::ifstream file(path(name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
};

}  // namespace

TEST_CASE("the daemon gets the names and files that the client was given", "[client]") {
  Options options;
  options.daemon_program = "/x/sessd";
  options.name = "n";
  options.config_files = {"a", "b"};
  options.verbose = 2;
  CHECK(daemon_command(options, {"--foreground"}) ==
        std::vector<std::string>{"/x/sessd", "-L", "n", "-f", "a", "-f", "b", "-v", "-v", "--foreground"});
  options.socket_path = "/s";
  CHECK(daemon_command(options, {})[1] == "-S");
}

TEST_CASE("a daemon that reports readiness is waited for", "[client]") {
  SECTION("it listens") {
    Daemon daemon("echo \"$@\" > ${0%/*}/args; printf '\\0' >&1; exec sleep 0 >&-\n");
    REQUIRE(start_daemon(daemon.options, daemon.paths, [] { return true; }));
    CHECK(daemon.content("args") == "--ready-fd 1\n");
    CHECK(fs::is_directory(daemon.paths.socket_directory));
  }
  SECTION("a byte other than 0 says that it failed, and a line why") {
    Daemon daemon("printf '\\1the moon is full' >&1; exit 1\n");
    const auto started = start_daemon(daemon.options, daemon.paths, [] { return true; });
    REQUIRE_FALSE(started);
    CHECK(started.error().text == "the server did not start: the moon is full");
  }
}

TEST_CASE("a daemon that fails without a word is an error that names it", "[client]") {
  Daemon daemon("exit 3\n");
  const auto started = start_daemon(daemon.options, daemon.paths, [] { return true; });
  REQUIRE_FALSE(started);
  CHECK(started.error().text ==
        "the server did not start: " + daemon.options.daemon_program + " ended before it listened");
  daemon.options.daemon_program = "/nonexistent/sessd";
  const auto missing = start_daemon(daemon.options, daemon.paths, [] { return true; });
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
}

TEST_CASE("a daemon is nobody's child, in a session that it does not lead and without a terminal",
          "[client]") {
  Daemon daemon(
      "read pid name state parent group session terminal rest < /proc/self/stat\n"
      "[ $session != $$ ] && echo \"$parent $session $terminal $(readlink /proc/$$/fd/0)\" > ${0%/*}/facts\n"
      "ls /proc/$$/fd > ${0%/*}/open; printf '\\0' >&1\n");
  REQUIRE(start_daemon(daemon.options, daemon.paths, [] { return true; }));
  std::istringstream facts(daemon.content("facts"));
  pid_t parent = 0;
  pid_t session = 0;
  std::string terminal;
  std::string input;
  REQUIRE(facts >> parent >> session >> terminal >> input);
  CHECK(parent != getpid());
  CHECK(session != getsid(0));
  CHECK(terminal == "0");
  CHECK(input == "/dev/null");
  std::istringstream open(daemon.content("open"));
  int number = -1;
  while (open >> number) CHECK((number < 3 || number > 9));  // the shell's own are higher
  CHECK(number >= 2);
}

TEST_CASE("of many starters at once one starts the daemon", "[client]") {
  Daemon daemon("echo started >> ${0%/*}/count; printf '\\0' >&1\n");
  std::vector<std::thread> starters;
  std::atomic<int> succeeded{0};
  for (int i = 0; i < 12; ++i) {
    starters.emplace_back([&] {
      if (start_daemon(daemon.options, daemon.paths, [&] { return !fs::exists(daemon.path("count")); })) {
        ++succeeded;
      }
    });
  }
  for (auto& starter : starters) starter.join();
  CHECK(succeeded == 12);
  CHECK(daemon.content("count") == "started\n");
}
