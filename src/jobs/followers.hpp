// Clients that are sent a job's output while it comes (`run` without a terminal): from the journal's ring
// while the pane lives and the reader keeps up, else from the log, then from a copy of what the pane held.
//
// A follower goes when all is sent or its client has gone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/ports/jobs.hpp"
#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;
class LogReaders;
class Logs;
class LogStream;
class Table;

class Followers {
 public:
  Followers(const Parts& parts, Table& table, History& history, Logs& logs, LogReaders& readers);
  ~Followers();

  void add(command::ClientId client, const command::JobFollow& from, std::function<void(int)> done);
  /// What can be sent now; once per turn.
  void pump_all();
  void end_of_turn();
  [[nodiscard]] bool has_more() const;

  /// Another run of the job begins in a pane that was made for it.
  void on_new_pane(const std::string& job, model::PaneId pane);
  /// Before the next run begins in the log: who has not read the last one to its end goes on from there.
  void keep_laggards(model::PaneId pane);
  /// The job is over.
  void on_ended(const std::string& job);
  /// Its pane goes: what is left is printed from a copy.
  void take_rest(const std::string& job);

 private:
  struct Follower;
  void pump(Follower& follower);
  bool pump_log(Follower& follower);
  bool pump_ring(Follower& follower);
  void print(Follower& follower, std::string_view text);
  void take_rest(Follower& follower);
  /// Goes on from the log, which has what the ring lacks. False: it has not.
  bool leave_ring(Follower& follower, panes::PaneIo& pane);
  /// What is left of a job that is over and whose pane is gone.
  void open_ended_log(Follower& follower, const command::JobFollow& from);
  void skip_gap(Follower& follower, std::uint64_t bytes);
  void tell_place(const Follower& follower);

  Parts parts_;
  Table& table_;
  History& history_;
  Logs& logs_;
  LogReaders& readers_;
  std::vector<std::unique_ptr<Follower>> followers_;
};

}  // namespace sess::jobs
