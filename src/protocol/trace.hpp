// One line per message for the log of `sessd -v` and `sess debug trace`: names, numbers and sizes, never
// contents of input, output, environment, arguments or printed text.
#pragma once

#include <string>

#include "protocol/frame.hpp"

namespace sess::protocol {

/// For example "input seq=12 5 bytes", "shell command=9B" (a text of 9 bytes), "unknown(99) optional 7
/// bytes". Total: a payload that does not parse is shown as "<name> malformed, N bytes". No line feeds or
/// control characters.
[[nodiscard]] std::string trace(const Frame& frame);

}  // namespace sess::protocol
