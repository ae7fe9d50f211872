// Standard input that was given with `run`, kept while its job can be started.
//
// One file a job in STATE/inputs, readable by its owner alone. Whether a job may start again is known to its
// caller, who drops what is not needed any more; nothing is opened for the program here.
#pragma once

#include <string>
#include <string_view>

#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;

class Inputs {
 public:
  explicit Inputs(const keeper::Start& start) : directory_(start.state_directory + "/inputs") {}

  /// The file's path.
  Result<std::string> keep(const std::string& job, std::string_view bytes);
  void drop(const job::Job& job);
  /// An earlier daemon's, of jobs that cannot be started again.
  void drop_unknown(History& history);

 private:
  std::string directory_;
};

}  // namespace sess::jobs
