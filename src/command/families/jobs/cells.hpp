// Cells that several tables of jobs have: how a state is coloured, what a job is, how it ended.
//
// For ps, jobs and status, so that they agree. Pure. The words are text.hpp's, the table is table.hpp's.
#pragma once

#include <string>

#include "command/families/table.hpp"
#include "command/ports/jobs.hpp"

namespace sess::command {

/// What a state means to whoever looks: systemctl(1) colours it likewise.
[[nodiscard]] Tone tone_of(job::State state);

/// What it is: its description, when it has one, before its command.
[[nodiscard]] std::string what_text(const job::Spec& spec);

/// Its last exit status; red when it has failed.
[[nodiscard]] Cell exit_cell(const job::Job& job);

}  // namespace sess::command
