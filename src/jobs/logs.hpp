// The logs of jobs, written from what their panes' journals have. Where a log stands is in the journal, so
// that the next server goes on there. Who reads them is LogReaders' and Followers' business.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "job/files.hpp"
#include "job/log_writer.hpp"
#include "job/supervisor.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

/// The directory that an absolute path names a file in.
inline std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

class Logs {
 public:
  explicit Logs(const Parts& parts) : parts_(parts) {}

  /// Who waits for the first bytes of a log.
  void when_written(std::function<void()> told) { written_ = std::move(told); }

  /// The job's run in this pane is logged from here on, unless its spec says otherwise.
  void open(model::PaneId pane, const job::Job& job);
  void close(model::PaneId pane) { logs_.erase(pane); }
  /// The run begins; told in the log now, or with the first bytes of a run that the server before began.
  void begin_run(model::PaneId pane, job::WallTime wall);
  void begin_run_later(model::PaneId pane) { logs_[pane].begins = true; }
  /// Bytes were read: they are logged at the end of the callback, or now when there are many.
  void on_bytes(panes::PaneIo& pane);
  /// Everything that was read and is not in the job's log yet goes there.
  void write(panes::PaneIo& pane);
  void write_all();
  /// The stream offset behind what the pane's log has; nothing when it has none.
  [[nodiscard]] std::optional<std::uint64_t> end_of(panes::PaneIo& pane);
  /// Why the pane's log stands still; empty: it does not.
  [[nodiscard]] std::string note(model::PaneId pane) const;
  /// Where logs are that have no path of their own.
  [[nodiscard]] job::Directory& directory();
  void remove_files(const std::string& job);

 private:
  /// A log and, when it is not in the state directory, its directory.
  struct Log {
    std::string job;
    std::unique_ptr<job::Directory> own_directory;
    std::unique_ptr<job::LogWriter> writer;  ///< none: this run is not logged
    bool found = false;                      ///< where an earlier server stopped in it
    bool begins = false;                     ///< a run that is not told in it yet
  };

  Parts parts_;
  std::function<void()> written_;
  std::unique_ptr<job::Directory> directory_;
  std::map<model::PaneId, Log> logs_;
};

}  // namespace sess::jobs
