#include "modes/text/pane_lines.hpp"

#include <algorithm>

#include "terminal/screen/line_wrap.hpp"

namespace sess::modes {

PaneLines::PaneLines(const terminal::Screen& screen, Size shown, bool trimmed)
    : screen_(screen), trimmed_(trimmed) {
  size_ = shown;
  refresh();
}

void PaneLines::refresh() {
  forget_rows();
  screen_cols_ = screen_.size().cols;
  cursor_row_ = screen_.cursor().row;
  index_history();
  take_tail();
}

std::uint64_t PaneLines::newer() const {
  if (screen_.modes().alternate_screen) return 0;  // what fills the screen anew begins no lines
  const auto scrolled = static_cast<std::int64_t>(screen_.history().end_line() - end_);
  const std::int64_t lines = scrolled + screen_.cursor().row - cursor_row_;
  return lines > 0 ? static_cast<std::uint64_t>(lines) : 0;
}

void PaneLines::index_history() {
  const auto& history = screen_.history();
  first_ = marked_ = history.first_line();
  end_ = history.end_line();
  marked_row_ = 0;
  index_.clear();
  std::uint64_t line = 0;
  int row = 0;
  history.visit_texts([&](std::string_view text) {
    if (line++ % kEvery == 0) index_.push_back(row);
    row += static_cast<int>(terminal::wrapped_rows(text, cols()));
  });
  closed_rows_ = row;
}

void PaneLines::take_tail() {
  tail_.clear();
  const auto& history = screen_.history();
  const bool alternate = screen_.modes().alternate_screen;
  int row = closed_rows_;
  bool continues = false;
  if (history.has_open_line()) {
    TailLine line;
    line.row = row;
    const auto open = history.open_line();
    line.text = open.text;
    line.marks = open.marks;
    for (const auto& run : open.runs) line.runs.push_back({run.length, run.style, std::string(run.link)});
    line.starts = terminal::wrap_line(line.text, cols());
    row += static_cast<int>(line.starts.size());
    tail_.push_back(std::move(line));
    continues = !alternate;
  }
  history_ = row;
  int shown = screen_.size().rows;
  if (trimmed_) {
    const auto empty = [&](int r) {
      const auto cells = screen_.row(r);
      return std::all_of(cells.begin(), cells.end(),
                         [](const terminal::Cell& cell) { return cell.glyph == 0; });
    };
    while (shown > 0 && empty(shown - 1)) --shown;
  }
  for (int r = 0; r < shown; ++r, ++row) {
    if (!continues) {
      tail_.emplace_back();
      tail_.back().row = row;
    }
    TailLine& line = tail_.back();
    line.starts.push_back(line.text.size());
    if (screen_.marks(r) != 0) line.marks.push_back({line.text.size(), screen_.marks(r)});
    continues = screen_.wrapped(r) && r + 1 < shown;
    append_cells(screen_.row(r), continues);
  }
  if (screen_cols_ != cols()) {  // another pane's
    row = closed_rows_;
    for (auto& line : tail_) {
      line.row = row;
      line.starts = terminal::wrap_line(line.text, cols());
      row += static_cast<int>(line.starts.size());
    }
  }
  // What is looked through may have another height than the pane: the last rows are its screen.
  history_ = std::max(0, row - size_.rows);
}

void PaneLines::append_cells(std::span<const terminal::Cell> cells, bool wrapped) {
  TailLine& line = tail_.back();
  std::size_t used = cells.size();
  const auto blank = [&](const terminal::Cell& cell) {
    return cell.glyph == 0 && cell.width != 0 && screen_.style(cell.style) == terminal::Style{};
  };
  while (used > 0 && blank(cells[used - 1])) --used;
  if (wrapped) {
    used = cells.size();
    while (used > 0 && (cells[used - 1].flags & terminal::kFiller) != 0) --used;
  }
  // Text that came without runs has the default style.
  std::size_t covered = 0;
  for (const auto& run : line.runs) covered += run.length;
  if (covered < line.text.size()) line.runs.push_back({line.text.size() - covered, {}, {}});
  for (std::size_t i = 0; i < used; ++i) {
    if (cells[i].width == 0) continue;
    const std::size_t before = line.text.size();
    screen_.append_text(line.text, cells[i]);
    terminal::Style style = screen_.style(cells[i].style);
    const auto link = screen_.link(style.link);
    style.link = link.empty() ? 0 : 1;
    if (line.runs.empty() || !(line.runs.back().style == style) || line.runs.back().link != link) {
      line.runs.push_back({0, style, std::string(link)});
    }
    line.runs.back().length += line.text.size() - before;
  }
}

std::pair<std::uint64_t, int> PaneLines::line_of(int row) const {
  const int wanted = row + marked_row_;
  const auto after = std::upper_bound(index_.begin(), index_.end(), wanted);
  const auto mark = static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(after - index_.begin() - 1, 0));
  std::pair<std::uint64_t, int> found{marked_ + mark * kEvery,
                                      index_.empty() ? 0 : index_[mark] - marked_row_};
  if (found.first < first_) found = {first_, 0};
  visit_history(found.first, found.second, end_, [&](std::uint64_t line, int begin, std::string_view) {
    if (begin > row) return false;
    found = {line, begin};
    return true;
  });
  return found;
}

void PaneLines::visit_history(std::uint64_t line, int row, std::uint64_t end,
                              const std::function<bool(std::uint64_t, int, std::string_view)>& see) const {
  screen_.history().visit_texts(line, end, [&](std::uint64_t number, std::string_view text) {
    if (!see(number, row, text)) return false;
    row += static_cast<int>(terminal::wrapped_rows(text, cols()));
    return true;
  });
}

int PaneLines::row_of(std::uint64_t line) const {
  const auto mark = (line - marked_) / kEvery;
  std::uint64_t from = marked_ + mark * kEvery;
  int row = index_[static_cast<std::size_t>(mark)] - marked_row_;
  if (from < first_) {
    from = first_;
    row = 0;
  }
  visit_history(from, row, line, [&](std::uint64_t, int begin, std::string_view text) {
    row = begin + static_cast<int>(terminal::wrapped_rows(text, cols()));
    return true;
  });
  return row;
}

namespace {

/// The row of a line, from its first one, in which a place in its text stands.
int part_of(const std::vector<std::size_t>& starts, std::size_t offset) {
  return static_cast<int>(std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin()) - 1;
}

}  // namespace

std::optional<int> PaneLines::marked_row(int number, bool backward, terminal::PromptMark mark) const {
  std::optional<int> found;
  const auto see = [&](const TailLine& line, terminal::LineMark one) {
    const int row = line.row + part_of(line.starts, one.offset);
    if ((one.marks & mark) == 0 || (backward ? row >= number : row <= number)) return;
    if (!found || backward) found = row;
  };
  if (!backward) found = marked_history_row(number, false, mark);
  if (found) return found;
  for (const auto& line : tail_) {
    for (const auto& one : line.marks) see(line, one);
  }
  return found ? found : backward ? marked_history_row(number, true, mark) : std::nullopt;
}

std::optional<int> PaneLines::marked_history_row(int number, bool backward, terminal::PromptMark mark) const {
  if (first_ == end_ || (!backward && number >= closed_rows_ - 1)) return std::nullopt;
  const auto here = line_of(std::clamp(number, 0, closed_rows_ - 1)).first;
  const auto& history = screen_.history();
  std::optional<int> found;
  const auto see = [&](std::uint64_t line, terminal::LineMark one) {
    if ((one.marks & mark) == 0) return true;
    terminal::HistoryLine read;
    if (!history.read(line, read)) return true;
    const int row = row_of(line) + part_of(terminal::wrap_line(read.text, cols()), one.offset);
    if (backward ? row < number : row > number) found = row;
    return backward || !found;
  };
  if (!backward) {
    history.visit_marks(here, end_, see);
    return found;
  }
  // The history is written for reading on: back in pieces, the last mark of each.
  for (std::uint64_t to = here + 1; !found && to > first_;) {
    const std::uint64_t from = to - first_ > kEvery ? to - kEvery : first_;
    history.visit_marks(from, to, see);
    to = from;
  }
  return found;
}

const PaneLines::TailLine& PaneLines::tail_of(int row) const {
  const auto after = std::upper_bound(tail_.begin(), tail_.end(), row,
                                      [](int r, const TailLine& line) { return r < line.row; });
  return after == tail_.begin() ? tail_.front() : *std::prev(after);
}

void PaneLines::slice(Row& out, std::string_view text, std::size_t begin, std::size_t end,
                      const std::vector<RowRun>& runs) {
  out.text.assign(text.substr(begin, end - begin));
  std::size_t at = 0;
  for (const auto& run : runs) {
    const std::size_t from = std::max(at, begin);
    const std::size_t to = std::min(at + run.length, end);
    at += run.length;
    if (from < to) out.runs.push_back({to - from, run.style, run.link});
    if (at >= end) break;
  }
  split(out);
}

void PaneLines::make_row(int number, Row& out) const {
  if (number >= closed_rows_) {
    if (tail_.empty() || number < tail_.front().row) return;
    const TailLine& line = tail_of(number);
    const auto part = static_cast<std::size_t>(number - line.row);
    if (part >= line.starts.size()) return;
    out.wrapped = part + 1 < line.starts.size();
    slice(out, line.text, line.starts[part], out.wrapped ? line.starts[part + 1] : line.text.size(),
          line.runs);
    return;
  }
  const auto [line, begin] = line_of(number);
  terminal::HistoryLine read;
  if (!screen_.history().read(line, read)) return;
  const auto starts = terminal::wrap_line(read.text, cols());
  const auto part = static_cast<std::size_t>(number - begin);
  if (part >= starts.size()) return;
  const bool last = part + 1 == starts.size();
  std::vector<RowRun> runs;
  runs.reserve(read.runs.size());
  for (const auto& run : read.runs) runs.push_back({run.length, run.style, std::string(run.link)});
  slice(out, read.text, starts[part], last ? read.text.size() : starts[part + 1], runs);
  out.wrapped = !last || read.wrapped;
}

void PaneLines::visit(int from, int to, bool backward, const See& see, const Wants& wants) const {
  const auto tail = [&] {
    const auto one = [&](const TailLine& line) {
      return line.row < from || line.row >= to || (wants && !wants(line.text)) || see({line.row, line.text});
    };
    if (backward) {
      return std::all_of(tail_.rbegin(), tail_.rend(), one);
    }
    return std::all_of(tail_.begin(), tail_.end(), one);
  };
  if (backward && !tail()) return;
  if (!visit_closed(std::max(from, 0), std::min(to, closed_rows_), backward, see, wants)) return;
  if (!backward) static_cast<void>(tail());
}

bool PaneLines::visit_closed(int from, int to, bool backward, const See& see, const Wants& wants) const {
  if (from >= to || first_ == end_) return true;
  auto [first, first_row] = line_of(from);
  if (first_row < from) ++first;
  const std::uint64_t end = line_of(to - 1).first + 1;
  const auto& history = screen_.history();
  bool on = true;
  if (!backward && !wants) {
    visit_history(first, row_of(first), end, [&](std::uint64_t, int row, std::string_view text) {
      return on = see({row, text});
    });
    return on;
  }
  const auto one = [&](std::uint64_t line, std::string_view text) {
    return (wants && !wants(text)) || see({row_of(line), text});
  };
  if (!backward) {
    history.visit_texts(first, end,
                        [&](std::uint64_t line, std::string_view text) { return on = one(line, text); });
    return on;
  }
  // The history is written for reading on, so back in pieces that are read on.
  std::vector<std::pair<std::uint64_t, std::string_view>> piece;
  for (std::uint64_t behind = end; behind > first;) {
    const std::uint64_t begin = behind - first > kPiece ? behind - kPiece : first;
    piece.clear();
    history.visit_texts(begin, behind, [&](std::uint64_t line, std::string_view text) {
      piece.emplace_back(line, text);
      return true;
    });
    for (auto it = piece.rbegin(); it != piece.rend(); ++it) {
      if (!one(it->first, it->second)) return false;
    }
    behind = begin;
  }
  return true;
}

int PaneLines::begin_of(int number) const {
  return number < closed_rows_ ? line_of(number).second : tail_.empty() ? number : tail_of(number).row;
}

int PaneLines::follow() {
  const auto& history = screen_.history();
  if (history.end_line() < end_ || screen_.size().cols != screen_cols_) {
    // The screen took lines back: it grew.
    const int before = this->history();
    refresh();
    return std::max(0, before - this->history());
  }
  const std::uint64_t now = std::min(history.first_line(), end_);
  if (now == first_) return 0;
  int gone = closed_rows_;
  if (now < end_) {
    const std::uint64_t mark = (now - marked_) / kEvery;
    gone = index_[static_cast<std::size_t>(mark)] - marked_row_;
    // Lines between the mark and the first one that is kept are gone: their rows are the mark's less what is
    // left.
    if ((now - marked_) % kEvery != 0) {
      const std::uint64_t next = std::min(marked_ + (mark + 1) * kEvery, end_);
      int left = 0;
      history.visit_texts(now, next, [&](std::uint64_t, std::string_view text) {
        left += static_cast<int>(terminal::wrapped_rows(text, cols()));
        return true;
      });
      const int next_row = static_cast<std::size_t>(mark) + 1 < index_.size()
                               ? index_[static_cast<std::size_t>(mark) + 1] - marked_row_
                               : closed_rows_;
      gone = next_row - left;
    }
  }
  first_ = now;
  marked_row_ += gone;
  closed_rows_ -= gone;
  history_ -= gone;
  for (auto& line : tail_) line.row -= gone;
  forget_rows();
  return gone;
}

Lines::Spot PaneLines::renew(Size size, Spot spot) {
  // By the number of the logical line, which stays its own when it moves between history and screen.
  const auto number_at = [&](int row, int& begin) -> std::uint64_t {
    if (row < closed_rows_) {
      const auto [line, first] = line_of(row);
      begin = first;
      return line;
    }
    std::uint64_t number = end_;
    for (const auto& line : tail_) {
      if (row < line.row + static_cast<int>(line.starts.size())) {
        begin = line.row;
        return number;
      }
      ++number;
    }
    begin = row;
    return number;
  };
  int begin = spot.row;
  const std::uint64_t number = number_at(spot.row, begin);
  std::size_t columns = static_cast<std::size_t>(std::max(spot.col, 0));
  for (int r = begin; r < spot.row; ++r) columns += static_cast<std::size_t>(row(r).columns());

  size_ = size;
  refresh();
  Spot out;
  if (number < first_) return out;
  if (number < end_) {
    out.row = 0;
    visit_history(marked_, 0, end_, [&](std::uint64_t line, int row, std::string_view) {
      out.row = row;
      return line < number;
    });
  } else {
    const std::size_t index = static_cast<std::size_t>(number - end_);
    out.row = index < tail_.size() ? tail_[index].row : last_row();
  }
  while (wrapped(out.row) && columns >= static_cast<std::size_t>(row(out.row).columns())) {
    columns -= static_cast<std::size_t>(row(out.row).columns());
    ++out.row;
  }
  out.col = static_cast<int>(std::min<std::size_t>(columns, size.cols));
  return out;
}

}  // namespace sess::modes
