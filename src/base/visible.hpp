// Control characters made visible in text that users see or read back: vis(3) as tmux uses it.
//
// Given names are stored so (names.hpp) and arguments printed so (quote.hpp). What a program puts into titles
// and links is cleaned by the emulator, which drops controls instead (terminal/decode/sequence.hpp:
// clean_text).
#pragma once

#include <string>
#include <string_view>

namespace sess {

enum class Quoted { no, in_double /*the text will stand between double quotes, which are escaped too*/ };

/// UTF-8 stays as it is; a backslash doubles, and one goes before a `$` that begins a name; \n \t \r \b \a \v
/// \f \0 as C writes them (\000 before an octal digit), other control characters, U+0080..U+009F among them,
/// and bytes that are not UTF-8 as \ooo.
[[nodiscard]] std::string visible(std::string_view text, Quoted quoted = Quoted::no);

}  // namespace sess
