// What terminfo says of the terminal that TERM names, for the server, which may be on another machine: the
// compiled entry is read (term(5)), no library is asked. An entry that is missing or broken says nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sess::client {

/// The entry's capabilities that a server draws by, each by its name ("bce", "sitm", "Smulx"), all extended
/// ones but keys, and "colors=256". None: the bytes are no entry.
[[nodiscard]] std::optional<std::vector<std::string>> parse_terminfo(std::string_view entry);

/// The same of the entry for `term`, where ncurses would look for it. None: there is none.
[[nodiscard]] std::optional<std::vector<std::string>> read_terminfo(const std::string& term);

}  // namespace sess::client
