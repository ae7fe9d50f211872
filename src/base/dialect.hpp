// Whose words a user speaks: the name that the client was called by says so.
//
// One daemon serves both. As `tmux` only tmux's words are understood and shown, with tmux's texts; what sess
// has beside them is under `tmux job`.
#pragma once

#include <cstdint>
#include <string_view>

namespace sess {

enum class Dialect : std::uint8_t { sess, tmux };

/// The tmux whose words, texts and defaults these are.
inline constexpr std::string_view kTmuxVersion = "3.3a";

}  // namespace sess
