// What a user's own terminal may lack of what programs ask of theirs: a set of bits. Pure functions.
//
// A terminal that is attached directly does what the program says; what it does not know comes out wrong. So
// a program is told (DECRQM) what all attached terminals have, the relay keeps from a terminal what it lacks,
// and a terminal is drawn for while a mode is on that it lacks. With nobody attached there is what the
// emulator has.
#pragma once

#include <cstdint>

#include "terminal/screen/modes.hpp"

namespace sess::terminal {

using Abilities = std::uint32_t;

namespace ability {
inline constexpr Abilities side_margins =
    1;  ///< DECLRMM, DECSLRM; whoever has them has DECIC, DECDC, DECBI, DECFI
inline constexpr Abilities reverse_wrap = 2;
inline constexpr Abilities reverse_wrap_anywhere = 4;
inline constexpr Abilities newline = 8;      ///< LNM
inline constexpr Abilities protection = 16;  ///< DECSCA, DECSED, DECSEL
inline constexpr Abilities focus_events = 32;
inline constexpr Abilities utf8_mouse = 64;
inline constexpr Abilities alternate_scroll = 128;
inline constexpr Abilities urxvt_mouse = 256;
inline constexpr Abilities pixel_mouse = 512;
inline constexpr Abilities bracketed_paste = 1024;
inline constexpr Abilities synchronized = 2048;
/// The picture depends on them: nobody has them before its terminal has said so.
inline constexpr Abilities picture =
    side_margins | reverse_wrap | reverse_wrap_anywhere | newline | protection;
}  // namespace ability

/// What a private mode needs, 0 for nothing that a terminal would have to be asked for.
[[nodiscard]] Abilities ability_of_mode(int mode);
/// Of ability::picture, what the modes that are on need.
[[nodiscard]] Abilities needed(const Modes& modes);

}  // namespace sess::terminal
