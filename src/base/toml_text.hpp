// What of a TOML text (toml.io, v1.0) its library must not be shown.
//
// Asked before each toml::parse(). toml++ 3.3 takes for unreachable what letters beyond ASCII reach where it
// looks for white space; outside strings and comments such a letter is an error anyway.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sess {

inline constexpr std::string_view kForeignToml = "letters beyond ASCII stand in quotes";

/// Line (from 1) of the first character beyond ASCII that stands outside strings and comments; a byte order
/// mark in front is none. In a text that is broken before it this may be another line, or none.
[[nodiscard]] std::optional<std::size_t> line_of_foreign_toml(std::string_view text);

}  // namespace sess
