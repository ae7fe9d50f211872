// What a command runs, for people: the script of an interpreter, the program behind wrappers, the task of a
// runner.
//
// "train" for `python3 train.py`, `nice -n 5 env A=1 ./train.py`, `sh -c 'cd src && python train.py'` and
// `npm run train`. Pure guesswork on words: nothing is looked up. job/name.hpp makes a job's name of it.
#pragma once

#include <string>
#include <vector>

namespace sess::job {

/// A word of the command without directory and without the ending of a script; may hold any character. Empty
/// when there is nothing to go by. One word is a shell command, as in Spec::command.
[[nodiscard]] std::string program_name(const std::vector<std::string>& command);

}  // namespace sess::job
