#include "server/facts.hpp"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>

#include "os/runtime_paths.hpp"
#include "os/programs/spawn.hpp"

namespace sess::server {
namespace {

std::string login_name() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

std::string login_home() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "";
}

std::string login_shell() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr && entry->pw_shell != nullptr && is_usable_shell(entry->pw_shell) ? entry->pw_shell
                                                                                            : "/bin/sh";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// Whether the first `tmux` of a PATH is sess: what its links lead to has that name.
bool tmux_is_ours(std::string_view path) {
  for (const auto& candidate : os::path_candidates("tmux", {fmt::format("PATH={}", path)})) {
    if (::access(candidate.c_str(), X_OK) != 0) continue;
    std::error_code failed;
    return std::filesystem::canonical(candidate, failed).filename() == "sess";
  }
  return false;
}

}  // namespace

bool is_usable_shell(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return path.starts_with('/') && ::access(path.c_str(), X_OK) == 0 && name != "nologin" && name != "false" &&
         name != "true" && name != "sess";
}

command::ServerFacts server_facts(const keeper::Start& start, const os::Clock& clock) {
  command::ServerFacts facts;
  facts.version = SESS_VERSION;
  facts.socket_path = start.socket_path;
  facts.tmux_is_ours = &tmux_is_ours;
  facts.host = host_name();
  facts.user = login_name();
  facts.home = os::home_directory();
  facts.login_home = login_home();
  facts.shell = login_shell();
  facts.uid = ::geteuid();
  facts.pid = ::getppid();
  facts.server_pid = ::getpid();
  facts.start_count = start.start_count;
  facts.after_upgrade = start.previous.kind == keeper::Death::Kind::upgraded;
  facts.not_upgraded = start.not_upgraded;
  facts.start_time = clock.wall();
  return facts;
}

}  // namespace sess::server
