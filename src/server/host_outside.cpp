// Shells, files, users and the end: what commands ask of the world outside the daemon.
#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "protocol/message.hpp"
#include "server/alerts.hpp"
#include "server/host.hpp"
#include "server/session_watch.hpp"
#include "server/server.hpp"
#include "panes/shell_commands.hpp"

namespace sess::server {
namespace {

constexpr std::size_t kMaxFile = 16 << 20;

Result<std::string> read_whole(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return fail_errno(errno, "{}", path);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::invalid_argument, "{}: not a regular file", path);
  }
  std::string out;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "{}", path);
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > kMaxFile) return fail(ErrorCode::too_large, "{}: too large", path);
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

/// Longest run of a #() command: what takes longer hangs, and would keep its old output in the status line for ever.
constexpr std::chrono::seconds kStatusCommandLimit{30};
/// Outputs of #() that nobody has asked for so long are forgotten; when there are very many, sooner.
constexpr std::chrono::hours kForgetStatusCommand{1};
constexpr std::size_t kManyStatusCommands = 500;
constexpr std::chrono::minutes kForgetSoon{1};

Result<> write_whole(const std::string& path, std::string_view data, bool append) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0600));
  if (!fd) return fail_errno(errno, "{}", path);
  while (!data.empty()) {
    const ssize_t n = ::write(fd.get(), data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "{}", path);
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

void HostImpl::run_shell(command::ShellRequest request, std::function<void(command::ShellResult)> done) {
  server_.shells().run(std::move(request), std::move(done));
}

std::string HostImpl::shell_output(std::string_view command, std::string_view cwd) {
  const auto now = server_.clock().now();
  auto it = status_commands_.find(command);
  if (it == status_commands_.end()) {
    // A command whose text changes (it has the time in it) leaves one behind each time.
    std::erase_if(status_commands_, [&](const auto& entry) {
      const auto& [name, old] = entry;
      return !old.running && now - old.asked > (status_commands_.size() < kManyStatusCommands ? kForgetStatusCommand : kForgetSoon);
    });
    it = status_commands_.try_emplace(std::string(command)).first;
  }
  auto& job = it->second;
  job.asked = now;
  const bool due = job.started == std::chrono::steady_clock::time_point{} || now - job.started >= std::chrono::seconds(1);
  if (!job.running && due) {
    job.started = now;
    job.running = true;
    command::ShellRequest request;
    request.command = command;
    request.cwd = cwd;
    request.env = server_.model().environment().block();
    request.limit = kStatusCommandLimit;
    request.errors = false;
    run_shell(std::move(request), [this, name = std::string(command)](command::ShellResult result) {
      auto& entry = status_commands_[name];
      entry.running = false;
      entry.known = true;
      auto& text = result.output;
      while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
      text.erase(0, text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
      if (result.timed_out) text = fmt::format("<'{}' timed out>", name);
      if (entry.output != text) {
        entry.output = std::move(text);
        server_.redraw_all();
      }
    });
  }
  // As in tmux: nothing at first, so that a quick command's place does not flash.
  const bool slow = !job.known && job.running && now - job.started > std::chrono::seconds(1);
  return slow ? fmt::format("<'{}' not ready>", command) : job.output;
}

std::string HostImpl::absolute_path(std::optional<ClientId> id, std::string path) const {
  if (path.starts_with('/')) return path;
  const model::Client* seen = id ? server_.model().client(*id) : nullptr;
  const std::string base = seen != nullptr && !seen->cwd.empty() ? seen->cwd : server_.facts().home;
  return base + "/" + path;
}

void HostImpl::read_file(std::optional<ClientId> id, std::string path, std::function<void(Result<std::string>)> done) {
  if (path == "-") {
    RemoteClient* client = id ? server_.client(*id) : nullptr;
    if (client == nullptr || client->phase != RemoteClient::Phase::command || client->stdin_done) {
      server_.loop().defer([done] { done(fail(ErrorCode::unavailable, "-: there is no standard input to read")); });
      return;
    }
    client->stdin_data.clear();
    client->stdin_done = std::move(done);
    client->connection->send(protocol::encode(protocol::StdinRequest{}));
    return;
  }
  auto text = read_whole(absolute_path(id, std::move(path)));
  server_.loop().defer([done = std::move(done), text = std::move(text)]() mutable { done(std::move(text)); });
}

void HostImpl::write_file(std::optional<ClientId> id, std::string path, std::string data, bool append,
                          std::function<void(Result<>)> done) {
  Result<> written;
  if (path == "-") {
    if (id) send_to(*id, 1, data);
  } else {
    written = write_whole(absolute_path(id, std::move(path)), data, append);
  }
  server_.loop().defer([done = std::move(done), written] { done(written); });
}

void HostImpl::save_answers() {
  if (!std::exchange(answers_unsaved_, false)) return;
  const auto path = history_file();
  if (path.empty()) return;
  // Beside it first: a server that dies in here leaves the old one whole. What a link leads to is replaced, not the link.
  std::error_code error;
  auto target = std::filesystem::canonical(path, error).string();
  if (error) target = path;
  const std::string next = target + ".new";
  auto written = write_whole(next, server_.queue().prompt_history().text(), false);
  if (written && ::rename(next.c_str(), target.c_str()) != 0) written = fail_errno(errno, "{}", target);
  if (!written) log::warn("history-file {}: {}", path, written.error().text);
}

bool HostImpl::is_shell(std::string_view path) const {
  return !path.empty() && path.front() == '/' && ::access(std::string(path).c_str(), X_OK) == 0;
}

Result<std::vector<std::string>> HostImpl::glob(std::string_view pattern) const {
  glob_t found{};
  const std::string text(pattern);
  const int status = ::glob(text.c_str(), 0, nullptr, &found);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (status == GLOB_NOMATCH) return fail(ErrorCode::not_found, "{}", std::strerror(ENOENT));
  if (status != 0) return fail(ErrorCode::io, "{}", std::strerror(status == GLOB_NOSPACE ? ENOMEM : EINVAL));
  return out;
}

std::optional<std::uint32_t> HostImpl::uid_of(std::string_view user) const {
  const passwd* entry = ::getpwnam(std::string(user).c_str());
  return entry != nullptr ? std::optional<std::uint32_t>(entry->pw_uid) : std::nullopt;
}

std::string HostImpl::home_of(std::string_view user) const {
  if (user.empty()) return server_.facts().home;
  const passwd* entry = ::getpwnam(std::string(user).c_str());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "";
}

void HostImpl::end_server() { server_.end_server(); }

std::uint64_t HostImpl::room() const { return server_.room(); }

void HostImpl::option_changed(std::string_view name) {
  constexpr std::string_view kOfTerminals[] = {"history-limit", "history-bytes", "scroll-on-clear", "alternate-screen",
                                               "rectangle-checksums"};
  if (std::find(std::begin(kOfTerminals), std::end(kOfTerminals), name) != std::end(kOfTerminals)) {
    server_.apply_history_limits();
  }
  if (name.starts_with("automatic-rename")) server_.look_at_names();
  if (name == "lock-after-time") server_.session_watch().on_lock_time_changed();
  if (name == "monitor-silence") server_.alerts().watch_silence();
  server_.display_changed();
  server_.redraw_all();
}

void HostImpl::redraw_all() { server_.redraw_all(); }

}  // namespace sess::server
