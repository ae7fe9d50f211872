#include "terminal/show/capture.hpp"

#include <algorithm>
#include <vector>

#include "base/utf8.hpp"
#include "terminal/screen/line_wrap.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/screen/sgr_text.hpp"

namespace sess::terminal {
namespace {

/// Collects rows as text, with or without escapes.
class Writer {
 public:
  Writer(const Screen& screen, const CaptureOptions& options) : screen_(screen), options_(options) {}

  void cells(std::span<const Cell> cells, bool wrapped);
  void line(const HistoryLine& line, std::size_t begin, std::size_t end, bool wrapped);
  [[nodiscard]] std::string take() {
    if (!at_line_start_) out_ += '\n';
    return std::move(out_);
  }

 private:
  void style(const Style& style, std::string_view id, std::string_view uri);
  void text(std::string_view bytes);
  void escape(const std::string& bytes);
  void finish_row(bool wrapped);

  const Screen& screen_;
  const CaptureOptions& options_;
  std::string out_;
  Style current_;
  std::string link_;
  bool at_line_start_ = true;
  std::string scratch_;
};

void Writer::escape(const std::string& bytes) {
  if (!options_.octal) {
    out_ += bytes;
    return;
  }
  // As tmux's -C: the escape character as its octal number.
  for (const char c : bytes) {
    if (c == '\x1b') {
      out_ += "\\033";
    } else if (c == '\\') {
      out_ += "\\\\";
    } else {
      out_ += c;
    }
  }
}

void Writer::text(std::string_view bytes) {
  at_line_start_ = false;
  if (!options_.octal) {
    out_ += bytes;
    return;
  }
  for (const char c : bytes) {
    if (c == '\\') out_ += '\\';
    out_ += c;
  }
}

void Writer::style(const Style& style, std::string_view id, std::string_view uri) {
  if (!options_.escapes) return;
  Style plain = style;
  plain.link = 0;
  plain.attrs = static_cast<std::uint16_t>(plain.attrs & ~protected_);
  if (uri != link_) {
    std::string bytes;
    append_link(bytes, id, uri);
    escape(bytes);
    link_ = uri;
  }
  if (plain == current_) return;
  std::string bytes;
  append_tmux_sgr(bytes, current_, plain);
  escape(bytes);
  current_ = plain;
}

void Writer::finish_row(bool wrapped) {
  if (options_.join && wrapped) return;
  out_ += '\n';
  at_line_start_ = true;
}

void Writer::cells(std::span<const Cell> cells, bool wrapped) {
  std::size_t used = cells.size();
  const bool keep = options_.trailing_spaces || options_.join;
  const auto blank = [&](const Cell& cell) {
    if (cell.glyph == 0) {
      // A blank in a colour is visible; only with escapes can that be said.
      return cell.width != 0 && (!options_.escapes || screen_.style(cell.style).bg.kind == Color::Kind::none);
    }
    return !keep && cell.glyph == ' ' &&
           (!options_.escapes || screen_.style(cell.style).bg.kind == Color::Kind::none);
  };
  if (!(options_.join && wrapped)) {
    while (used > 0 && blank(cells[used - 1])) --used;
  }
  for (std::size_t i = 0; i < used; ++i) {
    const Cell& cell = cells[i];
    if (cell.width == 0 || (cell.flags & kFiller) != 0) continue;
    const Style& own = screen_.style(cell.style);
    style(own, screen_.link_id(own.link), screen_.link(own.link));
    scratch_.clear();
    screen_.append_text(scratch_, cell);
    text(scratch_);
  }
  if (used == 0) at_line_start_ = false;
  finish_row(wrapped);
}

void Writer::line(const HistoryLine& line, std::size_t begin, std::size_t end, bool wrapped) {
  if (!(options_.trailing_spaces || options_.join) && !wrapped && !options_.escapes) {
    while (end > begin && line.text[end - 1] == ' ') --end;
  }
  static const Style kPlain;
  std::size_t run = 0;
  std::size_t run_end = 0;
  for (std::size_t at = begin; at < end;) {
    // Runs lie in order: the one that holds `at`, or none behind the last.
    while (run < line.runs.size() && run_end + line.runs[run].length <= at)
      run_end += line.runs[run++].length;
    const bool plain = run == line.runs.size();
    const std::size_t stop = plain ? end : std::min(end, run_end + line.runs[run].length);
    style(plain ? kPlain : line.runs[run].style, {}, plain ? std::string_view() : line.runs[run].link);
    const std::string_view part = line.text.substr(at, stop - at);
    if (is_clean_text(part)) {
      text(part);
    } else {
      text(clean_text(part, std::string_view::npos));  // a damaged store
    }
    at = stop;
  }
  at_line_start_ = false;
  finish_row(wrapped);
}

}  // namespace

std::uint64_t history_rows(const Screen& screen) {
  const History& history = screen.history();
  const int cols = screen.size().cols;
  std::uint64_t rows = 0;
  if (history.has_open_line()) rows += wrapped_rows(history.open_line().text, cols);
  history.visit_texts([&](std::string_view text) { rows += wrapped_rows(text, cols); });
  return rows;
}

std::string capture(const Screen& screen, const CaptureOptions& options) {
  const int height = screen.size().rows;
  const int cols = screen.size().cols;
  const std::int64_t last = height - 1;
  std::int64_t from = std::min(options.start, last);
  std::int64_t to = std::min(options.end, last);
  if (from > to) std::swap(from, to);
  const History& history = screen.history();
  Writer writer(screen, options);

  if (from < 0) {
    // Walk back until enough rows are above the screen, then forward.
    const std::uint64_t wanted = from == CaptureOptions::kHistoryStart
                                     ? std::numeric_limits<std::uint64_t>::max()
                                     : static_cast<std::uint64_t>(-from);
    HistoryLine line;
    std::uint64_t rows = 0;
    if (history.has_open_line()) rows = wrapped_rows(history.open_line().text, cols);
    std::uint64_t first = history.end_line();
    while (first > history.first_line() && rows < wanted) {
      if (!history.read(--first, line)) break;
      rows += wrapped_rows(line.text, cols);
    }
    auto position = -static_cast<std::int64_t>(rows);
    const std::int64_t begin = from == CaptureOptions::kHistoryStart ? position : from;
    const auto write = [&](const HistoryLine& one, bool open) {
      const auto starts = wrap_line(one.text, cols);
      for (std::size_t i = 0; i < starts.size(); ++i, ++position) {
        if (position < begin || position > to) continue;
        const bool more = i + 1 < starts.size();
        writer.line(one, starts[i], more ? starts[i + 1] : one.text.size(), more || open);
      }
    };
    for (std::uint64_t n = first; n < history.end_line() && position <= to; ++n) {
      if (history.read(n, line)) write(line, line.wrapped);
    }
    if (history.has_open_line()) write(history.open_line(), true);
  }
  for (std::int64_t r = std::max<std::int64_t>(from, 0); r <= to; ++r) {
    const int row = static_cast<int>(r);
    writer.cells(options.hidden ? screen.hidden_row(row) : screen.row(row),
                 options.hidden ? screen.hidden_wrapped(row) : screen.wrapped(row));
  }
  return writer.take();
}

}  // namespace sess::terminal
