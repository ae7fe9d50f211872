// Bytes of a program into tokens: total on any input, the same tokens however the bytes were split.
//
// A state machine after Williams' VT500 parser for UTF-8 only: C1 controls do not exist, neither as bytes nor
// as U+0080..U+009F. Tokens that lie whole in the input are handed out in place; only an unfinished one is
// stored, up to its limit; longer ones are skipped to their end. Pictures (sixel, kitty graphics) pass in
// pieces. Controls inside an escape sequence are delivered before it. What tokens mean is the handler's
// business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "terminal/decode/tokens.hpp"

namespace sess::terminal {

class Decoder {
 public:
  static constexpr std::size_t kMaxSequence = 1024;          ///< ESC and CSI, controls inside included
  static constexpr std::size_t kMaxString = 16 * 1024;       ///< OSC, DCS, ESC k
  static constexpr std::size_t kMaxClipboard = 1024 * 1024;  ///< OSC 52, also inside tmux's passthrough

  void feed(std::string_view bytes, TokenHandler& handler);

  /// Bytes since the start of an unfinished token, 0 between tokens.
  [[nodiscard]] std::size_t pending() const { return pending_; }
  /// Whether the unfinished token is a picture, whose bytes were handed out already.
  [[nodiscard]] bool in_stream() const { return state_ == State::stream || state_ == State::stream_escape; }
  /// The unfinished token as it came, where it is not a picture and not one that is skipped.
  [[nodiscard]] std::string_view unfinished() const { return raw_; }
  /// Whether, since this was asked last, a control stood inside a sequence: it was handed out before it.
  [[nodiscard]] bool take_reordered() { return std::exchange(reordered_, false); }
  void reset();

  void save(ByteWriter& out) const;
  /// Rejects the reader and stays between tokens when the bytes are no state of a decoder.
  void restore(ByteReader& in);

 private:
  enum class State : std::uint8_t {
    ground,
    utf8,
    escape,
    escape_intermediate,
    csi,
    csi_ignore,
    dcs_header,
    string,
    string_escape,
    string_ignore,
    string_ignore_escape,
    apc_start,
    stream,
    stream_escape,
  };

  const char* ground(const char* p, const char* end, TokenHandler& handler);
  const char* text(const char* p, const char* end, TokenHandler& handler);
  static const char* short_csi(const char* p, const char* end, TokenHandler& handler);
  const char* whole_sequence(const char* p, const char* end, TokenHandler& handler);
  const char* whole_osc(const char* p, const char* end, TokenHandler& handler);
  const char* step(const char* p, const char* end, TokenHandler& handler);
  const char* step_utf8(const char* p, TokenHandler& handler);
  const char* step_escape(const char* p, TokenHandler& handler);
  const char* step_csi(const char* p, TokenHandler& handler);
  const char* step_dcs_header(const char* p, TokenHandler& handler);
  const char* step_string(const char* p, const char* end, TokenHandler& handler);
  const char* step_string_escape(const char* p, TokenHandler& handler);
  const char* step_ignore(const char* p, const char* end, TokenHandler& handler);
  const char* step_stream(const char* p, const char* end, TokenHandler& handler);

  void begin_escape(const char* at, std::ptrdiff_t back = 0);
  void begin_string(char introducer);
  void deliver_controls(TokenHandler& handler);
  void finish_csi(TokenHandler& handler);
  void finish_string(std::string_view terminator, TokenHandler& handler);
  [[nodiscard]] std::size_t string_limit() const;
  [[nodiscard]] bool passthrough() const;
  void to_ground();

  State state_ = State::ground;
  char introducer_ = 0;
  StreamKind stream_ = StreamKind::sixel;
  std::size_t pending_ = 0;
  static constexpr std::ptrdiff_t kEarlier = PTRDIFF_MIN;
  const char* feed_begin_ = nullptr;
  std::ptrdiff_t token_offset_ = kEarlier;  ///< where in this feed the unfinished token began
  std::string raw_;                         ///< the unfinished token as it came
  bool reordered_ = false;
};

}  // namespace sess::terminal
