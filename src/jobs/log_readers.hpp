// Clients that read logs (`sess logs`), and the last lines of `status`: a job's log is found, wherever it is,
// and printed a portion a turn.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/ports/jobs.hpp"
#include "job/log_reader.hpp"
#include "jobs/outside.hpp"

namespace sess::jobs {

class History;
class Listing;
class LogPrinter;
class Logs;
class Table;

/// What waits in a client's connection before more output is read for it.
inline constexpr std::size_t kMostQueued = 256 * 1024;
/// Whether the client is there and its connection is not full.
[[nodiscard]] inline bool takes_more(const Outside& outside, command::ClientId client) {
  return outside.queued(client).value_or(kMostQueued) < kMostQueued;
}

/// A log that is about to be read.
struct OpenLog {
  std::unique_ptr<job::Directory> own;  ///< when it is not in the state directory
  std::optional<job::LogReader> reader;
  Size size{24, 80};  ///< of the terminal that it was printed on
};

class LogReaders {
 public:
  LogReaders(const Parts& parts, Table& table, History& history, Logs& logs, Listing& listing);
  ~LogReaders();

  void read(command::ClientId client, command::LogRequest request, std::function<void(Result<>)> done);
  /// A job's log, wherever it is; one without a reader when nothing was printed.
  [[nodiscard]] Result<std::unique_ptr<OpenLog>> find(const std::string& name);
  [[nodiscard]] std::vector<std::string> last_lines(const std::string& name, int count);
  /// Once per turn.
  void step();
  [[nodiscard]] bool has_more() const;

 private:
  /// A reader of a log that nothing was written to yet.
  struct EarlyReader {
    command::ClientId client;
    command::LogRequest request;
    std::function<void(Result<>)> done;
    bool ready = false;
  };
  void serve_early();

  Parts parts_;
  Table& table_;
  History& history_;
  Logs& logs_;
  Listing& listing_;
  std::vector<std::shared_ptr<LogPrinter>> printers_;
  std::vector<std::unique_ptr<EarlyReader>> early_;
};

}  // namespace sess::jobs
