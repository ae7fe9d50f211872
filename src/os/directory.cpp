#include "os/directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sess::os {
namespace {

enum class Missing { make, report };

struct Split {
  std::string parent;
  std::string name;
};

/// "/a/b/" is "/a" and "b".
Split split(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

bool writable_by_others(const struct stat& facts) {
  return (facts.st_mode & 022U) != 0;
}

/// Nobody but root and the user can replace what the user keeps in it.
Result<> check_trusted(const struct stat& facts, const std::string& path) {
  if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
    return fail(ErrorCode::permission_denied, "{} belongs to uid {}: it is not safe to keep a socket there",
                path, facts.st_uid);
  }
  if (writable_by_others(facts) && (facts.st_mode & S_ISVTX) == 0) {
    return fail(ErrorCode::permission_denied,
                "others can write to {}, and it has no sticky bit: it is not safe", path);
  }
  return {};
}

Result<UniqueFd> open_checked(const std::string& path, Missing missing, LooseMode loose) {
  const Split at = split(path);
  UniqueFd parent(::open(at.parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat facts {};
  if (!parent || fstat(parent.get(), &facts) < 0) {
    auto error = fail_errno(errno, "cannot open the directory {}", at.parent);
    if (error.value().sys_errno == ENOENT) error.value().code = ErrorCode::not_found;
    return error;
  }
  if (auto trusted = check_trusted(facts, at.parent); !trusted) return pass(trusted.error());
  if (missing == Missing::make && mkdirat(parent.get(), at.name.c_str(), 0700) < 0 && errno != EEXIST) {
    return fail_errno(errno, "cannot make the directory {}", path);
  }
  UniqueFd fd(openat(parent.get(), at.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOTDIR || errno == ELOOP) {
      return fail(ErrorCode::permission_denied, "{} is not a directory (links are not followed)", path);
    }
    auto error = fail_errno(errno, "cannot open the directory {}", path);
    if (error.value().sys_errno == ENOENT) error.value().code = ErrorCode::not_found;
    return error;
  }
  if (fstat(fd.get(), &facts) < 0) return fail_errno(errno, "cannot examine {}", path);
  if (facts.st_uid != geteuid()) {
    return fail(ErrorCode::permission_denied, "{} belongs to uid {}, not to you (uid {})", path, facts.st_uid,
                geteuid());
  }
  if ((facts.st_mode & 077U) != 0) {
    if (loose == LooseMode::refuse) {
      return fail(ErrorCode::permission_denied, "{} can be entered by others (mode {:04o}): chmod 700 it",
                  path, facts.st_mode & 07777U);
    }
    if (fchmod(fd.get(), 0700) < 0) return fail_errno(errno, "cannot make {} private", path);
  }
  return fd;
}

}  // namespace

Result<UniqueFd> open_private_directory(const std::string& path, LooseMode loose) {
  return open_checked(path, Missing::make, loose);
}

Result<UniqueFd> open_existing_private_directory(const std::string& path) {
  return open_checked(path, Missing::report, LooseMode::refuse);
}

Result<UniqueFd> open_trusted_directory(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat facts {};
  if (!fd || fstat(fd.get(), &facts) < 0) {
    auto error = fail_errno(errno, "cannot open the directory {}", path);
    if (error.value().sys_errno == ENOENT) error.value().code = ErrorCode::not_found;
    return error;
  }
  if (auto trusted = check_trusted(facts, path); !trusted) return pass(trusted.error());
  return fd;
}

Result<> make_directories(const std::string& path) {
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at);
    const std::string part = path.substr(0, at);
    if (at != std::string::npos) ++at;
    if (mkdir(part.c_str(), 0700) < 0 && errno != EEXIST && errno != EISDIR) {
      struct stat facts {};
      const int reason = errno;
      // A read-only or foreign parent refuses mkdir even where the directory exists.
      if (stat(part.c_str(), &facts) < 0) return fail_errno(reason, "cannot make the directory {}", part);
    }
  }
  return {};
}

Result<UniqueFd> open_private_file(int dirfd, const std::string& name) {
  UniqueFd fd(
      openat(dirfd, name.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
  struct stat facts {};
  if (!fd || fstat(fd.get(), &facts) < 0) return fail_errno(errno, "cannot open {}", name);
  if (!S_ISREG(facts.st_mode) || facts.st_uid != geteuid() || facts.st_nlink > 1) {
    return fail(ErrorCode::permission_denied, "{} is not a private file of yours", name);
  }
  return fd;
}

}  // namespace sess::os
