// A server on another machine: over a real sshd, over any command, and over a network that fails.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "far.hpp"
#include "protocol/message.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

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
  CHECK(failed.err.rfind("can't find session: nope", 0) == 0);
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

TEST_CASE("hosts have names and groups, and several are listed at once, each in a row", "[remote]") {
  const Far far;
  far.rig.ask({"new-session", "-d", "-s", "app", "cat"});
  far.rig.home().write(
      "config/sess/hosts.toml",
      "[hosts.near]\nto = \"far\"\n[hosts.box]\nto = \"exec:env SESS_TMPDIR=" + far.rig.home().temporary() +
          "\"\n[groups]\nall = [\"near\", \"box\", \"no-such.invalid\"]\n");
  CHECK(far.sess({"-H", "near", "list-sessions", "-F", "#{session_name}"}).out == "app\n");
  const auto all = far.sess({"ls", "-H", "@all", "-F", "#{session_name}"});
  INFO(all.out << all.err);
  CHECK(all.status.code() == 1);
  const auto rows = split_lines(all.out);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0] == "near             app");
  CHECK(rows[1] == "box              app");
  CHECK(rows[2].starts_with("no-such.invalid  no link to no-such.invalid: "));
  CHECK(far.sess({"-H", "near,box", "ls", "-F", "#{session_name}"}).status.success());
  CHECK(far.sess({"-H", "near,box", "kill-server"}).err ==
        "several hosts can be asked for ls, ps and jobs, nothing else\n");
  CHECK(far.sess({"-H", "@none", "ls"}).err == "there is no group @none in hosts.toml\n");
}

TEST_CASE("a host among several that asks something has a row with the question, and is not waited for",
          "[remote]") {
  const Far far;
  far.rig.ask({"new-session", "-d", "-s", "app", "cat"});
  far.rig.home().write("config/sess/hosts.toml",
                       "[hosts.asks]\nto = \"far\"\nssh = [\"-o\", \"StrictHostKeyChecking=ask\", \"-o\", "
                       "\"UserKnownHostsFile=/dev/null\"]\n");
  const auto both = far.sess({"ls", "-H", "asks,far", "-F", "#{session_name}"});
  INFO(both.out << both.err);
  const auto rows = split_lines(both.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].starts_with("asks  it asks: Are you sure you want to continue connecting"));
  CHECK(rows[1] == "far   app");
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

namespace {

/// The far side alone, with a pipe or a socket pair for each of its streams; all four ends are the test's,
/// too.
struct FarSide {
  FarSide(const Far& far, const Rig::Arguments& words, bool sockets) {
    const auto open = [sockets](std::array<int, 2>& ends) {
      return sockets ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data())
                     : ::pipe2(ends.data(), O_CLOEXEC);
    };
    REQUIRE(open(in) == 0);
    REQUIRE(open(out) == 0);
    Rig::Arguments argv{Rig::bin("sess")};
    argv.insert(argv.end(), words.begin(), words.end());
    const auto env = far.there();
    const auto arguments = c_strings(argv);
    const auto variables = c_strings(env);
    pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid > 0) return;
    if (::dup2(in[0], STDIN_FILENO) < 0 || ::dup2(out[1], STDOUT_FILENO) < 0) ::_exit(1);
    exec_child(arguments.data(), variables.data(), argv[0].c_str(), STDERR_FILENO);
  }
  ~FarSide() {
    for (const int fd : {in[0], in[1], out[0], out[1]}) {
      if (fd >= 0) ::close(fd);
    }
  }
  FarSide(const FarSide&) = delete;
  FarSide& operator=(const FarSide&) = delete;

  void say(const std::string& frames) const {
    REQUIRE(::write(in[1], frames.data(), frames.size()) == static_cast<ssize_t>(frames.size()));
  }
  [[nodiscard]] bool waits() const {
    return ((::fcntl(in[0], F_GETFL) | ::fcntl(out[1], F_GETFL)) & O_NONBLOCK) == 0;
  }
  [[nodiscard]] bool ends() {
    ::close(std::exchange(in[1], -1));
    ExitStatus status;
    return reap(pid, status, kPatience) && status.success();
  }

  std::array<int, 2> in{-1, -1};
  std::array<int, 2> out{-1, -1};
  pid_t pid = -1;
};

}  // namespace

TEST_CASE("the far side leaves its standard streams as it found them, and waits for no reader of them",
          "[remote]") {
  const Far far;
  far.rig.ask({"new-session", "-d", "-s", "app", "cat"});
  FarSide side(far, {"proxy"}, GENERATE(false, true));
  side.say(sess::protocol::encode(sess::protocol::Hello{}));
  // Pings are answered until nobody takes the answers any more.
  std::string pings;
  while (pings.size() < 4'000) sess::protocol::Ping{1}.append_to(pings);
  const auto writable = [](int fd) {
    pollfd entry{fd, POLLOUT, 0};
    return ::poll(&entry, 1, 0) > 0;
  };
  REQUIRE(wait_until([&] {
    for (int i = 0; i < 64 && writable(side.in[1]); ++i) side.say(pings);
    return !writable(side.out[1]);
  }));
  CHECK(side.waits());
  CHECK(side.ends());
  CHECK(side.waits());
}

TEST_CASE("a daemon over there that ends without a word is asked again, not logged in to", "[remote]") {
  const Far far;
  const std::string path = far.rig.home().root() + "/ending";
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  FarSide side(far, {"-S", path, "proxy"}, false);
  side.say(sess::protocol::encode(sess::protocol::Hello{}));
  for (const bool last : {false, true}) {
    REQUIRE(wait_readable(listener));
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    REQUIRE(client >= 0);
    REQUIRE(wait_readable(client));  // the hello, once each
    if (last) CHECK(::write(client, "here", 4) == 4);
    ::close(client);
  }
  std::string said;
  CHECK(wait_until([&] {
    std::array<char, 256> bytes{};
    if (wait_readable(side.out[0], Milliseconds(0))) {
      said.append(bytes.data(), static_cast<std::size_t>(
                                    std::max<ssize_t>(0, ::read(side.out[0], bytes.data(), bytes.size()))));
    }
    return said.ends_with("here");
  }));
  CHECK(side.ends());
  ::close(listener);
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

TEST_CASE("a link that is cut is made again at once, and no key is lost or doubled", "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  for (int round = 2; round < 6; ++round) {
    const auto before = link.relay.connections();
    link.terminal->type("echo key " + std::to_string(round));
    link.relay.cut();
    link.terminal->type("$((6*7))\r");
    CHECK(link.terminal->wait_for_text("key " + std::to_string(round) + "42"));
    CHECK(link.relay.connections() > before);
  }
  CHECK(link.helpers().size() <= 4);
  link.expect_clean_end();
}

TEST_CASE("a link that stands still is told of, and goes on without a trace when it wakes", "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  const std::string before = link.terminal->screen();
  link.relay.freeze();
  REQUIRE(link.terminal->wait_for_text("[sess: no answer from far for 3 s"));
  link.terminal->type("echo kept $((6*7))");
  CHECK(link.terminal->wait_for_text("typed bytes kept"));
  link.relay.thaw();
  CHECK(link.terminal->wait_for_text("echo kept $((6*7))"));
  CHECK(link.terminal->wait_for_no_text("[sess: no answer"));
  link.terminal->type("\r");
  CHECK(link.terminal->wait_for_text("kept 42"));
  link.expect_answer("2");
  link.expect_clean_end();
}

TEST_CASE("a link whose bytes vanish is replaced, and the old one ends on both sides", "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  link.relay.vanish();
  link.terminal->type("echo kept $((6*7))\r");
  REQUIRE(link.terminal->wait_for_text("[sess: no answer from far for 3 s"));
  link.relay.restore();
  CHECK(link.terminal->wait_for_text("kept 42"));
  CHECK(link.terminal->wait_for_no_text("[sess: no answer"));
  link.expect_answer("2");
  // The first connection still stands in the relay; the far sshd has no reason of its own to end it.
  CHECK(wait_until([&] { return processes_named(link.far.rig.home(), "sess").size() == 2; }));
  link.terminal->type("exit\r");
  REQUIRE(link.terminal->wait_exit());
  CHECK(wait_until([&] { return link.helpers().empty(); }));
}

TEST_CASE("Enter ~ speaks to the client, on a dead link, too, and the terminal is left clean", "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  link.terminal->type("\r~?");
  CHECK(link.terminal->wait_for_text("[~. leaves"));
  link.terminal->type("\r~s");
  CHECK(link.terminal->wait_for_text("[round trip"));
  CHECK(link.terminal->shows(" kB in]"));  // all of it stands in the row
  CHECK(link.terminal->shows("0 reconnects"));
  link.terminal->type("echo a~b ~~. $((6*7))\r");
  CHECK(link.terminal->wait_for_text("a~b ~~. 42"));
  CHECK(link.terminal->wait_for_no_text("[round trip"));
  link.terminal->type("printf '\\033[?1000h\\033[?2004h\\033[31m'\r");
  link.expect_answer("2");
  link.relay.freeze();
  REQUIRE(link.terminal->wait_for_text("[sess: no answer from far"));
  link.terminal->type("\r~.");
  const auto status = link.terminal->wait_exit();
  REQUIRE(status);
  CHECK(status->success());
  const auto& said = link.terminal->transcript();
  CHECK(said.find("[left; the session goes on]") != std::string::npos);
  CHECK(said.rfind("\033[?1000l") > said.rfind("\033[?1000h"));
  CHECK(said.rfind("\033[?2004l") > said.rfind("\033[?2004h"));
  link.relay.thaw();
  CHECK(wait_until([&] { return link.helpers().empty(); }));
  CHECK(link.far.rig.sess({"has-session", "-t", "app"}).status.success());
}

TEST_CASE("in a numbered flood with cuts and freezes no line and no key is lost or doubled", "[remote]") {
  Link link;
  link.attach();
  const std::string stop = link.far.rig.home().root() + "/stop";
  link.terminal->type("clear; stty -echo; PS1=; " + Rig::bin("e2e_counter") + " count 0 500 /dev/null " +
                      stop + " &\r");
  REQUIRE(link.terminal->wait_for_text("count "));
  const auto shown = [&] { return link.terminal->transcript().size(); };
  for (int round = 0; round < 8; ++round) {
    const std::string key = "touch " + stop + "." + std::to_string(round) + "\r";
    link.terminal->type(key.substr(0, 5));
    if (round % 2 == 0) {
      link.relay.cut();
    } else {
      link.relay.freeze();
    }
    link.terminal->type(key.substr(5));
    if (round % 2 != 0) {
      // Half of them shorter than what counts as silence.
      const Milliseconds pause(round % 4 == 1 ? 700 : 3600);
      static_cast<void>(link.terminal->wait_until([] { return false; }, pause));
      link.relay.thaw();
    }
    CHECK(link.terminal->wait_until([&] { return fs::exists(stop + "." + std::to_string(round)); }));
    const auto before = shown();
    INFO("round " << round << "\n" << link.terminal->screen());
    REQUIRE(link.terminal->wait_until([&] { return shown() > before + 20000; }));
  }
  link.far.rig.home().write("stop", "");
  CHECK(link.terminal->wait_for_text("count done"));
  link.terminal->type("kill %1; wait; clear; echo over\r");
  CHECK(link.terminal->wait_for_text("over"));
  std::vector<std::string> lines = link.lines("count ");
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const auto& line) { return line.find("done") != std::string::npos; }),
              lines.end());
  CHECK(check_counter(lines, "count", 1, 1000) == "");
  link.expect_clean_end();
}

TEST_CASE("a far server that is killed during an outage is another one afterwards, and nothing is lost",
          "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  link.far.rig.kill_server();
  link.expect_answer("2");
  link.relay.freeze();
  link.terminal->type("echo kept $((6*7))");
  link.far.rig.kill_server();
  REQUIRE(link.terminal->wait_for_text("[sess: no answer from far"));
  link.relay.thaw();
  CHECK(link.terminal->wait_for_text("echo kept $((6*7))"));
  link.terminal->type("\r");
  CHECK(link.terminal->wait_for_text("kept 42"));
  link.expect_clean_end();
}

namespace {

/// Typed, and shown while nothing moves on the link.
void expect_early(Link& link, const std::string& keys, const std::string& row) {
  link.relay.freeze();
  for (const char key : keys) link.terminal->type(std::string(1, key));
  const auto now = [&] { return link.terminal->oracle().row(link.terminal->oracle().cursor_row()); };
  const bool shown = link.terminal->wait_until([&] { return now() == row; }, Milliseconds(2000));
  INFO(link.terminal->screen());
  CHECK(shown);
  const auto& oracle = link.terminal->oracle();
  const auto underline = [&] {
    const int last = oracle.cursor_col() - 1;
    return oracle
        .cell(oracle.cursor_row(), oracle.cell(oracle.cursor_row(), last).width == 0 ? last - 1 : last)
        .underline;
  };
  CHECK(underline() == 1);
  link.relay.thaw();
  CHECK(link.terminal->wait_until([&] { return now() == row && underline() == 0; }));
}

}  // namespace

TEST_CASE("keys are shown before they come back, in a shell and in a drawn view, and no password is",
          "[remote]") {
  for (const bool drawn : {false, true}) {
    Link link;
    if (drawn) link.far.rig.home().write("config/sess/sess.conf", "set -g status on\n");
    link.attach({"--predict", "always"});
    INFO((drawn ? "drawn" : "direct"));
    link.terminal->type("#");
    REQUIRE(link.terminal->wait_for_text("in$ #"));
    expect_early(link, "one", "in$ #one");
    expect_early(link, "\x7fly", "in$ #only");
    link.terminal->type("\r");
    REQUIRE(link.terminal->wait_until([&] { return link.terminal->oracle().row(1) == "in$"; }));
    expect_early(link, "#한글", "in$ #한글");  // at a prompt that is known from the first key on
    link.terminal->type("\r");
    link.terminal->type("read -s -p 'Password: ' word; echo \"got $word\"\r");
    REQUIRE(link.terminal->wait_for_text("\nPassword:"));
    link.relay.freeze();
    link.terminal->type("secret");
    CHECK_FALSE(
        link.terminal->wait_until([&] { return link.terminal->shows("Password: s"); }, Milliseconds(500)));
    link.relay.thaw();
    link.terminal->type("\r");
    REQUIRE(link.terminal->wait_for_text("got secret"));
    CHECK(link.terminal->transcript().find("Password: s") == std::string::npos);
    link.expect_answer("1");
    link.terminal->type("\r~s");
    CHECK(link.terminal->wait_for_text(" wrong; "));
    link.expect_clean_end();
  }
}

TEST_CASE(
    "Ctrl-C in a flood acts soon on a narrow link, by sess ssh and by a client at the other end of a plain "
    "ssh",
    "[remote]") {
  Link link;
  SECTION("sess ssh") {
    link.attach();
  }
  SECTION("ssh and sess attach") {
    link.terminal = std::make_unique<Attached>(
        std::vector<std::string>{"ssh", "-t", "far",
                                 Rig::bin("sess") + " new-session -A -s app env PS1='in$ ' bash --norc"},
        link.far.rig.env(link.far.here()), sess::Size{24, 80});
    REQUIRE(link.terminal->wait_for_text("in$"));
  }
  link.relay.set_delay(Milliseconds(50));
  link.relay.set_rate(64'000);
  link.terminal->type("yes\r");
  // Time for everything between here and there to fill up.
  static_cast<void>(link.terminal->wait_until([] { return false; }, Milliseconds(4000)));
  // What was under way: everything that comes until the prompt is there. A machine that is busy makes it
  // later, not more.
  const auto before = link.terminal->transcript().size();
  link.terminal->type("\x03");
  REQUIRE(link.terminal->wait_until([&] {
    auto& oracle = link.terminal->oracle();
    return oracle.row(oracle.cursor_row()) == "in$";
  }));
  CHECK(link.terminal->transcript().size() - before < 128'000);
  link.relay.set_rate(0);
  link.relay.set_delay(Milliseconds(0));
  // Shows an answer that is taken for typing. An empty screen would not say that cat is there: it is empty
  // for a moment in a repaint, too, and what a shell has not read when it starts a program keeps its CR.
  link.terminal->type("clear; echo there; cat -v\r");
  REQUIRE(link.terminal->wait_until([&] { return link.terminal->screen() == "there\n"; }));
  link.terminal->type("typed\r");
  const bool echoed =
      link.terminal->wait_until([&] { return link.terminal->screen() == "there\ntyped\ntyped\n"; });
  INFO(link.terminal->screen());
  CHECK(echoed);
}

TEST_CASE("a client that stood still for a while goes on", "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  ::kill(link.terminal->pty().pid(), SIGSTOP);
  link.terminal->type("echo kept $((6*7))\r");
  static_cast<void>(link.terminal->wait_until([] { return false; }, Milliseconds(4000)));
  ::kill(link.terminal->pty().pid(), SIGCONT);
  CHECK(link.terminal->wait_for_text("kept 42"));
  CHECK_FALSE(link.terminal->shows("no answer"));
  link.expect_answer("2");
  link.expect_clean_end();
}

TEST_CASE("after a refused log-in one attempt a key is made, and the reason is shown", "[remote]") {
  Link link;
  link.attach();
  link.expect_answer("1");
  const std::string keys = link.far.rig.home().root() + "/authorized";
  fs::rename(keys, keys + ".away");
  link.far.login.configure(link.relay.port(), "PasswordAuthentication no\nKbdInteractiveAuthentication no\n");
  const auto before = link.relay.connections();
  link.relay.cut();
  const bool told = link.terminal->wait_for_text("Permission denied");
  INFO(link.terminal->screen());
  REQUIRE(told);
  static_cast<void>(link.terminal->wait_until([] { return false; }, Milliseconds(3000)));
  CHECK(link.relay.connections() == before + 1);
  CHECK(link.terminal->shows("a key tries again"));
  fs::rename(keys + ".away", keys);
  link.expect_answer("2");
  CHECK(link.relay.connections() == before + 2);
  link.expect_clean_end();
}

TEST_CASE("what is asked in the middle of a reconnect is answered on the line, and never reaches the program",
          "[remote]") {
  Link link;
  const std::string root = link.far.rig.home().root();
  const auto script = link.far.rig.home().write(
      "way", "#!/bin/sh\nif [ -e " + root +
                 "/asks ]; then printf 'Password for far: ' >/dev/tty; stty -echo </dev/tty; read word "
                 "</dev/tty\n[ \"$word\" = open-up ] || exit 5; fi\nexec env SESS_TMPDIR=" +
                 link.far.rig.home().temporary() + " \"$@\"\n");
  ::chmod(script.c_str(), 0755);
  link.terminal = link.far.rig.terminal({"ssh", "exec:" + script, "-s", "app", "env", "PS1=in$ ", "sh"},
                                        {24, 80}, link.far.here());
  REQUIRE(link.terminal->wait_for_text("in$"));
  link.far.rig.home().write("asks", "");
  const auto ways = processes_named(link.far.rig.home(), "sess");
  REQUIRE(ways.size() == 2);
  // The proxy: the one that is not the terminal's.
  for (const pid_t pid : ways) {
    if (pid != link.terminal->pty().pid()) ::kill(pid, SIGKILL);
  }
  REQUIRE(link.terminal->wait_for_text("Password for far:"));
  link.terminal->type("open-up\r");
  CHECK(link.terminal->wait_for_no_text("Password for far:"));
  link.expect_answer("1");
  CHECK(link.terminal->transcript().find("open-up") == std::string::npos);
  link.terminal->type("\rexit\r");
  REQUIRE(link.terminal->wait_exit());
  CHECK(wait_until([&] { return link.helpers().empty(); }));
}
