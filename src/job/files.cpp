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
  bool removed() const override {
    struct stat info {};
    return ::fstat(fd_.get(), &info) == 0 && info.st_nlink == 0;
  }

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
    if (::mkdir(part.c_str(), 0700) == 0 || errno == EEXIST) continue;
    // A read-only or foreign parent refuses mkdir even where the directory exists.
    const int reason = errno;
    struct stat info {};
    if (::stat(part.c_str(), &info) != 0) return fail_errno(reason, "cannot create {}", part);
  }
  return {};
}

Result<UniqueFd> open_own_directory(const std::string& path) {
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
  return fd;
}

}  // namespace

Result<std::unique_ptr<DiskDirectory>> DiskDirectory::open(const std::string& path) {
  auto directory = opened_later(path);
  if (auto now = directory->present(); !now) return pass(now.error());
  return directory;
}

std::unique_ptr<DiskDirectory> DiskDirectory::opened_later(const std::string& path) {
  return std::unique_ptr<DiskDirectory>(new DiskDirectory(path));
}

Result<DiskDirectory::Shared> DiskDirectory::present() {
  const std::lock_guard lock(mutex_);
  if (fd_ != nullptr) {
    struct stat there {};
    struct stat held {};
    if (::lstat(path_.c_str(), &there) == 0 && ::fstat(fd_->get(), &held) == 0 &&
        there.st_dev == held.st_dev && there.st_ino == held.st_ino) {
      return fd_;
    }
  }
  auto opened = open_own_directory(path_);
  if (!opened) return pass(opened.error());
  fd_ = std::make_shared<const UniqueFd>(std::move(*opened));
  return fd_;
}

Result<> check_keeps_files(const std::string& path) {
  auto opened = open_own_directory(path);
  if (!opened) return pass(opened.error());
  if (::faccessat(opened->get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return fail_errno(errno, "cannot write into {}", path);
  return {};
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

Result<> DiskDirectory::write_temporary(int directory, const std::string& name, std::string_view bytes,
                                        Sync sync) const {
  if (auto ok = check(name); !ok) return ok;
  const std::string temporary = name + std::string(kTemporary);
  const std::string what = path_ + "/" + temporary;
  // What a crash left behind is in the way of O_EXCL.
  ::unlinkat(directory, temporary.c_str(), 0);
  UniqueFd fd(
      ::openat(directory, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno(errno, "cannot create {}", what);
  std::size_t written = 0;
  auto result = write_all(fd.get(), bytes, written, what);
  if (result && sync == Sync::yes && ::fsync(fd.get()) != 0)
    result = fail_errno(errno, "cannot sync {}", what);
  if (!result) ::unlinkat(directory, temporary.c_str(), 0);
  return result;
}

Result<> DiskDirectory::put_in_place(int directory, const std::string& name) const {
  const std::string temporary = name + std::string(kTemporary);
  if (::renameat(directory, temporary.c_str(), directory, name.c_str()) == 0) return {};
  const int reason = errno;
  ::unlinkat(directory, temporary.c_str(), 0);
  return fail_errno(reason, "cannot rename {}/{}", path_, temporary);
}

Result<> DiskDirectory::write_atomically(const std::string& name, std::string_view bytes) {
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  if (auto ok = write_temporary(at, name, bytes, Sync::yes); !ok) return ok;
  if (auto ok = put_in_place(at, name); !ok) return ok;
  if (::fsync(at) != 0) return fail_errno(errno, "cannot sync {}", path_);
  return {};
}

Result<> DiskDirectory::write_batch(const std::vector<NamedBytes>& files) {
  // One sync of the file system for all contents, one of the directory for all names; few files are cheaper
  // alone.
  constexpr std::size_t kFew = 3;
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  const Sync sync = files.size() <= kFew ? Sync::yes : Sync::no;
  Result<> result;
  std::size_t count = 0;
  for (; result && count < files.size(); ++count) {
    result = write_temporary(at, files[count].name, files[count].bytes, sync);
  }
  if (result && sync == Sync::no && ::syncfs(at) != 0) result = fail_errno(errno, "cannot sync {}", path_);
  if (!result) {
    for (std::size_t i = 0; i < count; ++i) {
      ::unlinkat(at, (files[i].name + std::string(kTemporary)).c_str(), 0);
    }
    return result;
  }
  for (const auto& file : files) {
    if (auto ok = put_in_place(at, file.name); !ok && result) result = ok;
  }
  if (::fsync(at) != 0 && result) result = fail_errno(errno, "cannot sync {}", path_);
  return result;
}

Result<std::unique_ptr<AppendFile>> DiskDirectory::open_append(const std::string& name) {
  if (auto ok = check(name); !ok) return pass(ok.error());
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  const std::string what = path_ + "/" + name;
  // O_NONBLOCK: opening a FIFO that stands in the way fails instead of waiting for a reader.
  UniqueFd fd(::openat(at, name.c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
  if (!fd) return fail_errno(errno, "cannot open {}", what);
  const auto info = check_file(fd.get(), what);
  if (!info) return pass(info.error());
  return std::make_unique<DiskAppendFile>(std::move(fd), static_cast<std::uint64_t>(info->st_size), what);
}

Result<std::unique_ptr<ReadFile>> DiskDirectory::open_read(const std::string& name) {
  if (auto ok = check(name); !ok) return pass(ok.error());
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  const std::string what = path_ + "/" + name;
  UniqueFd fd(::openat(at, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ENOENT) return fail(ErrorCode::not_found, "there is no {}", what);
  if (!fd) return fail_errno(errno, "cannot open {}", what);
  const auto info = check_file(fd.get(), what);
  if (!info) return pass(info.error());
  return std::make_unique<DiskReadFile>(std::move(fd), static_cast<std::uint64_t>(info->st_ino), what);
}

Result<std::vector<std::string>> DiskDirectory::list() {
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  // A stream of its own: a shared one would share its position.
  const int copy = ::openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    if (temporary) continue;
    // Most file systems say it with the name; asking for each of ten thousand takes longer than all the rest.
    const bool told = entry->d_type != DT_UNKNOWN;
    if (!told && ::fstatat(at, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (told ? entry->d_type == DT_REG : S_ISREG(info.st_mode)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<> DiskDirectory::rename(const std::string& from, const std::string& to) {
  if (auto ok = check(from); !ok) return ok;
  if (auto ok = check(to); !ok) return ok;
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  if (::renameat(at, from.c_str(), at, to.c_str()) != 0) {
    return fail_errno(errno, "cannot rename {}/{} to {}", path_, from, to);
  }
  return {};
}

Result<> DiskDirectory::remove(const std::string& name) {
  if (auto ok = check(name); !ok) return ok;
  const auto directory = present();
  if (!directory) return pass(directory.error());
  const int at = (*directory)->get();
  if (::unlinkat(at, name.c_str(), 0) != 0 && errno != ENOENT) {
    return fail_errno(errno, "cannot remove {}/{}", path_, name);
  }
  return {};
}

}  // namespace sess::job
