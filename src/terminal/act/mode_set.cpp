#include "terminal/act/mode_set.hpp"

#include <algorithm>

#include "terminal/act/checkpoint_fields.hpp"
#include "terminal/screen/mode_rows.hpp"

namespace sess::terminal {

void ModeSet::set_ansi(int mode, bool on) {
  if (mode == 4) now_.insert = on;
  if (mode == 20) now_.newline = on;
}

ModeSet::State ModeSet::ansi(int mode) const {
  if (mode == 4) return now_.insert ? State::set : State::reset;
  if (mode == 20) return now_.newline ? State::set : State::reset;
  return State::unknown;
}

/// Private modes that are nothing but a flag.
bool Modes::*ModeSet::flag_of(int mode) {
  for (const ModeRow& row : kModeRows) {
    if (row.number == mode && row.kind == ModeRow::Kind::flag) return row.field;
  }
  return nullptr;
}

void ModeSet::set_private(int mode, bool on) {
  if (bool Modes::*const flag = flag_of(mode); flag != nullptr) return set(flag, on);
  switch (mode) {
    case 3:  // DECCOLM: the width is the user's
    case 40:
      break;
    case 9:
      set_mouse(MouseTracking::x10, on);
      break;
    case 1000:
      set_mouse(MouseTracking::normal, on);
      break;
    case 1002:
      set_mouse(MouseTracking::button, on);
      break;
    case 1003:
      set_mouse(MouseTracking::any, on);
      break;
    case 1001:
      break;  // highlight tracking needs a program that answers: a terminal would hang
    case 1005:
      set_mouse_encoding(MouseEncoding::utf8, on);
      break;
    case 1006:
      set_mouse_encoding(MouseEncoding::sgr, on);
      break;
    case 1015:
      set_mouse_encoding(MouseEncoding::urxvt, on);
      break;
    case 1016:
      set_mouse_encoding(MouseEncoding::sgr_pixels, on);
      break;
    case 2026:
      set_synchronized(on);
      break;
    default:
      set_other(mode, on);
      break;
  }
}

void ModeSet::set_synchronized(bool on) {
  now_.synchronized = on;
  synchronized_bytes_ = 0;
}

void ModeSet::add_synchronized(std::size_t bytes) {
  synchronized_bytes_ += bytes;
  if (synchronized_bytes_ > kSynchronizedBytes) set_synchronized(false);
}

void ModeSet::keep(int mode) {
  const State state = private_state(mode);
  if (state != State::set && state != State::reset) return;
  const auto key = static_cast<std::uint16_t>(mode);
  if (kept_.size() >= Modes::kMaxOthers && kept_.count(key) == 0) return;
  kept_[key] = state == State::set;
}

std::optional<bool> ModeSet::recall(int mode) const {
  const auto found = kept_.find(static_cast<std::uint16_t>(mode));
  if (found == kept_.end() || (private_state(mode) == State::set) == found->second) return std::nullopt;
  return found->second;
}

/// A mode that is not known here may be known to the user's terminal: it is told again at attach.
void ModeSet::set_other(int mode, bool on) {
  const auto found = std::find(now_.others.begin(), now_.others.end(), mode);
  if (!on) {
    if (found != now_.others.end()) now_.others.erase(found);
  } else if (found == now_.others.end() && now_.others.size() < Modes::kMaxOthers && mode > 0) {
    now_.others.push_back(static_cast<std::uint16_t>(mode));
  }
}

void ModeSet::set_mouse(MouseTracking tracking, bool on) {
  if (on) {
    now_.mouse = tracking;
  } else {
    // Any of the numbers ends tracking, as in xterm.
    now_.mouse = MouseTracking::none;
  }
}

void ModeSet::set_mouse_encoding(MouseEncoding encoding, bool on) {
  if (on) {
    now_.mouse_encoding = encoding;
  } else if (now_.mouse_encoding == encoding) {
    now_.mouse_encoding = MouseEncoding::legacy;
  }
}

void ModeSet::set_cursor_shape(int n) {
  if (n > 6) return;
  now_.cursor_shape = n == 0 ? CursorShape::default_ : static_cast<CursorShape>((n + 1) / 2);
  now_.cursor_shape_blinks = n % 2 == 1;
}

void ModeSet::set_modify_other_keys(int level) {
  now_.modify_other_keys = static_cast<std::uint8_t>(level <= 2 ? level : 0);
}

void ModeSet::change_keyboard(const Csi& token) {
  constexpr int kAllFlags = 31;
  KittyStack& stack = now_.alternate_screen ? now_.kitty_alternate : now_.kitty_main;
  const auto flags = static_cast<std::uint8_t>(token.get(0, 0) & kAllFlags);
  switch (token.marker) {
    case '>':
      if (stack.size == KittyStack::kDepth) {
        // The oldest entry goes, as in kitty.
        std::copy(stack.flags.begin() + 1, stack.flags.end(), stack.flags.begin());
        --stack.size;
      }
      stack.flags[stack.size++] = flags;
      break;
    case '<': {
      const int n = std::min<int>(token.positive(0, 1), stack.size);
      stack.size = static_cast<std::uint8_t>(stack.size - n);
      std::fill(stack.flags.begin() + stack.size, stack.flags.end(), std::uint8_t{0});
      break;
    }
    case '=': {
      if (stack.size == 0) stack.flags[stack.size++] = 0;
      std::uint8_t& top = stack.flags[stack.size - 1U];
      const int how = token.get(1, 1);
      if (how == 1) top = flags;
      if (how == 2) top = static_cast<std::uint8_t>(top | flags);
      if (how == 3) top = static_cast<std::uint8_t>(top & ~flags);
      break;
    }
    default:
      break;
  }
}

void ModeSet::soft_reset() {
  now_.cursor_visible = true;
  now_.origin = false;
  now_.autowrap = true;
  now_.insert = false;
  now_.application_cursor_keys = false;
  now_.application_keypad = false;
  now_.left_right_margins = false;
}

void ModeSet::reset() {
  now_ = {};
  kept_.clear();
  synchronized_bytes_ = 0;
}

ModeSet::State ModeSet::private_state(int mode) const {
  const auto state = [](bool on) { return on ? State::set : State::reset; };
  if (bool Modes::*const flag = flag_of(mode); flag != nullptr) return state(now_.*flag);
  switch (mode) {
    case 3:
    case 40:
    case 1001:
      return State::never_set;
    case 6:
      return state(now_.origin);
    case 9:
      return state(now_.mouse == MouseTracking::x10);
    case 1000:
      return state(now_.mouse == MouseTracking::normal);
    case 1002:
      return state(now_.mouse == MouseTracking::button);
    case 1003:
      return state(now_.mouse == MouseTracking::any);
    case 1005:
      return state(now_.mouse_encoding == MouseEncoding::utf8);
    case 1006:
      return state(now_.mouse_encoding == MouseEncoding::sgr);
    case 1015:
      return state(now_.mouse_encoding == MouseEncoding::urxvt);
    case 1016:
      return state(now_.mouse_encoding == MouseEncoding::sgr_pixels);
    case 47:
    case 1047:
    case 1049:
      return state(now_.alternate_screen);
    case 1048:
      return State::set;
    case 69:
      return state(now_.left_right_margins);
    case 2026:
      return state(now_.synchronized);
    default:
      break;
  }
  const bool known = std::find(now_.others.begin(), now_.others.end(), mode) != now_.others.end();
  return known ? State::set : State::unknown;
}

namespace {

void write(ByteWriter& out, const KittyStack& stack) {
  out.u8(stack.size);
  for (std::size_t i = 0; i < stack.size; ++i) out.u8(stack.flags[i]);
}

KittyStack read_kitty(ByteReader& in) {
  KittyStack stack;
  const std::uint8_t size = in.u8();
  if (size > KittyStack::kDepth) {
    in.reject();
    return stack;
  }
  stack.size = size;
  for (std::size_t i = 0; i < size; ++i) stack.flags[i] = static_cast<std::uint8_t>(in.u8() & 31U);
  return stack;
}

}  // namespace

void ModeSet::save(ByteWriter& out) const {
  std::uint32_t bits = 0;
  for (const ModeRow& row : kModeRows) bits |= (now_.*row.field ? 1U : 0U) << row.bit;
  out.u32(bits);
  out.u8(static_cast<std::uint8_t>(now_.mouse));
  out.u8(static_cast<std::uint8_t>(now_.mouse_encoding));
  out.u8(static_cast<std::uint8_t>(now_.cursor_shape));
  out.u8(now_.modify_other_keys);
  write(out, now_.kitty_main);
  write(out, now_.kitty_alternate);
  out.varint(now_.others.size());
  for (const std::uint16_t mode : now_.others) out.u16(mode);
}

void ModeSet::restore(ByteReader& in) {
  const std::uint32_t bits = in.u32();
  for (const ModeRow& row : kModeRows) now_.*row.field = (bits >> row.bit & 1U) != 0;
  now_.mouse = static_cast<MouseTracking>(read_limited(in, 4));
  now_.mouse_encoding = static_cast<MouseEncoding>(read_limited(in, 4));
  now_.cursor_shape = static_cast<CursorShape>(read_limited(in, 3));
  now_.modify_other_keys = read_limited(in, 2);
  now_.kitty_main = read_kitty(in);
  now_.kitty_alternate = read_kitty(in);
  const int others = read_number(in, Modes::kMaxOthers);
  now_.others.clear();
  for (int i = 0; i < others && in.ok(); ++i) now_.others.push_back(in.u16());
}

void ModeSet::save_rest(ByteWriter& out) const {
  out.varint(kept_.size());
  for (const auto& [mode, on] : kept_) {
    out.u16(mode);
    out.boolean(on);
  }
  out.varint(synchronized_bytes_);
}

void ModeSet::restore_rest(ByteReader& in) {
  const int kept = read_number(in, Modes::kMaxOthers);
  for (int i = 0; i < kept && in.ok(); ++i) {
    const std::uint16_t mode = in.u16();
    kept_[mode] = in.boolean();
  }
  synchronized_bytes_ = static_cast<std::size_t>(in.varint());
}

}  // namespace sess::terminal
