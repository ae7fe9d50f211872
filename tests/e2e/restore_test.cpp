// Sessions of an earlier daemon: windows, layout, directories, commands and what the panes had shown, after
// an orderly end, after nobody was asked, and from a damaged file.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rig.hpp"

using namespace sess::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

std::string saved_directory(const Rig& rig) {
  return rig.home().state() + "/sess/sessions/default";
}

std::vector<std::string> files_ending(const Rig& rig, const std::string& end) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(saved_directory(rig), error)) {
    const std::string name = entry.path();
    if (name.ends_with(end)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Whether the newest saved state of the only session contains the text.
bool saved_has(const Rig& rig, const std::string& end, const std::string& text) {
  for (const auto& file : files_ending(rig, end)) {
    if (read_file(file).find(text) != std::string::npos) return true;
  }
  return false;
}

/// bash with a prompt that a test can know.
void write_profile(const Rig& rig) {
  rig.home().write("home/.bash_profile", "PS1='ready> '\n");
  rig.home().write("config/sess/sess.conf", "set -g default-shell /bin/bash\n");
  ::chmod((rig.home().config() + "/sess").c_str(), 0700);
}

void end_daemon(const Rig& rig) {
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
}

/// The power fails.
void kill_both(const Rig& rig) {
  const pid_t keeper = rig.keeper();
  const pid_t server = rig.server();
  REQUIRE(::kill(keeper, SIGKILL) == 0);
  ::kill(server, SIGKILL);
  // Until their descriptors are closed, and with them the lock: a dying process has lost its memory before.
  const auto over = [](pid_t pid) {
    const auto state = status_field(pid, "State");
    return state.empty() || state.front() == 'Z';
  };
  REQUIRE(wait_until([&] { return over(keeper) && over(server) && rig.keeper() == 0 && rig.server() == 0; }));
}

bool on_screen(const Rig& rig, const std::string& target, const std::string& text) {
  return wait_until([&] {
    for (const auto& line : rig.history(target)) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  });
}

void make_session(const Rig& rig) {
  const std::string deep = rig.home().root() + "/deep";
  fs::create_directories(deep);
  rig.ask({"new-session", "-d", "-s", "work", "-n", "edit", "-x", "120", "-y", "40", "-c", "/usr"});
  rig.ask({"split-window", "-h", "-t", "work:edit", "-l", "30", "-c", "/usr/bin"});
  rig.ask({"new-window", "-t", "work:5", "-n", "watch", "-c", deep, "echo watched by me; exec sleep 1234"});
  rig.ask({"select-window", "-t", "work:edit"});
  REQUIRE(on_screen(rig, "work:edit.0", "ready>"));
  rig.ask({"send-keys", "-t", "work:edit.0", "cd " + deep + " && for i in $(seq 100); do echo line $i; done",
           "Enter"});
  REQUIRE(on_screen(rig, "work:edit.0", "line 100"));
  REQUIRE(on_screen(rig, "work:5", "watched by me"));
  REQUIRE(on_screen(rig, "work:edit.1", "ready>"));
  rig.ask({"send-keys", "-t", "work:edit.1", "sleep 4321", "Enter"});
}

std::string shape(const Rig& rig) {
  auto text = rig.ask({"list-windows", "-t", "work", "-F",
                       "#{window_index} #{window_name} #{window_panes} #{window_active}"});
  for (const auto* window : {"work:edit", "work:5"}) {
    // The checksum and the ids differ, the geometry does not.
    for (const auto& pane :
         split_lines(rig.ask({"list-panes", "-t", window, "-F",
                              "#{pane_left},#{pane_top},#{pane_width},#{pane_height},#{pane_active}"}))) {
      text += "\n" + pane;
    }
  }
  return text;
}

void check_restored(const Rig& rig, const std::string& before) {
  CHECK(shape(rig) == before);
  const std::string deep = rig.home().root() + "/deep";
  CHECK(rig.ask({"display-message", "-p", "-t", "work:edit.0", "#{pane_current_path}"}) == deep);
  CHECK(rig.ask({"display-message", "-p", "-t", "work:edit.1", "#{pane_current_path}"}) == "/usr/bin");
  CHECK(rig.ask({"display-message", "-p", "-t", "work:5", "#{pane_current_path}"}) == deep);
  const auto lines = rig.history("work:edit.0");
  CHECK(std::count(lines.begin(), lines.end(), "line 1") == 1);
  CHECK(std::count(lines.begin(), lines.end(), "line 100") == 1);
  CHECK(on_screen(rig, "work:5", "watched by me"));
  // The commands stand at the prompts and do not run.
  CHECK(on_screen(rig, "work:edit.1", "ready> sleep 4321"));
  CHECK(on_screen(rig, "work:5", "sleep 1234"));
  CHECK(rig.ask({"display-message", "-p", "-t", "work:edit.1", "#{pane_current_command}"}) == "bash");
  rig.ask({"send-keys", "-t", "work:edit.1", "Enter"});
  REQUIRE(wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "work:edit.1", "#{pane_current_command}"}) == "sleep";
  }));
}

}  // namespace

TEST_CASE("after kill-server a session comes back as it was, and its commands run only after Enter",
          "[e2e][restore]") {
  Rig rig;
  write_profile(rig);
  make_session(rig);
  REQUIRE(wait_until([&] { return saved_has(rig, ".session", "sleep 4321"); }));
  REQUIRE(wait_until([&] { return saved_has(rig, ".session", "/deep"); }));
  const std::string before = shape(rig);
  end_daemon(rig);
  const std::string list = rig.ask({"restore", "--list"});
  CHECK(list.find("work") != std::string::npos);
  CHECK(list.find("sleep 4321") != std::string::npos);
  CHECK(rig.ask({"restore", "--list", "--json"}).find("\"windows\":2,\"panes\":3") != std::string::npos);
  CHECK_FALSE(rig.sess({"has-session", "-t", "work"}).status.success());
  CHECK(rig.ask({"restore", "work"}) == "restored work: sess attach -t work");
  check_restored(rig, before);
  // Once it is back it is offered no more, and it is saved again itself.
  CHECK(rig.ask({"restore"}) == "nothing to restore");
  REQUIRE(wait_until([&] { return files_ending(rig, ".session").size() == 1; }));
  end_daemon(rig);
  CHECK(rig.ask({"restore", "--all"}) == "restored work: sess attach -t work");
}

TEST_CASE("after keeper and server were killed at once, what was saved last comes back", "[e2e][restore]") {
  Rig rig;
  write_profile(rig);
  make_session(rig);
  const std::string before = shape(rig);
  REQUIRE(wait_until(
      [&] { return saved_has(rig, ".session", "sleep 4321") && saved_has(rig, ".session", "/deep"); }));
  // Half a minute after the first new byte.
  REQUIRE(wait_until(
      [&] { return saved_has(rig, ".text", "line 100") && saved_has(rig, ".text", "watched by me"); }, 120s));
  kill_both(rig);
  CHECK(rig.ask({"restore", "work"}) == "restored work: sess attach -t work");
  check_restored(rig, before);
}

TEST_CASE("a damaged file is told, and the one before it is used", "[e2e][restore]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "work", "exec sleep 1000"});
  REQUIRE(wait_until([&] { return files_ending(rig, ".session").size() == 1; }));
  rig.ask({"new-window", "-t", "work", "exec sleep 1001"});
  REQUIRE(wait_until([&] {
    return saved_has(rig, ".session", "sleep 1001") && !files_ending(rig, ".session.last").empty();
  }));
  end_daemon(rig);
  const std::string file = files_ending(rig, ".session").front();
  const std::string whole = read_file(file);
  std::ofstream(file, std::ios::trunc) << whole.substr(0, whole.size() / 2);
  const auto outcome = rig.sess({"restore", "work"});
  CHECK(outcome.status.success());
  CHECK(outcome.err.find("its checksum is wrong; the one before it is used") != std::string::npos);
  CHECK(rig.ask({"list-windows", "-t", "work", "-F", "#{window_index}"}) == "0");
  // Nothing good left: it is said, and nothing else happens.
  end_daemon(rig);
  for (const auto* end : {".session", ".session.last"}) {
    for (const auto& one : files_ending(rig, end)) std::ofstream(one, std::ios::trunc) << "rubbish";
  }
  const auto lost = rig.sess({"restore", "work"});
  CHECK(lost.status.code() == 1);
  CHECK(lost.err.find("it is left out") != std::string::npos);
  CHECK(lost.err.find("no saved session: work") != std::string::npos);
}

TEST_CASE("what ended on purpose is not offered; names that are taken, mistyped or forgotten are told",
          "[e2e][restore]") {
  Rig rig;
  for (const auto* name : {"kept", "closed"}) rig.ask({"new-session", "-d", "-s", name, "exec sleep 1000"});
  REQUIRE(wait_until([&] { return files_ending(rig, ".session").size() == 2; }));
  rig.ask({"kill-session", "-t", "closed"});
  REQUIRE(wait_until([&] { return files_ending(rig, ".session").size() == 1; }));
  end_daemon(rig);
  rig.ask({"new-session", "-d", "-s", "kept", "exec sleep 1000"});
  const auto taken = rig.sess({"restore", "kept"});
  CHECK(taken.status.code() == 1);
  CHECK(taken.err.find("duplicate session: kept; give it another name: sess restore -s name kept") !=
        std::string::npos);
  CHECK(rig.sess({"restore", "kpet"}).err.find("no saved session: kpet; did you mean kept?") !=
        std::string::npos);
  CHECK(rig.ask({"restore", "-s", "other", "kept"}) == "restored other: sess attach -t other");
  CHECK(rig.ask({"restore"}) == "nothing to restore");
  end_daemon(rig);
  CHECK(rig.sess({"attach"}).err == "no sessions; 2 earlier ones can be restored: sess restore\n");
  rig.ask({"restore", "--forget", "kept", "other"});
  CHECK(rig.ask({"restore"}) == "nothing to restore");
  CHECK(rig.sess({"attach", "-t", "kept"}).err == "no sessions\n");
}

TEST_CASE("who attaches to a new daemon is told once what can be restored; nothing is saved when that is off",
          "[e2e][restore]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "work", "exec sleep 1000"});
  REQUIRE(wait_until([&] { return files_ending(rig, ".session").size() == 1; }));
  end_daemon(rig);
  auto terminal = rig.terminal({"new-session", "-s", "fresh", "exec sleep 1000"});
  CHECK(terminal->wait_for_text("1 earlier session can be restored: sess restore"));
  rig.ask({"set-option", "-s", "save-sessions", "off"});
  REQUIRE(wait_until(
      [&] { return files_ending(rig, ".session").size() == 1 && !saved_has(rig, ".session", "fresh"); }));
  end_daemon(rig);
  CHECK(rig.ask({"restore"}).find("fresh") == std::string::npos);
}

TEST_CASE("a session of an enabled job starts by itself and is not offered", "[e2e][restore]") {
  Rig rig;
  rig.home().write("config/sess/jobs/web.toml", "enabled = true\ncommand = \"exec sleep 1000\"\n");
  for (const auto* part : {"/sess", "/sess/jobs"}) ::chmod((rig.home().config() + part).c_str(), 0700);
  rig.ask({"new-session", "-d", "-s", "other", "exec sleep 1000"});
  REQUIRE(wait_until([&] { return rig.sess({"status", "web"}).out.find("running") != std::string::npos; }));
  REQUIRE(wait_until([&] { return saved_has(rig, ".session", "other"); }));
  end_daemon(rig);
  const std::string list = rig.ask({"restore"});
  CHECK(list.find("other") != std::string::npos);
  CHECK(list.find("web") == std::string::npos);
}

TEST_CASE("options, groups and windows that are linked twice come back as they were", "[e2e][restore]") {
  Rig rig;
  write_profile(rig);
  rig.ask({"new-session", "-d", "-s", "one", "-n", "mine"});
  rig.ask({"new-window", "-d", "-t", "one:4", "-n", "shared", "exec sleep 1234"});
  rig.ask({"new-session", "-d", "-s", "two", "-n", "other"});
  rig.ask({"link-window", "-d", "-s", "one:4", "-t", "two:7"});
  rig.ask({"new-session", "-d", "-s", "three", "-n", "base"});
  rig.ask({"new-session", "-d", "-t", "three", "-s", "four"});
  rig.ask({"set-option", "-t", "two", "status-left", "[#S here]"});
  rig.ask({"set-option", "-t", "two", "@mine", "kept"});
  rig.ask({"set-option", "-w", "-t", "one:4", "synchronize-panes", "on"});
  const auto shape = [&] {
    return rig.ask({"list-windows", "-a", "-F",
                    "#{session_name}:#{window_index} #{window_name} #{window_linked} #{session_group} "
                    "#{synchronize-panes} #{status-left} #{@mine}"});
  };
  const auto before = shape();
  end_daemon(rig);
  rig.ask({"restore", "--all"});
  CHECK(shape() == before);
  // They are one window, not two that look alike.
  CHECK(rig.ask({"display-message", "-p", "-t", "one:4", "#{window_id}"}) ==
        rig.ask({"display-message", "-p", "-t", "two:7", "#{window_id}"}));
  rig.ask({"new-window", "-d", "-t", "four", "-n", "both"});
  CHECK(rig.ask({"list-windows", "-t", "three", "-F", "#{window_name}"}) == "base\nboth");
  // One alone comes back with windows of its own.
  end_daemon(rig);
  CHECK(rig.ask({"restore", "two"}).starts_with("restored two"));
  CHECK(rig.ask({"list-windows", "-t", "two", "-F", "#{window_index} #{window_name}"}).ends_with("7 shared"));
}
