// The client called by the name `tmux`: its words, its texts, where it looks for servers, what panes are
// told.
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "rig.hpp"

using namespace sess::test;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A home in whose PATH `tmux` is a link to sess, unless `link` says otherwise.
class Named {
 public:
  enum class Link { yes, no };
  explicit Named(Link link = Link::yes) {
    std::filesystem::create_directories(bin());
    if (link == Link::yes) std::filesystem::create_symlink(Rig::bin("sess"), bin() + "/tmux");
  }
  [[nodiscard]] Outcome tmux(const Rig::Arguments& arguments, Rig::Variables extra = {}) const {
    return call("tmux", arguments, std::move(extra));
  }
  [[nodiscard]] Outcome sess(const Rig::Arguments& arguments, Rig::Variables extra = {}) const {
    return call("sess", arguments, std::move(extra));
  }
  /// What it printed, without the last newline; it must succeed and say nothing else.
  [[nodiscard]] std::string ask(const Rig::Arguments& arguments, Rig::Variables extra = {}) const {
    auto outcome = tmux(arguments, std::move(extra));
    INFO("tmux " << (arguments.empty() ? "" : arguments.front()) << ": " << outcome.out << outcome.err);
    REQUIRE(outcome.status.code() == 0);
    CHECK(outcome.err.empty());
    while (!outcome.out.empty() && outcome.out.back() == '\n') outcome.out.pop_back();
    return outcome.out;
  }
  [[nodiscard]] std::vector<std::string> env(Rig::Variables extra) const {
    extra.emplace("PATH", bin() + ":" + test_bin() + ":/usr/bin:/bin");
    extra.emplace("TMUX_TMPDIR", rig.home().temporary());
    return rig.env(extra);
  }
  [[nodiscard]] std::string bin() const { return rig.home().root() + "/bin"; }
  [[nodiscard]] std::string link(const std::string& name = "default") const {
    return rig.home().temporary() + "/tmux-" + std::to_string(::geteuid()) + "/" + name;
  }
  /// What a shell command prints that `tmux run` runs.
  [[nodiscard]] std::string ran(const std::string& line) const {
    const std::string file = rig.home().root() + "/ran";
    CHECK(ask({"run", line + " > " + file}).empty());
    return read_file(file);
  }
  /// Everything in the pane, one line.
  [[nodiscard]] std::string pane(const std::string& target = "") const {
    Rig::Arguments arguments{"capture-pane", "-pJ"};
    if (!target.empty()) arguments.insert(arguments.end(), {"-t", target});
    return tmux(arguments).out;
  }
  Rig rig;

 private:
  [[nodiscard]] Outcome call(const std::string& name, Rig::Arguments arguments, Rig::Variables extra) const {
    arguments.insert(arguments.begin(), name == "tmux" ? bin() + "/tmux" : Rig::bin(name));
    if (!std::filesystem::exists(arguments.front()))
      std::filesystem::create_symlink(Rig::bin("sess"), arguments.front());
    return run(arguments, env(std::move(extra)));
  }
};

}  // namespace

TEST_CASE("called tmux, the client has tmux's version, usage and texts about servers", "[tmux]") {
  const Named named;
  CHECK(named.tmux({"-V"}).out == "tmux 3.3a\n");
  const auto wrong = named.tmux({"-Z"});
  CHECK(wrong.status.code() == 1);
  CHECK(wrong.err ==
        "tmux: unknown option -- Z\nusage: tmux [-2CDlNuvV] [-c shell-command] [-f file] [-L socket-name]\n"
        "            [-S socket-path] [-T features] [command [flags]]\n");
  const auto none = named.tmux({"ls"});
  CHECK(none.status.code() == 1);
  CHECK(none.out.empty());
  CHECK(none.err == "error connecting to " + named.link() + " (No such file or directory)\n");
  CHECK(named.tmux({"-L", "other", "ls"}).err ==
        "error connecting to " + named.link("other") + " (No such file or directory)\n");
  CHECK(named.tmux({"-S", "/nowhere/x", "ls"}).err ==
        "error connecting to /nowhere/x (No such file or directory)\n");
  CHECK(named.ask({"new-session", "-d", "-s", "one"}).empty());
  CHECK(named.ask({"kill-server"}).empty());
  REQUIRE(wait_until([&] { return named.rig.keeper() == 0; }));
  CHECK(named.tmux({"ls"}).err == "no server running on " + named.link() + "\n");
}

TEST_CASE("called tmux, the words are tmux's alone", "[tmux]") {
  const Named named;
  CHECK(named.ask({"new-session", "-d", "-s", "one"}).empty());
  for (const char* word : {"ps", "help", "doctor", "restore", "run-job", "status", "history", "enable"}) {
    const auto refused = named.tmux({word});
    CHECK(refused.status.code() == 1);
    CHECK(refused.err == "unknown command: " + std::string(word) + "\n");
  }
  CHECK(named.tmux({"lis"}).err ==
        "ambiguous command: lis, could be: list-buffers, list-clients, list-commands, list-keys, list-panes, "
        "list-sessions, list-windows\n");
  CHECK(named.ran("echo $((6 * 7))") == "42\n");
  // What it prints is shown in the pane.
  CHECK(named.ask({"display-message", "-p", "#{pane_mode}"}).empty());
  CHECK(named.ask({"run", "echo shown"}).empty());
  CHECK(named.ask({"display-message", "-p", "#{pane_mode}"}) == "view-mode");
  CHECK(named.ask({"start"}).empty());
  // A waiter and its signal by tmux's short word.
  CHECK(named.ask({"wait", "-S", "done"}).empty());
  CHECK(named.ask({"wait", "done"}).empty());
  const auto commands = split_lines(named.ask({"list-commands", "-F", "#{command_list_name}"}));
  CHECK(commands.size() == 90);
  CHECK(std::find(commands.begin(), commands.end(), "run-shell") != commands.end());
  for (const char* own : {"run", "ps", "doctor", "help"}) {
    CHECK(std::find(commands.begin(), commands.end(), own) == commands.end());
  }
  CHECK_FALSE(contains(named.ask({"show-hooks", "-g"}), "job-"));
  CHECK_FALSE(contains(named.ask({"show-options", "-g"}), "attach-history"));
  CHECK_FALSE(contains(named.ask({"show-options", "-s"}), "save-sessions"));
  CHECK_FALSE(contains(named.ask({"show-options", "-g", "update-environment"}), "WAYLAND"));
  // They are there all the same, by their name and for sess.
  CHECK(named.ask({"show-options", "-gv", "attach-history"}) == "2000");
  CHECK(contains(named.sess({"show-hooks", "-g"}).out, "job-exited"));
}

TEST_CASE("called tmux, jobs are under job, and sess shows what tmux made", "[tmux]") {
  const Named named;
  CHECK(named.ask({"job", "run", "-d", "-s", "web", "--", "sleep", "1000"}) == "web");
  CHECK(contains(named.ask({"job", "ps"}), "web"));
  CHECK(contains(named.ask({"job"}), "web"));
  CHECK(named.ask({"new-session", "-d", "-s", "app"}).empty());
  CHECK(named.sess({"has-session", "-t", "app"}).status.code() == 0);
  CHECK(named.sess({"ls", "-F", "#S"}).out == "app\nweb\n");
  CHECK(named.ask({"ls", "-F", "#S"}) == "app\nweb");
}

TEST_CASE("a trailing semicolon ends the word that starts a server", "[tmux]") {
  const Named named;
  CHECK(named.ask({"start-server;", "show-option", "-gv", "base-index"}) == "0");
}

TEST_CASE("a daemon that tmux started has tmux's defaults, one that sess started its own", "[tmux]") {
  const Named by_tmux;
  CHECK(by_tmux.ask({"new-session", "-d", "-x", "80", "-y", "24"}).empty());
  CHECK(by_tmux.ask({"show-options", "-gv", "status"}) == "on");
  CHECK(by_tmux.ask({"show-options", "-gv", "history-limit"}) == "2000");
  CHECK(by_tmux.ask({"show-options", "-sv", "escape-time"}) == "500");
  CHECK(by_tmux.ask({"show-options", "-sv", "default-terminal"}) == "tmux-256color");
  CHECK(by_tmux.ask({"display-message", "-p", "#{window_height}"}) == "24");
  // Back to the default is back to tmux's; and the option is an option.
  CHECK(by_tmux.ask({"set-option", "-g", "status", "off"}).empty());
  CHECK(by_tmux.ask({"set-option", "-gu", "status"}).empty());
  CHECK(by_tmux.ask({"show-options", "-gv", "status"}) == "on");
  by_tmux.rig.kill_server();
  CHECK(by_tmux.ask({"show-options", "-gv", "status"}) == "on");
  CHECK(by_tmux.ask({"set-option", "-s", "tmux-defaults", "off"}).empty());
  CHECK(by_tmux.ask({"show-options", "-gv", "status"}) == "auto");

  const Named by_sess;
  CHECK(by_sess.sess({"new-session", "-d"}).status.success());
  CHECK(by_sess.ask({"show-options", "-gv", "status"}) == "auto");
  CHECK(by_sess.ask({"show-options", "-gv", "history-limit"}) == "50000");
}

TEST_CASE("tmux's configuration is read where there is none of sess", "[tmux]") {
  const Named named;
  named.rig.home().write("home/.tmux.conf", "set -g @read home\nset -g status-left A\n");
  named.rig.home().write("config/tmux/tmux.conf", "set -g status-left B\n");
  CHECK(named.sess({"new-session", "-d"}).status.success());
  CHECK(named.ask({"show-options", "-gv", "@read"}) == "home");
  CHECK(named.ask({"show-options", "-gv", "status-left"}) == "B");
  CHECK(named.ask({"show-options", "-gv", "status"}) == "on");
  CHECK(contains(named.sess({"doctor"}).out, ".tmux.conf"));

  const Named own;
  own.rig.home().write("home/.tmux.conf", "set -g @read home\n");
  own.rig.home().write("config/sess/sess.conf", "set -g @own yes\n");
  CHECK(own.sess({"new-session", "-d"}).status.success());
  CHECK(own.ask({"show-options", "-gqv", "@read"}).empty());
  CHECK(own.ask({"show-options", "-gv", "@own"}) == "yes");
  CHECK(own.ask({"show-options", "-gv", "status"}) == "auto");
}

TEST_CASE("tmux's name among sockets leads to the daemon, and panes are told so", "[tmux]") {
  const Named named;
  CHECK(named.sess({"new-session", "-d", "-s", "early"}).status.success());
  CHECK_FALSE(std::filesystem::exists(named.link()));
  const auto pane =
      named.ask({"new-session", "-d", "-P", "-F", "#{pane_id}", "-s", "app", "env | grep ^T; sleep 1000"});
  REQUIRE(std::filesystem::is_symlink(named.link()));
  CHECK(std::filesystem::read_symlink(named.link()) == named.rig.socket());
  const std::string pid = named.ask({"display-message", "-p", "#{pid}"});
  const std::string number = named.ask({"display-message", "-p", "-t", "app", "#{session_id}"}).substr(1);
  REQUIRE(wait_until([&] {
    const auto shown = "\n" + named.pane("app");
    return contains(shown, "\nTMUX_PANE=") && contains(shown, "\nTMUX=");
  }));
  CHECK(contains(named.pane("app"), "TMUX=" + named.link() + "," + pid + "," + number + "\n"));
  CHECK(contains(named.pane("app"), "TMUX_PANE=" + pane + "\n"));
  CHECK(contains(named.pane("app"), "TERM=tmux-256color") == false);  // sess started this daemon
  CHECK(named.ran("echo $TMUX") == named.link() + "," + pid + "," + number + "\n");
  // $TMUX names the server, and the pane that the client stands in.
  const std::string around = named.link() + "," + pid + "," + number;
  const Rig::Variables inside{{"TMUX", around}, {"TMUX_PANE", pane}, {"TMUX_TMPDIR", "/nowhere"}};
  CHECK(named.ask({"display-message", "-p", "#{session_name} #{pane_id}"}, inside) == "app " + pane);
  CHECK(named.tmux({"ls"}, {{"TMUX", "/nowhere/sock,1,0"}}).err ==
        "error connecting to /nowhere/sock (No such file or directory)\n");
  CHECK(named.ask({"new-session", "-d", "-s", "nested"}, {{"TMUX", ""}, {"TMUX_PANE", pane}}).empty());
  // The next server of the daemon knows the link, too.
  named.rig.kill_server();
  CHECK(named.ran("echo $TMUX").starts_with(named.link() + ","));
  // A client with another directory for its sockets has its link there, which leads to the same daemon.
  const std::string elsewhere = named.rig.home().root() + "/elsewhere";
  std::filesystem::create_directory(elsewhere);
  CHECK(contains(named.ask({"ls"}, {{"TMUX_TMPDIR", elsewhere}}), "app: "));
}

TEST_CASE("tmux-environment says whether panes have $TMUX", "[tmux]") {
  const Named named(Named::Link::no);
  std::filesystem::create_symlink("/bin/true", named.bin() + "/tmux");
  CHECK(named.sess({"new-session", "-d", "-s", "auto", "env | grep ^T; echo over; sleep 1000"})
            .status.success());
  REQUIRE(wait_until([&] { return contains(named.sess({"capture-pane", "-pJ"}).out, "over\n"); }));
  CHECK_FALSE(contains(named.sess({"capture-pane", "-pJ"}).out, "TMUX="));
  CHECK(named.sess({"set-option", "-s", "tmux-environment", "on"}).status.success());
  CHECK(contains(named.sess({"run-shell", "env"}).out, "TMUX=" + named.rig.socket() + ","));
  std::filesystem::remove(named.bin() + "/tmux");
  std::filesystem::create_symlink(Rig::bin("sess"), named.bin() + "/tmux");
  CHECK(named.sess({"set-option", "-s", "tmux-environment", "off"}).status.success());
  CHECK_FALSE(contains(named.sess({"run-shell", "env"}).out, "TMUX="));
  CHECK(named.sess({"set-option", "-s", "tmux-environment", "auto"}).status.success());
  CHECK(contains(named.sess({"run-shell", "env"}).out, "TMUX=" + named.rig.socket() + ","));
}

TEST_CASE("tmux's own client at our socket is told so in its words, and ours at tmux's", "[tmux]") {
  const Named named;
  const auto real = run({"/usr/bin/tmux", "-V"}, named.env({}));
  if (!real.out.starts_with("tmux ") || std::filesystem::canonical("/usr/bin/tmux").filename() == "sess") {
    WARN("SKIP tmux's own client: there is none");
    return;
  }
  CHECK(named.ask({"new-session", "-d", "-s", "ours"}).empty());
  const auto away = run({"/usr/bin/tmux", "-S", named.link(), "ls"}, named.env({}));
  CHECK(away.status.code() == 1);
  CHECK(away.out.empty());
  CHECK(contains(away.err, "protocol version mismatch"));
  CHECK(named.ask({"ls", "-F", "#S"}) == "ours");
  const std::string log = named.rig.home().state() + "/sess/sessd-default.log";
  REQUIRE(wait_until([&] { return contains(read_file(log), "tmux's own client came to this socket"); }));

  const std::string socket = named.rig.home().root() + "/real";
  REQUIRE(run({"/usr/bin/tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "sleep 1000"},
              named.env({}))
              .status.success());
  const auto met = named.tmux({"-S", socket, "ls"});
  CHECK(met.status.code() == 1);
  CHECK(contains(met.err, "a tmux server listens there"));
  // And its socket is not replaced where it stands in the link's place.
  std::filesystem::remove(named.link());
  std::filesystem::rename(socket, named.link());
  CHECK(named.sess({"ls"}).status.success());
  CHECK(contains(named.tmux({"-S", named.link(), "ls"}).err, "a tmux server listens there"));
  CHECK(named.ask({"-L", "default", "ls", "-F", "#S"}) == "ours");
  CHECK(std::filesystem::is_socket(named.link()));
  (void)run({"/usr/bin/tmux", "-S", named.link(), "kill-server"}, named.env({}));
}

TEST_CASE("what a status line runs is run while somebody is attached, shown or not", "[tmux]") {
  const Named named;
  CHECK(named.sess({"new-session", "-d", "-s", "quiet", "cat"}).status.success());
  const std::string mark = named.rig.home().root() + "/saved";
  CHECK(named.sess({"set-option", "-g", "status-interval", "1"}).status.success());
  CHECK(named.sess({"set-option", "-g", "status-right", "#(echo x >> " + mark + ")"}).status.success());
  CHECK(named.ask({"show-options", "-gv", "status"}) == "auto");
  CHECK_FALSE(std::filesystem::exists(mark));
  const auto terminal = named.rig.terminal({"attach-session", "-t", "quiet"});
  REQUIRE(wait_until([&] {
    terminal->pump();
    return read_file(mark).size() >= 6;
  }));  // three times
}
