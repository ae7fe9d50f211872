// Jobs as listings show them: those of the table, those that only have a file, those of which only records
// are left.
//
// Puts together what Table, History, Logs, JobFiles and JobScopes know, at the moment of asking, and changes
// none of it. How a listing reads is command/families/jobs' business.
#pragma once

#include <string>
#include <vector>

#include "command/ports/jobs.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;
class JobFiles;
class JobScopes;
class Logs;
class Table;

class Listing {
 public:
  Listing(const Parts& parts, Table& table, History& history, Logs& logs, JobFiles& files, JobScopes& scopes)
      : parts_(parts), table_(table), history_(history), logs_(logs), files_(files), scopes_(scopes) {}

  [[nodiscard]] std::vector<command::JobView> all();
  [[nodiscard]] Result<command::JobView> find(const std::string& name);

 private:
  [[nodiscard]] command::JobView view(const job::Job& job) const;
  /// Its job file and log, as far as there are any.
  void find_files(command::JobView& view) const;

  Parts parts_;
  Table& table_;
  History& history_;
  Logs& logs_;
  JobFiles& files_;
  JobScopes& scopes_;
};

}  // namespace sess::jobs
