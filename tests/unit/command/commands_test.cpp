// Keys, options, environment, buffers, messages, prompts and help.
#include "command/language/help.hpp"
#include "command/language/template.hpp"
#include "fake_host.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::command;

namespace {
struct Started : World {
  Started() { run({"new", "-d", "-s", "main", "-n", "w0"}); }
};
}  // namespace

TEST_CASE("send-keys sends keys, text, bytes and repeats", "[command]") {
  Started world;
  world.run({"send", "ab", "Enter", "C-a"});
  CHECK(world.host.calls.size() >= 4);
  CHECK(world.host.called("send %0 U+0061"));
  CHECK(world.host.called("send %0 U+0062"));
  CHECK(world.host.called("send %0 Enter"));
  CHECK(world.host.called("send %0 C-a"));
  world.host.calls.clear();
  world.run({"send", "-l", "Enter"});
  CHECK_FALSE(world.host.called("send %0 Enter"));
  CHECK(world.host.called("send %0 U+0045"));
  world.host.calls.clear();
  world.run({"send", "-l", "한"});
  CHECK(world.host.calls == std::vector<std::string>{"send %0 U+D55C"});
  world.host.calls.clear();
  world.run({"send", "-H", "1b", "zz", "41"});
  CHECK(world.host.calls == std::vector<std::string>{"send %0 U+001B", "send %0 U+0041"});
  world.host.calls.clear();
  world.run({"send", "-N", "3", "Up"});
  CHECK(world.host.calls.size() == 3);
  CHECK(world.run({"send", "-N", "0", "a"}).err == "repeat count too small\n");
  CHECK(world.run({"send", "-N", "x", "a"}).err == "repeat count invalid\n");
  CHECK(world.run({"send", "-X", "cancel"}).err == "not in a mode\n");
  CHECK(world.run({"send", "-M"}).err == "no mouse target\n");
  world.run({"send", "-R"});
  CHECK(world.host.called("reset %0"));
  world.run({"send-prefix"});
  CHECK(world.host.called("send %0 C-b"));
}

TEST_CASE("send-keys types into every pane of a window whose panes are synchronized", "[command]") {
  Started world;
  world.run({"splitw", "-d"});
  world.run({"setw", "synchronize-panes", "on"});
  world.host.calls.clear();
  world.run({"send", "-t", "main:w0.0", "a", "Enter"});
  CHECK(world.host.called("send %0 a"));
  CHECK(world.host.called("send %1 a"));
  CHECK(world.host.called("send %0 Enter"));
  CHECK(world.host.called("send %1 Enter"));
}

TEST_CASE("what a program cannot be given is an error, not silence", "[command]") {
  Started world;
  world.run({"setb", "text"});
  world.host.typed = PanePort::Typed::refused;
  const std::string wanted = "the program in %0 does not read: too much waits for it already\n";
  CHECK(world.run({"send", "a"}).err == wanted);
  CHECK(world.run({"send", "Enter"}).err == wanted);
  CHECK(world.run({"send-prefix"}).err == wanted);
  const auto pasted = world.run({"pasteb", "-d"});
  CHECK(pasted.err == wanted);
  CHECK(pasted.status == 1);
  CHECK(world.run({"showb"}).out == "text");
}

TEST_CASE("keys are bound to commands in canonical text", "[command]") {
  Started world;
  CHECK(world.run({"bind", "foo", "ls"}).err == "unknown key: foo\n");
  CHECK(world.run({"bind", "x", "foo"}).err == "unknown command: foo\n");
  world.run({"bind", "-N", "a note", "-r", "x", "splitw", "-h", "\\;", "lastp"});
  const auto bound = [&world](std::string_view table, std::string_view key) {
    return world.host.keys.find(table, *input::parse_key(key));
  };
  REQUIRE(bound("prefix", "x") != nullptr);
  CHECK(*bound("prefix", "x") == input::Binding{"split-window -h ; last-pane", "a note", true});
  world.line("bind -n M-x { splitw \n lastp }");
  CHECK(bound("root", "M-x")->command == "split-window ;; last-pane");
  world.run({"bind", "-T", "copy-mode", "x", "display 'a b'"});
  CHECK(bound("copy-mode", "x")->command == "display-message \"a b\"");
  CHECK(world.run({"lsk", "-T", "root", "M-x"}).out == "bind-key -T root M-x split-window \\;; last-pane\n");
  CHECK(world.run({"lsk", "-T", "nope"}).err == "table nope doesn't exist\n");
  CHECK(world.run({"lsk", "foo"}).err == "invalid key: foo\n");
  world.run({"unbind", "-n", "M-x"});
  CHECK(bound("root", "M-x") == nullptr);
  CHECK(world.run({"unbind", "Foo"}).err == "unknown key: Foo\n");
  CHECK(world.run({"unbind", "-T", "nope", "x"}).err == "table nope doesn't exist\n");
  CHECK(world.run({"unbind"}).err == "missing key\n");
}

// Recorded from tmux 3.3a.
TEST_CASE("options are set and shown in tmux's words", "[command]") {
  Started world;
  CHECK(world.run({"set", "-p", "-g", "foo"}).err == "invalid option: foo\n");
  CHECK(world.run({"set", "@x"}).err == "empty value\n");
  CHECK(world.run({"set", "status", "maybe"}).err == "unknown value: maybe\n");
  CHECK(world.run({"set", "-g", "base-index", "x"}).err == "value is invalid: x\n");
  CHECK(world.run({"set", "-g", "status-style", "fg=foo"}).err == "invalid style: fg=foo\n");
  CHECK(world.run({"show", "foo"}).err == "invalid option: foo\n");
  CHECK(world.run({"show", "-g", "sta"}).err == "ambiguous option: sta\n");
  CHECK(world.run({"set", "-q", "nope", "x"}).status == 0);
  CHECK(world.run({"set", "-t", "zz", "@a", "b"}).err == "no such session: zz\n");
  CHECK(world.run({"set", "-wt", "zz", "@a", "b"}).err == "no such window: zz\n");
  world.run({"set", "-g", "@q", "a \"b\" c\\d $x"});
  CHECK(world.run({"show", "-g", "@q"}).out == "@q \"a \\\"b\\\" c\\\\d \\$x\"\n");
  CHECK(world.run({"show", "-gv", "@q"}).out == "a \"b\" c\\d $x\n");
  world.run({"set", "-g", "history-limit", "123"});
  CHECK(world.run({"show", "-gv", "history-limit"}).out == "123\n");
  CHECK(world.host.called("option history-limit"));
  world.run({"set", "-gu", "history-limit"});
  CHECK(world.run({"show", "-gv", "history-limit"}).out != "123\n");
  world.run({"set", "-F", "@name", "#S!"});
  CHECK(world.run({"show", "-v", "@name"}).out == "main!\n");
  CHECK(world.run({"set", "-o", "@name", "x"}).err == "already set: @name\n");
  CHECK(world.run({"set", "-oq", "@name", "x"}).status == 0);
  world.run({"setw", "-g", "mode-keys", "vi"});
  CHECK(world.run({"showw", "-gv", "mode-keys"}).out == "vi\n");
  CHECK(world.run({"set", "-g", "prefix", "C-a"}).status == 0);
  CHECK(world.run({"set", "-g", "prefix", "nokey"}).err == "bad key: nokey\n");
}

// Recorded from tmux 3.3a.
TEST_CASE("the environment is set and shown in tmux's words", "[command]") {
  Started world;
  CHECK(world.run({"setenv", "A=B", "c"}).err == "variable name contains =\n");
  CHECK(world.run({"setenv", "", "c"}).err == "empty variable name\n");
  CHECK(world.run({"setenv", "X"}).err == "no value specified\n");
  CHECK(world.run({"setenv", "-u", "A", "b"}).err == "can't specify a value with -u\n");
  CHECK(world.run({"setenv", "-r", "A", "b"}).err == "can't specify a value with -r\n");
  CHECK(world.run({"showenv", "NOPE"}).err == "unknown variable: NOPE\n");
  CHECK(world.run({"showenv", "-t", "zz"}).err == "no such session: zz\n");
  world.run({"setenv", "-g", "FOO", "a\"b$c`d\\e"});
  world.run({"setenv", "-r", "BAR"});
  CHECK(world.run({"showenv", "-g", "FOO"}).out == "FOO=a\"b$c`d\\e\n");
  CHECK(world.run({"showenv", "-gs", "FOO"}).out == "FOO=\"a\\\"b\\$c\\`d\\\\e\"; export FOO;\n");
  CHECK(world.run({"showenv", "-s", "BAR"}).out == "unset BAR;\n");
  CHECK(world.run({"showenv", "BAR"}).out == "-BAR\n");
  world.run({"setenv", "-h", "HIDDEN", "1"});
  CHECK(world.run({"showenv", "HIDDEN"}).out.empty());
  CHECK(world.run({"showenv", "-h", "HIDDEN"}).out == "HIDDEN=1\n");
  CHECK(world.format("#{HIDDEN}") == "1\n");
}

// Recorded from tmux 3.3a.
TEST_CASE("buffers hold texts, newest first", "[command]") {
  Started world;
  CHECK(world.run({"showb"}).err == "no buffers\n");
  CHECK(world.run({"showb", "-b", "x"}).err == "no buffer x\n");
  CHECK(world.run({"deleteb", "-b", "x"}).err == "unknown buffer: x\n");
  CHECK(world.run({"deleteb"}).err == "no buffer\n");
  CHECK(world.run({"setb"}).err == "no data specified\n");
  CHECK(world.run({"setb", "-b", "", "foo"}).err == "empty buffer name\n");
  CHECK(world.run({"pasteb"}).status == 0);
  world.run({"setb", "hello"});
  CHECK(world.run({"lsb"}).out == "buffer0: 5 bytes: \"hello\"\n");
  world.run({"setb", "-b", "mine", "a\nb"});
  CHECK(world.run({"showb", "-b", "mine"}).out == "a\nb");
  CHECK(world.run({"showb"}).out == "a\nb");
  world.run({"setb", "-ab", "mine", "c"});
  world.run({"pasteb", "-b", "mine", "-d"});
  CHECK(world.host.called("paste %0 a\rbc false"));
  CHECK(world.run({"showb", "-b", "mine"}).err == "no buffer mine\n");
  world.run({"setb", "-n", "other"});
  CHECK(world.run({"lsb", "-F", "#{buffer_name}"}).out == "other\n");
  world.host.files["/f"] = "from file";
  CHECK(world.run({"loadb", "/nonexist"}).err == "/nonexist: No such file or directory\n");
  world.run({"loadb", "/f"});
  CHECK(world.run({"showb"}).out == "from file");
  world.run({"saveb", "/g"});
  CHECK(world.host.files["/g"] == "from file");
  world.run({"saveb", "-a", "/g"});
  CHECK(world.host.files["/g"] == "from filefrom file");
  world.run({"set", "-s", "buffer-limit", "2"});
  for (const char* text : {"1", "2", "3"}) world.run({"setb", text});
  CHECK(world.run({"lsb", "-F", "#{buffer_sample}"}).out == "3\n2\nhello\n");
}

TEST_CASE("a buffer's sample shows control characters and is cut", "[command]") {
  Buffer buffer;
  buffer.data = "a\nb\t\x01é";
  CHECK(buffer.sample() == "a\\nb\\t\\001é");
  buffer.data = std::string(300, 'x');
  CHECK(buffer.sample() == std::string(200, 'x') + "...");
}

TEST_CASE("capture-pane resolves its lines", "[command]") {
  Started world;
  CHECK(world.run({"capturep", "-p"}).out == "one\ntwo\n");
  CHECK(world.host.capture_request.start == 0);
  CHECK_FALSE(world.host.capture_request.end);
  world.run({"capturep", "-p", "-S", "-", "-E", "-5", "-eJ"});
  CHECK(world.host.capture_request.start == INT64_MIN);
  CHECK(world.host.capture_request.end == -5);
  CHECK(world.host.capture_request.escapes);
  CHECK(world.host.capture_request.join_wrapped);
  world.run({"capturep", "-p", "-S", "5", "-E", "2"});
  CHECK(world.host.capture_request.start == 2);
  CHECK(world.host.capture_request.end == 5);
  CHECK(world.run({"capturep", "-p", "-S", "x"}).status == 0);
  CHECK(world.run({"capturep", "-p", "-a"}).err == "no alternate screen\n");
  CHECK(world.run({"capturep", "-p", "-aq"}).out == "\n");
  world.run({"capturep", "-b", "cap"});
  CHECK(world.run({"showb", "-b", "cap"}).out == "one\ntwo\n");
}

TEST_CASE("display-message prints or shows", "[command]") {
  Started world;
  CHECK(world.run({"display", "-p", "-F", "x", "y"}).err == "only one of -F or argument must be given\n");
  CHECK(world.run({"display", "-d", "x", "a"}).err == "delay invalid\n");
  CHECK(world.run({"display", "-p"}).out.find("[main] 0:w0, current pane 0 - (") == 0);
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach"});
  world.run({"display", "hello #S"});
  CHECK(world.host.called("message hello main"));
}

TEST_CASE("command-prompt puts answers into its template", "[command]") {
  Started world;
  CHECK(world.run({"command-prompt"}).err == "no current client\n");
  CHECK(world.run({"confirm", "-p", "x", "ls"}).err == "no current client\n");
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach"});
  world.run_as(user, {"command-prompt", "-p", "name,other", "-I", "#W,x", "rename-window '%1 %2'"});
  REQUIRE(world.host.prompts.size() == 1);
  CHECK(world.host.prompts[0].prompt == "name ");
  CHECK(world.host.prompts[0].initial == "w0");
  world.host.answers[0]("one");
  REQUIRE(world.host.prompts.size() == 2);
  CHECK(world.host.prompts[1].initial == "x");
  world.host.answers[1]("two");
  world.settle();
  CHECK(world.format("#W") == "one two\n");

  world.run_as(user, {"command-prompt"});
  CHECK(world.host.prompts.back().prompt == ":");
  world.host.answers.back()("rename-window typed");
  world.settle();
  CHECK(world.format("#W") == "typed\n");

  world.run_as(user, {"command-prompt", "-p", "x", "rename-window %%"});
  world.host.answers.back()(std::nullopt);
  world.settle();
  CHECK(world.format("#W") == "typed\n");
  CHECK(world.queue.idle());
}

TEST_CASE("confirm-before runs on y alone", "[command]") {
  Started world;
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach"});
  world.run_as(user, {"confirm", "rename-window a"});
  CHECK(world.host.prompts.back().prompt == "Confirm 'rename-window'? (y/n) ");
  world.host.answers.back()("n");
  world.settle();
  CHECK(world.format("#W") == "w0\n");
  world.run_as(user, {"confirm", "-p", "sure?", "rename-window a"});
  CHECK(world.host.prompts.back().prompt == "sure? ");
  world.host.answers.back()("y");
  world.settle();
  CHECK(world.format("#W") == "a\n");
}

TEST_CASE("display-panes goes to the pane that is chosen", "[command]") {
  Started world;
  world.run({"splitw", "-d"});
  const ClientId user = world.add_client("/dev/pts/1");
  world.run_as(user, {"attach"});
  world.run_as(user, {"display-panes"});
  CHECK(world.format("#D") == "%1\n");
}

// tmux's cmd_template_replace.
TEST_CASE("a template takes its answer by number, or at the first %%", "[command]") {
  CHECK(fill_template("a %1 b %2", "x", 1) == "a x b %2");
  CHECK(fill_template("%% %%", "x", 1) == "x %%");
  CHECK(fill_template("a %%% b", "x$y", 1) == "a x\\$y b");
  CHECK(fill_template("%1%", "a\"b", 1) == "a\\\"b");
  CHECK(fill_template("100%", "x", 1) == "100%");
  CHECK(fill_template("none", "x", 1) == "none");
}

TEST_CASE("list-commands has tmux's usage lines", "[command]") {
  World world;
  CHECK(world.run({"lscm", "ls"}).out == "list-sessions (ls) [-F format] [-f filter]\n");
  CHECK(world.run({"lscm", "nope"}).out.empty());
  CHECK(world.run({"lscm", "-F", "#{command_list_name}|#{command_list_alias}", "new"}).out ==
        "new-session|new\n");
  const std::string all = world.run({"lscm"}).out;
  CHECK(all.find("kill-server \n") != std::string::npos);
  CHECK(all.find("send-keys (send) [-FHlMRX] [-N repeat-count] [-t target-pane] key ...\n") !=
        std::string::npos);
}

TEST_CASE("help explains every command and every flag", "[command]") {
  const std::string all = help_overview();
  for (const Entry* entry : Registry::standard().entries()) {
    INFO(entry->name);
    CHECK(all.find("  " + std::string(entry->name)) != std::string::npos);
    CHECK_FALSE(entry->summary.empty());
    const auto one = help_command(entry->name);
    REQUIRE(one);
    CHECK(one->find("Example: ") != std::string::npos);
    CHECK(entry->run != nullptr);
    std::string seen;
    for (const Flag& flag : entry->args.flags) {
      // What is not explained is what sess itself gives: it has no letter, and help does not name it.
      if (flag.help.empty()) CHECK(std::isalnum(static_cast<unsigned char>(flag.letter)) == 0);
      const bool named = one->find("--" + std::string(flag.long_name)) != std::string::npos;
      CHECK(named == !flag.help.empty());
      CHECK(seen.find(flag.letter) == std::string::npos);
      seen += flag.letter;
    }
  }
  CHECK(all.find("\n  ssh ") != std::string::npos);
  CHECK(help_command("ssh").value().find("sess ssh [ssh options] [user@]HOST") == 0);
  CHECK(help_command("atach").error().text == "unknown command: atach; did you mean attach-session?");
  World world;
  CHECK(world.run({"help", "kill-session"}).out ==
        "sess kill-session [-aC] [-t target-session]\n"
        "\n"
        "End a session and the programs in it.\n"
        "\n"
        "  -a, --all-others             every session but this one\n"
        "  -C, --clear-alerts           clear alerts instead of ending anything\n"
        "  -t, --target target-session  the session\n"
        "\n"
        "Example: sess kill-session -t build\n");
}

TEST_CASE("kill-server asks the host and is answered when all is written, start-server does nothing",
          "[command]") {
  World world;
  CHECK(world.run({"start"}).status == 0);
  int status = -1;
  world.queue.submit_arguments(world.client, {"kill-server"}, [&](int result) { status = result; });
  world.queue.run();
  CHECK(world.host.called("end"));
  CHECK(status == -1);
  CHECK(world.host.deliver());
  world.queue.run();
  CHECK(status == 0);
}

TEST_CASE("a window that the user names keeps that name", "[command]") {
  Started world;
  world.run({"set-option", "-w", "automatic-rename", "on"});
  world.run({"rename-window", "mine"});
  CHECK(world.format("#W") == "mine\n");
  CHECK(world.run({"show-options", "-w", "automatic-rename"}).out == "automatic-rename off\n");
}
