#include "modes/menu.hpp"

#include <algorithm>
#include <utility>

#include "render/format_draw.hpp"

namespace sess::modes {
namespace {

/// How many entries that can be chosen a page has.
constexpr int kPage = 5;

}  // namespace

Size Menu::size_of(std::string_view title, const std::vector<MenuEntry>& entries) {
  int width = render::format_width(title);
  for (const MenuEntry& entry : entries) {
    width = std::max(width, render::format_width(entry.text) - (entry.text.starts_with('-') ? 1 : 0));
  }
  const auto side = [](std::size_t n) {
    return static_cast<std::uint16_t>(std::min<std::size_t>(n, UINT16_MAX));
  };
  return {side(entries.size() + 2), side(static_cast<std::size_t>(width) + 4)};
}

Menu::Menu(std::string title, std::vector<MenuEntry> entries, int row, int col, Options options)
    : title_(std::move(title)), entries_(std::move(entries)), options_(options) {
  const Size size = size_of(title_, entries_);
  area_ = {row, col, size.rows, size.cols};
  if (!options_.mouse) edge(0, 1);
}

bool Menu::choosable(int index) const {
  const auto& text = entries_[static_cast<std::size_t>(index)].text;
  return !text.empty() && !text.starts_with('-');
}

void Menu::choose(int choice) {
  choice_ = choice >= 0 && choice < count() ? choice : kNothing;
}

void Menu::begin_with(int choice) {
  if (choice < 0) return static_cast<void>(choice_ = kNothing);
  if (choice >= count()) return edge(count() - 1, -1);
  edge(choice, 1);
  if (choice_ == kNothing) edge(0, 1);
}

Menu::Verdict Menu::take() {
  if (choice_ == kNothing) return Verdict::close;
  if (choosable(choice_)) return Verdict::chosen;
  return options_.stay_open ? Verdict::nothing : Verdict::close;
}

/// To the next entry that can be chosen, over the end to the other one.
void Menu::step(int direction) {
  const int begin = std::max(choice_, 0);
  do {
    choice_ =
        choice_ == kNothing && direction > 0 ? 0 : (std::max(choice_, 0) + direction + count()) % count();
  } while (!choosable(choice_) && choice_ != begin);
}

/// To the first entry from here on that can be chosen; where there is none, nothing is.
void Menu::edge(int from, int direction) {
  for (int at = from; at >= 0 && at < count(); at += direction) {
    if (choosable(at)) return static_cast<void>(choice_ = at);
  }
  choice_ = kNothing;
}

void Menu::page(int direction) {
  int left = kPage;
  int at = choice_;
  while (left > 0 && at + direction >= 0 && at + direction < count()) {
    at += direction;
    if (choosable(at)) {
      choice_ = at;
      --left;
    }
  }
}

Menu::Verdict Menu::key(input::Key key) {
  namespace code = input::code;
  for (int i = 0; i < count(); ++i) {
    const MenuEntry& entry = entries_[static_cast<std::size_t>(i)];
    if (!choosable(i) || entry.key.code == code::kNone || entry.key != key) continue;
    choice_ = i;
    return Verdict::chosen;
  }
  const bool ctrl = key.mods == input::mod::kCtrl;
  if (key.mods != 0 && !ctrl) return Verdict::nothing;
  if (ctrl) {
    switch (key.code) {
      case 'c':
      case 'g':
        return Verdict::close;
      case 'b':
        page(-1);
        return Verdict::redraw;
      case 'f':
        page(1);
        return Verdict::redraw;
      default:
        return Verdict::nothing;
    }
  }
  switch (key.code) {
    case code::kBSpace:
      return options_.tab ? Verdict::close : Verdict::nothing;
    case code::kTab:
      if (!options_.tab) return Verdict::nothing;
      if (choice_ == count() - 1) return Verdict::close;
      step(1);
      return Verdict::redraw;
    case code::kUp:
    case 'k':
      step(-1);
      return Verdict::redraw;
    case code::kDown:
    case 'j':
      step(1);
      return Verdict::redraw;
    case code::kPPage:
      page(-1);
      return Verdict::redraw;
    case code::kNPage:
      page(1);
      return Verdict::redraw;
    case code::kHome:
    case 'g':
      edge(0, 1);
      return Verdict::redraw;
    case code::kEnd:
    case 'G':
      edge(count() - 1, -1);
      return Verdict::redraw;
    case code::kEnter:
      return take();
    case code::kEscape:
    case 'q':
      return Verdict::close;
    default:
      return Verdict::nothing;
  }
}

Menu::Verdict Menu::mouse(const input::Mouse& mouse) {
  const bool release = mouse.action == input::MouseAction::release;
  const bool press = mouse.action == input::MouseAction::press && !mouse.is_wheel();
  // Of a menu that a key has opened a click with another button is the end; the mouse chooses nothing in it.
  if (!options_.mouse) return mouse.button == 1 ? Verdict::nothing : Verdict::close;
  const bool ends = options_.stay_open ? press : release;
  const bool inside = mouse.col >= area_.col && mouse.col <= area_.col + area_.cols &&
                      mouse.row > area_.row && mouse.row < area_.row + area_.rows - 1;
  if (!inside) {
    if (ends) return Verdict::close;
    return std::exchange(choice_, kNothing) == kNothing ? Verdict::nothing : Verdict::redraw;
  }
  const bool takes =
      options_.stay_open ? !mouse.is_wheel() && mouse.action != input::MouseAction::motion : release;
  if (takes && choice_ != kNothing) return take();
  const int at = mouse.row - area_.row - 1;
  const bool moved = at != std::exchange(choice_, at);
  if (takes) return take();
  return moved ? Verdict::redraw : Verdict::nothing;
}

void Menu::draw(render::Frame& frame, const MenuLook& look) const {
  render::draw_box(frame, area_, look.lines, look.border, look.base, title_);
  const int width = area_.cols - 4;
  const auto chosen_style = frame.atlas().style(render::to_style(look.chosen));
  for (int i = 0; i < count(); ++i) {
    std::string_view text = entries_[static_cast<std::size_t>(i)].text;
    const int row = area_.row + 1 + i;
    if (text.empty()) {
      render::draw_box_line(frame, area_, row, look.lines, look.border);
      continue;
    }
    const bool off = text.front() == '-';
    const bool chosen = i == choice_ && !off;
    model::Style style = chosen ? look.chosen : look.base;
    if (off) {
      text.remove_prefix(1);
      style.attributes |= model::kDim;
    }
    if (chosen) frame.fill({row, area_.col + 2, 1, width}, chosen_style);
    render::draw_format(frame, row, area_.col + 2, width, style, text,
                        chosen ? render::Colours::base : render::Colours::own);
  }
}

}  // namespace sess::modes
