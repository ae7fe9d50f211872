// A desktop notification through the user's own terminal: which of the three sequences it understands, and
// that sequence. Pure text.
//
//   OSC 9     iTerm2's "growl"; also WezTerm, Windows Terminal, mintty and others
//   OSC 777   rxvt-unicode's notify; also foot, VTE, Ghostty
//   OSC 99    kitty's desktop notifications
//
// A terminal that knows none of them ignores them (ECMA-48 8.3.89); those where that is not sure get none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sess::render {

enum class NotificationKind : std::uint8_t { none, osc9, osc99, osc777 };

/// `name` as XTVERSION gave it ("foot(1.13.1)", may be empty), then TERM and TERM_PROGRAM.
[[nodiscard]] NotificationKind notification_kind(std::string_view name, std::string_view term,
                                                 std::string_view program);

/// The bytes; control characters in the texts are left out, `title` has no ';' afterwards.
[[nodiscard]] std::string notification(NotificationKind kind, std::string_view title, std::string_view body);

}  // namespace sess::render
