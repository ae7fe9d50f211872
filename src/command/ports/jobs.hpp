// What the commands about jobs need of the server: the table of jobs, waiting, output, records.
//
// Apart from the other ports, because nothing else uses it. Calls return at once; callbacks come later, from
// the loop.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "job/log_reader.hpp"
#include "job/record.hpp"
#include "job/supervisor.hpp"
#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;

/// A job as listings show it.
struct JobView {
  job::Job job;
  std::optional<model::SessionId> session;  ///< where its terminal is
  std::string session_name;
  int attached = 0;  ///< clients that look at it
  int restarts = 0;
  std::optional<job::Milliseconds> next_start;  ///< from now; while the state is restarting
  std::string scope;     ///< of a running job: its systemd scope, or why it has none, and how limits are kept
  std::string log_note;  ///< why the log stands still; empty: it does not
  std::string file;      ///< its job file; empty: it has none
  std::string log_path;  ///< where its log is or would be
  std::optional<std::uint64_t> log_size = {};  ///< none: nothing was logged
};

/// A process of a job, in the order of a tree.
struct JobProcess {
  int pid = 0;
  int depth = 0;
  std::string command;
};

struct JobUse {
  std::vector<JobProcess> processes;
  std::chrono::milliseconds cpu{0};
  double cpu_percent = 0;  ///< of one CPU, over the life of the processes
  std::uint64_t memory = 0;
};

struct JobRun {
  std::string name;
  job::Spec spec;
  std::optional<job::Caller> caller;
  Size size;
  std::optional<std::string> input;  ///< what its standard input holds; kept while the job can be started
  std::string request = {};          ///< whose `run` it is: RunRequest::id
};

/// One command of one client, which may come to several servers before one of them answers.
struct RunRequest {
  std::string id;                  ///< the same each time it comes
  std::optional<std::string> job;  ///< what it has begun already
  bool in_doubt = false;           ///< it came before, and a program was found that nobody has written down
};

struct JobWait {
  std::vector<std::string> names;
  bool any = false;                    ///< the first that ends, instead of all
  std::optional<job::WallTime> until;  ///< then the result is an error with the code unavailable
  std::optional<ClientId> tell;  ///< on its terminal is said what is waited for, when that takes a second
};
/// How a wait ended: the status of the first named one that was not 0; with `any` of the one that ended.
struct JobEnd {
  std::string name;
  int status = 0;
  std::string note;  ///< what the status alone does not say
};

/// Where a reader of a job's output stands: in the pane's stream or in the log, plus bytes already printed
/// from there.
struct JobFollow {
  std::string name;
  std::uint64_t offset = 0;
  std::optional<job::LogPlace> place = {};
  std::uint64_t printed = 0;
};

/// How far a reader of a log has come, for the server that comes after one that died.
struct LogProgress {
  job::LogPlace place;      ///< where reading began
  std::uint64_t lines = 0;  ///< that were printed or left out since
  std::uint64_t bytes = 0;  ///< of the line behind them
};

struct LogRequest {
  std::string name;
  bool follow = false;
  bool raw = false;
  bool timestamps = false;
  bool colours = false;     ///< our own lines are set apart
  std::string prefix = {};  ///< of each line: whose it is; such a reader is not resumed
  std::optional<std::size_t> lines;
  std::optional<job::WallTime> since;
  std::optional<LogProgress> from = {};
  std::optional<int> run;  ///< that one alone: 1 is the oldest in the log, -1 the newest
};

class JobPort {
 public:
  virtual ~JobPort() = default;

  [[nodiscard]] virtual std::vector<JobView> jobs() = 0;
  /// A sentence for each job file that cannot be read: file, line, what is wrong.
  [[nodiscard]] virtual std::vector<std::string> unreadable_files() const = 0;
  /// Of the table or, by name, a job file. not_found: "no such job: x" (with the nearest name).
  [[nodiscard]] virtual Result<JobView> find(const std::string& name) = 0;
  [[nodiscard]] virtual JobUse use(const std::string& name) const = 0;
  /// The same for any programs, each with its session.
  [[nodiscard]] virtual JobUse use_of(const std::vector<int>& pids, job::WallTime since) const = 0;
  /// The last lines of what its terminal shows, or of its log when it is over; at most so many.
  [[nodiscard]] virtual std::vector<std::string> last_lines(const std::string& name, int count) = 0;
  /// The newest records, oldest first; of all jobs without a name.
  [[nodiscard]] virtual Result<std::vector<job::Record>> history(const std::string& name,
                                                                 std::size_t limit) = 0;
  /// A name that no job, session or record of a job that ended lately has.
  [[nodiscard]] virtual std::string free_name(const std::vector<std::string>& command) const = 0;

  /// Adds the job and starts it. already_exists: it is active, or a session has the name.
  virtual Result<> run(JobRun run) = 0;
  /// Whether its program was asked for and is not there yet: the keeper takes its time.
  [[nodiscard]] virtual bool is_starting(const std::string& name) const = 0;
  /// Of one that is starting: `done` gets what start() or run() could not say.
  virtual void when_started(const std::string& name, std::function<void(Result<>)> done) = 0;
  /// Jobs with a file or a record get what the caller has.
  virtual Result<> start(const std::vector<std::string>& names, std::optional<job::Caller> caller) = 0;
  /// With what requires it; all of them.
  virtual Result<std::vector<std::string>> stop(const std::string& name) = 0;
  virtual Result<> restart(const std::string& name) = 0;
  virtual Result<> kill(const std::string& name, int signo) = 0;
  /// Forgets a job that is not active, with its records and logs.
  virtual Result<> remove(const std::string& name) = 0;

  /// Once the exit records are on disk. not_found when one of them was never known.
  virtual void wait(JobWait wait, std::function<void(Result<JobEnd>)> done) = 0;
  /// Prints the output as it comes, as lines of a pipe; `done` gets the exit status when the job is over and
  /// everything is printed.
  virtual void follow(ClientId client, JobFollow from, std::function<void(int)> done) = 0;
  /// The log as a person would read it, printed for the client.
  virtual void logs(ClientId client, LogRequest request, std::function<void(Result<>)> done) = 0;

  [[nodiscard]] virtual RunRequest request_of(ClientId client) const = 0;
};

}  // namespace sess::command
