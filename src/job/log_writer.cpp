#include "job/log_writer.hpp"

#include <fmt/format.h>

#include "base/fault.hpp"
#include "base/time_text.hpp"

namespace sess::job {

LogWriter::LogWriter(Directory& directory, std::string name, LogLimits limits)
    : directory_(directory), name_(std::move(name)), limits_(limits) {}

void LogWriter::resume(std::uint64_t lost) {
  lost_ = lost;
  if (lost > 0) stopped_because_ = "it had stopped";
}

std::uint64_t LogWriter::written_since(std::uint64_t size, WallTime now) {
  if (!log_ && !open(now)) return 0;
  return log_->size() > size ? log_->size() - size : 0;
}

std::optional<std::string> LogWriter::begin_run(WallTime now) {
  const auto file = directory_.open_read(name_);
  if (!file || (*file)->size() == 0) return std::nullopt;
  run_ = now;
  return write({}, now);
}

std::optional<std::string> LogWriter::write(std::string_view bytes, WallTime now, const Begin& begin) {
  if (stopped() && now - stopped_at_ < kRetry && now >= stopped_at_) {
    lost_ += bytes.size();
    return std::nullopt;
  }
  const bool was_stopped = stopped();
  if (log_ && (log_->removed() || times_->removed())) {
    log_.reset();
    times_.reset();
  }
  Result<> result = log_ ? Result<>() : open(now);
  if (result) result = rotate_if_due(now);
  if (result && lost_ > 0) {
    result = append(fmt::format("\r\n[sess: {} bytes are missing here: {}]\r\n", lost_, stopped_because_),
                    now, Written::missing);
  }
  if (result && run_) {
    result = append_line(fmt::format("[sess: run began {}]", format_time("%Y-%m-%d %H:%M:%S", *run_)), *run_,
                         Written::run_begins);
    if (result) run_.reset();
  }
  const std::uint64_t before = log_ ? log_->size() : 0;
  if (result && begin) begin(before);
  if (result) result = append(bytes, now);
  if (result) {
    const std::uint64_t missing = lost_;
    stopped_because_.clear();
    lost_ = 0;
    if (!was_stopped) return std::nullopt;
    return fmt::format("the log {} goes on; {} bytes are missing", name_, missing);
  }
  const std::uint64_t kept = log_ && log_->size() > before ? log_->size() - before : 0;
  lost_ += bytes.size() - std::min<std::uint64_t>(kept, bytes.size());
  stop(result.error(), now);
  if (was_stopped) return std::nullopt;
  return fmt::format("the log {} has stopped: {}", name_, stopped_because_);
}

void LogWriter::stop(const Error& error, WallTime now) {
  stopped_because_ = error.text;
  stopped_at_ = now;
  // What is wrong may be the open file itself (removed, on a disk that went away): the next try opens it
  // again.
  log_.reset();
  times_.reset();
}

Result<> LogWriter::open(WallTime now) {
  auto log = directory_.open_append(name_);
  if (!log) return pass(log.error());
  auto times = directory_.open_append(times_name(name_));
  if (!times) return pass(times.error());
  first_ = now;
  if ((*log)->size() > 0) {
    // The age of what is there already.
    if (const auto file = directory_.open_read(times_name(name_))) {
      const auto bytes = (*file)->read_at(0, kStampSize);
      if (const auto stamp = bytes ? decode_stamp(*bytes) : std::nullopt) first_ = stamp->time;
    }
  }
  // A torn entry would shift all that follow: round up to whole ones.
  if (const auto torn = (*times)->size() % kStampSize; torn != 0) {
    std::size_t written = 0;
    const std::string filler = encode_stamp({now, (*log)->size()});
    if (auto done = (*times)->append(filler.substr(torn), written); !done) return done;
  }
  const std::uint64_t stamped = last_stamp_end((*times)->size());
  if (stamped > (*log)->size()) {
    // Killed in the middle of a rotation: these are the times of the file before.
    times->reset();
    const std::string before = times_name(rotated_name(name_, 1));
    if (auto done = directory_.rename(times_name(name_), before); !done) return done;
    times = directory_.open_append(times_name(name_));
    if (!times) return pass(times.error());
  }
  // Bytes without a time: whoever wrote them was killed before it came to that.
  if ((*log)->size() > 0 && stamped != (*log)->size()) {
    std::size_t written = 0;
    if (auto done = (*times)->append(encode_stamp({now, (*log)->size()}), written); !done) return done;
  }
  log_ = std::move(*log);
  times_ = std::move(*times);
  return {};
}

std::uint64_t LogWriter::last_stamp_end(std::uint64_t size) const {
  if (size < kStampSize) return 0;
  const auto file = directory_.open_read(times_name(name_));
  const auto bytes =
      file ? (*file)->read_at(size - kStampSize, kStampSize) : Result<std::string>(std::string());
  const auto stamp = bytes ? decode_stamp(*bytes) : std::nullopt;
  return stamp ? stamp->end : 0;
}

Result<> LogWriter::rotate_if_due(WallTime now) {
  const bool too_large = limits_.size > 0 && log_->size() >= limits_.size;
  const bool too_old = limits_.age.count() > 0 && log_->size() > 0 && now - first_ >= limits_.age;
  if (!too_large && !too_old) return {};
  log_.reset();
  times_.reset();
  for (int index = limits_.keep; index >= 0; --index) {
    const std::string from = rotated_name(name_, index);
    for (const auto& [old_name, new_name] :
         {std::pair(from, rotated_name(name_, index + 1)),
          std::pair(times_name(from), times_name(rotated_name(name_, index + 1)))}) {
      SESS_FAULT("log-rotate");
      if (index == limits_.keep) {
        if (auto done = directory_.remove(old_name); !done) return done;
      } else if (auto done = directory_.rename(old_name, new_name);
                 !done && done.error().sys_errno != ENOENT) {
        return done;
      }
    }
  }
  return open(now);
}

Result<> LogWriter::append_line(std::string_view text, WallTime now, Written what) {
  const auto file = directory_.open_read(name_);
  const auto last =
      file && log_->size() > 0 ? (*file)->read_at(log_->size() - 1, 1) : Result<std::string>("\n");
  return append(fmt::format("{}{}\r\n", last && *last == "\n" ? "" : "\r\n", text), now, what);
}

Result<> LogWriter::append(std::string_view bytes, WallTime now, Written what) {
  std::size_t written = 0;
  auto result = log_->append(bytes, written);
  if (written == 0) return result;
  std::size_t stamped = 0;
  // A line of ours that was torn is written again: this piece of it marks nothing.
  if (!result && what == Written::run_begins) what = Written::missing;
  auto stamp = times_->append(encode_stamp({now, log_->size(), what}), stamped);
  return result ? stamp : result;
}

}  // namespace sess::job
