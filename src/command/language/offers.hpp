// What may stand next on a command line: for the completion of shells.
//
// Everything comes from the table of commands: names, flags, what a flag's value and an argument are called.
// What is not in that table (sessions, jobs, files ...) is named by kind; cli/complete.cpp looks it up. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sess::command {

struct Offer {
  std::string word;
  std::string help;  ///< may be empty
};

/// Kinds of words that only a running daemon, the disk or the shell knows.
enum class Wanted : std::uint8_t {
  sessions,
  windows,
  panes,
  clients,
  jobs,
  saved,
  hosts,
  buffers,
  files,
  directories,
  programs
};

struct Offers {
  std::vector<Offer> words;  ///< that begin with what is typed
  std::vector<Wanted> wanted;
  std::vector<std::string> server;  ///< our own flags on the line that say which server is meant
};

/// `words` is the line without the program's name; the last one is being typed and may be empty.
[[nodiscard]] Offers offers_for(const std::vector<std::string>& words);

}  // namespace sess::command
