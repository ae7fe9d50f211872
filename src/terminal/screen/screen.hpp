// A read-only view of an emulator: cells, cursor, modes, titles and history, for renderers, capture and
// formats.
//
// Owns nothing; it lives in its Emulator. Everything it returns is valid until the next feed(), resize(),
// reset() or clear_history() of that emulator.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/size.hpp"
#include "terminal/screen/cell.hpp"
#include "terminal/screen/history.hpp"
#include "terminal/screen/modes.hpp"

namespace sess::terminal {

class Core;

struct Cursor {
  int row = 0;
  int col = 0;
  bool pending_wrap = false;  ///< the last column is written, the next character wraps first
  bool visible = true;
  CursorShape shape = CursorShape::default_;
  bool blink = false;
};

/// G0..G3 ('B' ASCII, '0' line drawing, 'A' UK), which of them is GL, and a pending single shift.
struct Charsets {
  std::array<char, 4> g{'B', 'B', 'B', 'B'};
  std::uint8_t gl = 0;
  std::uint8_t single_shift = 0;  ///< 0 none, 2 or 3
  bool operator==(const Charsets&) const = default;
};

/// A place on the screen; `pending` is the last-column flag: the next character wraps first.
struct Place {
  int row = 0;
  int col = 0;
  bool pending = false;
  bool operator==(const Place&) const = default;
};

/// What DECSC keeps.
struct SavedCursor {
  Place place;
  Style pen;  ///< without its hyperlink
  Charsets charsets;
  bool origin = false;
  bool operator==(const SavedCursor&) const = default;
};

class Screen {
 public:
  explicit Screen(const Core& core) : core_(core) {}
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  [[nodiscard]] Size size() const;
  /// Exactly size().cols cells of row 0..rows-1.
  [[nodiscard]] std::span<const Cell> row(int r) const;
  /// Whether row r continues on row r + 1 (autowrap, not a newline).
  [[nodiscard]] bool wrapped(int r) const;
  /// PromptMark: what a shell said of row r.
  [[nodiscard]] std::uint8_t marks(int r) const;
  [[nodiscard]] const Style& style(std::uint16_t id) const;
  /// The URI of Style::link, and the id= parameter it came with.
  [[nodiscard]] std::string_view link(std::uint16_t id) const;
  [[nodiscard]] std::string_view link_id(std::uint16_t id) const;
  /// The cell's text in UTF-8: a space when it was never written, nothing for a right half.
  void append_text(std::string& out, const Cell& cell) const;

  /// While the alternate screen is shown: the rows of the main one (capture-pane -a). Otherwise those of the
  /// alternate screen, blank if it was never used.
  [[nodiscard]] std::span<const Cell> hidden_row(int r) const;
  [[nodiscard]] bool hidden_wrapped(int r) const;

  [[nodiscard]] Cursor cursor() const;
  [[nodiscard]] const Modes& modes() const;
  [[nodiscard]] const Style& pen() const;
  /// 0-based, inclusive: DECSTBM and DECSLRM.
  [[nodiscard]] int top_margin() const;
  [[nodiscard]] int bottom_margin() const;
  [[nodiscard]] int left_margin() const;
  [[nodiscard]] int right_margin() const;
  [[nodiscard]] bool tab_stop(int col) const;
  [[nodiscard]] const Charsets& charsets() const;
  /// What DECSC (and 1049) kept for the main or the alternate screen.
  [[nodiscard]] const SavedCursor& saved_cursor(bool alternate) const;

  /// Without C0 and C1 controls, at most 256 bytes.
  [[nodiscard]] std::string_view title() const;
  [[nodiscard]] std::string_view icon_title() const;
  /// OSC 7: the decoded path of the file URL, empty when none was told.
  [[nodiscard]] std::string_view working_directory() const;

  [[nodiscard]] const History& history() const;

  /// Set by OSC 10/11/12 and OSC 4; nothing when the program left them alone (of the palette: and the user).
  [[nodiscard]] std::optional<Color> default_foreground() const;
  [[nodiscard]] std::optional<Color> default_background() const;
  [[nodiscard]] std::optional<Color> cursor_color() const;
  [[nodiscard]] std::optional<Color> palette(std::uint8_t index) const;
  [[nodiscard]] bool palette_changed() const;

 private:
  const Core& core_;
};

}  // namespace sess::terminal
