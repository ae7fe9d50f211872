// What people are told when a job has ended: a message to attached clients, a notification through the
// terminal that was used last, the hooks job-exited and job-failed, and the job's own --notify command.
//
// Told once per job, when it is over for good: not for each restart. Many ends at once are one message, and
// messages come at most once a second: ten thousand quick jobs leave a terminal usable. Owns what waits to be
// told, nothing else; Runs says when.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/supervisor.hpp"
#include "model/ids.hpp"
#include "jobs/outside.hpp"
#include "os/loop.hpp"

namespace sess::jobs {

class JobPanes;

class JobNotices {
 public:
  JobNotices(const Parts& parts, const JobPanes& panes);

  /// The job has settled. `pane`: where it ran, while that exists.
  void ended(const job::Job& job, std::optional<model::PaneId> pane);
  /// What ended while no client was attached, in one line for the one who comes, once; empty when nothing
  /// did.
  [[nodiscard]] std::string take_missed();

 private:
  struct End {
    std::string name;
    std::string text;   ///< "job make failed: exited with 2"
    std::string brief;  ///< "make failed (2)"
    bool failed = false;
    std::optional<model::SessionId> session;
  };
  void run_command(const job::Job& job);
  void queue_hooks(const job::Job& job, std::optional<model::PaneId> pane);
  void tell();
  /// Of ends that nobody was there to be told.
  void keep_missed(const std::vector<End>& ends);
  [[nodiscard]] static std::string sentence(const std::vector<const End*>& ends);

  Parts parts_;
  const JobPanes& panes_;
  std::vector<End> ends_;
  std::vector<std::string> missed_;  ///< the first of them, briefly
  std::size_t missed_count_ = 0;
  os::Timer timer_;
  bool pausing_ = false;
};

}  // namespace sess::jobs
