// The lines that scrolled off a screen: logical (unwrapped) lines as UTF-8 with runs of styles by value.
//
// Owns nothing but an index; the bytes lie in a SegmentStore in their final form (line_codec.hpp draws a
// record), append-only, so a checkpoint names only where the history ends. A logical line whose end is still
// on the screen is kept here as the open line. Wrapping lines to a width is the reader's business.
//
//   segment: [header 32 bytes][record][record]...   a record never crosses a segment
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/scrolled.hpp"
#include "terminal/screen/cell.hpp"
#include "terminal/screen/prompt_mark.hpp"
#include "terminal/screen/segment_store.hpp"

namespace sess::terminal {

/// `length` bytes of a line's text in one style. Text behind the last run has the default style.
struct HistoryRun {
  std::size_t length = 0;
  Style style;            ///< style.link is 0 or 1: whether `link` is set
  std::string_view link;  ///< the hyperlink's URI
};

/// One line as read. The views point into the store: valid until the history changes.
struct HistoryLine {
  std::string_view text;
  std::vector<HistoryRun> runs;
  std::vector<LineMark> marks;  ///< in the order of the text
  bool wrapped = false;         ///< the next line continues this one (it was longer than kMaxLine)
};

enum class LineEnd { hard, open };

struct RecordHead;

class History {
 public:
  /// Bytes of text after which a logical line is cut in two, so that a program that never prints a newline
  /// has bounded cost.
  static constexpr std::size_t kMaxLine = 16 * 1024;
  /// The same for its encoded runs: a record fits a segment and the open line a checkpoint.
  static constexpr std::size_t kMaxRuns = SegmentStore::kSegmentSize / 2;

  /// Where the history ends: what a checkpoint names and truncate() takes.
  struct Position {
    std::uint64_t segment = 0;
    std::uint32_t offset = 0;
    std::uint64_t line = 0;  ///< number that the next line gets
    bool operator==(const Position&) const = default;
  };

  explicit History(SegmentStore& store);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// Lines kept, not counting the open one.
  [[nodiscard]] std::uint64_t lines() const { return end_.line - first_.line; }
  /// Bytes that the kept lines take.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Number of the oldest line kept; numbers only grow and are never used twice for different lines, except
  /// after truncate().
  [[nodiscard]] std::uint64_t first_line() const { return first_.line; }
  /// Number that the next line gets.
  [[nodiscard]] std::uint64_t end_line() const { return end_.line; }
  /// The line with this number; false when it is not kept.
  [[nodiscard]] bool read(std::uint64_t line, HistoryLine& out) const;
  /// The text of every line kept, oldest first: in one pass, where read() of each looks for its place again.
  void visit_texts(const std::function<void(std::string_view)>& see) const;
  /// The same for the lines in [from, end) that are kept, with their numbers, until `see` says false.
  void visit_texts(std::uint64_t from, std::uint64_t end,
                   const std::function<bool(std::uint64_t, std::string_view)>& see) const;

  /// The marks of the lines in [from, end) that are kept, with the lines' numbers, until `see` says false.
  void visit_marks(std::uint64_t from, std::uint64_t end,
                   const std::function<bool(std::uint64_t, LineMark)>& see) const;

  /// The logical line that the top of the screen continues; empty text when there is none.
  [[nodiscard]] HistoryLine open_line() const;
  [[nodiscard]] bool has_open_line() const { return open_; }
  /// All that has scrolled off, the open line's part included.
  [[nodiscard]] Scrolled scrolled() const {
    return {end_.line, static_cast<std::uint32_t>(open_text_.size())};
  }
  /// Whether lines went before the limits said so, because the store had no memory for more.
  [[nodiscard]] bool starved() const { return starved_; }

  /// Adds text to the open line and, with LineEnd::hard, ends it. `runs` are encoded (line_codec.hpp) and
  /// cover all of the text, or with LineEnd::hard its front; empty: default style.
  void append(std::string_view text, std::string_view runs, LineEnd end);
  /// Ends the open line if there is one (its continuation was erased).
  void close_line();
  /// Takes the open line, or else the newest line, back off: copies it out. False when there is nothing.
  [[nodiscard]] bool take_last(std::string& text, std::vector<HistoryRun>& runs, std::string& links,
                               std::vector<LineMark>& marks);

  void set_limits(std::uint64_t max_lines, std::uint64_t max_bytes);
  void clear();

  [[nodiscard]] Position position() const { return end_; }
  /// Forgets lines from `position` on, one that position() returned earlier. Positions that lie outside what
  /// is kept are ignored.
  void truncate(Position position);

  void save(ByteWriter& out) const;
  /// Total on hostile input; marks the reader rejected when it cannot be. Segments that were released since
  /// the checkpoint was taken are skipped, the lines in them are gone.
  void restore(ByteReader& in);

 private:
  struct Segment {
    std::uint64_t id = 0;
    std::uint64_t first_line = 0;
    std::uint32_t used = 0;
    std::uint32_t count = 0;
    std::byte* base = nullptr;
    std::vector<std::uint32_t> marks;  ///< offset of every kMarkEvery-th record
  };

  using SeeRecord = std::function<bool(std::uint64_t, const std::byte* record, const RecordHead&)>;
  void visit_records(std::uint64_t from, std::uint64_t end, const SeeRecord& see) const;
  void cut_open_line();
  void write_record(std::string_view text, std::string_view runs, bool wrapped);
  [[nodiscard]] bool open_segment();
  void enforce_limits();
  void drop_first();
  void release_front();
  void write_header(const Segment& segment);
  [[nodiscard]] bool scan(Segment& segment, std::uint32_t limit) const;
  [[nodiscard]] std::uint32_t offset_of(const Segment& segment, std::uint64_t line) const;
  void recount();

  SegmentStore& store_;
  std::deque<Segment> segments_;
  Position first_;
  Position end_;
  std::uint64_t bytes_ = 0;
  std::uint64_t max_lines_ = 50000;
  std::uint64_t max_bytes_ = 64ULL * 1024 * 1024;
  std::uint64_t next_segment_ = 0;  ///< above every number in use
  std::vector<std::uint64_t> cut_;  ///< numbers that truncate() freed: the last one is used again first
  bool starved_ = false;
  bool open_ = false;
  std::string open_text_;
  std::string open_runs_;  ///< encoded as in a record
};

}  // namespace sess::terminal
