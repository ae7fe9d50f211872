// The terminal of one pane: bytes of a program in, a Screen, a History, answers and events out.
//
// Owns the decoder, both screens, the history's index and every mode; geometry and content are both decided
// here. Pure: no descriptor, no clock. The server feeds it from a pane's journal; save() and restore() carry
// it over a crash at any byte. Drawing, input and policy are elsewhere.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/size.hpp"
#include "terminal/screen/abilities.hpp"
#include "terminal/screen/cell.hpp"
#include "terminal/screen/screen.hpp"
#include "terminal/screen/segment_store.hpp"
#include "terminal/act/sink.hpp"

namespace sess::terminal {

class Core;

/// What the attached terminal is and has, or the last one had: decides what queries are answered.
struct Identity {
  bool kitty_keyboard = false;
  bool sixel = false;
  std::optional<Color> fg;  ///< rgb; answers OSC 10, 11, 12. Unknown ones are not answered
  std::optional<Color> bg;
  std::optional<Color> cursor;
  enum class Theme : std::uint8_t { unknown, dark, light };
  Theme theme = Theme::unknown;   ///< DSR 996, mode 2031
  std::uint16_t pixel_width = 0;  ///< of the whole text area; 0: not known, CSI 14 t and 16 t get no answer
  std::uint16_t pixel_height = 0;
  Abilities lacks = 0;  ///< of the terminals that are attached; decides what DECRQM is answered
  bool operator==(const Identity&) const = default;
};

/// What the user's options ask of the terminal. As at the start it is what xterm is.
struct Settings {
  bool scroll_on_clear = false;                ///< a screen that is cleared whole goes to the history first
  bool alternate_screen = true;                ///< modes 47, 1047 and 1049 switch; off: they only leave it
  bool rectangle_checksums = false;            ///< DECRQCRA is answered: a program may read the screen
  std::map<std::uint8_t, Color> palette = {};  ///< the user's colours, where the program sets none; rgb
  bool operator==(const Settings&) const = default;
};

class Emulator {
 public:
  /// The store and the sink must outlive the emulator. The size is clamped to 1..kMaxSide.
  Emulator(Size size, SegmentStore& store, Sink& sink);
  ~Emulator();
  Emulator(Emulator&&) noexcept;
  Emulator& operator=(Emulator&&) = delete;

  /// Never fails, bounded memory.
  void feed(std::string_view bytes);
  /// Whether the tokens that ended in what was fed last, one after the other without a byte between them, are
  /// such as every Relay passes on as they came: Relay::feed_plain() may be given the same bytes.
  [[nodiscard]] bool plain() const;

  /// Bytes of an unfinished token at the end of what was fed: the last token boundary is that far back.
  /// Counts, but does not buffer, a long picture.
  [[nodiscard]] std::size_t pending() const;

  /// Rewraps the main screen (the cursor follows its character, lines move to and from the history), crops or
  /// extends the alternate one. O(screen). Take a checkpoint afterwards, before the next feed: the history
  /// may have been cut, and a size is not part of the byte stream.
  void resize(Size size);

  [[nodiscard]] const Screen& screen() const;

  /// Sends a mode 2031 report when the theme changed and the program asked for it.
  void set_identity(const Identity& identity);
  [[nodiscard]] const Identity& identity() const;
  /// For what is fed from here on. They survive a reset.
  void set_settings(const Settings& settings);
  void set_history_limits(std::uint64_t lines, std::uint64_t bytes);
  void clear_history();
  /// RIS: everything as at the start, the history kept. An unfinished token is forgotten.
  void reset();

  /// The whole state at this byte, including an unfinished token, the identity and the settings; the
  /// history's bytes stay in the store. Blank rows and trailing blanks cost almost nothing. Equal states give
  /// equal bytes.
  void save(ByteWriter& out) const;
  /// No state takes more, whatever was printed.
  static constexpr std::size_t kMaxSaved = std::size_t{24} << 20;
  /// save() into at most so many bytes: a state that takes more loses its oldest links first, then all links
  /// and styles, then its text (RIS). False when even that is too much, which no `most` from 2 MiB on is;
  /// `out` holds what does not fit then.
  [[nodiscard]] bool save_within(ByteWriter& out, std::size_t most);
  /// Total on hostile input: a working emulator or an error.
  [[nodiscard]] static Result<std::unique_ptr<Emulator>> restore(ByteReader& in, SegmentStore& store,
                                                                 Sink& sink);

 private:
  explicit Emulator(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace sess::terminal
