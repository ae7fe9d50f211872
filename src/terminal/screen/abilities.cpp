#include "terminal/screen/abilities.hpp"

namespace sess::terminal {

Abilities ability_of_mode(int mode) {
  switch (mode) {
    case 45:
      return ability::reverse_wrap;
    case 69:
      return ability::side_margins;
    case 1004:
      return ability::focus_events;
    case 1005:
      return ability::utf8_mouse;
    case 1007:
      return ability::alternate_scroll;
    case 1015:
      return ability::urxvt_mouse;
    case 1016:
      return ability::pixel_mouse;
    case 1045:
      return ability::reverse_wrap_anywhere;
    case 2004:
      return ability::bracketed_paste;
    case 2026:
      return ability::synchronized;
    default:
      return 0;
  }
}

Abilities needed(const Modes& modes) {
  Abilities all = 0;
  if (modes.left_right_margins) all |= ability::side_margins;
  if (modes.reverse_wrap) all |= ability::reverse_wrap;
  if (modes.reverse_wrap_anywhere) all |= ability::reverse_wrap_anywhere;
  if (modes.newline) all |= ability::newline;
  return all;
}

}  // namespace sess::terminal
