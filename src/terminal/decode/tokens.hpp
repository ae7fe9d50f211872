// What the decoder makes of a byte stream: text, controls, escape sequences and strings, as values.
//
// Views are valid during the call only. `raw` is the token as it may be sent on: the program's own bytes,
// except that controls which stood inside a sequence are not in it (they are delivered before the sequence).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sess::terminal {

/// ESC, intermediates (0x20-0x2F, at most two), final.
struct Escape {
  char intermediate = 0;
  char intermediate2 = 0;
  char final = 0;
  std::string_view raw;
};

/// CSI: private marker (one of <=>?), parameters, intermediates, final. Parameters beyond kMaxParams are
/// counted as `overflow` and dropped; values are clamped to kMaxValue.
struct Csi {
  static constexpr int kMaxParams = 64;
  static constexpr int kMaxValue = 65535;
  static constexpr int kMissing = -1;

  std::array<std::int32_t, kMaxParams> params;  ///< kMissing where nothing was written
  std::uint64_t colons = 0;                     ///< bit i: param i follows a colon (a sub-parameter)
  int count = 0;
  bool overflow = false;
  char marker = 0;
  char intermediate = 0;
  char intermediate2 = 0;
  char final = 0;
  std::string_view raw;

  /// Parameter i, or `fallback` when it is missing.
  [[nodiscard]] int get(int i, int fallback) const {
    return i < count && params[static_cast<std::size_t>(i)] >= 0 ? params[static_cast<std::size_t>(i)]
                                                                 : fallback;
  }
  /// The same with 0 read as missing, as most cursor sequences want.
  [[nodiscard]] int positive(int i, int fallback) const {
    const int value = get(i, fallback);
    return value == 0 ? fallback : value;
  }
  [[nodiscard]] bool colon(int i) const {
    return i < kMaxParams && ((colons >> static_cast<unsigned>(i)) & 1U) != 0;
  }
};

/// CSI … m with nothing but parameters, at most kMaxParams bytes of them: the most frequent sequence by far.
struct Sgr {
  static constexpr std::size_t kMaxParams = 15;
  std::uint64_t low = 0;   ///< the parameters' bytes as they lie in memory, then zeros
  std::uint64_t high = 0;  ///< the last eight; all zero for CSI m
  std::string_view raw;
};

/// The start of ESC P up to its final byte.
struct DcsHeader {
  char marker = 0;
  char intermediate = 0;
  char final = 0;
};

/// A whole control string.
struct StringToken {
  char introducer = 0;  ///< ] OSC, P DCS, _ APC, ^ PM, X SOS, k screen's title
  DcsHeader dcs;
  std::string_view payload;     ///< for DCS what stands behind the final byte; controls are taken out
  std::string_view terminator;  ///< BEL or ESC \, to answer with the same
  std::string_view raw;         ///< empty when it must not be sent on as it came
};

/// Strings that are passed on in pieces and never stored: the emulator ignores them.
enum class StreamKind : std::uint8_t { sixel, kitty_graphics };

class TokenHandler {
 public:
  virtual ~TokenHandler() = default;
  /// Printable bytes (0x20..0x7E and from 0x80) without a cut UTF-8 sequence at the end; may be malformed
  /// inside.
  virtual void on_text(std::string_view text) = 0;
  /// The same for text that is all ASCII, as most is. It is on_text()'s unless this is overridden.
  virtual void on_ascii(std::string_view text) { on_text(text); }
  /// C0 and DEL.
  virtual void on_control(char c, std::string_view raw) = 0;
  virtual void on_escape(const Escape& token) = 0;
  virtual void on_csi(const Csi& token) = 0;
  /// A short SGR. It is the CSI that on_csi() would get, which is what it gets unless this is overridden.
  virtual void on_sgr(const Sgr& token);
  virtual void on_osc(const StringToken& token) = 0;
  virtual void on_dcs(const StringToken& token) = 0;
  /// APC, PM, SOS and ESC k.
  virtual void on_other_string(const StringToken& token) = 0;
  /// A piece of a picture, the introducer and the terminator included.
  virtual void on_stream(StreamKind kind, std::string_view raw) = 0;
};

}  // namespace sess::terminal
