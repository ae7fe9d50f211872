// What people type on a command line, where it is not what a command takes word for word: a lone name that is
// the target, `kill -9`, and the words that they know from elsewhere. And what to type instead, behind an
// error.
//
// For clients that were called `sess`. Configuration files, bindings, control mode and `tmux` have tmux's
// rules alone. Pure: what there is, is read from the model and the jobs; nothing is changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

namespace sess::command {

class JobPort;

/// The words that the command takes: `attach app` is `attach -t app`, `rename app web` is `rename -t app
/// web`, `kill -9 job` is `kill -s 9 job`. A line of several commands is left as it is.
[[nodiscard]] std::vector<std::string> as_meant(std::vector<std::string> argv, const model::Model& model);

/// The error, with what helps behind it where something does: the nearest name, the usage, another command.
/// `jobs` may be null.
[[nodiscard]] std::string with_advice(std::string error, const model::Model& model, JobPort* jobs);

/// Names in a sentence: "a, b, c and 4 more".
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

}  // namespace sess::command
