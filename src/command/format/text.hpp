// What format modifiers do to texts: finding ends, cutting by columns, padding, quoting, matching, times.
// Pure.
#pragma once

#include <ctime>
#include <cstddef>
#include <string>
#include <string_view>

namespace sess::command {

/// Position of the first character of `ends` outside nested #{}; npos when there is none. `#,` and the like
/// are skipped.
[[nodiscard]] std::size_t skip_format(std::string_view text, std::string_view ends, std::size_t from = 0);

/// `#,` `##` `#{` `#}` `#:` become their second character, outside nested #{}.
[[nodiscard]] std::string unescape_format(std::string_view text);

/// Columns of a text as the status line draws it: #[styles] take none, `##` one.
[[nodiscard]] int format_width(std::string_view text);
/// The first `columns` of it; the last ones. Styles that are passed stay.
[[nodiscard]] std::string keep_left(std::string_view text, int columns);
[[nodiscard]] std::string keep_right(std::string_view text, int columns);
/// Spaces up to `columns`: behind, or in front when negative.
[[nodiscard]] std::string pad(std::string text, int columns);

[[nodiscard]] std::string quote_shell(
    std::string_view text);  ///< backslashes before what sh(1) reads specially
[[nodiscard]] std::string quote_style(std::string_view text);  ///< # doubled

/// glob (fnmatch) or, with 'r' in flags, extended regular expression; 'i' ignores case; 'z' fuzzy.
[[nodiscard]] bool match(std::string_view pattern, std::string_view text, std::string_view flags);
/// Every match of the extended regular expression replaced; \0-\9 in `with`. An invalid one changes nothing.
[[nodiscard]] std::string substitute(std::string_view text, std::string_view pattern, std::string_view with,
                                     std::string_view flags);

/// "14:05" within a day, "Tue14", "21Nov", "Nov22": tmux's short form.
[[nodiscard]] std::string pretty_time(std::time_t time, std::time_t now);
/// ctime(3) without its newline.
[[nodiscard]] std::string long_time(std::time_t time);

}  // namespace sess::command
