#include "os/agent_link.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

namespace sess::os {

Result<> point_agent_link(int dirfd, const std::string& name, const std::string& target) {
  if (target.empty() || target.front() != '/' || target.size() >= PATH_MAX) {
    return fail(ErrorCode::invalid_argument, "an agent's socket needs an absolute path");
  }
  char now[PATH_MAX];
  const ssize_t length = readlinkat(dirfd, name.c_str(), now, sizeof now);
  const bool same = length > 0 && std::string_view(now, static_cast<std::size_t>(length)) == target;
  struct stat link {};
  struct stat named {};
  // A client inside a session sends the stable path itself: pointing it at itself would cut everybody off.
  if (fstatat(dirfd, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && lstat(target.c_str(), &named) == 0 &&
      link.st_dev == named.st_dev && link.st_ino == named.st_ino) {
    return fail(ErrorCode::invalid_argument, "{} is the agent link itself", target);
  }
  struct stat facts {};
  if (stat(target.c_str(), &facts) < 0)
    return fail_errno(errno, "cannot examine the agent's socket {}", target);
  if (!S_ISSOCK(facts.st_mode) || facts.st_uid != geteuid()) {
    return fail(ErrorCode::permission_denied, "{} is not a socket of yours", target);
  }
  if (same) return {};
  const std::string temporary = fmt::format(".{}.{}", name, getpid());
  unlinkat(dirfd, temporary.c_str(), 0);
  if (symlinkat(target.c_str(), dirfd, temporary.c_str()) < 0 ||
      renameat(dirfd, temporary.c_str(), dirfd, name.c_str()) < 0) {
    auto error = fail_errno(errno, "cannot update the agent link {}", name);
    unlinkat(dirfd, temporary.c_str(), 0);
    return error;
  }
  return {};
}

}  // namespace sess::os
