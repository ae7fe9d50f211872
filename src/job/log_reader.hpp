// Reads a job's log back: the older files first, then the current one, with the time of every chunk; goes on
// where it stopped when more has been written, also across a rotation.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "job/files.hpp"
#include "job/log_times.hpp"
#include "job/record.hpp"

namespace sess::job {

struct LogChunk {
  WallTime time{};
  std::string bytes;
  Written what = Written::output;
  std::uint64_t missing = 0;  ///< of a line that says so: how many bytes, where that is known
};

/// A place in a log that a later reader finds again, also when its file was put aside meanwhile.
struct LogPlace {
  std::uint64_t file = 0;
  std::uint64_t offset = 0;
};

class LogReader {
 public:
  /// Stands at the oldest byte that is left. not_found when there is no such log. The directory outlives
  /// this.
  static Result<LogReader> open(Directory& directory, const std::string& name);

  /// The next chunk, at most 64 KiB; nothing at the end of what has been written so far: ask again to follow.
  Result<std::optional<LogChunk>> next();

  /// Goes to the first byte that came at that time or later.
  Result<> seek_since(WallTime time);
  /// Goes to the beginning of the last `lines` lines, at most back to where it stands.
  Result<> seek_last_lines(std::size_t lines);
  /// Goes to what one run has printed, and no further than its end: 1 is the oldest that is kept, -1 the
  /// newest, which may go on. not_found when there are fewer.
  Result<> seek_run(int run);
  /// From here on the run that it stands in is read alone.
  void keep_to_run() { one_run_ = true; }
  [[nodiscard]] LogPlace place() const { return {parts_.front().log->identity(), offset_}; }
  /// not_found when that file is gone.
  Result<> seek_place(const LogPlace& place);
  /// Goes back from the end by so many bytes of the program's output; those that a line says are missing
  /// count. How many of them are no longer kept: it then stands at the oldest.
  Result<std::uint64_t> seek_back(std::uint64_t bytes);
  /// The same forwards. How many of them have not been written.
  Result<std::uint64_t> skip(std::uint64_t bytes);
  /// Whether all of the run that was sought was read, and another one has begun.
  [[nodiscard]] bool at_next_run() const { return at_next_run_; }

 private:
  /// One file of the log. Held open, so that a rename changes nothing.
  struct Part {
    std::unique_ptr<ReadFile> log;
    std::unique_ptr<ReadFile> times;  ///< none when it is missing
  };
  LogReader(Directory& directory, std::string name) : directory_(directory), name_(std::move(name)) {}

  [[nodiscard]] Result<Part> open_part(const std::string& file);
  /// Opens what has become the current file since, and those between; false when there is none.
  [[nodiscard]] Result<bool> find_newer();
  struct Place {
    std::size_t part = 0;
    std::uint64_t offset = 0;
  };
  /// Behind the marks of runs, oldest first; at most `most` of the newest ones.
  [[nodiscard]] std::vector<std::pair<Place, Place>> runs(std::size_t most) const;
  /// How much the line of ours that stands there says is missing; 0 when it says no number.
  [[nodiscard]] static std::uint64_t missing_in(std::string_view line);
  [[nodiscard]] std::uint64_t missing_at(const Part& part, std::uint64_t begin, std::uint64_t end) const;
  /// Goes to this offset of this part (the parts before it are let go).
  void go(std::size_t part, std::uint64_t offset);

  Directory& directory_;
  std::string name_;
  std::deque<Part> parts_;    ///< oldest first; the first one is being read
  std::uint64_t offset_ = 0;  ///< in the first part
  std::uint64_t stamp_ = 0;   ///< index of the entry for offset_, in the first part's times
  bool one_run_ = false;      ///< the next one is not read
  bool at_next_run_ = false;
  bool gap_ = false;          ///< files between two that were read are gone
  std::optional<Place> end_;  ///< of the run that was sought, by the parts that there were
};

}  // namespace sess::job
