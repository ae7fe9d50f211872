// The words of screen(1): what its users type first, as ours.
//
//   -ls [NAME]  -r [NAME]  -x [NAME]  -d -r [NAME]  -R [NAME]  -d -m [-S NAME] [CMD ...]  -S NAME [-p WINDOW]
//   -X COMMAND ...
//
// Pure: words in, words out. Called before our own flags are read; words that are not screen's come back as
// they are.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::client {

/// `words` without the program's name. The error names a command of screen's (-X) that there is not here.
[[nodiscard]] Result<std::vector<std::string>> from_screen_words(std::vector<std::string> words);

}  // namespace sess::client
