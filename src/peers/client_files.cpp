#include "peers/client_files.hpp"

#include <fcntl.h>
#include <glob.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fd.hpp"
#include "protocol/message.hpp"

namespace sess::peers {
namespace {

constexpr std::size_t kMaxFile = 16 << 20;

Result<std::string> read_whole(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return fail_errno(errno, "{}", path);
  struct stat info {};
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
    if (out.size() + static_cast<std::size_t>(n) > kMaxFile)
      return fail(ErrorCode::too_large, "{}: too large", path);
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

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

std::string ClientFiles::absolute_path(std::optional<ClientId> id, std::string path) const {
  if (path.starts_with('/')) return path;
  const model::Client* seen = id ? model_.client(*id) : nullptr;
  const std::string base = seen != nullptr && !seen->cwd.empty() ? seen->cwd : home_;
  return base + "/" + path;
}

void ClientFiles::read_file(std::optional<ClientId> id, std::string path,
                            std::function<void(Result<std::string>)> done) {
  if (path == "-") {
    RemoteClient* client = id ? remote_.find(*id) : nullptr;
    if (client == nullptr || client->phase != RemoteClient::Phase::command || client->stdin_done) {
      loop_.defer([done] { done(fail(ErrorCode::unavailable, "-: there is no standard input to read")); });
      return;
    }
    client->stdin_data.clear();
    client->stdin_done = std::move(done);
    client->connection->send(protocol::encode(protocol::StdinRequest{}));
    return;
  }
  auto text = read_whole(absolute_path(id, std::move(path)));
  loop_.defer([done = std::move(done), text = std::move(text)]() mutable { done(std::move(text)); });
}

void ClientFiles::write_file(std::optional<ClientId> id, std::string path, std::string data, bool append,
                             std::function<void(Result<>)> done) {
  Result<> written;
  if (path == "-") {
    if (RemoteClient* client = id ? remote_.find(*id) : nullptr) client->print(1, data);
  } else {
    written = write_whole(absolute_path(id, std::move(path)), data, append);
  }
  loop_.defer([done = std::move(done), written] { done(written); });
}

Result<std::vector<std::string>> ClientFiles::glob(std::string_view pattern) const {
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

bool ClientFiles::is_shell(std::string_view path) const {
  return !path.empty() && path.front() == '/' && ::access(std::string(path).c_str(), X_OK) == 0;
}

std::optional<std::uint32_t> ClientFiles::uid_of(std::string_view user) const {
  const passwd* entry = ::getpwnam(std::string(user).c_str());
  return entry != nullptr ? std::optional<std::uint32_t>(entry->pw_uid) : std::nullopt;
}

std::string ClientFiles::home_of(std::string_view user) const {
  if (user.empty()) return home_;
  const passwd* entry = ::getpwnam(std::string(user).c_str());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "";
}

}  // namespace sess::peers
