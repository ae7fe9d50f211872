// Where a job's program runs and with what: session, window, pane, environment; and the windows and panes
// that a job file lays out beside it. Those come with the job's first start and go when it is over; which
// they are is written in the panes themselves (SESS_JOB), so that every server knows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/ports/panes.hpp"
#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class JobPanes {
 public:
  explicit JobPanes(const Parts& parts) : parts_(parts) {}

  /// A pane in the session that bears the job's name; `size` of who asked for it.
  Result<model::PaneId> make(const job::Job& job, std::optional<Size> size);
  /// What its caller, the configuration and the machine give a job; not yet what its spec says.
  [[nodiscard]] model::Environment environment_for(const job::Job& job) const;
  [[nodiscard]] Result<command::ProgramStart> program_for(const job::Job& job, const model::Pane& pane,
                                                          const std::vector<std::string>& command) const;
  /// What the job itself runs: its command, or the first pane of its first window; empty for the default
  /// shell.
  [[nodiscard]] static const std::vector<std::string>& main_command(const job::Spec& spec);
  /// The windows and panes that a job file adds to the job's own; what cannot be made is reported.
  void lay_out(const job::Job& job, model::PaneId main);
  /// Ends them when the job is over.
  void close_layout(const std::string& name);

 private:
  void start_beside(const job::Job& job, const job::PaneSpec& spec, model::PaneId pane);
  [[nodiscard]] model::PaneSpec beside_spec(const job::Job& job, const job::PaneSpec& spec,
                                            const std::string& shell) const;

  Parts parts_;
};

}  // namespace sess::jobs
