// What of a program's output a direct client's terminal may be sent, decided token by token. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "terminal/relay.hpp"
#include "terminal/tokens.hpp"

namespace sess::terminal {

enum class Verdict : std::uint8_t {
  pass,     ///< as it came
  drop,     ///< a query, or something the emulator does not do
  rewrite,  ///< pass what rewrite_modes() makes of it
};

[[nodiscard]] bool passes_control(char c);
[[nodiscard]] bool passes_escape(const Escape& token);
[[nodiscard]] Verdict judge_csi(const Csi& token);
/// DECSET or DECRST without the modes that must not reach the terminal; empty when none is left.
[[nodiscard]] std::string rewrite_modes(const Csi& token);
[[nodiscard]] bool passes_osc(std::string_view payload, const RelayPolicy& policy);

}  // namespace sess::terminal
