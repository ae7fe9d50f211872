// A menu over the panes: entries with keys, lines between them, one that is chosen. Keys and the mouse in, a
// verdict out; it draws itself as a box. The rules are tmux 3.3a's.
//
// Owned by whoever opened it (server/menus), who runs the chosen entry's command. Knows no client and no
// command.
#pragma once

#include <string>
#include <vector>

#include "input/event.hpp"
#include "input/key.hpp"
#include "render/box.hpp"
#include "render/frame.hpp"

namespace sess::modes {

/// An entry as it is shown, a format; empty: a line through the menu. One that begins with '-' cannot be
/// chosen.
struct MenuEntry {
  std::string text;
  input::Key key;  ///< chooses it; code::kNone: nothing does
  std::string command;
};

struct MenuLook {
  render::BoxLines lines = render::BoxLines::single;
  model::Style base, border, chosen;
};

class Menu {
 public:
  enum class Verdict : std::uint8_t { nothing, redraw, close, chosen };
  struct Options {
    bool mouse = false;      ///< opened with the mouse, which then also chooses
    bool stay_open = false;  ///< a release of the button is no choice and no end: a click is
    bool tab =
        false;  ///< Tab goes on and beyond the last one ends it, BSpace ends it: candidates at a prompt
  };
  static constexpr int kNothing = -1;

  Menu(std::string title, std::vector<MenuEntry> entries, int row, int col, Options options);

  Verdict key(input::Key key);
  /// A report with its place on the terminal.
  Verdict mouse(const input::Mouse& mouse);

  [[nodiscard]] render::Rect area() const { return area_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::vector<MenuEntry>& entries() const { return entries_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] int choice() const { return choice_; }
  void choose(int choice);
  /// The entry at an index, or the next that can be chosen, round the end; behind the last entry the last
  /// that can. Negative: none.
  void begin_with(int choice);
  /// After Verdict::chosen.
  [[nodiscard]] const MenuEntry& chosen() const { return entries_[static_cast<std::size_t>(choice_)]; }

  void draw(render::Frame& frame, const MenuLook& look) const;

  /// Columns and rows of the box that these take.
  [[nodiscard]] static Size size_of(std::string_view title, const std::vector<MenuEntry>& entries);

 private:
  [[nodiscard]] int count() const { return static_cast<int>(entries_.size()); }
  [[nodiscard]] bool choosable(int index) const;
  [[nodiscard]] Verdict take();
  void step(int direction);
  void page(int direction);
  void edge(int from, int direction);

  std::string title_;
  std::vector<MenuEntry> entries_;
  render::Rect area_;
  Options options_;
  int choice_ = kNothing;
};

}  // namespace sess::modes
