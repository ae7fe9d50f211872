// SM, RM, DECSET and DECRST: from a number to the ledger, with what a change does at once.
#include <algorithm>

#include "terminal/act/core.hpp"
#include "terminal/screen/mode_rows.hpp"

namespace sess::terminal {
namespace {

constexpr int kSet = 1;
constexpr int kReset = 2;
constexpr int kNeverSet = 4;

}  // namespace

void Core::set_ansi_mode(int mode, bool on) {
  if (mode == 4) modes_.insert = on;
  if (mode == 20) modes_.newline = on;
}

int Core::ansi_mode(int mode) const {
  if (mode == 4) return modes_.insert ? kSet : kReset;
  if (mode == 20) return modes_.newline ? kSet : kReset;
  return 0;
}

/// Private modes that are nothing but a flag.
bool* Core::private_flag(int mode) {
  for (const ModeRow& row : kModeRows) {
    if (row.number == mode && row.kind == ModeRow::Kind::flag) return &(modes_.*row.field);
  }
  return nullptr;
}

void Core::set_private_mode(int mode, bool on) {
  if (bool* flag = private_flag(mode); flag != nullptr) {
    *flag = on;
    return;
  }
  switch (mode) {
    case 3:  // DECCOLM: the width is the user's
    case 40:
      break;
    case 6:
      modes_.origin = on;
      move_to_origin(0, 0);
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
    case 47:
      show_alternate(on);
      break;
    case 1047:
      if (on && !settings_.alternate_screen) break;
      if (!on && modes_.alternate_screen) erase_rows(0, rows(), Guard::none);
      show_alternate(on);
      break;
    case 1048:
      if (on) {
        save_cursor();
      } else {
        restore_cursor();
      }
      break;
    case 1049:
      if (!settings_.alternate_screen && (on || !modes_.alternate_screen)) break;
      if (on && modes_.alternate_screen) {
        erase_display(2, Guard::none);
      } else if (on) {
        save_cursor();
        show_alternate(true);
        erase_rows(0, rows(), Guard::none);
      } else {
        const bool was_on = modes_.alternate_screen;
        show_alternate(false);
        if (was_on && alternate_) alternate_.reset();
        restore_cursor();
      }
      break;
    case 69:
      modes_.left_right_margins = on;
      left_ = 0;
      right_ = cols() - 1;
      // A wrap that waits at a margin which is gone would come in the middle of the line.
      at_.pending = at_.pending && at_.col == right_;
      break;
    case 2026:
      set_synchronized(on);
      break;
    default:
      set_other_mode(mode, on);
      break;
  }
}

void Core::set_synchronized(bool on) {
  modes_.synchronized = on;
  synchronized_bytes_ = 0;
}

/// Counts what is drawn meanwhile. By tokens, not by reads: the same bytes end it at the same place.
void Core::count_synchronized(std::size_t bytes) {
  synchronized_bytes_ += bytes;
  if (synchronized_bytes_ > kSynchronizedBytes) set_synchronized(false);
}

/// XTSAVE: remembers how a mode is set; XTRESTORE brings it back.
void Core::keep_private_mode(int mode) {
  const int state = private_mode(mode);
  if (state != kSet && state != kReset) return;
  if (kept_modes_.size() >= Modes::kMaxOthers && kept_modes_.count(static_cast<std::uint16_t>(mode)) == 0)
    return;
  kept_modes_[static_cast<std::uint16_t>(mode)] = state == kSet;
}

void Core::recall_private_mode(int mode) {
  const auto found = kept_modes_.find(static_cast<std::uint16_t>(mode));
  if (found == kept_modes_.end()) return;
  const bool now = private_mode(mode) == kSet;
  if (now != found->second) set_private_mode(mode, found->second);
}

/// A mode that is not known here may be known to the user's terminal: it is told again at attach.
void Core::set_other_mode(int mode, bool on) {
  const auto found = std::find(modes_.others.begin(), modes_.others.end(), mode);
  if (!on) {
    if (found != modes_.others.end()) modes_.others.erase(found);
  } else if (found == modes_.others.end() && modes_.others.size() < Modes::kMaxOthers && mode > 0) {
    modes_.others.push_back(static_cast<std::uint16_t>(mode));
  }
}

void Core::set_mouse(MouseTracking tracking, bool on) {
  if (on) {
    modes_.mouse = tracking;
  } else {
    // Any of the numbers ends tracking, as in xterm.
    modes_.mouse = MouseTracking::none;
  }
}

void Core::set_mouse_encoding(MouseEncoding encoding, bool on) {
  if (on) {
    modes_.mouse_encoding = encoding;
  } else if (modes_.mouse_encoding == encoding) {
    modes_.mouse_encoding = MouseEncoding::legacy;
  }
}

/// Both screens share cursor (and the wrap that it waits with), margins and pen; each has its saved cursor and its kitty stack.
void Core::show_alternate(bool on) {
  if (on == modes_.alternate_screen || (on && !settings_.alternate_screen)) return;
  if (on && !alternate_) alternate_ = std::make_unique<Grid>(rows(), cols());
  modes_.alternate_screen = on;
  moved();
  touch_all();
}

int Core::private_mode(int mode) const {
  const auto state = [](bool on) { return on ? kSet : kReset; };
  // The flag's address is all that is taken: nothing is changed through it.
  if (const bool* flag = const_cast<Core*>(this)->private_flag(mode); flag != nullptr) return state(*flag);
  switch (mode) {
    case 3:
    case 40:
    case 1001:
      return kNeverSet;
    case 6:
      return state(modes_.origin);
    case 9:
      return state(modes_.mouse == MouseTracking::x10);
    case 1000:
      return state(modes_.mouse == MouseTracking::normal);
    case 1002:
      return state(modes_.mouse == MouseTracking::button);
    case 1003:
      return state(modes_.mouse == MouseTracking::any);
    case 1005:
      return state(modes_.mouse_encoding == MouseEncoding::utf8);
    case 1006:
      return state(modes_.mouse_encoding == MouseEncoding::sgr);
    case 1015:
      return state(modes_.mouse_encoding == MouseEncoding::urxvt);
    case 1016:
      return state(modes_.mouse_encoding == MouseEncoding::sgr_pixels);
    case 47:
    case 1047:
    case 1049:
      return state(modes_.alternate_screen);
    case 1048:
      return kSet;
    case 69:
      return state(modes_.left_right_margins);
    case 2026:
      return state(modes_.synchronized);
    default:
      break;
  }
  const bool known = std::find(modes_.others.begin(), modes_.others.end(), mode) != modes_.others.end();
  return known ? kSet : 0;
}

}  // namespace sess::terminal
