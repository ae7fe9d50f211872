// The few operations on files that records and logs need, in one directory, behind an interface, so that a
// full disk can be had in a test.
//
// Names are plain file names: no '/', not "." or "..". Nothing follows symbolic links; files are created with
// mode 0600.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::job {

/// A file that only grows. Closed by its destructor.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  /// Writes as much as possible; on an error `written` still says how many bytes are in the file.
  virtual Result<> append(std::string_view bytes, std::size_t& written) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Its name was removed: what is written is for nobody.
  [[nodiscard]] virtual bool removed() const { return false; }
};

class ReadFile {
 public:
  virtual ~ReadFile() = default;
  /// Up to `limit` bytes from there; empty at the end.
  virtual Result<std::string> read_at(std::uint64_t offset, std::size_t limit) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// The same file under whatever name it has by now.
  [[nodiscard]] virtual std::uint64_t identity() const = 0;
};

struct NamedBytes {
  std::string name;
  std::string bytes;
};

class Directory {
 public:
  virtual ~Directory() = default;
  /// The whole file; refused when it has more than `limit` bytes.
  virtual Result<std::string> read(const std::string& name, std::size_t limit) = 0;
  /// All or nothing, also across a power failure: temporary file, sync, rename, sync of the directory.
  virtual Result<> write_atomically(const std::string& name, std::string_view bytes) = 0;
  /// Many files, each as write_atomically() does it, with fewer syncs where that is possible. After an error
  /// some of them may have been written.
  virtual Result<> write_batch(const std::vector<NamedBytes>& files);
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& name) = 0;
  virtual Result<std::unique_ptr<ReadFile>> open_read(const std::string& name) = 0;
  /// Names of regular files, without temporary ones, sorted.
  virtual Result<std::vector<std::string>> list() = 0;
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  /// Success also when there is no such file.
  virtual Result<> remove(const std::string& name) = 0;
};

/// The real one: every access relative to a descriptor of the directory. A directory that was removed or
/// moved away is made anew by the next access. May be used from several threads.
class DiskDirectory : public Directory {
 public:
  /// Creates the directory (0700) and those above it when they are missing. Refused when it is not the user's
  /// own or when others may write into it.
  static Result<std::unique_ptr<DiskDirectory>> open(const std::string& path);
  /// The same at its first use, and again at each until it succeeds: a disk that is read-only or full now may
  /// be none later.
  static std::unique_ptr<DiskDirectory> opened_later(const std::string& path);

  Result<std::string> read(const std::string& name, std::size_t limit) override;
  Result<> write_atomically(const std::string& name, std::string_view bytes) override;
  Result<> write_batch(const std::vector<NamedBytes>& files) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& name) override;
  Result<std::unique_ptr<ReadFile>> open_read(const std::string& name) override;
  Result<std::vector<std::string>> list() override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& name) override;

 private:
  using Shared = std::shared_ptr<const UniqueFd>;

  explicit DiskDirectory(std::string path) : path_(std::move(path)) {}
  /// The directory that stands at the path now.
  [[nodiscard]] Result<Shared> present();
  [[nodiscard]] Result<> check(const std::string& name) const;
  enum class Sync : bool { no, yes };
  [[nodiscard]] Result<> write_temporary(int directory, const std::string& name, std::string_view bytes,
                                         Sync sync) const;
  [[nodiscard]] Result<> put_in_place(int directory, const std::string& name) const;
  std::string path_;
  std::mutex mutex_;
  Shared fd_;  ///< guarded by mutex_; who uses it holds it
};

/// Nothing when files can be kept in this directory, which is made when it is missing; else why not.
[[nodiscard]] Result<> check_keeps_files(const std::string& path);

}  // namespace sess::job
