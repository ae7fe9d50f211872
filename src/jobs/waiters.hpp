// Clients that wait for jobs to end (`sess wait`): each goes when its jobs have ended, its time is over, or
// it has.
//
// Owns the waiters and their timers; Runs says what has ended. A server that dies forgets them: their clients
// ask the next one again (command/families/jobs/run), which finds the ends in the history.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "command/ports/jobs.hpp"
#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;
class Table;

class Waiters {
 public:
  Waiters(const Parts& parts, Table& table, History& history);
  ~Waiters();

  void add(command::JobWait wait, std::function<void(Result<command::JobEnd>)> done);
  /// The job is over: noted.
  void on_ended(const std::string& job);
  /// Those whose jobs have ended are told.
  void check_all();

 private:
  struct Waiter;
  [[nodiscard]] bool check(Waiter& waiter);
  void tell_what_is_awaited(const Waiter& waiter);
  /// What the status alone does not say about an end; mostly nothing.
  [[nodiscard]] std::string note_about(const std::string& name);

  Parts parts_;
  Table& table_;
  History& history_;
  std::vector<std::unique_ptr<Waiter>> waiters_;
};

}  // namespace sess::jobs
