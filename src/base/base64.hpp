// Base64 as OSC 52 has it (RFC 4648 §4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sess {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// The bytes; padding may be missing. nullopt: a character that is none of the alphabet, or a rest that gives
/// no byte.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace sess
