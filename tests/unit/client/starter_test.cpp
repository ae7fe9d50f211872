#include "client/starter.hpp"

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

TEST_CASE("a daemon that reports readiness is waited for, whichever way it reports", "[client]") {
  SECTION("by a byte") {
    Daemon daemon("echo \"$@\" > ${0%/*}/args; printf '\\0' >&1; exit 0\n");
    REQUIRE(start_daemon(daemon.options, daemon.paths, [] { return true; }));
    CHECK(daemon.content("args") == "--ready-fd 1\n");
    CHECK(fs::is_directory(daemon.paths.socket_directory));
  }
  SECTION("a byte other than 0 says that it failed") {
    Daemon daemon("printf '\\1' >&1; exit 1\n");
    CHECK_FALSE(start_daemon(daemon.options, daemon.paths, [] { return true; }));
  }
  SECTION("by its exit status") {
    Daemon daemon("exec >&-; exit 0\n");
    CHECK(start_daemon(daemon.options, daemon.paths, [] { return true; }));
  }
}

TEST_CASE("a daemon that fails is an error that names it", "[client]") {
  Daemon daemon("exit 3\n");
  const auto started = start_daemon(daemon.options, daemon.paths, [] { return true; });
  REQUIRE_FALSE(started);
  CHECK(started.error().text.find("did not start") != std::string::npos);
  CHECK(started.error().text.find("status 3") != std::string::npos);
  daemon.options.daemon_program = "/nonexistent/sessd";
  CHECK_FALSE(start_daemon(daemon.options, daemon.paths, [] { return true; }));
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
