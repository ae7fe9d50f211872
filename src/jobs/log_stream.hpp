// A job's output out of its log, as a pipe gets it: for a reader that has fallen behind what its terminal's
// ring holds, or comes when that is gone.
//
// Owns the open log, and its directory when that is not the state directory's. Knows where it stands, so that
// the same can be gone on with under the next server; who reads and when is Followers' business.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "job/log_reader.hpp"

namespace sess::jobs {

/// A line's end as files have it: the terminal driver has put a CR before every LF (ONLCR, termios(3)).
[[nodiscard]] std::string plain_lines(std::string_view bytes);

class LogStream {
 public:
  struct Piece {
    std::string text;
    job::Written what = job::Written::output;
  };

  LogStream(std::unique_ptr<job::Directory> own, job::LogReader log)
      : own_(std::move(own)), log_(std::move(log)) {}

  /// The next lines; nothing at the end of what is written so far. Empty text where a CR waits for what comes
  /// behind it.
  Result<std::optional<Piece>> next();
  /// What waits: one CR, or nothing.
  [[nodiscard]] std::string_view waiting() const { return cr_ ? "\r" : ""; }
  /// Behind what was returned.
  [[nodiscard]] job::LogPlace place() const;

 private:
  std::unique_ptr<job::Directory> own_;
  job::LogReader log_;
  bool cr_ = false;
  job::LogPlace before_cr_{};
};

}  // namespace sess::jobs
