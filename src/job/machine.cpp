#include "job/machine.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace sess::job {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Where systemd's configuration lies, the strongest first.
constexpr const char* kPlaces[] = {"/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"};

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_socket(const std::string& path) {
  std::error_code error;
  return fs::is_socket(path, error);
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// *.conf of such directories in all places: each name once, from the strongest place, in order of the names.
std::map<std::string, std::string> drop_ins(const std::string& root, const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto* place : kPlaces) {
    std::error_code error;
    for (fs::directory_iterator it(root + place + "/" + directory, error), end; !error && it != end;
         it.increment(error)) {
      const std::string name = it->path().filename();
      if (name.ends_with(".conf")) files.emplace(name, it->path());
    }
  }
  return files;
}

bool runs_cron(const std::string& root) {
  std::error_code error;
  for (fs::directory_iterator it(root + "/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string pid = it->path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto comm = lines_of(it->path().string() + "/comm");
    if (!comm.empty() &&
        (comm[0] == "cron" || comm[0] == "crond" || comm[0] == "fcron" || comm[0] == "dcron"))
      return true;
  }
  return false;
}

bool lists(const std::string& names, const std::string& user) {
  std::istringstream words(names);
  for (std::string word; words >> word;) {
    if (word == user) return true;
  }
  return false;
}

/// A path prefix of tmpfiles.d covers a path that is the same or lies below it; globs are matched part by
/// part.
bool covers(const std::string& rule, const std::string& path) {
  for (std::size_t end = path.size(); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
    if (::fnmatch(rule.c_str(), path.substr(0, end).c_str(), FNM_PATHNAME) == 0) return true;
  }
  return false;
}

}  // namespace

bool has_program(const Surroundings& surroundings, std::string_view name) {
  std::istringstream parts(surroundings.path.empty() ? std::string(kUsualPath) : surroundings.path);
  for (std::string part; std::getline(parts, part, ':');) {
    if (exists(surroundings.root + part + "/" + std::string(name))) return true;
  }
  return false;
}

Machine look_at_systemd(const Surroundings& surroundings) {
  const std::string& root = surroundings.root;
  Machine machine;
  machine.systemd = exists(root + "/run/systemd/system");
  machine.runtime_directory = surroundings.runtime_directory.empty()
                                  ? "/run/user/" + std::to_string(surroundings.uid)
                                  : surroundings.runtime_directory;
  machine.user_manager = machine.systemd && is_socket(root + machine.runtime_directory + "/systemd/private");
  machine.user_bus = machine.user_manager && is_socket(root + machine.runtime_directory + "/bus");
  machine.lingers = exists(root + "/var/lib/systemd/linger/" + surroundings.user);
  return machine;
}

Machine look_at_machine(const Surroundings& surroundings) {
  const std::string& root = surroundings.root;
  Machine machine = look_at_systemd(surroundings);
  machine.cron_runs = runs_cron(root);
  bool installed = machine.cron_runs;
  for (const auto* daemon :
       {"/usr/sbin/cron", "/usr/sbin/crond", "/usr/sbin/fcron", "/usr/sbin/bcron-start"}) {
    installed = installed || exists(root + daemon);
  }
  machine.crontab = installed && has_program(surroundings, "crontab");
  return machine;
}

std::optional<std::string> systemd_setting(const Surroundings& surroundings, std::string_view name,
                                           std::string_view key) {
  std::optional<std::string> value;
  const auto read = [&](const std::string& path) {
    for (const auto& line : lines_of(path)) {
      const auto equals = line.find('=');
      if (equals != std::string::npos && trimmed(line.substr(0, equals)) == key) {
        value = trimmed(line.substr(equals + 1));
      }
    }
  };
  const std::string main = "systemd/" + std::string(name) + ".conf";
  for (const auto* place : kPlaces) {
    const std::string path = surroundings.root + place + "/" + main;
    if (!exists(path)) continue;
    read(path);
    break;
  }
  for (const auto& [file, path] : drop_ins(surroundings.root, main + ".d")) read(path);
  return value;
}

bool kills_user_processes(const Surroundings& surroundings) {
  const auto setting = [&](std::string_view key) {
    return systemd_setting(surroundings, "logind", key).value_or("");
  };
  const std::string wanted = setting("KillUserProcesses");
  if (wanted != "yes" && wanted != "true" && wanted != "1" && wanted != "on") return false;
  const std::string only = setting("KillOnlyUsers");
  if (!only.empty() && !lists(only, surroundings.user)) return false;
  // An empty KillExcludeUsers= is set on purpose; root is excluded unless it is.
  const auto excluded = systemd_setting(surroundings, "logind", "KillExcludeUsers").value_or("root");
  return !lists(excluded, surroundings.user);
}

std::optional<std::string> ageing_of(const Surroundings& surroundings, const std::string& path) {
  std::optional<std::string> age;
  std::size_t nearest = 0;
  for (const auto& [name, file] : drop_ins(surroundings.root, "tmpfiles.d")) {
    for (const auto& line : lines_of(file)) {
      std::istringstream words(line);
      std::string type, rule, mode, user, group, limit;
      words >> type >> rule >> mode >> user >> group >> limit;
      if (type.empty() || type[0] == '#' || rule.empty() || rule[0] != '/') continue;
      while (rule.size() > 1 && rule.back() == '/') rule.pop_back();
      if (!covers(rule, path)) continue;
      if (type[0] == 'x' || type[0] == 'X') return std::nullopt;
      // The rule that is nearest to the path decides.
      const bool cleans = type.find_first_of("dDvqQe") == 0 && !limit.empty() && limit != "-";
      if (!cleans || rule.size() < nearest) continue;
      nearest = rule.size();
      age = limit;
    }
  }
  return age;
}

}  // namespace sess::job
