// What a chooser shows: its rows, and below them a box with what the current one looks like.
#include <algorithm>

#include "base/width.hpp"
#include "modes/choose/boxes.hpp"
#include "modes/choose/chooser.hpp"
#include "render/format_draw.hpp"
#include "render/style.hpp"

namespace sess::modes {
namespace {

/// In front of a row below another: lines that lead to it.
std::string branch(const Items& items, const Item& item) {
  std::string sign;
  if (!item.flat) sign = !item.parent_of ? "  " : items.is_open(item) ? "- " : "+ ";
  if (item.depth == 0) return sign;
  std::string out;
  const bool parent_is_last = item.parent >= 0 && items.at(item.parent).last;
  for (int i = 1; i < item.depth; ++i) out += parent_is_last ? "    " : "│   ";
  return out + (item.last ? "└─> " : "├─> ") + sign;
}

std::string shortcut(const Item& item) {
  return item.key.code == input::code::kNone ? std::string() : "(" + input::key_name(item.key) + ")";
}

}  // namespace

void Chooser::draw_rows(render::Frame& frame, render::Rect area, const terminal::Style& base) {
  int keys = 0;  // columns of the widest shortcut and a space
  for (int line = 0; line < items_.lines(); ++line) {
    if (const auto text = shortcut(items_.line(line)); !text.empty()) {
      keys = std::max(keys, static_cast<int>(display_width(text)) + 1);
    }
  }
  const auto current_style = ports_.style();
  const int last = std::min(items_.lines(), items_.first_line() + area.rows);
  for (int line = items_.first_line(); line < last; ++line) {
    const Item& item = items_.line(line);
    const bool current = line == items_.current_line();
    const bool tagged = items_.is_tagged(item);
    model::Style look = current ? current_style : model::Style{};
    if (tagged) look.attributes ^= model::kBright;
    const int row = area.row + line - items_.first_line();
    auto style = current ? render::to_style(look) : base;
    if (tagged && !current) style.attrs ^= terminal::Attr::bold;
    std::string text = shortcut(item);
    text.append(static_cast<std::size_t>(std::max(0, keys - static_cast<int>(display_width(text)))), ' ');
    text += branch(items_, item) + item.name + (tagged ? "*" : "") + (item.text.empty() ? "" : ": ");
    const auto number = frame.atlas().style(style);
    if (current) frame.fill({row, area.col, 1, area.cols}, number);
    const int width = std::min(static_cast<int>(display_width(text)), area.cols);
    frame.put_text(row, area.col, area.cols, text, number);
    render::draw_format(frame, row, area.col + width, area.cols - width, look, item.text);
  }
}

void Chooser::draw_preview(render::Frame& frame, render::Rect area) {
  const Item* item = items_.current();
  if (item == nullptr) return;
  if (item->stands_for_parent && item->parent >= 0) item = &items_.at(item->parent);
  draw_box(frame, area);
  std::string title = " " + item->name;
  if (const auto orders = kind_->orders(); !orders.empty()) {
    title += fmt::format(" (sort: {}{})", orders[sorting_.order], sorting_.reversed ? ", reversed" : "");
  }
  const int room = area.cols - 2;
  int width = display_width(title);
  if (room >= width) {
    const std::string_view filter = no_matches_ ? "no matches" : "active";
    int col = area.col + 1;
    const auto put = [&](std::string_view text, std::uint32_t style) {
      col += frame.put_text(area.row, col, area.col + area.cols - col, text, style);
    };
    put(title, 0);
    if (!options_.filter.empty() && room >= width + 10 + static_cast<int>(filter.size()) + 2) {
      put(" (filter: ", 0);
      put(filter, no_matches_ ? frame.atlas().style(render::to_style(ports_.style())) : 0);
      put(") ", 0);
    } else {
      put(" ", 0);
    }
  }
  const render::Rect inside{area.row + 1, area.col + 2, area.rows - 2, area.cols - 4};
  if (inside.rows > 0 && inside.cols > 0) kind_->draw_preview(frame, inside, *item);
}

void Chooser::draw(render::Frame& frame, render::Rect area, const View& view) {
  // Drawn as a whole: a client that sees a part of it gets that part.
  const bool whole = view.top == 0 && view.left == 0 && area.rows == size_.rows && area.cols == size_.cols;
  render::Frame sheet = whole ? render::Frame({1, 1}) : frame.sheet(size_);
  render::Frame& out = whole ? frame : sheet;
  const render::Rect all = whole ? area : render::Rect{0, 0, size_.rows, size_.cols};
  out.fill(all, out.atlas().style(view.base));
  const int height = std::min(items_.height(), all.rows);
  draw_rows(out, {all.row, all.col, height, all.cols}, view.base);
  if (height < all.rows) draw_preview(out, {all.row + height, all.col, all.rows - height, all.cols});
  if (!whole) frame.paste(sheet, view.top, view.left, area);
  if (view.has_cursor) frame.cursor = {};
}

}  // namespace sess::modes
