#include "command/families/placement.hpp"

#include <algorithm>
#include <cstdlib>

namespace sess::command {

std::vector<std::pair<std::string, std::string>> placement_formats(const Surroundings& around,
                                                                   const PanePlace& pane,
                                                                   std::optional<ScreenPlace> mouse,
                                                                   Size box) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](std::string_view name, int value) { out.emplace_back(name, std::to_string(value)); };
  const int rows = around.terminal.rows;
  const int cols = around.terminal.cols;
  const int height = box.rows;
  const int width = box.cols;
  const int top = around.status_top ? around.status_lines : 0;
  if (around.status_lines > 0) {
    const int first = around.status_top ? 0 : rows - around.status_lines;
    if (around.window) {
      add("popup_window_status_line_x", around.window->col);
      add("popup_window_status_line_y",
          around.status_top ? around.window->line + 1 + height : first + around.window->line);
    }
    add("popup_status_line_y", around.status_top ? around.status_lines + height : first);
  }
  add("popup_width", width);
  add("popup_height", height);
  // y is the row below the box: where it would end beyond the terminal, its height from the last row.
  const auto below = [&](int y) { return y >= rows ? rows - height : y; };
  add("popup_centre_x", std::max(0, (cols - 1) / 2 - width / 2));
  add("popup_centre_y", below((rows - 1) / 2 + height / 2));
  if (mouse) {
    add("popup_mouse_x", mouse->col);
    add("popup_mouse_y", mouse->row);
    const auto inside = [&](int y) { return y + height >= rows ? rows - height : y; };
    add("popup_mouse_centre_x", std::max(0, mouse->col - width / 2));
    add("popup_mouse_centre_y", inside(mouse->row - height / 2));
    add("popup_mouse_top", std::min(rows - 1, mouse->row + height));
    add("popup_mouse_bottom", std::max(0, mouse->row - height));
  }
  add("popup_pane_top", below(top + pane.top - around.view_top + height));
  add("popup_pane_bottom", top + pane.top + pane.size.rows - around.view_top);
  add("popup_pane_left", pane.left - around.view_left);
  add("popup_pane_right", std::max(0, pane.left + pane.size.cols - around.view_left - width));
  return out;
}

std::string_view placement_x(std::string_view word) {
  if (word == "C") return "#{popup_centre_x}";
  if (word == "R") return "#{popup_pane_right}";
  if (word == "P") return "#{popup_pane_left}";
  if (word == "M") return "#{popup_mouse_centre_x}";
  if (word == "W") return "#{popup_window_status_line_x}";
  return word;
}

std::string_view placement_y(std::string_view word) {
  if (word == "C") return "#{popup_centre_y}";
  if (word == "P") return "#{popup_pane_bottom}";
  if (word == "M") return "#{popup_mouse_top}";
  if (word == "S") return "#{popup_status_line_y}";
  if (word == "W") return "#{popup_window_status_line_y}";
  return word;
}

ScreenPlace placed(std::string_view x, std::string_view y, Size box, Size terminal) {
  const auto number = [](std::string_view text) {
    return static_cast<int>(
        std::clamp(std::strtol(std::string(text).c_str(), nullptr, 10), -100'000L, 100'000L));
  };
  const auto within = [](int at, int length, int room) {
    return std::max(0, at + length >= room ? room - length : at);
  };
  const int bottom = number(y);
  return {within(bottom < box.rows ? 0 : bottom - box.rows, box.rows, terminal.rows),
          within(number(x), box.cols, terminal.cols)};
}

}  // namespace sess::command
