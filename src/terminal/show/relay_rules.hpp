// What of a program's output a direct client's terminal may be sent, decided token by token. Pure functions.
//
// Lists of what passes: anything that is not named is dropped. What passes is what the emulator does as well,
// asks the terminal nothing and leaves its width alone. Relay (relay.hpp) applies them and owns the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "terminal/show/relay.hpp"
#include "terminal/decode/tokens.hpp"

namespace sess::terminal {

/// What becomes of a CSI sequence.
enum class Verdict : std::uint8_t {
  pass,   ///< as it came
  drop,   ///< a query, or something the emulator does not do
  modes,  ///< DECSET or DECRST: mode by mode, as passes_mode() says
};

/// C0: BEL to CR and the two shifts; not ENQ, which asks.
[[nodiscard]] bool passes_control(char c);
/// Cursor, keypad, tab stop and character set functions, RIS and DECALN.
[[nodiscard]] bool passes_escape(const Escape& token);
/// Sequences with more parameters than are kept are dropped.
[[nodiscard]] Verdict judge_csi(const Csi& token);
/// Not the private modes that change the terminal's width, hang it or let it answer by itself.
[[nodiscard]] bool passes_mode(int mode);
/// One that switches between the main and the alternate screen: said in other words where it does not switch.
[[nodiscard]] bool is_screen_mode(int mode);
/// Whether every relay passes it as it came, whatever its policy: the most frequent sequences, not all of
/// which that is true.
[[nodiscard]] bool passes_everywhere(const Escape& token);
[[nodiscard]] bool passes_everywhere(const Csi& token);
/// `payload`: what stands between ESC ] and the terminator. Colours, titles, links, directories and marks
/// pass, titles, the clipboard and notifications as `policy` says, a question ("?" for a value) never.
[[nodiscard]] bool passes_osc(std::string_view payload, const RelayPolicy& policy);

}  // namespace sess::terminal
