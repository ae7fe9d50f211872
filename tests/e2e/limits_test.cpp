// What happens at the edges of what a machine gives: processes that stand still, descriptors that run out.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

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

/// Of them the sockets: others come late, with the first session that is saved.
std::size_t open_sockets(pid_t pid) {
  std::error_code gone;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
    std::error_code closed;
    count += fs::read_symlink(entry.path(), closed).string().starts_with("socket:") ? 1U : 0U;
  }
  return count;
}

/// `sess ARGUMENTS` started with a limit of open files ("-S": the soft one alone).
Outcome limited(const Rig& rig, int limit, const Rig::Arguments& arguments, const std::string& which = "") {
  std::vector<std::string> command{"/bin/sh", "-c",
                                   "ulimit " + which + "n " + std::to_string(limit) + "; exec \"$@\"", "sh",
                                   Rig::bin("sess")};
  if (which.empty()) command[2] = "ulimit -n " + std::to_string(limit) + "; exec \"$@\"";
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, rig.env());
}

/// Whether a client's process has a socket: it has connected, accepted or not.
bool connected(pid_t pid) {
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", gone)) {
    if (fs::read_symlink(entry.path(), gone).string().starts_with("socket:")) return true;
  }
  return false;
}

std::string soft_limit(pid_t pid) {
  for (const auto& line : split_lines(read_file("/proc/" + std::to_string(pid) + "/limits"))) {
    if (!line.starts_with("Max open files")) continue;
    const auto at = line.find_first_of("0123456789");
    return line.substr(at, line.find(' ', at) - at);
  }
  return "";
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
  // With the first session that is saved come a directory and an eventfd: not before it the count begins.
  const auto saves = [](pid_t server) {
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(server) + "/fd", gone)) {
      if (fs::read_symlink(entry.path(), gone).string().find("/sessions/") != std::string::npos) return true;
    }
    return false;
  };
  const auto upgrade = [&] {
    const pid_t before = rig.server();
    ::kill(rig.keeper(), SIGUSR2);
    REQUIRE(wait_until([&] {
      const pid_t now = rig.server();
      return now != 0 && now != before && rig.sess({"list-sessions"}).status.success();
    }));
  };
  upgrade();
  REQUIRE(wait_until([&] { return saves(rig.server()); }));
  const auto keeper = open_files(rig.keeper());
  const auto server = open_files(rig.server());
  REQUIRE(keeper > 0);
  for (int i = 0; i < 3; ++i) upgrade();
  // The connections of the commands above may take a moment to be closed.
  CHECK(wait_until([&] { return open_files(rig.keeper()) <= keeper && open_files(rig.server()) <= server; }));
}

TEST_CASE("while the keeper is stopped other panes go on, and what was asked of it comes later", "[limits]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo ready; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  const pid_t keeper = rig.keeper();
  const pid_t server = rig.server();
  ::kill(keeper, SIGSTOP);
  Outcome later;
  std::thread asking([&] {
    later = rig.sess({"new-window", "-d", "-n", "later", "-t", "app", "echo here; exec cat"});
  });
  CHECK(wait_until([&] {
    return rig.ask({"list-windows", "-t", "app"}).find("later") != std::string::npos;
  }));
  for (int i = 0; i < 5; ++i) {
    const auto word = "typed" + std::to_string(i);
    client->type(word + "\r");
    CHECK(client->wait_for_text(word));
  }
  // So does a job, and what is wrong with one is said when it is known.
  Outcome job, missing, stopped;
  std::thread running([&] { job = rig.sess({"run", "-d", "-s", "job", "sh", "-c", "exit 7"}); });
  std::thread failing([&] { missing = rig.sess({"run", "-d", "-s", "missing", "/no/such/program"}); });
  std::thread stopping([&] { stopped = rig.sess({"run", "-d", "-s", "stopped", "sleep", "1000"}); });
  CHECK(wait_until([&] {
    return rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app\njob\nmissing\nstopped";
  }));
  CHECK(rig.ask({"status", "job"}).find("its program is being started") != std::string::npos);
  rig.ask({"stop", "-n", "stopped"});
  // What is typed at a window that is not there yet waits for it.
  client->type("\002c");
  CHECK(wait_until([&] { return split_lines(rig.ask({"list-windows", "-t", "app"})).size() == 3; }));
  client->type("echo typed$((40+2))ahead\r");
  ::kill(keeper, SIGCONT);
  CHECK(client->wait_for_text("typed42ahead"));
  for (auto* thread : {&asking, &running, &failing, &stopping}) thread->join();
  CHECK(job.status.success());
  CHECK(rig.sess({"wait", "job"}).status.code() == 7);
  CHECK(missing.status.code() == 127);
  CHECK(missing.err.find("cannot run /no/such/program") != std::string::npos);
  CHECK_FALSE(rig.sess({"status", "missing"}).status.success());
  CHECK(rig.sess({"wait", "stopped"}).status.code() == 128 + SIGTERM);
  INFO(later.err);
  CHECK(later.status.success());
  CHECK(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "app:later"}).starts_with("here"); }));
  CHECK(rig.server() == server);
}

TEST_CASE("a window that was asked for when the server died comes back as what it is", "[limits]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "exec cat"});
  const pid_t keeper = rig.keeper();
  ::kill(keeper, SIGSTOP);
  Outcome asked;
  std::thread asking([&] { asked = rig.sess({"new-window", "-d", "-n", "later", "-t", "app", "exec cat"}); });
  CHECK(wait_until([&] {
    return rig.ask({"list-windows", "-t", "app"}).find("later") != std::string::npos;
  }));
  ::kill(rig.server(), SIGKILL);
  ::kill(keeper, SIGCONT);
  asking.join();
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  CHECK(rig.ask({"list-windows", "-t", "app", "-F", "#{window_name}"}).find("later") != std::string::npos);
}

TEST_CASE("a session for which there are no descriptors is refused with a reason, by the same server",
          "[limits]") {
  Rig rig;
  REQUIRE(limited(rig, 64, {"new-session", "-d", "-s", "first", "exec cat"}).status.success());
  const pid_t server = rig.server();
  Outcome refused;
  int made = 1;
  for (; made < 70; ++made) {
    refused = rig.sess({"new-session", "-d", "-s", "s" + std::to_string(made), "exec cat"});
    if (!refused.status.success()) break;
  }
  REQUIRE(made < 70);
  CHECK(made > 5);
  CHECK(refused.err.find("too many open files") != std::string::npos);
  CHECK(rig.server() == server);
  CHECK(split_lines(rig.ask({"list-sessions"})).size() == static_cast<std::size_t>(made));
  // The limit is the daemon's, not its server's alone: one that has to start now finds room, too.
  rig.kill_server();
  CHECK(split_lines(rig.ask({"list-sessions"})).size() == static_cast<std::size_t>(made));
  rig.ask({"kill-session", "-t", "s1"});
  CHECK(rig.sess({"new-session", "-d", "-s", "again", "exec cat"}).status.success());
}

TEST_CASE("attached clients use up the descriptors: the next is refused, commands still work", "[limits]") {
  Rig rig;
  REQUIRE(limited(rig, 40, {"new-session", "-d", "-s", "app", "echo ready; exec cat"}).status.success());
  const pid_t server = rig.server();
  std::vector<std::unique_ptr<Attached>> clients;
  const auto fill = [&] {
    bool refused = false;
    while (clients.size() < 80 && !refused) {
      clients.push_back(rig.terminal({"attach-session", "-t", "app"}));
      REQUIRE(clients.back()->wait_until([&] {
        const auto text = clients.back()->screen();
        refused = text.find("open files") != std::string::npos;
        return refused || text.find("ready") != std::string::npos;
      }));
    }
    CHECK(refused);
    REQUIRE(clients.back()->wait_exit());
    clients.pop_back();
  };
  fill();
  REQUIRE(clients.size() > 6);
  CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  CHECK(rig.server() == server);
  // Room can be made from outside. Three go for one that comes: what the server has open for a moment (a file
  // that it writes) counts as well.
  const auto go = [&](const std::function<void(Attached&)>& leave) {
    for (int i = 0; i < 3; ++i) {
      leave(*clients.back());
      REQUIRE(clients.back()->wait_exit());  // until it has gone, its descriptors are in use
      clients.pop_back();
    }
  };
  go([&](Attached& client) { rig.ask({"detach-client", "-t", client.pty().tty()}); });
  clients.push_back(rig.terminal({"attach-session", "-t", "app"}));
  REQUIRE(clients.back()->wait_for_text("ready"));
  fill();
  // The server hears of some that go and of one that comes in the same moment: the room is there.
  ::kill(server, SIGSTOP);
  go([&](Attached& client) { ::kill(client.pty().pid(), SIGKILL); });
  const auto last = rig.terminal({"attach-session", "-t", "app"});
  const bool waits = wait_until([&] { return connected(last->pty().pid()); });
  ::kill(server, SIGCONT);
  CHECK(waits);
  CHECK(last->wait_for_text("ready"));
  CHECK(rig.server() == server);
}

TEST_CASE("programs have the limit of open files that the daemon was started with", "[limits]") {
  Rig rig;
  REQUIRE(
      limited(rig, 200, {"new-session", "-d", "-s", "app", "ulimit -Sn; exec cat"}, "-S").status.success());
  CHECK(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "app"}).starts_with("200"); }));
  CHECK(soft_limit(rig.keeper()) != "200");
  rig.kill_server();
  CHECK(soft_limit(rig.server()) != "200");
  rig.ask({"new-window", "-n", "next", "-t", "app", "ulimit -Sn; exec cat"});
  CHECK(wait_until([&] { return rig.ask({"capture-pane", "-p", "-t", "app:next"}).starts_with("200"); }));
  CHECK(rig.ask({"run-shell", "ulimit -Sn"}) == "200");
}

TEST_CASE(
    "two hundred sessions: a memory mapping each, files written for what changed, and an end that is "
    "answered "
    "by a server that has just been replaced",
    "[limits]") {
  Rig rig;
  constexpr int kSessions = 200;
  std::vector<std::string> line;
  for (int i = 0; i < kSessions; ++i) {
    if (i > 0) line.emplace_back(";");
    for (const char* word : {"new-session", "-d", "-s"}) line.emplace_back(word);
    line.push_back("s" + std::to_string(i));
    line.emplace_back("sleep 1000");
  }
  REQUIRE(rig.sess(line).status.success());
  const auto mappings = [&] {
    const auto maps = split_lines(read_file("/proc/" + std::to_string(rig.server()) + "/maps"));
    return std::count_if(maps.begin(), maps.end(),
                         [](const auto& map) { return map.find("sess-pane") != map.npos; });
  };
  CHECK(mappings() == kSessions);
  const auto files = [&] {
    std::map<std::string, fs::file_time_type> times;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(rig.home().root(), none)) {
      if (entry.path().extension() == ".session")
        times[entry.path()] = fs::last_write_time(entry.path(), none);
    }
    return times;
  };
  REQUIRE(wait_until([&] { return files().size() == kSessions; }));
  const auto before = files();
  rig.ask({"rename-window", "-t", "s7:", "renamed"});
  const auto written = [&] {
    const auto now = files();
    return std::count_if(now.begin(), now.end(),
                         [&](const auto& file) { return before.at(file.first) != file.second; });
  };
  CHECK(wait_until([&] { return written() == 1; }));
  const pid_t keeper = rig.keeper();
  rig.kill_server();
  CHECK(rig.ask({"display-message", "-p", "-t", "s199:", "#{server_sessions}"}) == std::to_string(kSessions));
  CHECK(mappings() == kSessions);
  rig.kill_server();
  CHECK(rig.sess({"kill-server"}).status.success());
  CHECK(wait_until([&] { return ::kill(keeper, 0) != 0; }));
}

TEST_CASE(
    "all histories together stay within their budget: who was looked at longest ago gives, not who is shown",
    "[limits]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "keep", "sleep 1000"});
  rig.ask({"set-option", "-s", "history-total-bytes", "3000000"});
  const std::string lines = "seq -f 'line %.0f of a program that prints much' 30000; echo over; sleep 1000";
  const auto held = [&](const std::string& name) {
    return std::stol(rig.ask({"display-message", "-p", "-t", name, "#{history_bytes}"}));
  };
  const auto print = [&](const std::string& name) {
    rig.ask({"new-session", "-d", "-s", name, lines});
    CHECK(wait_until([&] {
      return rig.ask({"capture-pane", "-p", "-t", name}).find("over") != std::string::npos;
    }));
  };
  print("shown");
  const auto client = rig.terminal({"attach-session", "-t", "shown"});
  REQUIRE(client->wait_for_text("over"));
  const long shown = held("shown");
  CHECK(shown > 1'000'000);
  CHECK(shown < 1'500'000);
  for (const char* name : {"first", "second", "third"}) print(name);
  CHECK(held("shown") + held("first") + held("second") + held("third") <= 3'000'000);
  CHECK(held("shown") == shown);
  CHECK(held("third") > held("first"));
  // What is left is whole, and the next server keeps to it.
  rig.kill_server();
  CHECK(held("shown") == shown);
  const auto kept = rig.history("third");
  REQUIRE(kept.size() > 100);
  const auto number = [](const std::string& line) { return std::stol(line.substr(5)); };
  for (std::size_t i = 1; i + 1 < kept.size(); ++i) {
    if (!kept[i].starts_with("line") || !kept[i - 1].starts_with("line")) continue;
    if (number(kept[i]) != number(kept[i - 1]) + 1) FAIL("a line is missing behind " << kept[i - 1]);
  }
}

TEST_CASE(
    "a title of a hundred megabytes costs no memory, and the screen goes on right behind it, for the next "
    "server too",
    "[limits]") {
#ifdef SESS_SANITIZED
  const std::string size = "20000000";  // sanitizers make five times as long of it
#else
  const std::string size = "100000000";
#endif
  Rig rig;
  const std::string begun = rig.home().root() + "/begun";
  const std::string done = rig.home().root() + "/done";
  const std::string program =
      "title() { head -c $1 /dev/zero | tr '\\0' x; }; printf 'before \\033]2;'; title 2000000; : > " +
      begun + "; read line; title " + size + "; : > " + done + "; read line; printf '\\007behind'; exec cat";
  // What was freed is memory again, also with sanitizers.
  const auto client =
      rig.terminal({"new-session", "-s", "app", program}, {24, 80},
                   {{"ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}});
  REQUIRE(client->wait_for_text("before"));
  const auto memory = [&] {
    const auto text = status_field(rig.server(), "RssAnon");
    return text.empty() ? 0 : std::stol(text);
  };
  constexpr Milliseconds kLong{120'000};
  REQUIRE(wait_until([&] { return fs::exists(begun); }, kLong));
  const long before = memory();
  REQUIRE(before > 0);
  client->type("\r");
  REQUIRE(wait_until([&] { return fs::exists(done); }, kLong));
  CHECK(memory() - before < 8 * 1024);
  CHECK(rig.ask({"capture-pane", "-p", "-t", "app"}) == "before");
  // Who comes in the middle of it, and a server that does not know how it began.
  const auto second = rig.terminal({"attach-session", "-t", "app"});
  CHECK(second->wait_for_text("before"));
  rig.kill_server();
  client->type("\r");
  CHECK(client->wait_for_text("behind"));
  CHECK(second->wait_for_text("behind"));
  CHECK(rig.ask({"capture-pane", "-p", "-t", "app"}).starts_with("before"));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{pane_title}"}).find("xxx") == std::string::npos);
}

TEST_CASE("clients that send their first message a byte at a time hold nobody up and lose their places",
          "[limits]") {
  Rig rig;
  const auto client = rig.terminal({"new-session", "-s", "app", "stty -echo; echo ready; exec cat"});
  REQUIRE(client->wait_for_text("ready"));
  const pid_t server = rig.server();
  const auto before = open_sockets(server);
  // The length of the largest payload, the type of a greeting, and then too little of it.
  const std::string begin("\0\0\4\0\20\0\0\0{\"version\":", 19);
  std::vector<int> slow;
  for (int i = 0; i < 20; ++i) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    rig.socket().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    slow.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(slow.back(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  // One of them goes on for ever, the others stand still at each place.
  std::size_t sent = 0;
  const auto say = [&] {
    for (std::size_t i = 0; i < slow.size(); ++i) {
      const char byte = sent < begin.size() ? begin[sent] : ' ';
      if (i == 0 || sent < i) static_cast<void>(::send(slow[i], &byte, 1, MSG_NOSIGNAL));
    }
    ++sent;
  };
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 5; ++j) say();
    client->type("word" + std::to_string(i) + "\r");
    CHECK(client->wait_for_text("word" + std::to_string(i)));
    CHECK(rig.ask({"list-sessions", "-F", "#{session_name}"}) == "app");
  }
  CHECK(open_sockets(server) >= before + slow.size());
  const auto let_go = [&](int fd) {
    pollfd watch{fd, POLLRDHUP, 0};
    return ::poll(&watch, 1, 0) == 1 && (watch.revents & (POLLRDHUP | POLLHUP)) != 0;
  };
  CHECK(wait_until(
      [&] {
        say();
        return std::all_of(slow.begin(), slow.end(), let_go);
      },
      Milliseconds(60'000)));
  CHECK(wait_until([&] { return open_sockets(server) <= before; }));
  CHECK(rig.server() == server);
  for (const int fd : slow) ::close(fd);
}

TEST_CASE(
    "a window has at most 1024 columns and rows: a larger terminal shows it so, who asks for more is told",
    "[limits]") {
  Rig rig;
  const auto client =
      rig.terminal({"new-session", "-s", "app", "stty -echo; stty size; exec cat"}, {30, 1500});
  REQUIRE(client->wait_for_text("30 1024"));
  CHECK(rig.ask({"display-message", "-p", "-t", "app", "#{window_width}x#{window_height}"}) == "1024x30");
  const std::string line(1024, 'x');
  rig.ask({"new-window", "-t", "app", "printf %01024d 0 | tr 0 x; echo; echo below; exec cat"});
  REQUIRE(client->wait_for_text("below"));
  CHECK(split_lines(client->screen()).front() == line);
  client->type("typed\r");
  CHECK(client->wait_for_text("typed"));
  client->resize({2000, 60});  // with two windows there is a status line, too
  CHECK(wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "app", "#{window_width}x#{window_height}"}) == "60x1023";
  }));
  for (const Rig::Arguments& words : {Rig::Arguments{"new-session", "-d", "-s", "large", "-x", "1025"},
                                      Rig::Arguments{"new-session", "-d", "-s", "large", "-y", "1025"},
                                      Rig::Arguments{"resize-window", "-t", "app", "-x", "1025"}}) {
    const auto refused = rig.sess(words);
    CHECK(refused.status.code() == 1);
    CHECK(refused.err.find("too large") != std::string::npos);
  }
  CHECK_FALSE(rig.sess({"has-session", "-t", "large"}).status.success());
}

TEST_CASE("a hundred thousand items of an array are there for every server, and come back with their session",
          "[limits]") {
#ifdef SESS_SANITIZED
  constexpr int kHalf = 10'000;  // sanitizers make five times as many of them
#else
  constexpr int kHalf = 50'000;
#endif
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "sleep 1000"});
  std::string first = "set -t app update-environment '";
  std::string second = "set -a -t app update-environment '";
  for (int i = 0; i < kHalf; ++i) {
    first += "A" + std::to_string(i) + " ";
    second += "B" + std::to_string(i) + " ";
  }
  rig.home().write("large.conf", first + "'\n" + second + "'\n");
  rig.ask({"source-file", rig.home().root() + "/large.conf"});
  const auto check = [&] {
    const auto lines = split_lines(rig.ask({"show-options", "-t", "app", "update-environment"}));
    REQUIRE(lines.size() == 2 * kHalf);
    CHECK(lines.front() == "update-environment[0] A0");
    CHECK(lines.back() ==
          "update-environment[" + std::to_string(2 * kHalf - 1) + "] B" + std::to_string(kHalf - 1));
  };
  check();
  rig.ask({"set-option", "-u", "-t", "app", "update-environment[7]"});
  CHECK(rig.ask({"show-options", "-v", "-t", "app", "update-environment[7]"}).empty());
  rig.ask({"set-option", "-a", "-t", "app", "update-environment", "A7"});
  check();
  rig.kill_server();
  check();
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  CHECK(rig.ask({"restore", "app"}).starts_with("restored app"));
  check();
}
