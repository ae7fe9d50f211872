// The log of a job: the bytes that its program printed, as they are, in NAME, and beside it when each of them
// came.
//
//   make.log           raw output, so that tail(1) works, too
//   make.log.times     16 bytes for every chunk: time (microseconds since 1970), end offset in the log;
//   little-endian make.log.1 ...     older ones, renamed when the size or age limit is reached, with their
//   times
//
// A full disk (or any other error) stops the log and never the job: write() drops, says so once, and tries
// again after kRetry; the log then has a line that says how much is missing. Each run but the first of a log
// begins with a line that says when.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "job/files.hpp"
#include "job/log_times.hpp"
#include "job/record.hpp"

namespace sess::job {

struct LogLimits {
  std::uint64_t size = 32ULL << 20U;  ///< bytes of one file; 0: none
  std::chrono::seconds age{0};        ///< of a file's first byte; 0: none
  int keep = 8;                       ///< older files; those beyond are removed
  bool operator==(const LogLimits&) const = default;
};

class LogWriter {
 public:
  /// How long a stopped log waits before it tries again.
  static constexpr std::chrono::seconds kRetry{30};

  /// Opens nothing yet: the first write() does, so that a job starts even when its log cannot. The directory
  /// outlives this.
  LogWriter(Directory& directory, std::string name, LogLimits limits);

  /// Told the file's size just before the chunk is appended to it.
  using Begin = std::function<void(std::uint64_t size)>;

  /// Appends a chunk that came at that time. Returns a sentence to report when the log stops or goes on
  /// again.
  [[nodiscard]] std::optional<std::string> write(std::string_view bytes, WallTime now,
                                                 const Begin& begin = {});

  /// A run begins: what it prints stands on lines of its own, behind one that says so. Nothing is written to
  /// a log that is empty, or is not there. Returns what write() does.
  [[nodiscard]] std::optional<std::string> begin_run(WallTime now);

  /// After a server that died: so many bytes were lost before, which the next write() names.
  void resume(std::uint64_t lost);
  /// How many bytes the current file has behind this size: what a write that was begun there got done. Also
  /// gives times to bytes that have none. 0 for a file that cannot be opened.
  [[nodiscard]] std::uint64_t written_since(std::uint64_t size, WallTime now);

  [[nodiscard]] bool stopped() const { return !stopped_because_.empty(); }
  [[nodiscard]] const std::string& stopped_because() const { return stopped_because_; }
  /// Bytes that are in no file since the log stopped.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Result<> open(WallTime now);
  Result<> rotate_if_due(WallTime now);
  /// Of the times file, which has this size: the end offset that its last entry names.
  [[nodiscard]] std::uint64_t last_stamp_end(std::uint64_t size) const;
  Result<> append(std::string_view bytes, WallTime now, Written what = Written::output);
  /// A line of our own, on a line of its own.
  Result<> append_line(std::string_view text, WallTime now, Written what);
  void stop(const Error& error, WallTime now);

  Directory& directory_;
  std::string name_;
  LogLimits limits_;
  std::unique_ptr<AppendFile> log_;
  std::unique_ptr<AppendFile> times_;
  WallTime first_{};  ///< when the current file's first byte came
  std::string stopped_because_;
  WallTime stopped_at_{};
  std::uint64_t lost_ = 0;
  std::optional<WallTime> run_;  ///< one that began then is not told yet
};

}  // namespace sess::job
