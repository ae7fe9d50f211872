// Job files: read, taken into the table, written by enable and disable, and started at boot.
//
// Owns nothing that lasts: files are read when they are asked for (job/job_file knows their form, job/boot
// what starts them). Called by the jobs' port and at the daemon's start; running a job is Runs' business.
#pragma once

#include <string>
#include <vector>

#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;
class Table;

class JobFiles {
 public:
  JobFiles(const Parts& parts, job::Supervisor& supervisor, Table& table, History& history)
      : parts_(parts), supervisor_(supervisor), table_(table), history_(history) {}

  [[nodiscard]] Result<job::Spec> read(const std::string& name) const;
  [[nodiscard]] std::string path_of(const std::string& name) const;
  /// Puts jobs/NAME.toml into the table, with what it requires and is ordered after.
  Result<> load(const std::string& name, std::vector<std::string> path = {});
  /// Writes into jobs/NAME.toml whether the job starts with the machine; a file is made for a job that was
  /// started with `run`. Refused: an unknown job, a requirement that does not exist, a cycle. Names of the
  /// variables of its caller that a file that was made keeps.
  Result<std::vector<std::string>> set_enabled(const std::string& name, bool enabled);
  /// Of all jobs that have a file, whether it can be read or not.
  [[nodiscard]] std::vector<std::string> names() const;
  /// A sentence for each file that cannot be read.
  [[nodiscard]] std::vector<std::string> unreadable() const;
  /// Names of job files that say so; files that cannot be read are left out and reported.
  [[nodiscard]] std::vector<std::string> enabled() const;
  /// Jobs that start with the machine.
  void start_enabled();

 private:
  Parts parts_;
  job::Supervisor& supervisor_;
  Table& table_;
  History& history_;
};

}  // namespace sess::jobs
