// Splits an expanded format into characters and styles, with tmux's rules for runs of # before [. Private to
// render.
#pragma once

#include <string_view>

namespace sess::render {

struct FormatPiece {
  enum class Kind { end, text, style };
  Kind kind = Kind::end;
  std::string_view text;  ///< a grapheme cluster, or the inside of #[...]
  std::string_view raw;   ///< what it was read from
  int width = 0;
  int count = 1;  ///< how often the text appears: "####[" is two #
};

class FormatReader {
 public:
  explicit FormatReader(std::string_view text) : rest_(text) {}
  /// The next piece. `ignore`: styles are read as text (#[ignore]).
  [[nodiscard]] FormatPiece next(bool ignore = false);

 private:
  [[nodiscard]] FormatPiece hashes(bool ignore);
  std::string_view rest_;
  bool literal_bracket_ = false;
};

}  // namespace sess::render
