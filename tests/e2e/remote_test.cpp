// A server on another machine: over a real sshd, over any command, and over a network that fails.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "login.hpp"
#include "support/relay.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

/// This machine twice: here a user with an ssh, there a login with sess in ~/.local/bin and no PATH to it.
struct Far {
  Far() : login(rig, there()) {
    fs::create_directories(rig.home().home() + "/.local/bin");
    fs::create_symlink(Rig::bin("sess"), rig.home().home() + "/.local/bin/sess");
    fs::create_directories(rig.home().root() + "/here");
  }

  [[nodiscard]] std::vector<std::string> there() const {
    return rig.home().env({{"SESS_TMPDIR", rig.home().temporary()}});
  }
  /// Another socket directory: what is found was not found here.
  [[nodiscard]] Rig::Variables here() const {
    const auto path = login.bin() + ":" + test_bin() + ":/usr/local/bin:/usr/bin:/bin";
    return {{"SESS_TMPDIR", rig.home().root() + "/here"}, {"PATH", path}};
  }
  [[nodiscard]] Outcome sess(const Rig::Arguments& arguments) const { return rig.sess(arguments, here()); }

  Rig rig;
  Login login;
};

}  // namespace

TEST_CASE("commands for a host work as at home: output, standard input, status, a name of a server",
          "[remote]") {
  const Far far;
  const auto made = far.sess({"-H", "far", "new-session", "-d", "-s", "app"});
  INFO(made.err);
  REQUIRE(made.status.success());
  CHECK(far.rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  CHECK(far.sess({"list-sessions", "-F", "#{session_name}", "-H", "far"}).out == "app\n");
  CHECK_FALSE(far.sess({"list-sessions"}).status.success());  // there is nothing here
  CHECK(far.sess({"-H", "far", "display-message", "-p", "#{q:session_path}"}).out == "/root\n");

  const auto loaded =
      run({Rig::bin("sess"), "-H", "far", "load-buffer", "-"}, far.rig.env(far.here()), "it's \"so\"\n");
  CHECK(loaded.status.success());
  CHECK(far.rig.ask({"show-buffer"}) == "it's \"so\"");
  const std::string odd = "a 'b' \"c\" $HOME `d` \\ ; # é";
  CHECK(far.sess({"-H", "far", "set-buffer", "--", odd}).status.success());
  CHECK(far.rig.ask({"show-buffer"}) == odd);

  const auto failed = far.sess({"-H", "far", "has-session", "-t", "nope"});
  CHECK(failed.status.code() == 1);
  CHECK(failed.err == "can't find session: nope\n");
  const auto status = far.sess({"-H", "far", "run", "--", "sh", "-c", "echo there; exit 7"});
  CHECK(status.out.find("there") != std::string::npos);
  CHECK(status.status.code() == 7);

  const auto none = far.sess({"-L", "other one's", "-H", "far", "list-sessions"});
  CHECK(none.status.code() == 1);
  CHECK(none.err.find("other one's") != std::string::npos);
  const auto other = far.sess({"-L", "second", "-H", "far", "list-sessions"});
  CHECK(other.status.code() == 1);
  CHECK(other.err.find("no server running on " + far.rig.home().temporary()) == 0);
  CHECK(far.sess({"-H", "far", "kill-server"}).status.success());
}

TEST_CASE("a host that is none, and one without sess, are told in one line", "[remote]") {
  const Far far;
  for (const auto& [arguments, words] : std::vector<std::pair<Rig::Arguments, std::string>>{
           {{"-H", "-oProxyCommand=touch x", "ls"}, "'-oProxyCommand=touch x' is no host name\n"},
           {{"ssh", "--", "-x"}, "'-x' is no host name\n"},
           {{"-H", "me@-x", "ls"}, "'me@-x' is no host name\n"},
           {{"-H", "", "ls"}, "no host is named\n"},
           {{"-H", "exec:", "ls"}, "exec: needs a command, for example exec:docker exec -i NAME\n"},
           {{"ssh", "-N", "far"}, "ssh's -N has no meaning here\n"},
           {{"attach", "-H"}, "-H needs a host\n"},
           {{"-c", "true", "-H", "far"},
            "-c and -D are for a server on this machine, not for one behind -H\n"}}) {
    const auto refused = far.sess(arguments);
    INFO(arguments.back());
    CHECK(refused.status.code() == 1);
    CHECK(refused.err == words);
  }
  const auto unknown = far.sess({"-H", "no-such-host.invalid", "ls"});
  CHECK(unknown.status.code() == 1);
  CHECK(unknown.err.find("no link to no-such-host.invalid: ssh: Could not resolve hostname") == 0);
  CHECK(split_lines(unknown.err).size() == 1);

  fs::remove(far.rig.home().home() + "/.local/bin/sess");
  if (!fs::exists("/usr/local/bin/sess") && !fs::exists("/usr/bin/sess")) {
    const auto missing = far.sess({"-H", "far", "ls"});
    CHECK(missing.status.code() == 1);
    CHECK(missing.err.find("there is no sess on far: copy sess and sessd to ~/.local/bin there") == 0);
    CHECK(split_lines(missing.err).size() == 1);
  }
}

TEST_CASE("any command that carries bytes is a way to a server, also one that prints before it does",
          "[remote]") {
  const Far far;
  const std::string to = "exec:echo welcome to this machine; env SESS_TMPDIR=" + far.rig.home().temporary();
  CHECK(far.sess({"-H", to, "new-session", "-d", "-s", "app", "cat"}).status.success());
  CHECK(far.rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  const auto gone = far.sess({"-H", "exec:/no/such/program", "ls"});
  CHECK(gone.status.code() == 1);
  CHECK(gone.err.find("no link by exec:/no/such/program: ") == 0);
  const auto other = far.sess({"-H", "exec:echo this account is closed; true", "ls"});
  CHECK(other.err == "no link by exec:echo this account is closed; true: this account is closed\n");
  const auto alone = run({Rig::bin("sess"), "proxy"}, far.rig.env(far.here()));
  CHECK(alone.err.empty());
}

TEST_CASE("what another machine asks for is not run on this one", "[remote]") {
  const Far far;
  const std::string mark = far.rig.home().root() + "/ran";
  far.rig.ask({"new-session", "-d", "-s", "app", "cat"});
  const auto terminal = far.rig.terminal({"ssh", "far", "-s", "app"}, {24, 80}, far.here());
  REQUIRE(terminal->wait_until([&] { return !far.rig.ask({"list-clients"}).empty(); }));
  far.rig.ask({"set-option", "-g", "lock-command", "touch " + mark});
  far.rig.ask({"lock-session", "-t", "app"});
  terminal->type("hello\r");
  REQUIRE(terminal->wait_for_text("hello"));
  far.rig.ask({"detach-client", "-s", "app", "-E", "touch " + mark});
  REQUIRE(terminal->wait_exit());
  CHECK(terminal->transcript().find("asked for a command on this machine: not run") != std::string::npos);
  CHECK_FALSE(fs::exists(mark));
}
