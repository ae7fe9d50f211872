// The modes of a terminal as programs set, ask, keep (XTSAVE) and stack them: numbers to the ledger and back.
//
// Owns the ledger, what XTSAVE kept and the count that ends synchronized output. What a mode does at once
// when it is set (switch screens, home the cursor) is done by Core, which sets its flag here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "base/bytes.hpp"
#include "terminal/decode/tokens.hpp"
#include "terminal/screen/modes.hpp"

namespace sess::terminal {

class ModeSet {
 public:
  /// DECRQM's numbers.
  enum class State : std::uint8_t { unknown = 0, set = 1, reset = 2, never_set = 4 };

  ModeSet() = default;
  ModeSet(const ModeSet&) = delete;
  ModeSet& operator=(const ModeSet&) = delete;

  [[nodiscard]] const Modes& now() const { return now_; }
  void set(bool Modes::*flag, bool on) { now_.*flag = on; }

  /// SM and RM.
  void set_ansi(int mode, bool on);
  [[nodiscard]] State ansi(int mode) const;
  /// DECSET and DECRST of a mode that does nothing at once, known or not.
  void set_private(int mode, bool on);
  [[nodiscard]] State private_state(int mode) const;
  /// XTSAVE: remembers how a mode is set.
  void keep(int mode);
  /// XTRESTORE: how it is to be set; nothing when it is so, or was never kept.
  [[nodiscard]] std::optional<bool> recall(int mode) const;

  void set_synchronized(bool on);
  /// Counts what is drawn meanwhile. By tokens, not by reads: the same bytes end it at the same place.
  void count_synchronized(std::size_t bytes) {
    if (now_.synchronized) add_synchronized(bytes);
  }

  /// DECSCUSR.
  void set_cursor_shape(int n);
  /// XTMODKEYS' level of modifyOtherKeys.
  void set_modify_other_keys(int level);
  /// The kitty keyboard protocol: push (>), pop (<) and set (=), on the stack of the screen that is shown.
  void change_keyboard(const Csi& token);

  /// DECSTR (VT510).
  void soft_reset();
  void reset();

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);
  /// The rest, which stands elsewhere in a checkpoint: what XTSAVE kept, and the count.
  void save_rest(ByteWriter& out) const;
  void restore_rest(ByteReader& in);

 private:
  [[nodiscard]] static bool Modes::*flag_of(int mode);
  void set_other(int mode, bool on);
  void set_mouse(MouseTracking tracking, bool on);
  void set_mouse_encoding(MouseEncoding encoding, bool on);
  void add_synchronized(std::size_t bytes);

  Modes now_;
  std::map<std::uint16_t, bool> kept_;
  std::size_t synchronized_bytes_ = 0;
};

}  // namespace sess::terminal
