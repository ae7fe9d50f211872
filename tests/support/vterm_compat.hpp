// libvterm 0.1.4 (Debian 12) and 0.3 (Debian 13, Ubuntu 24.04) behind one set of names: the only file of the
// tests that asks for libvterm's version.
#pragma once

#include <vterm.h>

#include <string>
#include <string_view>

// 0.1.4 and 0.1.x before it hand out whole strings; fragments came with 0.2.
#if VTERM_VERSION_MAJOR == 0 && VTERM_VERSION_MINOR < 2
#define SESS_VTERM_WHOLE_STRINGS 1
#else
#define SESS_VTERM_WHOLE_STRINGS 0
#endif

namespace sess::test {

/// Adds a string property's value, or the part of it that this call brings, to what was collected so far.
inline void collect_string(std::string& into, const VTermValue& value) {
#if SESS_VTERM_WHOLE_STRINGS
  into = value.string != nullptr ? value.string : "";
#else
  if (value.string.initial) into.clear();
  into.append(value.string.str, value.string.len);
#endif
}

/// Lines stay where they are when the width changes, as in terminals that do not reflow.
inline void disable_reflow(VTermScreen* screen) {
#if SESS_VTERM_WHOLE_STRINGS
  static_cast<void>(screen);
#else
  vterm_screen_enable_reflow(screen, false);
#endif
}

}  // namespace sess::test
