// Control characters made visible in text that users see or read back: vis(3) as tmux uses it.
#pragma once

#include <string>
#include <string_view>

namespace sess::model {

enum class Quoted { no, in_double /*the text will stand between double quotes, which are escaped too*/ };

/// UTF-8 stays as it is; a backslash doubles, and one goes before a `$` that begins a name; \n \t \r \b \a \v
/// \f \0 \s as C writes them, other control characters and bytes that are not UTF-8 as \ooo.
[[nodiscard]] std::string visible(std::string_view text, Quoted quoted = Quoted::no);

}  // namespace sess::model
