// Lines on standard error as people see them: on a terminal the first word of an error stands out, and what
// we say beside a program's output is set back.
//
// Into a pipe or a file goes the same text plain, as it does with NO_COLOR. Pure but for colours_errors().
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sess::client {

/// What --color said, for all that this process prints; none: as the terminal is.
void choose_colours(std::optional<bool> colours);

/// Whether standard error is a terminal that shows colours, and its user has not asked for none; or --color
/// said so.
[[nodiscard]] bool colours_errors();

/// Lines of an error: the first word of the first one in red; of lines that begin with "[sess:" all of it
/// dim.
[[nodiscard]] std::string coloured_errors(std::string_view text);

}  // namespace sess::client
