// A job of the table as bytes in the model's checkpoint. CBOR with named fields, as model_encoding.cpp; the
// spec is the text of a job file, which has one definition of every key already.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "job/supervisor.hpp"
#include "model/ids.hpp"

namespace sess::jobs {

struct SavedJob {
  job::Job job;
  std::optional<model::PaneId> pane;
  int run_pid = 0;  ///< of the program in that pane that is the job's; 0: none
  job::WallTime run_started{};
  int run_restart = 0;
  int run_holder = -1;
  job::Time run_began{};               ///< by the clock that nobody sets
  bool run_ended = false;              ///< it is recorded; what it left behind lives
  std::vector<std::string> unwritten;  ///< records that are on no disk yet, as encode_record() writes them
};

[[nodiscard]] std::string encode_job(const SavedJob& saved);
/// Total on any bytes; an error names what cannot be read.
[[nodiscard]] Result<SavedJob> decode_job(std::string_view bytes);

}  // namespace sess::jobs
