#include "job/log_reader.hpp"

#include <algorithm>
#include <charconv>

#include "job/log_times.hpp"

namespace sess::job {

namespace {

constexpr std::size_t kChunk = 64 * 1024;
/// More rotated files than anybody keeps; where the search for the oldest ends.
constexpr int kMaxParts = 1000;
/// Entries that are read at once where many are looked through.
constexpr std::uint64_t kStamps = 4096;

std::optional<Stamp> read_stamp(ReadFile* times, std::uint64_t index) {
  if (times == nullptr) return std::nullopt;
  const auto bytes = times->read_at(index * kStampSize, kStampSize);
  return bytes ? decode_stamp(*bytes) : std::nullopt;
}

/// The first entry for which `reached` holds; entries are ordered. Their number when there is none.
template <class Reached>
std::uint64_t first_stamp(ReadFile* times, Reached reached) {
  std::uint64_t low = 0;
  std::uint64_t high = times == nullptr ? 0 : times->size() / kStampSize;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto stamp = read_stamp(times, middle);
    if (!stamp || reached(*stamp)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

Result<LogReader> LogReader::open(Directory& directory, const std::string& name) {
  LogReader reader(directory, name);
  auto current = reader.open_part(name);
  if (!current) return pass(current.error());
  reader.parts_.push_front(std::move(*current));
  // A server that was killed in the middle of a rotation leaves one number out.
  for (int index = 1, missing = 0; index < kMaxParts && missing < 2; ++index) {
    auto older = reader.open_part(rotated_name(name, index));
    missing = older ? 0 : missing + 1;
    if (older) reader.parts_.push_front(std::move(*older));
  }
  return reader;
}

Result<LogReader::Part> LogReader::open_part(const std::string& file) {
  auto log = directory_.open_read(file);
  if (!log) return pass(log.error());
  auto times = directory_.open_read(times_name(file));
  return Part{std::move(*log), times ? std::move(*times) : nullptr};
}

Result<bool> LogReader::find_newer() {
  // From the current file back to the one that was read last.
  std::deque<Part> newer;
  bool met = false;
  for (int index = 0, missing = 0; index < kMaxParts && missing < 2 && !met; ++index) {
    auto part = open_part(rotated_name(name_, index));
    if (!part && index == 0) return false;  // between the two renames of a rotation
    missing = part ? 0 : missing + 1;
    if (!part) continue;
    met = part->log->identity() == parts_.back().log->identity();
    if (!met) newer.push_front(std::move(*part));
  }
  // Where old files are kept, one that is not among them went, and perhaps others behind it.
  gap_ = !met && newer.size() > 1;
  for (auto& part : newer) parts_.push_back(std::move(part));
  return !newer.empty();
}

void LogReader::go(std::size_t part, std::uint64_t offset) {
  parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(part));
  offset_ = offset;
  end_.reset();
  stamp_ = first_stamp(parts_.front().times.get(), [&](const Stamp& stamp) { return stamp.end > offset; });
}

Result<std::optional<LogChunk>> LogReader::next() {
  for (;;) {
    if (std::exchange(gap_, false) && parts_.size() > 1) {
      go(1, 0);
      return std::optional(LogChunk{
          WallTime{}, "\r\n[sess: here is missing what was put aside and removed]\r\n", Written::missing, 0});
    }
    Part& part = parts_.front();
    auto stamp = read_stamp(part.times.get(), stamp_);
    // Entries that end at or before this place say nothing about it (a filler after a crash).
    while (stamp && stamp->end <= offset_) stamp = read_stamp(part.times.get(), ++stamp_);
    if (one_run_ && stamp && stamp->what == Written::run_begins) {
      at_next_run_ = true;
      return std::optional<LogChunk>();
    }
    const std::size_t limit =
        stamp ? static_cast<std::size_t>(std::min<std::uint64_t>(stamp->end - offset_, kChunk)) : kChunk;
    // Bytes without an entry: it is about to be written, unless the file is finished.
    const bool finished = parts_.size() > 1;
    if (stamp || finished || part.times == nullptr) {
      auto bytes = part.log->read_at(offset_, limit);
      if (!bytes) return pass(bytes.error());
      if (!bytes->empty()) {
        offset_ += bytes->size();
        LogChunk chunk{stamp ? stamp->time : WallTime{}, std::move(*bytes),
                       stamp ? stamp->what : Written::output, 0};
        if (chunk.what == Written::missing) chunk.missing = missing_in(chunk.bytes);
        return std::optional(std::move(chunk));
      }
    }
    if (finished) {
      go(1, 0);
      continue;
    }
    const auto newer = find_newer();
    if (!newer) return pass(newer.error());
    if (!*newer) return std::optional<LogChunk>();
  }
}

Result<> LogReader::seek_since(WallTime time) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    ReadFile* times = parts_[i].times.get();
    const auto index = first_stamp(times, [&](const Stamp& stamp) { return stamp.time >= time; });
    if (times == nullptr || index >= times->size() / kStampSize) continue;
    const auto before = index == 0 ? std::nullopt : read_stamp(times, index - 1);
    go(i, before ? before->end : 0);
    return {};
  }
  go(parts_.size() - 1, parts_.back().log->size());
  return {};
}

Result<> LogReader::seek_last_lines(std::size_t lines) {
  const Place end = end_.value_or(Place{parts_.size() - 1, parts_.back().log->size()});
  if (lines == 0) {
    go(end.part, end.offset);
    return {};
  }
  // Backwards, block by block. The newline that ends the last line is not a line of its own.
  bool at_end = true;
  for (std::size_t i = end.part + 1; i-- > 0;) {
    const std::uint64_t first = i == 0 ? offset_ : 0;
    for (std::uint64_t last = i == end.part ? end.offset : parts_[i].log->size(); last > first;) {
      const std::uint64_t begin = last > first + kChunk ? last - kChunk : first;
      const auto block = parts_[i].log->read_at(begin, static_cast<std::size_t>(last - begin));
      if (!block) return pass(block.error());
      for (std::size_t at = block->size(); at-- > 0;) {
        const bool newline = (*block)[at] == '\n';
        if (newline && !at_end && --lines == 0) {
          go(i, begin + at + 1);
          return {};
        }
        at_end = false;
      }
      last = begin;
    }
  }
  go(0, offset_);
  return {};
}

std::vector<std::pair<LogReader::Place, LogReader::Place>> LogReader::runs(std::size_t most) const {
  std::vector<std::pair<Place, Place>> found;
  for (std::size_t i = parts_.size(); i-- > 0 && found.size() < most;) {
    ReadFile* times = parts_[i].times.get();
    for (std::uint64_t end = times == nullptr ? 0 : times->size() / kStampSize;
         end > 0 && found.size() < most;) {
      const std::uint64_t begin = end > kStamps ? end - kStamps : 0;
      const auto bytes =
          times->read_at(begin * kStampSize, static_cast<std::size_t>(end - begin) * kStampSize);
      if (!bytes) break;
      for (auto at = bytes->size() / kStampSize; at-- > 0 && found.size() < most;) {
        const auto stamp = decode_stamp(std::string_view(*bytes).substr(at * kStampSize, kStampSize));
        if (!stamp || stamp->what != Written::run_begins) continue;
        const auto before = begin + at == 0 ? std::nullopt : read_stamp(times, begin + at - 1);
        found.push_back({{i, before ? before->end : 0}, {i, stamp->end}});
      }
      end = begin;
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::uint64_t LogReader::missing_in(std::string_view line) {
  constexpr std::string_view kBefore = "[sess: ";
  const auto at = line.find(kBefore);
  std::uint64_t number = 0;
  if (at != std::string_view::npos)
    std::from_chars(line.data() + at + kBefore.size(), line.data() + line.size(), number);
  return number;
}

std::uint64_t LogReader::missing_at(const Part& part, std::uint64_t begin, std::uint64_t end) const {
  const auto line = part.log->read_at(begin, static_cast<std::size_t>(end - begin));
  return line ? missing_in(*line) : 0;
}

Result<> LogReader::seek_place(const LogPlace& place) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].log->identity() != place.file) continue;
    go(i, place.offset);
    return {};
  }
  return fail(ErrorCode::not_found, "what was being read of the log was put aside and removed");
}

Result<std::uint64_t> LogReader::seek_back(std::uint64_t bytes) {
  for (std::size_t i = parts_.size(); i-- > 0;) {
    const Part& part = parts_[i];
    std::uint64_t end = part.log->size();
    std::uint64_t index = part.times == nullptr ? 0 : part.times->size() / kStampSize;
    auto stamp = index > 0 ? read_stamp(part.times.get(), --index) : std::nullopt;
    for (bool more = true; more;) {
      // What stands between the entry's end and `end` has no time yet.
      Written what = Written::output;
      std::uint64_t begin = stamp ? std::min(stamp->end, end) : 0;
      if (stamp && begin == end) {
        what = stamp->what;
        stamp = index > 0 ? read_stamp(part.times.get(), --index) : std::nullopt;
        begin = stamp ? std::min(stamp->end, end) : 0;
      }
      more = begin > 0;
      const std::uint64_t size = what == Written::output    ? end - begin
                                 : what == Written::missing ? missing_at(part, begin, end)
                                                            : 0;
      if (bytes <= size) {
        go(i, what == Written::output || bytes == 0 ? end - std::min(bytes, end) : begin);
        return 0;
      }
      bytes -= size;
      end = begin;
    }
  }
  go(0, 0);
  return bytes;
}

Result<std::uint64_t> LogReader::skip(std::uint64_t bytes) {
  while (bytes > 0) {
    Part& part = parts_.front();
    auto stamp = read_stamp(part.times.get(), stamp_);
    while (stamp && stamp->end <= offset_) stamp = read_stamp(part.times.get(), ++stamp_);
    if (stamp && one_run_ && stamp->what == Written::run_begins) return bytes;
    const std::uint64_t end = stamp ? stamp->end : part.log->size();
    if (end <= offset_) {
      if (parts_.size() == 1) return bytes;
      go(1, 0);
      continue;
    }
    const Written what = stamp ? stamp->what : Written::output;
    const std::uint64_t size = what == Written::output    ? end - offset_
                               : what == Written::missing ? missing_at(part, offset_, end)
                                                          : 0;
    if (bytes < size) {
      if (what == Written::output) offset_ += bytes;
      return 0;
    }
    offset_ = end;
    bytes -= size;
  }
  return 0;
}

Result<> LogReader::seek_run(int run) {
  const auto all = static_cast<std::size_t>(-1);
  auto marks = runs(run < 0 ? static_cast<std::size_t>(-run) : all);
  // What stands before the first mark is a run, too.
  const bool unmarked = marks.empty() ? parts_.front().log->size() > 0
                                      : marks.front().first.part > 0 || marks.front().first.offset > 0;
  if (unmarked && (run > 0 || marks.size() < static_cast<std::size_t>(-run)))
    marks.insert(marks.begin(), {Place{}, Place{}});
  const auto count = static_cast<int>(marks.size());
  const int index = run > 0 ? run - 1 : count + run;
  if (run == 0 || index < 0 || index >= count) {
    return fail(ErrorCode::not_found, "the log has no run {}: it has {}", run, count);
  }
  const auto at = static_cast<std::size_t>(index);
  const Place begin = marks[at].second;
  std::optional<Place> end;
  if (at + 1 < marks.size()) end = Place{marks[at + 1].first.part - begin.part, marks[at + 1].first.offset};
  go(begin.part, begin.offset);
  one_run_ = true;
  end_ = end;
  return {};
}

}  // namespace sess::job
