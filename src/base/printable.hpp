// Text that a program or a file chose, made fit for a terminal: nothing in it moves the cursor, changes a
// colour or turns the direction of what stands beside it.
#pragma once

#include <string>
#include <string_view>

namespace sess {

/// Control characters, bytes that are no UTF-8 and marks of direction as backslash escapes: `\033`, `\377`,
/// `\u202e`. Everything else as it is.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether it is a letter, a mark that belongs to one, or a digit, of whatever script.
[[nodiscard]] bool is_word_character(char32_t code_point);

}  // namespace sess
