// CopyMode looks through a text with a cursor: motions, selections, searches, marks, and copying. tmux's copy
// mode (3.3a), which commands, defaults and oddities that hands know are taken from, key by key; over a text
// of sess's own it is view mode.
//
// Owns its Lines, the cursor with what is selected (cursor) and what is searched (searching); copies and
// pipes through CopyPorts. commands.cpp is the table of commands, draw.cpp what is shown, gutter the line
// numbers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "modes/copy/cursor.hpp"
#include "modes/copy/gutter.hpp"
#include "modes/copy/ports.hpp"
#include "modes/copy/searching.hpp"
#include "modes/mode.hpp"
#include "modes/text/lines.hpp"

namespace sess::modes {

/// copy-mode's flags, and what commands make of them.
struct CopyOptions {
  enum class Numbers : std::uint8_t { as_option, on, off };
  bool exit_at_bottom = false;  ///< -e
  bool hide_position = false;   ///< -H
  bool view = false;            ///< view mode: a text of sess's own
  Numbers numbers = Numbers::as_option;
};

class CopyMode final : public Mode {
 public:
  /// `cursor`: where it begins, as a row and a column of the screen; `again` is kept by the caller and
  /// outlives it.
  CopyMode(std::unique_ptr<Lines> lines, Place cursor, CopyOptions options, CopyPorts& ports,
           LastSearch& again);
  ~CopyMode() override;

  [[nodiscard]] std::string_view name() const override { return options_.view ? "view-mode" : "copy-mode"; }
  [[nodiscard]] std::string_view key_table() const override;
  Result<Outcome> command(const Request& request) override;
  Outcome drag(MouseAt at) override;
  void resize(Size size) override;
  bool work() override;
  void draw(render::Frame& frame, render::Rect area, const View& view) override;
  void formats(Formats& out) override;
  [[nodiscard]] std::string search_string() const override { return searching_.last(); }

  // copy-mode's own flags, also when it is on already.
  void page_up() { cursor_.page(-1, false, false); }
  void page_down() { cursor_.page(1, false, false); }
  /// The text grew by so many rows below: what is shown stays.
  void stay(int rows) { cursor_.scroll += rows; }
  void begin_drag(MouseAt at);

 private:
  struct Call;
  struct Command;
  friend struct CommandTable;

  /// Lines that the history dropped are no rows any more.
  void follow();
  bool search(bool down);
  void search_times(bool down, int times);
  Outcome search_incrementally(bool down, std::string_view argument);
  /// What is selected, else the match at the cursor.
  [[nodiscard]] std::string selected_text() const;
  void text_changed();
  /// The line numbers that are shown now.
  [[nodiscard]] Gutter gutter() const;
  [[nodiscard]] std::string position(const Gutter& gutter) const;
  void draw_numbers(render::Frame& frame, render::Rect area, const View& view, const Gutter& gutter) const;
  void draw_position(render::Frame& frame, render::Rect area, const Gutter& gutter) const;

  std::unique_ptr<Lines> lines_;
  CopyOptions options_;
  CopyPorts& ports_;
  CopySettings settings_;
  Cursor cursor_;
  Searching searching_;
  int repeat_ = 1;
  struct From {
    int x, y, scroll;
  };
  std::optional<From> incremental_from_;
};

}  // namespace sess::modes
