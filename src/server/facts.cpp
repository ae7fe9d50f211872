#include "server/facts.hpp"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "os/runtime_paths.hpp"
#include "os/programs/spawn.hpp"

namespace sess::server {
namespace {

struct Login {
  std::string name;
  std::string home;
  std::string shell = "/bin/sh";
};

Login login() {
  Login out;
  const passwd* entry = ::getpwuid(::geteuid());
  out.name = entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
  if (entry == nullptr) return out;
  if (entry->pw_dir != nullptr) out.home = entry->pw_dir;
  if (entry->pw_shell != nullptr && is_usable_shell(entry->pw_shell)) out.shell = entry->pw_shell;
  return out;
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
  auto own = login();
  facts.user = std::move(own.name);
  facts.home = os::home_directory();
  facts.login_home = std::move(own.home);
  facts.shell = std::move(own.shell);
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
