// Where a far server is and how it is reached: `[user@]HOST` by ssh, or `exec:COMMAND`. Pure: words in, words
// out.
//
// The command line that is run here is made in one place, with every argument quoted exactly once for the
// shell that reads it: the far user's login shell behind ssh, sh(1) here for exec:.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sess::client::remote {

struct Destination {
  enum class Kind { ssh, exec };
  Kind kind = Kind::ssh;
  std::string name;                      ///< [user@]host, or exec's command
  std::vector<std::string> ssh_options;  ///< as given, before the host

  /// For messages: fit for a terminal.
  [[nodiscard]] std::string shown() const;
};

/// A host name that ssh could take for an option, nothing at all, or control characters are an error.
[[nodiscard]] Result<Destination> parse_destination(std::string_view text);

/// `[ssh options] [user@]HOST`, which may be followed by `rest`: what stands behind `sess ssh`. Options that
/// would take the stream away from the two ends (-f, -N, -W, …) are errors.
struct SshWords {
  Destination destination;
  std::vector<std::string> rest;
};
[[nodiscard]] Result<SshWords> parse_ssh_words(const std::vector<std::string>& words);

/// What `sess ssh HOST [-s NAME] [COMMAND…]` asks the far server for.
[[nodiscard]] Result<std::vector<std::string>> session_command(const std::vector<std::string>& rest);

enum class Attempt {
  first,    ///< over a master connection of the user's if there is one
  again,    ///< after a link that was lost: trusts no master
  watched,  ///< the same, and says how far it is (ssh -v)
};
/// The program to run here; `far` are the words behind `sess` over there.
[[nodiscard]] std::vector<std::string> transport_command(const Destination& destination, Attempt attempt,
                                                         const std::vector<std::string>& far);

}  // namespace sess::client::remote
