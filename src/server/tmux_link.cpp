#include "server/tmux_link.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>

#include "base/log.hpp"
#include "os/directory.hpp"
#include "os/runtime_paths.hpp"

namespace sess::server {
namespace {

/// What a link says; "" for what is none.
std::string target_of(int directory, const std::string& name) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlinkat(directory, name.c_str(), text.data(), text.size());
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

Result<> put_link(int directory, const std::string& name, const std::string& socket) {
  struct stat there {};
  if (::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(there.st_mode)) {
    return fail(ErrorCode::already_exists, "a tmux server's own socket is there");
  }
  // Renamed into its place: who looks for it meanwhile finds the old one or the new one.
  const std::string fresh = "." + name + ".sess";
  ::unlinkat(directory, fresh.c_str(), 0);
  if (::symlinkat(socket.c_str(), directory, fresh.c_str()) < 0) return fail_errno(errno, "cannot make a link");
  if (::renameat(directory, fresh.c_str(), directory, name.c_str()) < 0) return fail_errno(errno, "cannot name the link");
  return {};
}

}  // namespace

TmuxLink::TmuxLink(const keeper::Start& start, command::ServerFacts& facts) : start_(start), facts_(facts) {
  if (!start.private_directory) return;
  const char* own = std::getenv("TMUX_TMPDIR");
  for (const std::optional<std::string>& place : {own != nullptr ? std::optional<std::string>(own) : std::nullopt, {}}) {
    const std::string path = os::tmux_directory(place) + "/" + start.name;
    if (target_of(AT_FDCWD, path) == start.socket_path) {
      facts_.tmux_socket = path;
      return;
    }
  }
}

void TmuxLink::make(const std::optional<std::string>& directory) {
  // With -S clients name the socket itself.
  if (!start_.private_directory) return;
  const std::string place = os::tmux_directory(directory);
  const std::string path = place + "/" + start_.name;
  if (target_of(AT_FDCWD, path) == start_.socket_path) {
    facts_.tmux_socket = path;
    return;
  }
  Result<> made;
  if (auto opened = os::open_private_directory(place)) {
    made = put_link(opened->get(), start_.name, start_.socket_path);
  } else {
    made = pass(opened.error());
  }
  if (made) {
    facts_.tmux_socket = path;
    refused_.clear();
  } else if (refused_ != path + made.error().text) {
    refused_ = path + made.error().text;
    log::warn("{}: not made a link to {}: {}", path, start_.socket_path, made.error().text);
  }
}

}  // namespace sess::server
