// Jobs made real: the supervisor's decisions carried out on panes, programs, files and clients.
//
// A job's program runs in a pane of a session that bears its name. Its end goes this way: the keeper says Exited →
// what is left of the output is read → the exit record is written (record_writer, durable) → the supervisor decides
// → waiters are told → the pane goes, or stays for the next run. Whatever kills this process in between, the keeper
// hands the exit over again, and the record gets the same name, so nothing is lost and nothing is counted twice.
//
// Owns the table of jobs, their timers, who waits, who follows output, and the directories of records and logs,
// which are made when the first job needs them. Called by Server at the places that its functions name.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "command/ports/jobs.hpp"
#include "command/ports/panes.hpp"
#include "job/files.hpp"
#include "job/log_writer.hpp"
#include "job/supervisor.hpp"
#include "jobs/encoding.hpp"
#include "jobs/notices.hpp"
#include "jobs/outside.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "model/pane.hpp"
#include "os/loop.hpp"
#include "os/programs/process.hpp"
#include "store/record_writer.hpp"

namespace sess::jobs {

class JobScopes;
class LogPrinter;

class JobControl final : public command::JobPort, private job::SupervisorActions {
 public:
  explicit JobControl(const Parts& parts);
  ~JobControl() override;

  // --- for Server -----------------------------------------------------------------------------------------

  /// The table as it was saved, before panes are opened.
  void restore(const std::vector<std::shared_ptr<const std::string>>& saved);
  /// A program that the keeper handed over. True: a job's, which waits for its exit even without a pane.
  bool on_program(const keeper::Program& program);
  /// After the panes: what happened to jobs whose program or pane is not there any more. `first` is the daemon's
  /// first server.
  void recovered(bool first);
  /// The configuration has been read: enabled jobs start.
  void begin();
  [[nodiscard]] std::vector<std::shared_ptr<const std::string>> save() const;

  /// Whether the pane's present program is a job's.
  [[nodiscard]] bool owns(model::PaneId pane) const { return runs_.count(pane) > 0; }
  /// The job of this name in the table, or null.
  [[nodiscard]] const job::Job* table(const std::string& name) const { return supervisor_.find(name); }
  /// What its caller, the configuration and the machine give a job; not yet what its spec says.
  [[nodiscard]] model::Environment environment_for(const job::Job& job) const;
  /// Whether it is the pane of a job that is enabled: nothing else has to bring it back.
  [[nodiscard]] bool starts_at_boot(model::PaneId pane) const;
  /// A program ended. True: it is a job's, and its pane is dealt with here, later.
  bool on_exited(const keeper::Exited& exited);
  /// The last process of a job's run has ended, some time after the first.
  void on_emptied(const keeper::Emptied& emptied);
  /// A pane is gone from the model. True: its program is a job's and has been told to stop; the keeper is to
  /// remember it until its exit was recorded.
  bool on_pane_closed(model::PaneId pane);
  /// Bytes were read: they are logged at the end of the callback, or now when there are many.
  void on_pane_bytes(panes::PaneIo& pane);
  /// Everything that was read and is not in the job's log yet goes there.
  void log_output(panes::PaneIo& pane);
  /// Output for followers and readers of logs; once per turn.
  void end_of_turn();
  /// Whether end_of_turn() could send more without anything happening first: asked when connections were flushed.
  [[nodiscard]] bool has_more() const;
  /// The daemon ends: jobs are stopped, each in its own way and in order; the keeper is told how long that may take.
  void stop_all();
  /// This process ends: everything that ended is recorded.
  void close();
  /// Whether jobs are still to start, or exits to be written.
  [[nodiscard]] bool busy() const;
  /// What a client that `run` attached exits with: its job's status, 125 while that is not known.
  [[nodiscard]] int status_for(const std::string& job);
  /// How the job ended that `run` attached it to, behind what says that the session has; else empty.
  [[nodiscard]] std::string note_on_end(const std::string& name) const;
  /// A line for one whose job has not ended: what goes on, and how to wait for it. Else empty.
  [[nodiscard]] std::string note_on_leaving(const std::string& job) const;

  /// Writes into jobs/NAME.toml whether the job starts with the machine; a file is made for a job that was started
  /// with `run`. Refused: an unknown job, a requirement that does not exist, a cycle.
  /// Names of the variables of its caller that a file that was made keeps.
  Result<std::vector<std::string>> set_enabled(const std::string& name, bool enabled);
  /// Names of job files that say so; files that cannot be read are left out and reported.
  [[nodiscard]] std::vector<std::string> enabled_jobs() const;

  // --- command::JobPort -----------------------------------------------------------------------------------

  [[nodiscard]] std::vector<command::JobView> jobs() override;
  [[nodiscard]] Result<command::JobView> find(const std::string& name) override;
  [[nodiscard]] command::JobUse use(const std::string& name) const override;
  [[nodiscard]] command::JobUse use_of(const std::vector<int>& pids, job::WallTime since) const override;
  [[nodiscard]] command::JobUse use_of(const std::vector<os::ProcessInfo>& processes, job::WallTime since) const;
  [[nodiscard]] std::vector<std::string> last_lines(const std::string& name, int count) override;
  [[nodiscard]] Result<std::vector<job::Record>> history(const std::string& name, std::size_t limit) override;
  [[nodiscard]] std::string free_name(const std::vector<std::string>& command) const override;
  Result<> run(command::JobRun run) override;
  [[nodiscard]] bool is_starting(const std::string& name) const override;
  void when_started(const std::string& name, std::function<void(Result<>)> done) override;
  Result<> start(const std::vector<std::string>& names, std::optional<job::Caller> caller) override;
  Result<std::vector<std::string>> stop(const std::string& name) override;
  Result<> restart(const std::string& name) override;
  Result<> kill(const std::string& name, int signo) override;
  Result<> remove(const std::string& name) override;
  void wait(command::JobWait wait, std::function<void(Result<command::JobEnd>)> done) override;
  void follow(command::ClientId client, command::JobFollow from, std::function<void(int)> done) override;
  void logs(command::ClientId client, command::LogRequest request, std::function<void(Result<>)> done) override;
  [[nodiscard]] command::RunRequest request_of(command::ClientId client) const override;

 private:
  struct Waiter;
  struct Follower;
  struct EarlyReader;

  /// A program that runs for a job, or that ran and whose exit is being recorded.
  struct Run {
    std::string job;
    int pid = 0;
    job::WallTime started{};
    int restart = 0;
    bool recording = false;
    int holder = -1;
    bool ended = false;    ///< recorded; what it left behind lives
    job::Time began{};     ///< by the clock that nobody sets
    bool emptied = false;  ///< nothing was left any more when it was still being recorded
  };

  /// A program that was asked for.
  struct Begun {
    model::PaneId pane;
    bool fresh = false;  ///< the pane was made for it
    job::WallTime wall{};
  };

  // job::SupervisorActions
  Result<std::optional<int>> start(const job::Job& job) override;
  void signal(const job::Job& job, int signo) override;
  void changed(const job::Job& job) override;
  void settled(const job::Job& job) override;

  [[nodiscard]] job::Now now() const;
  [[nodiscard]] job::RecordStore& records();
  [[nodiscard]] job::Directory& log_directory();
  [[nodiscard]] std::string config_path(const std::string& name) const;
  [[nodiscard]] Result<job::Spec> read_job_file(const std::string& name) const;
  /// What the job itself runs: its command, or the first pane of its first window; empty for the default shell.
  [[nodiscard]] static const std::vector<std::string>& main_command(const job::Spec& spec);
  /// The windows and panes that a job file adds to the job's own; what cannot be made is reported.
  void lay_out(const job::Job& job, model::PaneId main);
  void start_beside(const job::Job& job, const job::PaneSpec& spec, model::PaneId pane);
  [[nodiscard]] model::Model::PaneSpec beside_spec(const job::Job& job, const job::PaneSpec& spec,
                                                   const std::string& shell) const;
  /// Ends them when the job is over.
  void close_layout(const std::string& name);
  /// Puts jobs/NAME.toml into the table, with what it requires and is ordered after.
  Result<> load(const std::string& name, std::vector<std::string> path = {});
  /// What the job's newest record says that it was, when there is neither a file nor a table entry.
  [[nodiscard]] std::optional<job::Spec> recorded_spec(const std::string& name);
  /// Notes of runs that go on (record.hpp), for the daemon that comes after both processes were killed.
  [[nodiscard]] job::Directory& notes();
  void write_note(const job::Job& job, int pid);
  void drop_note(const std::string& name);
  void record_lost_runs();
  /// Waits for the disk: only while a server starts. What cannot be written is kept.
  [[nodiscard]] bool record_now(const std::vector<job::Record>& lost);

  /// It never was: nothing to keep.
  void forget_begun(const std::string& name);
  void on_recorded(model::PaneId pane, const keeper::Exited& exited, const job::Record& record,
                   const Result<>& written);
  /// A record that cannot be written now: kept, with the model, and tried again.
  void keep_unwritten(const job::Record& record, const Error& why);
  void write_again();
  void arm_retry();
  /// After anything that may have changed what is due.
  void after_change();
  /// Where standard input that was given with `run` is kept while its job can be started.
  [[nodiscard]] std::string input_directory() const;
  void drop_input(const job::Job& job);
  void drop_inputs();
  void arm_timer();
  void expire_records();
  void forget_old();
  [[nodiscard]] std::optional<model::PaneId> pane_of(const std::string& job) const;
  Result<model::PaneId> make_pane(const job::Job& job);
  void open_log(model::PaneId pane, const job::Job& job);
  void give_up_start(const std::string& name, model::PaneId pane, bool fresh);
  void on_started_later(const std::string& name, Begun begun, const Result<std::int32_t>& holder);
  [[nodiscard]] int take_program(const job::Job& job, Begun begun, std::int32_t holder);
  [[nodiscard]] Result<command::ProgramStart> program_for(const job::Job& job, const model::Pane& pane,
                                                         const std::vector<std::string>& command);
  /// What becomes of a pane when nothing is left of the run in it.
  void release_pane(model::PaneId pane, const std::string& name, int wait_status, job::WallTime ended);
  void dismiss_clients(const job::Job& job);
  void lose(model::PaneId pane);
  void tell_ended(const job::Job& job);
  /// What the status alone does not say about an end; mostly nothing.
  [[nodiscard]] std::string note_about(const std::string& name);
  [[nodiscard]] Result<int> status_of(const std::string& name);
  [[nodiscard]] const job::Record* newest_end(const std::string& name);
  /// The same, when it is not before `time`: asked at each end, so it reads no directory for a name that is new.
  [[nodiscard]] const job::Record* newest_end_from(const std::string& name, job::WallTime time);
  void remember_end(const job::Record& record);
  void check_waiters();
  void tell_what_is_awaited(const Waiter& waiter);
  [[nodiscard]] bool check(Waiter& waiter);
  void pump(Follower& follower);
  bool pump_log(Follower& follower);
  bool pump_ring(Follower& follower);
  void print_output(Follower& follower, std::string_view text);
  /// The stream offset behind what the pane's log has; nothing when it has none.
  [[nodiscard]] std::optional<std::uint64_t> end_of_log(panes::PaneIo& pane);
  /// Goes on from the log, which has what the ring lacks. False: it has not.
  bool leave_ring(Follower& follower, panes::PaneIo& pane);
  /// What is left of a job that is over and whose pane is gone.
  void open_ended_log(Follower& follower, const command::JobFollow& from);
  void skip_gap(Follower& follower, std::uint64_t bytes);
  void tell_place(const Follower& follower);
  void serve_early_readers();
  /// Whether the client is there and its connection is not full.
  [[nodiscard]] bool takes_more(command::ClientId client) const;
  struct OpenLog;
  /// A job's log, wherever it is; one without a reader when nothing was printed.
  [[nodiscard]] Result<std::unique_ptr<OpenLog>> find_log(const std::string& name);
  [[nodiscard]] std::vector<std::string> last_logged_lines(const std::string& name, int count);
  void take_rest(Follower& follower);
  /// Before the next run begins in the log: who has not read the last one to its end goes on from there.
  void keep_laggards(model::PaneId pane);
  void start_enabled();
  [[nodiscard]] command::JobView view(const job::Job& job) const;
  /// Its job file and log, as far as there are any.
  void find_files(command::JobView& view) const;

  Parts parts_;
  job::Supervisor supervisor_;
  std::unique_ptr<JobScopes> scopes_;
  std::map<model::PaneId, Run> runs_;
  std::map<std::string, model::PaneId> panes_;  ///< of each job: where it ran last, while that exists
  std::map<std::string, job::Record> ends_;     ///< newest ends, so that waiting reads no directory
  std::deque<std::string> ends_order_;
  std::map<std::string, std::deque<job::Record>> unwritten_;  ///< ends that are on no disk yet, by job
  std::size_t rewriting_ = 0;                                 ///< of them, on their way to the disk
  std::chrono::milliseconds retry_pause_{0};                  ///< before they are tried again
  std::unique_ptr<os::Timer> retry_timer_;
  std::unique_ptr<job::Directory> record_directory_;
  std::unique_ptr<job::RecordStore> record_store_;
  std::unique_ptr<store::RecordWriter> writer_;
  std::unique_ptr<job::Directory> log_directory_;
  std::unique_ptr<job::Directory> note_directory_;
  /// A log and, when it is not in the state directory, its directory.
  struct Log {
    std::unique_ptr<job::Directory> own_directory;
    std::unique_ptr<job::LogWriter> writer;  ///< none: this run is not logged
    bool found = false;                      ///< where an earlier server stopped in it
    bool begins = false;                     ///< a run that is not told in it yet
  };
  std::map<model::PaneId, Log> logs_;
  std::deque<std::pair<std::string, std::string>> begun_;  ///< jobs by the request that began them, the last of them
  std::map<std::string, Size> sizes_;  ///< that the caller's terminal had
  std::vector<std::unique_ptr<Waiter>> waiters_;
  std::multimap<std::string, std::function<void(Result<>)>> start_waiters_;  ///< by job
  std::vector<std::unique_ptr<Follower>> followers_;
  std::vector<std::shared_ptr<LogPrinter>> printers_;
  std::vector<std::unique_ptr<EarlyReader>> early_readers_;
  std::set<model::PaneId> handed_over_;  ///< programs of jobs, while recovering
  /// Of jobs that did not change since.
  mutable std::map<std::string, std::shared_ptr<const std::string>> encoded_;
  int recording_ = 0;
  bool settled_some_ = false;
  bool ending_ = false;
  bool stopping_all_ = false;
  job::Time stopped_all_{};  ///< when that began
  std::unique_ptr<os::Timer> timer_;
  JobNotices notices_;
  job::WallTime expired_{};  ///< when old records were looked for
};

}  // namespace sess::jobs
