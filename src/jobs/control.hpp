// Jobs made real: what commands and the server ask of them, and the parts that do it, wired.
//
// A job's program runs in a pane of a session that bears its name. Table knows jobs and their runs, Runs
// carries out what the supervisor decides, History has how they ended; logs, followers, waiters, scopes and
// notices are parts of their own. Called by Server at the places that its functions name.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/ports/jobs.hpp"
#include "job/supervisor.hpp"
#include "jobs/files.hpp"
#include "jobs/followers.hpp"
#include "jobs/history.hpp"
#include "jobs/inputs.hpp"
#include "jobs/listing.hpp"
#include "jobs/log_readers.hpp"
#include "jobs/logs.hpp"
#include "jobs/notices.hpp"
#include "jobs/outside.hpp"
#include "jobs/panes.hpp"
#include "jobs/runs.hpp"
#include "jobs/scopes.hpp"
#include "jobs/table.hpp"
#include "jobs/waiters.hpp"

namespace sess::jobs {

class JobControl final : public command::JobPort {
 public:
  explicit JobControl(const Parts& parts);
  ~JobControl() override;

  // --- for Server -----------------------------------------------------------------------------------------

  /// The table as it was saved, before panes are opened.
  void restore(const std::vector<std::shared_ptr<const std::string>>& saved) { table_.restore(saved); }
  [[nodiscard]] std::vector<std::shared_ptr<const std::string>> save() { return table_.save(); }
  /// What the keeper says, and what becomes of panes.
  [[nodiscard]] Runs& runs() { return runs_; }
  /// The configuration has been read: enabled jobs start.
  void begin();
  /// Whether the pane's present program is a job's.
  [[nodiscard]] bool owns(model::PaneId pane) const { return table_.owns(pane); }
  /// Whether it is the pane of a job that is enabled: nothing else has to bring it back.
  [[nodiscard]] bool starts_at_boot(model::PaneId pane) const;
  [[nodiscard]] Logs& written_logs() { return logs_; }
  /// Job files, for those who enable and disable them.
  [[nodiscard]] JobFiles& files() { return files_; }
  /// Output for followers and readers of logs; once per turn.
  void end_of_turn();
  /// Whether end_of_turn() could send more without anything happening first: asked when connections were
  /// flushed.
  [[nodiscard]] bool has_more() const;
  /// This process ends: everything that ended is recorded.
  void close();
  /// What a client that `run` attached exits with: its job's status, 125 while that is not known.
  [[nodiscard]] int status_for(const std::string& job);
  /// How the job ended that `run` attached it to, behind what says that the session has; else empty.
  [[nodiscard]] std::string note_on_end(const std::string& name) const;
  /// A line for the first who attaches after jobs ended with nobody there, once. Else empty.
  [[nodiscard]] std::string note_on_coming() { return notices_.take_missed(); }
  /// A line for one whose job has not ended: what goes on, and how to wait for it. Else empty.
  [[nodiscard]] std::string note_on_leaving(const std::string& job) const;

  // --- command::JobPort -----------------------------------------------------------------------------------

  [[nodiscard]] std::vector<command::JobView> jobs() override { return listing_.all(); }
  [[nodiscard]] std::vector<std::string> unreadable_files() const override { return files_.unreadable(); }
  [[nodiscard]] Result<command::JobView> find(const std::string& name) override {
    return listing_.find(name);
  }
  [[nodiscard]] command::JobUse use(const std::string& name) const override { return table_.use(name); }
  [[nodiscard]] command::JobUse use_of(const std::vector<int>& pids, job::WallTime since) const override;
  [[nodiscard]] std::vector<std::string> last_lines(const std::string& name, int count) override;
  [[nodiscard]] Result<std::vector<job::Record>> history(const std::string& name,
                                                         std::size_t limit) override {
    return history_.list(name, limit);
  }
  [[nodiscard]] std::string free_name(const std::vector<std::string>& command) const override;
  Result<> run(command::JobRun run) override;
  [[nodiscard]] bool is_starting(const std::string& name) const override;
  void when_started(const std::string& name, std::function<void(Result<>)> done) override {
    runs_.when_started(name, std::move(done));
  }
  Result<> start(const std::vector<std::string>& names, std::optional<job::Caller> caller) override;
  Result<std::vector<std::string>> stop(const std::string& name) override;
  Result<> restart(const std::string& name) override;
  Result<> kill(const std::string& name, int signo) override;
  Result<> remove(const std::string& name) override;
  void wait(command::JobWait wait, std::function<void(Result<command::JobEnd>)> done) override {
    waiters_.add(std::move(wait), std::move(done));
  }
  void follow(command::ClientId client, command::JobFollow from, std::function<void(int)> done) override {
    followers_.add(client, from, std::move(done));
  }
  void logs(command::ClientId client, command::LogRequest request,
            std::function<void(Result<>)> done) override {
    readers_.read(client, std::move(request), std::move(done));
  }
  [[nodiscard]] command::RunRequest request_of(command::ClientId client) const override;

 private:
  void forget_begun(const std::string& name);

  Parts parts_;
  job::Supervisor supervisor_;
  History history_;
  Table table_;
  Logs logs_;
  JobScopes scopes_;
  JobPanes panes_;
  JobFiles files_;
  Inputs inputs_;
  Listing listing_;
  LogReaders readers_;
  Followers followers_;
  Waiters waiters_;
  JobNotices notices_;
  Runs runs_;
  std::deque<std::pair<std::string, std::string>>
      begun_;  ///< jobs by the request that began them, the last of them
};

}  // namespace sess::jobs
