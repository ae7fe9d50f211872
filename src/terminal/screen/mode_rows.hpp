// The modes that are flags, a row each: all that is known of them but what they do. A mode that does nothing
// when it is set is its member in Modes and its row here; DECSET, DECRQM, checkpoints and what a terminal is
// sent follow.
#pragma once

#include <array>

#include "terminal/screen/modes.hpp"

namespace sess::terminal {

struct ModeRow {
  enum class Kind : std::uint8_t {
    flag,   ///< set by DECSET, and nothing follows
    acts,   ///< Core::set_private_mode() does more than to set it
    other,  ///< not set by a DECSET of its own
  };
  bool Modes::*field;
  int number;  ///< DECSET's; 0: none
  Kind kind;
  int bit;    ///< in checkpoints: never another one's
  bool told;  ///< by DECSET to a terminal that is to have the mode; the others have ways of their own
};

/// In the order in which a terminal is told them.
inline constexpr std::array<ModeRow, 20> kModeRows{{
    {&Modes::application_cursor_keys, 1, ModeRow::Kind::flag, 0, true},
    {&Modes::reverse_screen, 5, ModeRow::Kind::flag, 8, true},
    {&Modes::autowrap, 7, ModeRow::Kind::flag, 3, true},
    {&Modes::cursor_blink, 12, ModeRow::Kind::flag, 11, true},
    {&Modes::cursor_visible, 25, ModeRow::Kind::flag, 10, true},
    {&Modes::reverse_wrap, 45, ModeRow::Kind::flag, 4, true},
    {&Modes::reverse_wrap_anywhere, 1045, ModeRow::Kind::flag, 19, true},
    {&Modes::backarrow_sends_bs, 67, ModeRow::Kind::flag, 2, true},
    {&Modes::left_right_margins, 69, ModeRow::Kind::acts, 9, true},
    {&Modes::focus_events, 1004, ModeRow::Kind::flag, 14, true},
    {&Modes::alternate_scroll, 1007, ModeRow::Kind::flag, 15, true},
    {&Modes::bracketed_paste, 2004, ModeRow::Kind::flag, 13, true},
    {&Modes::theme_reports, 2031, ModeRow::Kind::flag, 17, true},
    {&Modes::origin, 6, ModeRow::Kind::acts, 5, true},  // behind the margins: it homes the cursor
    {&Modes::application_keypad, 66, ModeRow::Kind::flag, 1, false},
    {&Modes::synchronized, 2026, ModeRow::Kind::acts, 16, false},
    {&Modes::insert, 0, ModeRow::Kind::other, 6, false},
    {&Modes::newline, 0, ModeRow::Kind::other, 7, false},
    {&Modes::alternate_screen, 0, ModeRow::Kind::other, 12, false},
    {&Modes::cursor_shape_blinks, 0, ModeRow::Kind::other, 18, false},
}};

static_assert([] {
  std::uint32_t seen = 0;
  for (const auto& row : kModeRows) seen |= 1U << row.bit;
  return seen == (1U << kModeRows.size()) - 1;
}());

}  // namespace sess::terminal
