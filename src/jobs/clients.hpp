// Who waits for jobs and who reads their output: the state of JobControl that belongs to clients.
//
// Plain data, private to JobControl's files (job_clients.cpp uses it, the others only end it): a Waiter goes when its jobs
// have ended or its client has, a Follower when all is sent or its client has gone. Decides nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "command/ports/jobs.hpp"
#include "job/log_reader.hpp"
#include "os/loop.hpp"
#include "jobs/control.hpp"
#include "jobs/log_stream.hpp"

namespace sess::jobs {

/// The directory that an absolute path names a file in.
inline std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A reader of a log that nothing was written to yet.
struct JobControl::EarlyReader {
  command::ClientId client;
  command::LogRequest request;
  std::function<void(Result<>)> done;
  bool ready = false;
};

struct JobControl::Waiter {
  command::JobWait wait;
  std::map<std::string, int> ended;  ///< status by name
  std::function<void(Result<command::JobEnd>)> done;
  std::unique_ptr<os::Timer> timer;
  std::unique_ptr<os::Timer> tell_timer;
};

/// A log that is about to be read.
struct JobControl::OpenLog {
  std::unique_ptr<job::Directory> own;  ///< when it is not in the state directory
  std::optional<job::LogReader> reader;
  Size size{24, 80};  ///< of the terminal that it was printed on
};

/// A client that is sent a job's output: from the journal's ring while the pane lives and the reader keeps up, else from
/// the log, then from `rest`.
struct JobControl::Follower {
  command::ClientId client;
  std::string job;
  std::optional<model::PaneId> pane;
  std::uint64_t offset = 0;   ///< in the pane's stream
  std::uint64_t skip = 0;     ///< bytes that were printed before the last server died
  std::unique_ptr<LogStream> log;  ///< read instead of the ring, which has lost what comes next or is gone
  std::string rest;           ///< what the pane held when the job was over, and no log has
  bool gap = false;           ///< something could not be printed
  std::optional<int> status;  ///< the job is over
  std::function<void(int)> done;
};

}  // namespace sess::jobs
