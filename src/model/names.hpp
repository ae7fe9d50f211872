// What sessions and windows may be called.
//
// For names that users and jobs give (jobs' own rule, job/name.hpp, is narrower). Whether a session's name is
// taken is sessions.cpp's question.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sess::model {

/// Longest name, bytes: names travel in status lines, messages and file names.
inline constexpr std::size_t kMaxNameLength = 255;

/// The name as it is stored: ':' and '.' become '_' (they separate targets), control characters are escaped
/// as tmux does (vis(3): `\033`), malformed UTF-8 likewise. Error: "invalid session: x" when empty or too
/// long.
[[nodiscard]] Result<std::string> session_name(std::string_view given);

/// A window's name: control characters escaped as above, cut at kMaxNameLength. Never fails; may be empty.
[[nodiscard]] std::string window_name(std::string_view given);

/// The program in the text of a command, as a name: "exec /usr/bin/vim -R" is vim, "-zsh" zsh.
[[nodiscard]] std::string_view command_name(std::string_view command);

}  // namespace sess::model
