// What copy mode shows.
#include <algorithm>

#include "modes/copy/mode.hpp"
#include "render/format_draw.hpp"
#include "render/pane.hpp"
#include "render/style.hpp"

namespace sess::modes {
namespace {

/// Where a selection covers a row, as screen columns [from, to).
struct Span {
  int from = 0;
  int to = 0;
};

/// Row `number` of the frame's area.
void draw_row(render::Frame& frame, render::Rect area, const View& view, const Row& row, int number) {
  const int target = area.row + number;
  // Drawn as a whole and cut on the left by what is in front of it: a scratch frame is not worth its cost.
  int col = area.col - view.left;
  std::size_t at = 0;
  int drawn = 0;
  const auto run = [&](std::string_view text, const terminal::Style& style, std::string_view link) {
    // What lies left of the part that is shown.
    while (col < area.col && drawn < row.columns() && !text.empty()) {
      const RowCell& cell = row.cells[static_cast<std::size_t>(drawn)];
      text.remove_prefix(std::min<std::size_t>(text.size(), cell.length));
      at += cell.length;
      ++drawn;
      ++col;
      while (drawn < row.columns() && row.cells[static_cast<std::size_t>(drawn)].padding) ++drawn, ++col;
    }
    if (text.empty()) return;
    col += render::draw_run(frame, target, col, area.col + area.cols - col, text, style, link, view.base);
    at += text.size();
  };
  for (const auto& one : row.runs) {
    if (at >= row.text.size() || col >= area.col + area.cols) break;
    run(std::string_view(row.text).substr(at, one.length), one.style, one.link);
  }
  if (at < row.text.size() && col < area.col + area.cols) run(std::string_view(row.text).substr(at), {}, {});
}

}  // namespace

void CopyMode::draw(render::Frame& frame, render::Rect whole, const View& around) {
  follow();
  settings_ = ports_.settings();
  const Selection& selection = cursor_.selection;
  const Gutter gutter = this->gutter();
  frame.fill(whole, frame.atlas().style(around.base));
  draw_numbers(frame, whole, around, gutter);
  // The text has what is right of the numbers; the part of the pane that is shown may begin in either.
  View view = around;
  const int shown = std::clamp(gutter.width - around.left, 0, whole.cols);
  view.left = std::max(around.left - gutter.width, 0);
  const render::Rect area{whole.row, whole.col + shown, whole.rows, whole.cols - shown};
  const int first = cursor_.top() + view.top;
  const int last = std::min(first + area.rows, cursor_.top() + cursor_.height());
  for (int row = first; row < last; ++row) draw_row(frame, area, view, lines_->row(row), row - first);

  const auto restyle = [&](int row, int from, int to, const model::Style& look) {
    const int left = std::max(from - view.left, 0);
    const int right = std::min(to - view.left, area.cols);
    if (row < first || row >= last || left >= right) return;
    const auto style = render::to_style(look);
    frame.restyle({area.row + row - first, area.col + left, 1, right - left},
                  [&](const terminal::Style&) { return style; });
  };
  if (cursor_.mark_shown) {
    restyle(cursor_.mark.row, 0, lines_->cols(), settings_.mark);
    restyle(cursor_.mark.row, cursor_.mark.col, cursor_.mark.col + 1, [&] {
      auto look = settings_.mark;
      look.attributes ^= model::kReverse;
      return look;
    }());
  }
  if (const Matches* matches = searching_.marked()) {
    const auto current = [&](const Match& match) {
      if (match.begin <= cursor_.at() && cursor_.at() < match.end) return true;
      return !settings_.vi && cursor_.at() == match.end;  // emacs' cursor is behind what it found
    };
    for (const Match& match : matches->in_rows(*lines_, first, last)) {
      for (int row = match.begin.row; row <= match.end.row; ++row) {
        restyle(row, row == match.begin.row ? match.begin.col : 0,
                row == match.end.row ? match.end.col : lines_->row(row).columns(),
                current(match) ? settings_.current_match : settings_.match);
      }
    }
  }
  if (selection.present) {
    const Place begin = std::min(selection.start, selection.end);
    const Place end = std::max(selection.start, selection.end);
    const int inclusive = settings_.vi ? 1 : 0;
    for (int row = std::max(begin.row, first); row <= std::min(end.row, last - 1); ++row) {
      Span span{row == begin.row ? begin.col : 0, row == end.row ? end.col + inclusive : lines_->cols()};
      if (selection.rectangle) {
        // The fixed corner's column always, the cursor's as the keys have it.
        const int fixed = selection.drag == Selection::Drag::start ? selection.end.col : selection.start.col;
        const int moving = selection.drag == Selection::Drag::start ? selection.start.col : selection.end.col;
        span = moving < fixed ? Span{moving, fixed + 1} : Span{fixed, moving + inclusive};
      }
      restyle(row, span.from, span.to, settings_.selection);
    }
  }
  if (!options_.hide_position && view.top == 0 && whole.rows > 1) draw_position(frame, whole, gutter);
  if (!view.has_cursor) return;
  const int row = cursor_.y - view.top;
  const int col = std::min(cursor_.x + gutter.width, lines_->cols() - 1) - around.left;
  frame.cursor = {whole.row + row,
                  whole.col + col,
                  row >= 0 && row < whole.rows && col >= 0 && col < whole.cols,
                  {},
                  false};
}

void CopyMode::draw_numbers(render::Frame& frame, render::Rect area, const View& view,
                            const Gutter& gutter) const {
  if (gutter.width <= view.left) return;
  for (int row = 0; row < area.rows && row + view.top < cursor_.height(); ++row) {
    const int y = row + view.top;
    const auto& look = y == cursor_.y ? settings_.current_number : settings_.number;
    const std::string text = gutter.text(cursor_, y).substr(static_cast<std::size_t>(view.left));
    render::draw_run(frame, area.row + row, area.col, area.cols, text, render::to_style(look), {}, view.base);
  }
}

/// Where in the text that is, and how often what is searched was found.
std::string CopyMode::position(const Gutter& gutter) const {
  const int at = gutter.absolute() ? cursor_.top() + 1 : cursor_.scroll;
  auto where = fmt::format("[{}/{}]", at, gutter.absolute() ? lines_->rows() : lines_->history());
  if (const auto newer = lines_->newer(); newer > 0) where = fmt::format("+{} {}", newer, where);
  const Matches* matches = searching_.marked();
  if (matches == nullptr) return where;
  return fmt::format("({}{} results) {}", matches->counted(), matches->done() ? "" : "+", where);
}

void CopyMode::draw_position(render::Frame& frame, render::Rect area, const Gutter& gutter) const {
  // Expanding asks for formats(), which takes the settings anew.
  if (const std::string format = settings_.position_format; !format.empty()) {
    const std::string text = ports_.expand(format);
    static_cast<void>(render::draw_format(frame, area.row, area.col, area.cols, settings_.position, text));
  } else {
    const std::string text = position(gutter);
    const int columns = std::min(static_cast<int>(text.size()), area.cols);
    frame.put_text(area.row, area.col + area.cols - columns, columns, text,
                   frame.atlas().style(render::to_style(settings_.position)));
  }
  frame.mend(area.row, area.col, area.col + area.cols);
}

}  // namespace sess::modes
