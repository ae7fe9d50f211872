#include "job/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace sess::job {

namespace {

constexpr std::string_view kTemporary = ".new";

Result<> write_all(int fd, std::string_view bytes, std::size_t& written, const std::string& what) {
  written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (n > 0) {
      written += static_cast<std::size_t>(n);
    } else if (n < 0 && errno != EINTR) {
      return fail_errno(errno, "cannot write {}", what);
    }
  }
  return {};
}

/// Only regular files, and only one's own: a FIFO would block, a hard link to somebody else's file would be
/// written to.
Result<struct stat> check_file(int fd, const std::string& what) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail_errno(errno, "cannot look at {}", what);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::permission_denied, "{} is not a regular file", what);
  if (info.st_uid != ::geteuid())
    return fail(ErrorCode::permission_denied, "{} belongs to somebody else", what);
  return info;
}

class DiskAppendFile : public AppendFile {
 public:
  DiskAppendFile(UniqueFd fd, std::uint64_t size, std::string what)
      : fd_(std::move(fd)), size_(size), what_(std::move(what)) {}
  Result<> append(std::string_view bytes, std::size_t& written) override {
    auto result = write_all(fd_.get(), bytes, written, what_);
    size_ += written;
    return result;
  }
  std::uint64_t size() const override { return size_; }

 private:
  UniqueFd fd_;
  std::uint64_t size_;
  std::string what_;
};

class DiskReadFile : public ReadFile {
 public:
  DiskReadFile(UniqueFd fd, std::uint64_t identity, std::string what)
      : fd_(std::move(fd)), identity_(identity), what_(std::move(what)) {}
  Result<std::string> read_at(std::uint64_t offset, std::size_t limit) override {
    std::string bytes(limit, '\0');
    std::size_t got = 0;
    while (got < limit) {
      const ssize_t n = ::pread(fd_.get(), bytes.data() + got, limit - got, static_cast<off_t>(offset + got));
      if (n == 0) break;
      if (n > 0) got += static_cast<std::size_t>(n);
      if (n < 0 && errno != EINTR) return fail_errno(errno, "cannot read {}", what_);
    }
    bytes.resize(got);
    return bytes;
  }
  std::uint64_t size() const override {
    struct stat info {};
    return ::fstat(fd_.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
  std::uint64_t identity() const override { return identity_; }

 private:
  UniqueFd fd_;
  std::uint64_t identity_;
  std::string what_;
};

Result<> make_directories(const std::string& path) {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return fail_errno(errno, "cannot create {}", part);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DiskDirectory>> DiskDirectory::open(const std::string& path) {
  if (path.empty() || path[0] != '/')
    return fail(ErrorCode::invalid_argument, "'{}' is not an absolute path", path);
  if (auto made = make_directories(path); !made) return pass(made.error());
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return fail_errno(errno, "cannot open {}", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail_errno(errno, "cannot look at {}", path);
  if (info.st_uid != ::geteuid())
    return fail(ErrorCode::permission_denied, "{} belongs to somebody else", path);
  if ((info.st_mode & 022U) != 0) return fail(ErrorCode::permission_denied, "others may write into {}", path);
  return std::unique_ptr<DiskDirectory>(new DiskDirectory(std::move(fd), path));
}

Result<> DiskDirectory::check(const std::string& name) const {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "'{}' is not a file name in {}", name, path_);
  }
  return {};
}

Result<> Directory::write_batch(const std::vector<NamedBytes>& files) {
  for (const auto& file : files) {
    if (auto ok = write_atomically(file.name, file.bytes); !ok) return ok;
  }
  return {};
}

Result<std::string> DiskDirectory::read(const std::string& name, std::size_t limit) {
  auto file = open_read(name);
  if (!file) return pass(file.error());
  auto bytes = (*file)->read_at(0, limit + 1);
  if (bytes && bytes->size() > limit)
    return fail(ErrorCode::too_large, "{}/{} has more than {} bytes", path_, name, limit);
  return bytes;
}

Result<> DiskDirectory::write_temporary(const std::string& name, std::string_view bytes, Sync sync) const {
  if (auto ok = check(name); !ok) return ok;
  const std::string temporary = name + std::string(kTemporary);
  const std::string what = path_ + "/" + temporary;
  // What a crash left behind is in the way of O_EXCL.
  ::unlinkat(fd_.get(), temporary.c_str(), 0);
  UniqueFd fd(
      ::openat(fd_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno(errno, "cannot create {}", what);
  std::size_t written = 0;
  auto result = write_all(fd.get(), bytes, written, what);
  if (result && sync == Sync::yes && ::fsync(fd.get()) != 0) result = fail_errno(errno, "cannot sync {}", what);
  if (!result) ::unlinkat(fd_.get(), temporary.c_str(), 0);
  return result;
}

Result<> DiskDirectory::put_in_place(const std::string& name) const {
  const std::string temporary = name + std::string(kTemporary);
  if (::renameat(fd_.get(), temporary.c_str(), fd_.get(), name.c_str()) == 0) return {};
  const int reason = errno;
  ::unlinkat(fd_.get(), temporary.c_str(), 0);
  return fail_errno(reason, "cannot rename {}/{}", path_, temporary);
}

Result<> DiskDirectory::write_atomically(const std::string& name, std::string_view bytes) {
  if (auto ok = write_temporary(name, bytes, Sync::yes); !ok) return ok;
  if (auto ok = put_in_place(name); !ok) return ok;
  if (::fsync(fd_.get()) != 0) return fail_errno(errno, "cannot sync {}", path_);
  return {};
}

Result<> DiskDirectory::write_batch(const std::vector<NamedBytes>& files) {
  // One sync of the file system for all contents, one of the directory for all names; few files are cheaper alone.
  constexpr std::size_t kFew = 3;
  const Sync sync = files.size() <= kFew ? Sync::yes : Sync::no;
  Result<> result;
  std::size_t count = 0;
  for (; result && count < files.size(); ++count) {
    result = write_temporary(files[count].name, files[count].bytes, sync);
  }
  if (result && sync == Sync::no && ::syncfs(fd_.get()) != 0) result = fail_errno(errno, "cannot sync {}", path_);
  if (!result) {
    for (std::size_t i = 0; i < count; ++i) {
      ::unlinkat(fd_.get(), (files[i].name + std::string(kTemporary)).c_str(), 0);
    }
    return result;
  }
  for (const auto& file : files) {
    if (auto ok = put_in_place(file.name); !ok && result) result = ok;
  }
  if (::fsync(fd_.get()) != 0 && result) result = fail_errno(errno, "cannot sync {}", path_);
  return result;
}

Result<std::unique_ptr<AppendFile>> DiskDirectory::open_append(const std::string& name) {
  if (auto ok = check(name); !ok) return pass(ok.error());
  const std::string what = path_ + "/" + name;
  // O_NONBLOCK: opening a FIFO that stands in the way fails instead of waiting for a reader.
  UniqueFd fd(::openat(fd_.get(), name.c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
  if (!fd) return fail_errno(errno, "cannot open {}", what);
  const auto info = check_file(fd.get(), what);
  if (!info) return pass(info.error());
  return std::make_unique<DiskAppendFile>(std::move(fd), static_cast<std::uint64_t>(info->st_size), what);
}

Result<std::unique_ptr<ReadFile>> DiskDirectory::open_read(const std::string& name) {
  if (auto ok = check(name); !ok) return pass(ok.error());
  const std::string what = path_ + "/" + name;
  UniqueFd fd(::openat(fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ENOENT) return fail(ErrorCode::not_found, "there is no {}", what);
  if (!fd) return fail_errno(errno, "cannot open {}", what);
  const auto info = check_file(fd.get(), what);
  if (!info) return pass(info.error());
  return std::make_unique<DiskReadFile>(std::move(fd), static_cast<std::uint64_t>(info->st_ino), what);
}

Result<std::vector<std::string>> DiskDirectory::list() {
  // A stream of its own: a shared one would share its position.
  const int copy = ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return fail_errno(errno, "cannot list {}", path_);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), &::closedir);
  if (!stream) {
    const int error = errno;
    ::close(copy);
    return fail_errno(error, "cannot list {}", path_);
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    struct stat info {};
    const bool temporary = name.size() > kTemporary.size() && name.ends_with(kTemporary);
    if (temporary || ::fstatat(fd_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(info.st_mode)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<> DiskDirectory::rename(const std::string& from, const std::string& to) {
  if (auto ok = check(from); !ok) return ok;
  if (auto ok = check(to); !ok) return ok;
  if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0) {
    return fail_errno(errno, "cannot rename {}/{} to {}", path_, from, to);
  }
  return {};
}

Result<> DiskDirectory::remove(const std::string& name) {
  if (auto ok = check(name); !ok) return ok;
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
    return fail_errno(errno, "cannot remove {}/{}", path_, name);
  }
  return {};
}

}  // namespace sess::job
