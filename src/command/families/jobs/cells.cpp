#include "command/families/jobs/cells.hpp"

#include "base/printable.hpp"
#include "command/families/jobs/text.hpp"

namespace sess::command {

Tone tone_of(job::State state) {
  switch (state) {
    case job::State::running:
      return Tone::good;
    case job::State::failed:
      return Tone::bad;
    case job::State::restarting:
    case job::State::waiting:
    case job::State::stopping:
      return Tone::uncertain;
    default:
      return Tone::dim;
  }
}

std::string what_text(const job::Spec& spec) {
  if (spec.description.empty()) return command_text(spec.command);
  return fmt::format("{} ({})", printable(spec.description), command_text(spec.command));
}

Cell exit_cell(const job::Job& job) {
  if (!job.exit) return "-";
  return {std::to_string(job.exit->shell_status()),
          job.state == job::State::failed ? Tone::bad : Tone::plain};
}

}  // namespace sess::command
