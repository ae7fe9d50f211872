#include "cli/complete.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string_view>

#include "command/language/offers.hpp"
#include "os/runtime_paths.hpp"

namespace sess::cli {
namespace {

using command::Wanted;
using Names = std::set<std::string>;

std::string shell_quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The lines that a command of ours prints where a daemon runs; none where none does.
void add_lines(Names& names, const std::string& client, const std::vector<std::string>& server,
               const std::vector<std::string>& command) {
  std::string line = shell_quoted(client);
  for (const auto& word : server) line += " " + shell_quoted(word);
  line += " -N";
  for (const auto& word : command) line += " " + shell_quoted(word);
  const std::unique_ptr<FILE, int (*)(FILE*)> output(
      ::popen((line + " 2>/dev/null </dev/null").c_str(), "re"), ::pclose);
  if (!output) return;
  std::string text;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, output.get())) > 0;)
    text.append(buffer, got);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) names.insert(text.substr(at, end - at));
    at = end + 1;
  }
}

/// First words below the head of a table.
void add_table(Names& names, const std::string& client, const std::vector<std::string>& server,
               const std::vector<std::string>& command) {
  Names lines;
  add_lines(lines, client, server, command);
  for (const auto& line : lines) {
    if (const auto name = line.substr(0, line.find(' '));
        name != "NAME" && line.find(' ') != std::string::npos)
      names.insert(name);
  }
}

/// Files of a directory that end so, without the ending.
void add_files(Names& names, const std::string& directory, std::string_view ending) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > ending.size() && name.ends_with(ending))
      names.insert(name.substr(0, name.size() - ending.size()));
  }
}

/// Hosts of ~/.ssh/config and known_hosts, patterns and hashed names left out.
void add_hosts(Names& names) {
  const std::string directory = os::home_directory() + "/.ssh/";
  std::string word;
  std::string line;
  for (std::ifstream config(directory + "config"); std::getline(config, line);) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos ||
        (line.compare(begin, 5, "Host ") != 0 && line.compare(begin, 5, "host ") != 0))
      continue;
    std::string rest = line.substr(begin + 5) + " ";
    for (const char c : rest) {
      if (c != ' ' && c != '\t') {
        word += c;
        continue;
      }
      if (!word.empty() && word.find_first_of("*?!") == std::string::npos) names.insert(word);
      word.clear();
    }
  }
  for (std::ifstream known(directory + "known_hosts"); std::getline(known, line);) {
    const auto host = line.substr(0, line.find_first_of(" ,"));
    if (!host.empty() && host[0] != '|' && host[0] != '#' && host[0] != '@' && host[0] != '[')
      names.insert(host);
  }
}

}  // namespace

void print_completions(const std::string& client, const std::vector<std::string>& words) {
  const auto offers = command::offers_for(words);
  const std::string typed = words.empty() ? "" : words.back();
  for (const auto& offer : offers.words) std::printf("%s\t%s\n", offer.word.c_str(), offer.help.c_str());
  Names names;
  const auto ask = [&](const std::vector<std::string>& command) {
    add_lines(names, client, offers.server, command);
  };
  for (const auto wanted : offers.wanted) {
    switch (wanted) {
      case Wanted::sessions:
        ask({"list-sessions", "-F", "#{session_name}"});
        break;
      case Wanted::windows:
        ask({"list-windows", "-a", "-F", "#{session_name}:#{window_index}"});
        break;
      case Wanted::panes:
        ask({"list-panes", "-a", "-F", "#{session_name}:#{window_index}.#{pane_index}"});
        break;
      case Wanted::clients:
        ask({"list-clients", "-F", "#{client_name}"});
        break;
      case Wanted::buffers:
        ask({"list-buffers", "-F", "#{buffer_name}"});
        break;
      case Wanted::jobs:
        add_table(names, client, offers.server, {"jobs"});
        if (const auto paths = os::RuntimePaths::resolve({}); paths && offers.server.empty()) {
          add_files(names, paths->config_directory + "/jobs", ".toml");
          add_files(names, paths->state_directory + "/logs", ".log");
        }
        break;
      case Wanted::saved:
        add_table(names, client, offers.server, {"restore", "--list"});
        break;
      case Wanted::hosts:
        add_hosts(names);
        break;
      case Wanted::files:
        std::puts(":files");
        break;
      case Wanted::directories:
        std::puts(":directories");
        break;
      case Wanted::programs:
        std::puts(":programs");
        break;
    }
  }
  for (const auto& name : names) {
    if (name.starts_with(typed)) std::printf("%s\t\n", name.c_str());
  }
}

}  // namespace sess::cli
