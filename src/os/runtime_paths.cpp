#include "os/runtime_paths.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "os/directory.hpp"

namespace sess::os {
namespace {

using Environment = std::function<std::optional<std::string>(const char*)>;

constexpr std::size_t kLongestName = 64;

std::optional<std::string> from_process(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

/// An absolute path, as the XDG base directory specification wants them; others count as unset.
std::optional<std::string> absolute(const Environment& environment, const char* name) {
  auto value = environment(name);
  if (!value || value->empty() || value->front() != '/') return std::nullopt;
  while (value->size() > 1 && value->back() == '/') value->pop_back();
  return value;
}

const passwd* own_entry() {
  return getpwuid(geteuid());
}

std::string home_from(const Environment& environment) {
  if (auto home = absolute(environment, "HOME")) return *home;
  const passwd* entry = own_entry();
  return entry != nullptr && entry->pw_dir != nullptr && entry->pw_dir[0] == '/' ? entry->pw_dir : "/";
}

/// Whether the user's runtime directory stays when the last login ends (loginctl enable-linger).
bool lingers(const PathOptions& options) {
  const passwd* entry = own_entry();
  if (entry == nullptr || entry->pw_name == nullptr) return false;
  return access((options.linger_directory + "/" + entry->pw_name).c_str(), F_OK) == 0;
}

Result<std::string> default_directory(const PathOptions& options, const Environment& environment) {
  struct stat facts {};
  if (const auto runtime = absolute(environment, "XDG_RUNTIME_DIR")) {
    if (stat(runtime->c_str(), &facts) == 0) {
      if (facts.st_uid != geteuid()) {
        return fail(
            ErrorCode::permission_denied,
            "XDG_RUNTIME_DIR={} belongs to uid {}, but you are uid {}: unset it (sudo -i, not sudo -E)",
            *runtime, facts.st_uid, geteuid());
      }
      if (S_ISDIR(facts.st_mode) && lingers(options)) return *runtime + "/sess";
    }
  } else if (lingers(options)) {
    const std::string path = fmt::format("{}/{}", options.run_user_directory, geteuid());
    if (stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == geteuid()) {
      return path + "/sess";
    }
  }
  return fmt::format("{}/sess-{}", absolute(environment, "SESS_TMPDIR").value_or("/tmp"), geteuid());
}

Result<std::string> make_absolute(const std::string& path) {
  if (path.front() == '/') return path;
  char* here = get_current_dir_name();
  if (here == nullptr) return fail_errno(errno, "cannot tell the current directory");
  std::string out = std::string(here) + "/" + path;
  std::free(here);
  return out;
}

}  // namespace

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName || name.front() == '-' || name.front() == '.') return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

std::string tmux_directory(const std::optional<std::string>& tmux_tmpdir) {
  const bool usable = tmux_tmpdir && !tmux_tmpdir->empty() && tmux_tmpdir->front() == '/';
  return fmt::format("{}/tmux-{}", usable ? *tmux_tmpdir : std::string("/tmp"), geteuid());
}

std::string home_directory() {
  return home_from(&from_process);
}

Result<> refuse_mixed_ids() {
  if (getuid() != geteuid() || getgid() != getegid()) {
    return fail(ErrorCode::permission_denied,
                "real and effective user differ (uid {} and {}): sess must not be installed set-user-id",
                getuid(), geteuid());
  }
  return {};
}

Result<RuntimePaths> RuntimePaths::resolve(const PathOptions& options) {
  const Environment environment = options.environment ? options.environment : Environment(&from_process);
  RuntimePaths paths;
  if (options.socket_path) {
    if (options.socket_path->empty()) return fail(ErrorCode::invalid_argument, "the socket path is empty");
    auto path = make_absolute(*options.socket_path);
    if (!path) return pass(path.error());
    const auto slash = path->rfind('/');
    paths.socket_name = path->substr(slash + 1);
    paths.socket_directory = slash == 0 ? "/" : path->substr(0, slash);
    paths.private_directory = false;
    if (paths.socket_name.empty() || paths.socket_name == "." || paths.socket_name == "..") {
      return fail(ErrorCode::invalid_argument, "{} does not name a socket", *options.socket_path);
    }
    if (paths.socket_name.size() > kLongestName) {
      return fail(ErrorCode::too_large, "the socket's name is longer than {} bytes: {}", kLongestName,
                  paths.socket_name);
    }
    // The name goes into a log file's name, so it gets the same letters as -L's.
    for (const char c : paths.socket_name)
      paths.name += valid_name(std::string(1, c)) || c == '-' || c == '.' ? c : '_';
  } else {
    paths.name = options.name.value_or("default");
    if (!valid_name(paths.name)) {
      return fail(ErrorCode::invalid_argument,
                  "bad server name \"{}\": use up to {} of A-Z a-z 0-9 . _ -, not starting with . or -",
                  paths.name, kLongestName);
    }
    auto directory = default_directory(options, environment);
    if (!directory) return pass(directory.error());
    paths.socket_directory = std::move(*directory);
    paths.socket_name = paths.name;
  }
  paths.lock_name = "." + paths.socket_name + ".lock";
  const std::string home = home_from(environment);
  paths.state_directory = absolute(environment, "XDG_STATE_HOME").value_or(home + "/.local/state") + "/sess";
  paths.config_directory = absolute(environment, "XDG_CONFIG_HOME").value_or(home + "/.config") + "/sess";
  return paths;
}

Result<UniqueFd> RuntimePaths::open_socket_directory(Create create) const {
  if (!private_directory) return open_trusted_directory(socket_directory);
  return create == Create::yes ? open_private_directory(socket_directory)
                               : open_existing_private_directory(socket_directory);
}

Result<UniqueFd> RuntimePaths::open_state_directory() const {
  const auto parent = state_directory.substr(0, state_directory.rfind('/'));
  if (auto made = make_directories(parent); !made) return pass(made.error());
  return open_private_directory(state_directory, LooseMode::tighten);
}

}  // namespace sess::os
