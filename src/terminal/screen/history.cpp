#include "terminal/screen/history.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <utility>

#include "terminal/screen/line_codec.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

constexpr std::uint32_t kMagic = 0x31534853;  // "SHS1", little-endian
constexpr std::uint32_t kHeaderSize = 32;
constexpr std::uint32_t kMarkEvery = 64;

std::string_view view(const std::byte* base, std::size_t from, std::size_t to) {
  return {reinterpret_cast<const char*>(base) + from, to - from};
}

/// Cuts at most `limit` bytes off the front without cutting a code point.
std::size_t cut_at(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return limit;
}

}  // namespace

History::History(SegmentStore& store) : store_(store) {}

bool History::read(std::uint64_t line, HistoryLine& out) const {
  if (line < first_.line || line >= end_.line) return false;
  auto it = std::upper_bound(segments_.begin(), segments_.end(), line,
                             [](std::uint64_t n, const Segment& s) { return n < s.first_line; });
  if (it == segments_.begin()) return false;
  const Segment& segment = *--it;
  if (line >= segment.first_line + segment.count) return false;
  const std::uint32_t offset = offset_of(segment, line);
  RecordHead head;
  if (!decode_head(view(segment.base, offset, segment.used), head)) return false;
  const std::size_t runs = offset + head.head_length;
  const std::size_t text = runs + head.runs_length;
  out.text = view(segment.base, text, text + head.text_length);
  out.wrapped = head.wrapped;
  out.runs.clear();
  out.marks.clear();
  if (!decode_runs(view(segment.base, runs, text), out.runs, out.marks)) out.runs.clear();
  return true;
}

std::uint32_t History::offset_of(const Segment& segment, std::uint64_t line) const {
  auto skip = static_cast<std::uint32_t>(line - segment.first_line);
  std::uint32_t offset = segment.marks[skip / kMarkEvery];
  for (skip %= kMarkEvery; skip > 0; --skip) {
    RecordHead head;
    if (!decode_head(view(segment.base, offset, segment.used), head)) return segment.used;
    offset += static_cast<std::uint32_t>(head.size());
  }
  return offset;
}

void History::visit_texts(const std::function<void(std::string_view)>& see) const {
  visit_texts(first_.line, end_.line, [&](std::uint64_t, std::string_view text) {
    see(text);
    return true;
  });
}

void History::visit_texts(std::uint64_t from, std::uint64_t end,
                          const std::function<bool(std::uint64_t, std::string_view)>& see) const {
  visit_records(from, end, [&](std::uint64_t line, const std::byte* record, const RecordHead& head) {
    return see(line, view(record, head.head_length + head.runs_length, head.size()));
  });
}

void History::visit_marks(std::uint64_t from, std::uint64_t end,
                          const std::function<bool(std::uint64_t, LineMark)>& see) const {
  std::vector<HistoryRun> runs;
  std::vector<LineMark> marks;
  visit_records(from, end, [&](std::uint64_t line, const std::byte* record, const RecordHead& head) {
    if (head.runs_length == 0) return true;
    runs.clear();
    marks.clear();
    const auto bytes = view(record, head.head_length, head.head_length + head.runs_length);
    if (!decode_runs(bytes, runs, marks)) return true;
    return std::all_of(marks.begin(), marks.end(), [&](LineMark mark) { return see(line, mark); });
  });
}

void History::visit_records(std::uint64_t from, std::uint64_t end, const SeeRecord& see) const {
  const auto begins_after = [](std::uint64_t line, const Segment& segment) {
    return line < segment.first_line;
  };
  auto it = std::upper_bound(segments_.begin(), segments_.end(), from, begins_after);
  if (it != segments_.begin()) --it;
  for (; it != segments_.end(); ++it) {
    std::uint64_t line = std::max({it->first_line, first_.line, from});
    const std::uint64_t stop = std::min(it->first_line + it->count, end);
    if (line >= stop) continue;
    for (std::uint32_t offset = offset_of(*it, line); line < stop; ++line) {
      RecordHead head;
      if (!decode_head(view(it->base, offset, it->used), head)) break;
      if (!see(line, it->base + offset, head)) return;
      offset += static_cast<std::uint32_t>(head.size());
    }
  }
}

HistoryLine History::open_line() const {
  HistoryLine line;
  line.text = open_text_;
  line.wrapped = true;
  if (!decode_runs(open_runs_, line.runs, line.marks)) line.runs.clear();
  return line;
}

void History::append(std::string_view text, std::string_view runs, LineEnd end) {
  if (!open_ && end == LineEnd::hard && text.size() <= kMaxLine && runs.size() <= kMaxRuns) {
    return write_record(text, runs, false);
  }
  // Once one part of a line has runs, what is before and behind it needs some, too.
  if (!runs.empty() && open_runs_.empty() && !open_text_.empty()) {
    encode_run(open_runs_, open_text_.size(), {}, {});
  }
  if (runs.empty() && !open_runs_.empty() && !text.empty()) {
    encode_run(open_runs_, text.size(), {}, {});
  } else {
    open_runs_ += runs;
  }
  open_text_ += text;
  open_ = true;
  if (open_text_.size() > kMaxLine || open_runs_.size() > kMaxRuns) cut_open_line();
  if (end == LineEnd::hard) close_line();
}

/// Writes the front of the open line away until what is left is neither too long nor too colourful. One pass.
void History::cut_open_line() {
  const std::string text = std::exchange(open_text_, {});
  const std::string runs = std::exchange(open_runs_, {});
  std::vector<HistoryRun> all;
  std::vector<LineMark> marks;
  if (!decode_runs(runs, all, marks)) all.clear();
  // Text without runs has the default style; a mark there needs them.
  std::size_t covered = 0;
  for (const auto& run : all) covered += run.length;
  if (!marks.empty() && covered < text.size()) all.push_back({text.size() - covered, {}, {}});
  auto mark = marks.begin();
  std::size_t begin = 0;  // of the piece that is being made
  std::size_t at = 0;     // behind what it has
  const auto piece_end = [&] { return begin + cut_at(std::string_view(text).substr(begin), kMaxLine); };
  const auto write_piece = [&](std::size_t to) {
    write_record(std::string_view(text).substr(begin, to - begin), open_runs_, true);
    open_runs_.clear();
    begin = at = to;
  };
  for (auto& run : all) {
    run.length = std::min(run.length, text.size() - at);
    while (run.length > 0) {
      if (at > begin && open_runs_.size() + kMostRun > kMaxRuns) write_piece(at);
      const std::size_t room = piece_end() - at;
      if (room == 0) {
        write_piece(at);
        continue;
      }
      for (; mark != marks.end() && mark->offset <= at; ++mark) encode_mark(open_runs_, mark->marks);
      std::size_t length = std::min(run.length, room);
      if (mark != marks.end()) length = std::min(length, mark->offset - at);
      encode_run(open_runs_, length, run.style, run.link);
      at += length;
      run.length -= length;
    }
  }
  while (text.size() - begin > kMaxLine) write_piece(piece_end());
  for (; mark != marks.end(); ++mark) encode_mark(open_runs_, mark->marks);
  open_text_ = text.substr(begin);
}

void History::close_line() {
  if (!open_) return;
  write_record(open_text_, open_runs_, false);
  open_ = false;
  open_text_.clear();
  open_runs_.clear();
}

bool History::open_segment() {
  const auto next = [&] { return cut_.empty() ? store_.next(next_segment_) : cut_.back(); };
  std::uint64_t id = next();
  const auto too_many = [&] {
    return segments_.size() >= SegmentStore::kMostSegments ||
           id - segments_.front().id > SegmentStore::kMostSpan;
  };
  while (segments_.size() > 1 && too_many()) drop_first();
  auto bytes = store_.map(id);
  while (bytes.size() < SegmentStore::kSegmentSize && segments_.size() > 1) {
    // No memory for more: the oldest makes room, and what it had may serve the new one.
    starved_ = true;
    const std::uint64_t oldest = segments_.front().id;
    while (segments_.size() > 1 && segments_.front().id == oldest) drop_first();
    id = next();
    bytes = store_.map(id);
  }
  if (bytes.size() < SegmentStore::kSegmentSize) {
    starved_ = true;
    return false;
  }
  if (!cut_.empty()) cut_.pop_back();
  next_segment_ = std::max(next_segment_, id + 1);
  segments_.push_back({id, end_.line, kHeaderSize, 0, bytes.data(), {}});
  // The bytes may be those of an older segment, which the newest checkpoint still names: a process that dies
  // here must leave that one whole or none, so the header that says so comes before any line.
  std::memset(bytes.data(), 0, sizeof(kMagic));
  std::atomic_thread_fence(std::memory_order_release);
  write_header(segments_.back());
  std::atomic_thread_fence(std::memory_order_release);
  end_.segment = id;
  end_.offset = kHeaderSize;
  if (segments_.size() == 1) first_ = end_;
  return true;
}

void History::write_header(const Segment& segment) {
  ByteWriter out;
  out.u32(kMagic);
  out.u32(segment.used);
  out.u64(segment.id);
  out.u64(segment.first_line);
  out.u32(segment.count);
  out.u32(0);
  std::memcpy(segment.base, out.bytes().data(), kHeaderSize);
}

void History::write_record(std::string_view text, std::string_view runs, bool wrapped) {
  // An open line of an older checkpoint may have more than append() leaves: a record must fit a segment.
  if (runs.size() > kMaxRuns) runs = {};
  const HeadBytes head = encode_head(text.size(), runs.size(), wrapped);
  const std::size_t size = head.size + runs.size() + text.size();
  if (segments_.empty() || segments_.back().used + size > SegmentStore::kSegmentSize) {
    if (!segments_.empty()) write_header(segments_.back());
    if (!open_segment()) return;
  }
  Segment& segment = segments_.back();
  if (segment.count % kMarkEvery == 0) segment.marks.push_back(segment.used);
  std::byte* at = segment.base + segment.used;
  std::memcpy(at, head.bytes.data(), head.size);
  at += head.size;
  if (!runs.empty()) std::memcpy(at, runs.data(), runs.size());
  at += runs.size();
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  segment.used += static_cast<std::uint32_t>(size);
  ++segment.count;
  end_.offset = segment.used;
  ++end_.line;
  bytes_ += size;
  enforce_limits();
}

void History::enforce_limits() {
  while (lines() > 0 && (lines() > max_lines_ || bytes_ > max_bytes_)) drop_first();
}

void History::drop_first() {
  Segment& segment = segments_.front();
  RecordHead head;
  if (!decode_head(view(segment.base, first_.offset, segment.used), head)) return clear();
  first_.offset += static_cast<std::uint32_t>(head.size());
  ++first_.line;
  bytes_ -= std::min<std::uint64_t>(bytes_, head.size());
  if (first_.line == segment.first_line + segment.count && segments_.size() > 1) release_front();
}

void History::release_front() {
  store_.retire(segments_.front().id);
  segments_.pop_front();
  first_.segment = segments_.front().id;
  first_.offset = kHeaderSize;
}

void History::set_limits(std::uint64_t max_lines, std::uint64_t max_bytes) {
  max_lines_ = max_lines;
  max_bytes_ = max_bytes;
  enforce_limits();
}

void History::clear() {
  for (const auto& segment : segments_) store_.release(segment.id);
  segments_.clear();
  bytes_ = 0;
  open_ = false;
  open_text_ = {};
  open_runs_ = {};
  end_.segment = next_segment_;
  end_.offset = 0;
  first_ = end_;
}

void History::truncate(Position position) {
  if (segments_.empty() || position.line < first_.line || position.line > end_.line) return;
  while (segments_.size() > 1 && position.line <= segments_.back().first_line &&
         position.segment < segments_.back().id) {
    // Not released: until the next checkpoint the last one still names it. Its number is used again next.
    cut_.push_back(segments_.back().id);
    segments_.pop_back();
  }
  Segment& segment = segments_.back();
  if (position.line < segment.first_line || position.line > segment.first_line + segment.count) return;
  const std::uint32_t offset =
      position.line == segment.first_line + segment.count ? segment.used : offset_of(segment, position.line);
  segment.used = offset;
  segment.count = static_cast<std::uint32_t>(position.line - segment.first_line);
  segment.marks.resize((segment.count + kMarkEvery - 1) / kMarkEvery);
  end_ = {segment.id, segment.used, position.line};
  open_ = false;
  open_text_ = {};
  open_runs_ = {};
  recount();
}

void History::recount() {
  bytes_ = 0;
  for (const auto& segment : segments_) bytes_ += segment.used - kHeaderSize;
  if (!segments_.empty()) bytes_ -= std::min<std::uint64_t>(bytes_, first_.offset - kHeaderSize);
}

bool History::take_last(std::string& text, std::vector<HistoryRun>& runs, std::string& links,
                        std::vector<LineMark>& marks) {
  HistoryLine line;
  if (open_) {
    line = open_line();
  } else if (lines() == 0 || !read(end_.line - 1, line)) {
    return false;
  }
  text.assign(line.text);
  runs = line.runs;
  marks = line.marks;
  links.clear();
  std::size_t total = 0;
  for (const auto& run : runs) total += run.link.size();
  links.reserve(total);  // The views below must not move.
  for (auto& run : runs) {
    const std::size_t at = links.size();
    links += run.link;
    run.link = std::string_view(links).substr(at, run.link.size());
  }
  if (open_) {
    open_ = false;
    open_text_ = {};
    open_runs_ = {};
    return true;
  }
  const Segment& segment = segments_.back();
  if (segment.count == 0) {
    truncate({segments_[segments_.size() - 2].id, 0, end_.line - 1});
  } else {
    truncate({segment.id, 0, end_.line - 1});
  }
  return true;
}

void History::save(ByteWriter& out) const {
  out.varint(max_lines_);
  out.varint(max_bytes_);
  out.varint(next_segment_);
  for (const Position& p : {first_, end_}) {
    out.varint(p.segment);
    out.varint(p.offset);
    out.varint(p.line);
  }
  out.boolean(!segments_.empty());
  out.boolean(open_);
  out.string(open_text_);
  out.string(open_runs_);
}

bool History::scan(Segment& segment, std::uint32_t limit) const {
  ByteReader in(view(segment.base, 0, kHeaderSize));
  const std::uint32_t magic = in.u32();
  const std::uint32_t used = in.u32();
  const std::uint64_t id = in.u64();
  segment.first_line = in.u64();
  if (magic != kMagic || id != segment.id) return false;
  // The header's own count is written when a segment is full; of the last one the checkpoint knows the end.
  const std::uint32_t end = limit != 0 ? limit : used;
  if (end < kHeaderSize || end > SegmentStore::kSegmentSize) return false;
  segment.used = kHeaderSize;
  segment.count = 0;
  while (segment.used < end) {
    RecordHead head;
    if (!decode_head(view(segment.base, segment.used, end), head)) break;
    if (segment.count % kMarkEvery == 0) segment.marks.push_back(segment.used);
    segment.used += static_cast<std::uint32_t>(head.size());
    ++segment.count;
  }
  return true;
}

void History::restore(ByteReader& in) {
  clear();
  cut_.clear();
  max_lines_ = in.varint();
  max_bytes_ = in.varint();
  const std::uint64_t next = in.varint();
  std::array<Position, 2> both;
  for (Position& p : both) {
    p.segment = in.varint();
    const std::uint64_t offset = in.varint();
    if (offset > SegmentStore::kSegmentSize) in.reject();
    p.offset = static_cast<std::uint32_t>(offset);
    p.line = in.varint();
  }
  const bool any = in.boolean();
  const bool open = in.boolean();
  const std::string_view open_text = in.string();
  const std::string_view open_runs = in.string();
  const auto [from, to] = both;
  std::vector<HistoryRun> runs;
  std::vector<LineMark> marks;
  if (!in.ok() || from.segment > to.segment || to.segment - from.segment > SegmentStore::kMostSpan ||
      from.line > to.line || to.line > (1ULL << 62U) || next > (1ULL << 62U) || next < to.segment ||
      open_text.size() > kMaxLine || !is_clean_text(open_text) || !decode_runs(open_runs, runs, marks) ||
      (!open && !(open_text.empty() && open_runs.empty()))) {
    return in.reject();
  }
  next_segment_ = next;
  first_ = from;
  end_ = to;
  open_ = open;
  open_text_ = open_text;
  open_runs_ = open_runs;
  if (!any) {
    first_ = end_;
    return store_.keep_only({});
  }
  for (std::uint64_t id = store_.find(from.segment); id <= to.segment; id = store_.find(id + 1)) {
    const auto bytes = store_.map(id);
    if (bytes.size() < SegmentStore::kSegmentSize) continue;
    Segment segment{id, 0, 0, 0, bytes.data(), {}};
    const bool last = id == to.segment;
    if (scan(segment, last ? to.offset : 0) && segment.first_line <= to.line &&
        segment.count <= to.line - segment.first_line) {
      // Lines are numbered without holes; what does not join is not part of this history.
      if (!segments_.empty() && segment.first_line != segments_.back().first_line + segments_.back().count) {
        segments_.clear();
      }
      segments_.push_back(std::move(segment));
    }
  }
  if (segments_.empty() || segments_.back().first_line + segments_.back().count != to.line) {
    // The newest segment is gone: nothing in the store belongs to this checkpoint's end.
    segments_.clear();
    first_ = end_;
    next_segment_ = std::max(next_segment_, end_.segment + 1);
    return store_.keep_only({});
  }
  std::vector<std::uint64_t> kept;
  for (const auto& segment : segments_) kept.push_back(segment.id);
  store_.keep_only(kept);
  const Segment& front = segments_.front();
  if (first_.segment != front.id || first_.line < front.first_line ||
      first_.line > front.first_line + front.count) {
    first_ = {front.id, kHeaderSize, front.first_line};
  } else {
    first_.offset =
        first_.line == front.first_line + front.count ? front.used : offset_of(front, first_.line);
  }
  end_ = {segments_.back().id, segments_.back().used, to.line};
  next_segment_ = end_.segment + 1;
  recount();
}

}  // namespace sess::terminal
