#include "server/configuration.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/log.hpp"
#include "os/files.hpp"
#include "os/programs/spawn.hpp"
#include "peers/control_clients.hpp"
#include "peers/messages.hpp"
#include "server/facts.hpp"
#include "store/checkpoint.hpp"

namespace sess::server {

using peers::RemoteClient;

namespace {

constexpr std::size_t kConfigLimit = 64 << 20;
/// Errors of the configuration that the first client is shown; the rest is in the log.
constexpr std::size_t kErrorsShown = 200;

/// What a client that speaks tmux says to the daemon that it starts.
constexpr const char* kDialectVariable = "SESS_DIALECT";

/// Variables of the daemon's own making, or of what it was started in: never a program's.
bool is_internal(std::string_view name) {
  return name == "SESS" || name == "SESS_PANE" || name == kDialectVariable || name.starts_with("LISTEN_") ||
         name == "NOTIFY_SOCKET" || name == "TMUX" || name == "TMUX_PANE" || name == "STY" ||
         name == "WINDOW" || name == "SHLVL" || name == "OLDPWD" || name == "LINES" || name == "COLUMNS";
}

bool exists(const std::string& path) {
  std::error_code failed;
  return std::filesystem::exists(path, failed);
}

/// Where tmux looks for its configuration, in its order; each file once.
std::vector<std::string> tmux_files(const std::string& config_directory, const std::string& home) {
  const std::string config = config_directory.substr(0, config_directory.rfind('/'));
  std::vector<std::string> files{"/etc/tmux.conf", home + "/.tmux.conf", config + "/tmux/tmux.conf"};
  const std::string usual = home + "/.config/tmux/tmux.conf";
  if (files.back() != usual) files.push_back(usual);
  return files;
}

}  // namespace

Configuration::Configuration(const Parts& parts, std::function<void()> done)
    : model_(parts.model),
      queue_(parts.queue),
      start_(parts.start),
      facts_(parts.facts),
      remote_(parts.remote),
      checkpoint_(parts.checkpoint),
      messages_(parts.messages),
      control_clients_(parts.control_clients),
      done_(std::move(done)) {}

void Configuration::load() {
  for (const auto& variable : os::current_environment()) {
    if (!is_internal(std::string_view(variable).substr(0, variable.find('='))))
      model_.globals().environment.put(variable);
  }
  // The user's shell as the login gave it, else the one of the password file.
  const auto shell = model_.globals().environment.value("SHELL").value_or("");
  static_cast<void>(
      model_.globals().session.set("default-shell", is_usable_shell(shell) ? shell : facts_.shell));
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (const auto editor = model_.globals().environment.value(name); editor && !editor->empty()) {
      static_cast<void>(model_.globals().server.set("editor", *editor));
      break;
    }
  }
  queue_.begin_configuration();
  const bool given = !start_.config_files.empty();
  auto files = given ? start_.config_files
                     : std::vector<std::string>{"/etc/sess.conf", start_.config_directory + "/sess.conf"};
  const char* dialect = std::getenv(kDialectVariable);
  bool tmux = dialect != nullptr && std::string_view(dialect) == "tmux";
  if (!given && std::none_of(files.begin(), files.end(), [](const auto& path) { return exists(path); })) {
    files = tmux_files(start_.config_directory, facts_.home);
    tmux = tmux || std::any_of(files.begin(), files.end(), [](const auto& path) { return exists(path); });
  }
  if (tmux) static_cast<void>(model_.globals().server.set("tmux-defaults", "on"));
  model_.globals().follow_tmux_defaults();
  for (const auto& path : files) {
    auto text = os::read_file(path, kConfigLimit);
    if (!text) {
      const int reason = text.error().sys_errno;
      if (given || reason != ENOENT) {
        queue_.add_config_error(reason != 0 ? fmt::format("{}: {}", path, std::strerror(reason))
                                            : text.error().text);
      }
      continue;
    }
    facts_.config_files.push_back(path);
    queue_.submit_config(path, std::move(*text));
  }
  queue_.end_configuration([this] {
    checkpoint_.changed();
    done_();
  });
}

void Configuration::take_errors() {
  for (std::string& text : queue_.take_config_errors()) {
    log::warn("{}", text);
    messages_.log(text);
    if (errors_to_show_.size() < kErrorsShown) errors_to_show_.push_back(std::move(text));
    checkpoint_.changed();
  }
  if (errors_to_show_.empty()) return;
  for (const auto& [id, client] : remote_) {
    if (client->phase != RemoteClient::Phase::attached) continue;
    for (const auto& text : std::exchange(errors_to_show_, {})) {
      if (control_clients_.has(id)) {
        control_clients_.notify(id, "%config-error " + text);
      } else {
        messages_.show_text(id, text);
      }
    }
    return;
  }
}

}  // namespace sess::server
