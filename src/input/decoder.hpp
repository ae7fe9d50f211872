// Decoder turns the bytes of the user's terminal into events.
//
// Understands legacy xterm, VT, rxvt and Linux console keys with modifiers, ESC for Meta, modifyOtherKeys
// (CSI 27;m;c~), kitty's CSI u, mouse reports (X10, UTF-8, SGR, SGR-pixels, urxvt), bracketed paste, focus,
// and replies of the terminal. It is total: any bytes split anywhere give events whose raw bytes, joined, are
// the input. It owns at most kMaxPending bytes and no clock: whether a lone ESC is a key or the start of a
// sequence is decided by the owner, who calls flush() when waiting() has been true for the escape time.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/event.hpp"

namespace sess::input {

class Decoder {
 public:
  /// A sequence that is longer than this is given up and handed on as it is. A paste comes in pieces instead.
  static constexpr std::size_t kMaxSequence = 64 * 1024;
  /// A control sequence (not a string) that is longer is given up.
  static constexpr std::size_t kMaxControl = 256;

  struct Options {
    bool utf8_mouse = false;      ///< the terminal was asked for mode 1005
    bool sgr_pixels = false;      ///< the terminal was asked for mode 1016
    bool backspace_is_8 = false;  ///< VERASE of the user's terminal is ^H: 0x08 is BSpace
  };
  void set_options(Options options) { options_ = options; }
  /// Sequences that are the keys User0, User1, ... by their places, whatever else they would be; "" is none.
  void set_user_keys(std::vector<std::string> sequences) { user_keys_ = std::move(sequences); }

  /// Appends bytes. Call next() until it gives nothing before feeding more, to keep memory small.
  void feed(std::string_view bytes);

  /// The next whole event, or nothing when bytes are missing.
  [[nodiscard]] std::optional<Event> next();

  /// Whether bytes are held back because they may be the start of a sequence. A paste that has begun does not
  /// count.
  [[nodiscard]] bool waiting() const;
  /// Whether what is held back is only ESC or ESC with one byte, or the beginning of a user's key, which may
  /// well be something else: flush after the escape time. Anything else is surely a sequence or a character
  /// under way: wait a second or more.
  [[nodiscard]] bool waiting_for_escape() const;
  /// What began before the bytes that are held back, and goes on: another decoder that gets the rest has to
  /// be told.
  struct Inside {
    bool paste = false;
    bool string = false;
  };
  [[nodiscard]] Inside inside() const { return {in_paste_, in_string_}; }
  void resume(Inside inside) {
    in_paste_ = inside.paste;
    in_string_ = inside.string;
  }
  /// How many bytes are held back.
  [[nodiscard]] std::size_t held() const { return buffer_.size() - position_; }

  /// No more bytes come soon: what is held back becomes keys (ESC is Escape, ESC [ is M-[) or, when it is the
  /// larger part of a sequence, an unknown event. Call next() afterwards.
  void flush();

  /// The next n positions reports CSI 1;m R are replies, not F3 with modifiers.
  void expect_cursor_reports(int n) { cursor_reports_ = n; }

  /// Fast check of the direct path: true when nothing is held back and `bytes` are whole printable characters
  /// and controls that are no escape sequence and none of `keys` (a prefix): forward them as they are,
  /// without feeding.
  [[nodiscard]] bool passes(std::string_view bytes, std::span<const Key> keys) const;

 private:
  /// What the bytes at position_ are: `length` of them form `event`, or more are needed (length 0).
  struct Match {
    Event event;
    std::size_t length = 0;
  };
  [[nodiscard]] Match match(std::string_view in);
  [[nodiscard]] std::optional<Match> user_key(std::string_view in) const;
  [[nodiscard]] Match escape(std::string_view in);
  [[nodiscard]] Match meta(std::string_view in) const;
  [[nodiscard]] Match control_sequence(std::string_view in);
  [[nodiscard]] Match x10_mouse(std::string_view in) const;
  [[nodiscard]] Match single_shift(std::string_view in) const;
  [[nodiscard]] Match string_sequence(std::string_view in);
  [[nodiscard]] Match string_rest(std::string_view in);
  [[nodiscard]] Match paste_piece(std::string_view in);
  [[nodiscard]] Match character(std::string_view in) const;

  std::string buffer_;
  std::size_t position_ = 0;
  std::size_t scanned_ = 0;  ///< of a string sequence: how far its end has been looked for, from position_
  Options options_;
  std::vector<std::string> user_keys_;
  int cursor_reports_ = 0;
  bool in_paste_ = false;
  bool in_string_ = false;  ///< a string that is longer than kMaxSequence goes on
  bool flushing_ = false;
};

}  // namespace sess::input
