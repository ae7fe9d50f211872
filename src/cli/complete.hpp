// `sess __complete WORDS`: what the completion of bash, zsh and fish asks, a line for each word with a tab
// and a help text behind it. Lines that begin with a colon ask the shell itself: ":files", ":directories",
// ":programs".
//
// The table of commands is in the daemon's binary, which runs this. A daemon that runs is asked for what it
// has; none is started, and without one the disk says which jobs there are.
#pragma once

#include <string>
#include <vector>

namespace sess::cli {

/// `client` is the path of `sess`; `words` the line without the program's name, the last one being typed.
void print_completions(const std::string& client, const std::vector<std::string>& words);

}  // namespace sess::cli
