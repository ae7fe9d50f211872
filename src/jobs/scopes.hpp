// A transient systemd scope for each running job, so that an OOM kill of one takes no other with it and
// limits hold for all of its processes together.
//
// systemd is asked through busctl(1), a program beside the loop: nothing waits for it, and a user's manager
// that hangs hangs nothing here. A job that is over before it is asked needs no scope. Where none can be had
// the job runs as it is, the memory limit is RLIMIT_AS of each process, and the reason is told by describe().
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "job/supervisor.hpp"
#include "jobs/outside.hpp"
#include "os/loop.hpp"
#include "os/programs/process.hpp"

namespace sess::jobs {

class Table;

class JobScopes {
 public:
  JobScopes(const Parts& parts, const Table& table) : parts_(parts), table_(table) {}

  /// Why no job gets a scope here; empty when they do.
  [[nodiscard]] std::string unavailable() const;
  /// A job's program was started.
  void begin(const job::Job& job, int pid, int holder);
  /// One line about a running job: its scope, or why it has none, and how its limits are kept.
  [[nodiscard]] std::string describe(const job::Job& job) const;

 private:
  /// The scope of one run, on its way or refused.
  struct Attempt {
    int pid = 0;
    int holder = -1;
    std::string unit;
    std::uint64_t memory_limit = 0;
    int cpu_limit = 0;
    std::string refused;
    int checks = 0;
    std::unique_ptr<os::Timer> timer;
  };
  [[nodiscard]] static std::vector<os::ProcessInfo> processes(const Attempt& attempt);
  void ask(const std::string& job);
  void check(const std::string& job);
  void refuse(const std::string& job, const std::string& reason);
  void call(const std::vector<std::string>& words, std::function<void(bool ok, std::string text)> done);
  /// The attempt while its program runs, else null.
  [[nodiscard]] Attempt* current(const std::string& job, int pid);

  Parts parts_;
  const Table& table_;
  std::map<std::string, Attempt> attempts_;
};

}  // namespace sess::jobs
