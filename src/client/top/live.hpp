// `sess top`: the board on the user's terminal, for as long as somebody looks.
//
// Rows come from a `sess ps --json --every` of its own, what keys ask for is done by `sess` with the words
// that a person would type: what works on the command line works here, on other machines, too, and no server
// knows of this screen. It asks for nothing while it is suspended or shows a session. Drawing and keys are
// board.hpp's.
#pragma once

#include <string>
#include <vector>

#include "client/options.hpp"

namespace sess::client::top {

/// Words behind `top`: `-d DURATION`, `--color WHEN`.
struct Words {
  std::string every = "1s";
  std::optional<protocol::ColorChoice> color;
};
[[nodiscard]] Result<Words> parse_words(const std::vector<std::string>& words);

/// Runs until the user leaves; the exit status. The error is for the user: no terminal, one that can show no
/// such screen, or a server that did not answer at all.
[[nodiscard]] Result<int> run(const Options& options);

}  // namespace sess::client::top
