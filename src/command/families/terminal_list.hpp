// What show-messages -T prints of a client's terminal: the capabilities that it is taken to have or not to
// have, by terminfo's names and tmux's for what terminfo lacks. It knows features only; whose terminal has
// which decides render/features.
#pragma once

#include <string>
#include <string_view>

namespace sess::command {

/// One line for each capability that what is drawn depends on. `features` as client_termfeatures has them.
[[nodiscard]] std::string terminal_capabilities(std::string_view features);

}  // namespace sess::command
