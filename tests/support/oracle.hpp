// An independent terminal: libvterm's screen layer, which the product does not use. Tests feed it what a
// user's terminal would be sent and look at what that terminal would show.
//
// Owns the VTerm. Known faults of libvterm are kept away by OracleFilter; what libvterm merely does
// differently (width of new emoji, no faint, no underline colour) a test has to know.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/size.hpp"
#include "support/oracle_filter.hpp"

struct VTerm;
struct VTermScreen;
struct VTermState;

namespace sess::test {

struct OracleColor {
  enum class Kind { none, indexed, rgb };
  Kind kind = Kind::none;           ///< none: the terminal's default
  std::array<std::uint8_t, 3> v{};  ///< the index in v[0], or red, green, blue
  bool operator==(const OracleColor&) const = default;
};

struct OracleCell {
  std::string text;  ///< UTF-8; empty for a blank cell and for the right half of a wide character
  int width = 1;     ///< 2 for a wide character, 0 for its right half
  OracleColor fg, bg;
  bool bold = false, italic = false, reverse = false, strike = false, blink = false;
  int underline = 0;  ///< 0 none, 1 single, 2 double, 3 curly
};

enum class OracleMouse { none, click, drag, move };
enum class OracleCursorShape { block, underline, bar };

class Oracle {
 public:
  explicit Oracle(Size size = {});
  ~Oracle();
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  void feed(std::string_view bytes);
  void resize(Size size);

  [[nodiscard]] Size size() const { return size_; }
  /// The row's text without trailing blanks; a wide character appears once.
  [[nodiscard]] std::string row(int r) const;
  /// All rows, each ended by a newline, without the blank rows at the end.
  [[nodiscard]] std::string screen() const;
  [[nodiscard]] OracleCell cell(int r, int c) const;

  [[nodiscard]] int cursor_row() const;
  [[nodiscard]] int cursor_col() const;
  [[nodiscard]] bool cursor_visible() const { return cursor_visible_; }
  [[nodiscard]] bool cursor_blinks() const { return cursor_blinks_; }
  [[nodiscard]] OracleCursorShape cursor_shape() const { return cursor_shape_; }
  [[nodiscard]] bool alternate() const { return alternate_; }
  [[nodiscard]] bool reverse_screen() const { return reverse_; }
  [[nodiscard]] OracleMouse mouse() const { return mouse_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::string& icon_title() const { return icon_title_; }
  [[nodiscard]] int bells() const { return bells_; }

  /// Lines that left the main screen at its top, oldest first, without trailing blanks.
  [[nodiscard]] const std::vector<std::string>& scrollback() const { return scrollback_; }
  void clear_scrollback() { scrollback_.clear(); }

  /// What the terminal answers to queries, since the last call.
  std::string take_replies();

 private:
  struct Hooks;
  friend struct Hooks;

  Size size_;
  OracleFilter filter_;
  VTerm* vt_ = nullptr;
  VTermState* state_ = nullptr;
  VTermScreen* screen_ = nullptr;
  std::vector<std::string> scrollback_;
  std::string replies_, title_, icon_title_;
  int bells_ = 0;
  bool cursor_visible_ = true, cursor_blinks_ = false, alternate_ = false, reverse_ = false;
  OracleMouse mouse_ = OracleMouse::none;
  OracleCursorShape cursor_shape_ = OracleCursorShape::block;
};

}  // namespace sess::test
