// upgrade-server: the installed code takes the place of what runs, or says why it does not.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

/// A daemon whose file can be replaced, with a program that answers and one that counts.
struct Installed {
  Rig rig;
  std::string file = rig.home().root() + "/sessd";
  std::string faults = rig.home().root() + "/faults";

  Installed() {
    fs::copy_file(Rig::bin("sessd"), file);
    auto env = rig.env();
    env.push_back("SESS_FAULTS=" + faults);
    REQUIRE(run({file}, env).status.success());
    rig.ask({"new-session", "-d", "-s", "app", "echo ready; while read line; do echo \"got $line\"; done"});
    rig.ask({"new-session", "-d", "-s", "count", Rig::bin("e2e_counter") + " line 100000000 200"});
  }

  [[nodiscard]] bool shows(const std::string& text) const {
    return wait_until([&] {
      return rig.ask({"capture-pane", "-p", "-t", "app"}).find(text) != std::string::npos;
    });
  }
  void go_on_as_before() const {
    rig.ask({"send-keys", "-t", "app", "more", "Enter"});
    CHECK(shows("got more"));
    const auto seen = rig.history("count").size();
    CHECK(wait_until([&] { return rig.history("count").size() > seen; }));
    CHECK(check_counter(rig.history("count"), "line", 1, 1) == "");
  }
};

}  // namespace

TEST_CASE("upgrade-server goes on with the installed code, with programs, screens and terminals",
          "[upgrade]") {
  Installed at;
  const auto client = at.rig.terminal({"attach-session", "-t", "app"});
  REQUIRE(client->wait_for_text("ready"));
  const pid_t keeper = at.rig.keeper();
  const pid_t server = at.rig.server();
  const std::string program = at.rig.ask({"display-message", "-p", "-t", "app", "#{pane_pid}"});
  CHECK(at.rig.ask({"upgrade"}) == "sess " SESS_VERSION " runs anew");
  CHECK(at.rig.keeper() == keeper);
  CHECK(at.rig.server() != server);
  CHECK(at.rig.ask({"display-message", "-p", "-t", "app", "#{pane_pid}"}) == program);
  client->type("typed\r");
  CHECK(client->wait_for_text("got typed"));
  at.go_on_as_before();
}

TEST_CASE("what is installed and does not work is not upgraded to, and said", "[upgrade]") {
  Installed at;
  fs::remove(at.file);
  std::ofstream(at.file) << "#!/bin/sh\necho sessd; exit 1\n";
  ::chmod(at.file.c_str(), 0755);
  const pid_t server = at.rig.server();
  const auto refused = at.rig.sess({"upgrade-server"});
  CHECK(refused.status.code() == 1);
  CHECK(refused.err == "not upgraded: " + at.file + " --version does not work\n");
  CHECK(at.rig.server() == server);
  at.go_on_as_before();
}

TEST_CASE("installed code that crashes behind exec, or whose server does, is rolled back and said",
          "[upgrade]") {
  Installed at;
  const auto point =
      GENERATE(as<std::string>{}, "keeper-resume abort 1", "start:2 abort 1", "start:2 kill 1");
  INFO(point);
  std::ofstream(at.faults) << point << "\n";
  const pid_t keeper = at.rig.keeper();
  const std::string program = at.rig.ask({"display-message", "-p", "-t", "app", "#{pane_pid}"});
  const auto tried = at.rig.sess({"upgrade-server"});
  if (!fs::exists(at.faults + ".hits")) {
    std::puts("SKIP upgrade: this sessd has no fault points");
    return;
  }
  INFO(tried.out << tried.err);
  if (point == "start:2 kill 1") {
    // Killed from outside, it says nothing about the code.
    CHECK(tried.out == "sess " SESS_VERSION " runs anew\n");
  } else {
    CHECK(tried.status.code() == 1);
    CHECK(tried.err.starts_with("not upgraded: it"));
    CHECK(tried.err.ends_with("; sess " SESS_VERSION " goes on\n"));
  }
  CHECK(at.rig.keeper() == keeper);
  CHECK(at.rig.ask({"display-message", "-p", "-t", "app", "#{pane_pid}"}) == program);
  at.go_on_as_before();
  CHECK(at.rig.ask({"upgrade-server"}) == "sess " SESS_VERSION " runs anew");
  at.go_on_as_before();
}
