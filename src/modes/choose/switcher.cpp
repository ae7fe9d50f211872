#include "modes/choose/switcher.hpp"

#include <algorithm>
#include <cctype>

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "base/width.hpp"
#include "render/style.hpp"

namespace sess::modes {
namespace {

using input::Key;
namespace code = input::code;
namespace mod = input::mod;

constexpr std::size_t kMostTyped = 200;
constexpr int kKindColumns = 9;
constexpr int kMostNameColumns = 32;
constexpr int kMostStateColumns = 24;
constexpr std::string_view kPrompt = "> ";

/// What is looked through: a fit in the name counts most, one in what it printed last at the end of the list.
std::string searched(const Destination& place) {
  return place.name + " " + place.kind + " " + place.state;
}

bool contains(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

int columns(const std::string& text) {
  return static_cast<int>(display_width(text));
}

}  // namespace

Switcher::Switcher(SwitcherPorts& ports, Size size) : ports_(ports), size_(size) {
  refresh();
}

Outcome Switcher::refresh() {
  destinations_ = ports_.destinations();
  const int kept = current_;
  search();
  current_ = std::clamp(kept, 0, std::max(0, static_cast<int>(rows_.size()) - 1));
  move(0);
  return Outcome::redraw;
}

void Switcher::search() {
  rows_.clear();
  for (std::size_t i = 0; i < destinations_.size(); ++i) {
    const Destination& place = destinations_[i];
    if (auto fit = fuzzy_fit(typed_, searched(place))) {
      rows_.push_back({i, std::move(*fit)});
    } else if (contains(place.last_line, typed_)) {
      rows_.push_back({i, {}});
    }
  }
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const Row& a, const Row& b) { return a.fit.score > b.fit.score; });
  current_ = offset_ = 0;
}

void Switcher::move(int by) {
  const int count = static_cast<int>(rows_.size());
  if (count == 0) {
    current_ = offset_ = 0;
    return;
  }
  current_ = by == 1 || by == -1 ? (current_ + by + count) % count : std::clamp(current_ + by, 0, count - 1);
  offset_ = std::clamp(offset_, std::max(0, current_ - shown() + 1), current_);
}

Outcome Switcher::go() {
  if (!rows_.empty()) ports_.go(destinations_[rows_[static_cast<std::size_t>(current_)].number].command);
  return Outcome::leave;
}

Outcome Switcher::key(Key key) {
  const auto control = [&](char letter) {
    return key == Key{static_cast<std::uint32_t>(letter), mod::kCtrl};
  };
  if (key == Key{code::kEscape, 0} || control('c') || control('g')) return Outcome::leave;
  if (key == Key{code::kEnter, 0}) return go();
  if (key == Key{code::kUp, 0} || control('p') || control('k')) {
    move(-1);
  } else if (key == Key{code::kDown, 0} || control('n') || control('j')) {
    move(1);
  } else if (key == Key{code::kPPage, 0}) {
    move(-std::max(2, shown()));
  } else if (key == Key{code::kNPage, 0}) {
    move(std::max(2, shown()));
  } else if (key == Key{code::kBSpace, 0} || control('h')) {
    while (!typed_.empty() && (static_cast<unsigned char>(typed_.back()) & 0xC0) == 0x80) typed_.pop_back();
    if (!typed_.empty()) typed_.pop_back();
    search();
  } else if (control('u')) {
    typed_.clear();
    search();
  } else if (control('w')) {
    while (!typed_.empty() && typed_.back() == ' ') typed_.pop_back();
    typed_.erase(typed_.find_last_of(' ') + 1);
    search();
  } else if (input::is_character(key) && key.mods == 0 && key.code >= ' ' && typed_.size() < kMostTyped) {
    append_utf8(typed_, key.code);
    search();
  } else {
    return Outcome::nothing;
  }
  return Outcome::redraw;
}

Outcome Switcher::press(MouseAt at, input::MouseEvent event) {
  if (event == input::MouseEvent::wheel_up) return key({code::kUp, 0});
  if (event == input::MouseEvent::wheel_down) return key({code::kDown, 0});
  const int row = offset_ + at.row - 1;
  const bool chooses = event == input::MouseEvent::double_click1;
  if ((event != input::MouseEvent::down1 && !chooses) || at.row < 1 ||
      row >= static_cast<int>(rows_.size())) {
    return Outcome::nothing;
  }
  current_ = row;
  return chooses ? go() : Outcome::redraw;
}

void Switcher::resize(Size size) {
  size_ = size;
  move(0);
}

void Switcher::draw_row(render::Frame& frame, render::Rect area, const Row& row,
                        const terminal::Style& style) {
  const Destination& place = destinations_[row.number];
  int names = 0;
  int states = 0;
  for (const Row& each : rows_) {
    names = std::max(names, columns(destinations_[each.number].name));
    states = std::max(states, columns(destinations_[each.number].state));
  }
  names = std::min(names, kMostNameColumns);
  states = std::min(states, kMostStateColumns);
  const auto plain = frame.atlas().style(style);
  auto faint = style;
  faint.attrs |= terminal::Attr::faint;
  auto meant = style;
  meant.attrs |= terminal::Attr::bold;
  meant.underline = terminal::Underline::single;
  const int end = area.col + area.cols;
  frame.put_text(area.row, area.col, kKindColumns, place.kind, frame.atlas().style(faint));
  // Letter by letter: those that were meant stand out.
  int col = area.col + kKindColumns;
  const auto number = frame.atlas().style(meant);
  for (std::size_t at = 0; at < place.name.size() && col < std::min(end, area.col + kKindColumns + names);) {
    const auto length = std::max<std::size_t>(1, decode_utf8(std::string_view(place.name).substr(at)).length);
    const auto hit = std::lower_bound(row.fit.at.begin(), row.fit.at.end(), at);
    const bool is_meant = hit != row.fit.at.end() && *hit < at + length;
    col += frame.put_text(area.row, col, std::min(end, area.col + kKindColumns + names) - col,
                          std::string_view(place.name).substr(at, length), is_meant ? number : plain);
    at += length;
  }
  col = area.col + kKindColumns + names + 2;
  frame.put_text(area.row, col, std::min(states, end - col), place.state, plain);
  col += states + 2;
  if (col < end)
    frame.put_text(area.row, col, end - col, printable(place.last_line), frame.atlas().style(faint));
}

void Switcher::draw_all(render::Frame& frame, render::Rect area, const terminal::Style& base) {
  frame.fill(area, frame.atlas().style(base));
  auto strong = base;
  strong.attrs |= terminal::Attr::bold;
  const auto count = fmt::format("{}/{}", rows_.size(), destinations_.size());
  int col = area.col + frame.put_text(area.row, area.col, area.cols, kPrompt, frame.atlas().style(strong));
  col += frame.put_text(area.row, col, area.col + area.cols - col, typed_, frame.atlas().style(base));
  const int right = area.col + area.cols - static_cast<int>(count.size());
  if (right > col + 1)
    frame.put_text(area.row, right, static_cast<int>(count.size()), count, frame.atlas().style(base));
  frame.restyle({area.row, col, 1, col < area.col + area.cols ? 1 : 0}, [](terminal::Style cell) {
    cell.attrs ^= terminal::Attr::inverse;
    return cell;
  });
  const auto current = render::to_style(ports_.switcher_style());
  const int last = std::min(static_cast<int>(rows_.size()), offset_ + shown());
  for (int i = offset_; i < last; ++i) {
    const render::Rect line{area.row + 1 + i - offset_, area.col, 1, area.cols};
    if (i == current_) frame.fill(line, frame.atlas().style(current));
    draw_row(frame, line, rows_[static_cast<std::size_t>(i)], i == current_ ? current : base);
  }
}

void Switcher::draw(render::Frame& frame, render::Rect area, const View& view) {
  render::Frame sheet = frame.sheet(size_);
  draw_all(sheet, {0, 0, size_.rows, size_.cols}, view.base);
  frame.paste(sheet, view.top, view.left, area);
  if (view.has_cursor) frame.cursor = {};
}

}  // namespace sess::modes
