// Which of the two `run` a command line means: the job command, or tmux's alias of run-shell.
//
// Asked by the parser and the queue about typed words alone; everywhere else `run` is tmux's.
#pragma once

#include <span>
#include <string_view>

#include "command/language/args.hpp"

namespace sess::command {

/// Whether these words are run-shell's: `run` with -b, -C or -t before its command, which no job has. A -d
/// before them has a number, as run-shell's has: `run -d make -b` is a job.
[[nodiscard]] bool is_run_shell(std::span<const Value> words);

}  // namespace sess::command
