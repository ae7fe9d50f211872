// Configuration files in the styles that people publish load without a word, in sess and in tmux alike, and
// do what they say.
#include <dirent.h>

#include <algorithm>

#include "rig.hpp"

using namespace sess::test;

namespace {

std::vector<std::string> config_files() {
  std::vector<std::string> files;
  DIR* directory = ::opendir((test_data() + "/e2e/configs").c_str());
  REQUIRE(directory != nullptr);
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name.ends_with(".conf")) files.push_back(name);
  }
  ::closedir(directory);
  std::sort(files.begin(), files.end());
  return files;
}

std::string path_of(const std::string& name) {
  return test_data() + "/e2e/configs/" + name;
}

/// A server that was started with the file, one session in it.
std::string load(const Rig& rig, const std::string& name) {
  const auto outcome = rig.sess({"-f", path_of(name), "new-session", "-d", "-s", "main"});
  return outcome.out + outcome.err +
         (outcome.status.success() ? "" : "exit " + std::to_string(outcome.status.code()));
}

}  // namespace

TEST_CASE("configuration files in popular styles load without an error", "[configs]") {
  const auto files = config_files();
  CHECK(files.size() >= 10);
  for (const auto& name : files) {
    INFO(name);
    Rig rig;
    CHECK(load(rig, name) == "");
    CHECK(rig.ask({"show-messages"}) == "");
    // And again into a server that runs.
    const auto again = rig.sess({"source-file", path_of(name)});
    CHECK(again.out + again.err == "");
    CHECK(again.status.success());
  }
}

TEST_CASE("an error in a configuration file names its line, and the rest is loaded", "[configs]") {
  Rig rig;
  const std::string file = rig.home().write("wrong.conf",
                                            "set -g @first yes\n"
                                            "nosuchcommand x\n"
                                            "set -g no-such-option 1\n"
                                            "set -g @last yes\n"
                                            "set -gq no-such-option 1\n");
  rig.ask({"new-session", "-d", "-s", "main"});
  const auto outcome = rig.sess({"source-file", file});
  CHECK((outcome.out + outcome.err).find(file + ":2: unknown command: nosuchcommand") != std::string::npos);
  CHECK_FALSE(outcome.status.success());
}

TEST_CASE("what configuration files say is done", "[configs]") {
  const auto value = [](const Rig& rig, const std::string& format) {
    return rig.ask({"display-message", "-p", "-t", "main", format});
  };
  {
    Rig rig;
    load(rig, "prefix.conf");
    CHECK(rig.ask({"show-options", "-gv", "prefix"}) == "C-a");
    CHECK(value(rig, "#{window_index}.#{pane_index}") == "1.1");
    CHECK(rig.ask({"list-keys", "-T", "prefix", "|"}) ==
          "bind-key -T prefix | split-window -h -c \"#{pane_current_path}\"");
    CHECK(rig.sess({"list-keys", "-T", "prefix", "%"}).out == "");
  }
  {
    Rig rig;
    load(rig, "conditions.conf");
    CHECK(value(rig, "#{@nested}") == "inner-red");
    CHECK(value(rig, "#{@terminal}") == "xterm");
    CHECK(value(rig, "#{@flag}") == "on");
    CHECK(value(rig, "#{@root}") == "yes");
    CHECK(wait_until([&] { return value(rig, "#{@system}") == "linux"; }));
    CHECK(value(rig, "#{status-style}") == "bg=red");
    CHECK(value(rig, "#{@home}") == rig.home().home() + "/somewhere");
  }
  {
    Rig rig;
    load(rig, "hooks.conf");
    rig.ask({"new-window", "-t", "main"});
    CHECK(wait_until([&] { return value(rig, "#{@second}") == "yes"; }));
    CHECK(value(rig, "#{@created}") == "main");
    CHECK(rig.ask({"show-environment", "-g", "MY_VARIABLE"}) == "MY_VARIABLE=a value");
  }
  {
    Rig rig;
    load(rig, "plugins.conf");
    CHECK(wait_until([&] { return value(rig, "#{@plugin_ran}") == "yes"; }));
  }
}

TEST_CASE("a status line from a configuration file is drawn with what its shell commands say", "[configs]") {
  Rig rig;
  const auto client = rig.terminal({"-f", path_of("powerline.conf"), "new-session", "-s", "main"}, {24, 120});
  CHECK(client->wait_for_text(" main "));
  CHECK(client->wait_until([&] {
    return client->oracle().row(22).find("root") != std::string::npos ||
           client->oracle().row(22).find("\xEE\x82\xB0") != std::string::npos;
  }));
  CHECK(client->wait_until([&] { return client->oracle().row(23).find('*') != std::string::npos; }));
}

TEST_CASE("a prefix from a configuration file and a key table of its own work", "[configs]") {
  Rig rig;
  const auto client = rig.terminal({"-f", path_of("prefix.conf"), "new-session", "-s", "main"});
  REQUIRE(client->wait_until([&] { return !client->screen().empty(); }));
  client->type("\x01|");
  CHECK(wait_until([&] { return rig.ask({"list-panes", "-t", "main"}).find('\n') != std::string::npos; }));
  const auto other = rig.sess({"source-file", path_of("blocks.conf")});
  CHECK(other.err == "");
  rig.ask({"select-pane", "-t", "main:.1"});
  const std::string before = rig.ask({"display-message", "-p", "-t", "main:.1", "#{pane_width}"});
  client->type("\x01gh");
  CHECK(client->wait_until([&] {
    return rig.ask({"display-message", "-p", "-t", "main:.1", "#{pane_width}"}) ==
           std::to_string(std::stoi(before) - 5);
  }));
}
