#include "os/socket_link.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>

namespace sess::os {

std::string link_target(const std::string& path) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

Result<> put_link(int directory, const std::string& name, const std::string& target) {
  struct stat there {};
  if (::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(there.st_mode)) {
    return fail(ErrorCode::already_exists, "a tmux server's own socket is there");
  }
  const std::string fresh = "." + name + ".sess";
  ::unlinkat(directory, fresh.c_str(), 0);
  if (::symlinkat(target.c_str(), directory, fresh.c_str()) < 0)
    return fail_errno(errno, "cannot make a link");
  if (::renameat(directory, fresh.c_str(), directory, name.c_str()) < 0)
    return fail_errno(errno, "cannot name the link");
  return {};
}

}  // namespace sess::os
