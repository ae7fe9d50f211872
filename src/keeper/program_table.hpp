// The programs that the keeper started: its children, their terminals and their journals.
//
// A program is starting (forked, exec not confirmed), living, or exited and kept until it is forgotten. The
// table owns the descriptors; it never reads a terminal or a journal. It signals unreaped children only.
// What happened is told to the Observer, whoever asked.
#pragma once

#include <sys/resource.h>

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "keeper/message.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "os/programs/spawn.hpp"

namespace sess::keeper {

class ProgramTable {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    /// One start fewer is under way; what became of it is told next, unless it was forgotten.
    virtual void on_start_decided() = 0;
    /// `request` and `server` are what start() was given. The program stays owned by the table.
    virtual void on_spawned(std::uint64_t request, std::uint64_t server, const std::string& note,
                            const Program& program) = 0;
    virtual void on_spawn_failed(std::uint64_t server, SpawnFailed failure) = 0;
    virtual void on_exited(const Program& program) = 0;
    /// What a held program had left behind is gone; on_exited() was before.
    virtual void on_emptied(const Program& program) = 0;
    /// The last child has been reaped.
    virtual void on_none_left() = 0;
  };

  ProgramTable(os::Loop& loop, Observer& observer, const os::Clock& clock);

  /// Forks; the outcome comes through the observer (at once when it cannot even be tried). Nothing is started
  /// that could not be handed to a server: descriptors for it are made sure of first.
  void start(const Spawn& spawn, std::uint64_t server);
  /// Takes note of a child's end; false when it is not one of these.
  bool reaped(pid_t pid, int status, const rusage& usage);
  void forget(PaneNumber pane);
  /// Nothing happens when the pane is unknown, its program has been reaped, or the signal does not exist. Who
  /// is in a session is looked up once for all that are wanted in a turn, at its end.
  void signal(const Signal& signal);
  /// Sends what waits for the end of the turn. To be called before a child is reaped: its pid is another's
  /// then.
  void send_wanted();
  enum class Which { plain, all };
  /// Sends signals, in this order, to every process in the sessions of all unreaped programs, and to all that
  /// is left of held ones.
  void signal_all(const std::vector<int>& signals, Which which = Which::all);

  /// Children that are not reaped, forgotten and starting ones included.
  [[nodiscard]] bool has_children() const;
  /// Nothing that a server would be handed, and no children.
  [[nodiscard]] bool empty() const { return programs_.empty() && !has_children(); }
  [[nodiscard]] bool starting() const { return !starting_.empty(); }
  /// Takes every start that is under way for one that worked, but for those that are not apart yet: until
  /// then nothing can be slow.
  void presume_started();

  /// All programs, ordered by pane.
  [[nodiscard]] const std::map<PaneNumber, Program>& programs() const { return programs_; }
  /// Children without a pane: their ends are of no interest to anybody.
  [[nodiscard]] const std::vector<pid_t>& forgotten() const { return forgotten_; }
  /// Gives everything away, for a server process; the table is empty then.
  [[nodiscard]] std::map<PaneNumber, Program> take();
  /// Takes over what another table held (after an exec).
  void adopt(Program program);
  void adopt_forgotten(pid_t pid) { forgotten_.push_back(pid); }

 private:
  struct Starting {
    Spawn spawn;
    std::uint64_t server;
    os::PendingSpawn pending;
    WallTime started;
    UniqueFd journal;  // none yet when the pane's own goes on
    std::unique_ptr<os::FdWatch> watch;
    bool forgotten = false;
  };
  /// Signals for a whole session.
  struct Wanted {
    pid_t program = -1;  ///< -1: a holder's, and ended
    std::vector<int> signals;
  };
  void on_report(pid_t child);
  /// Without waiting for what it may have to say yet.
  void conclude(pid_t child);
  void on_verdict(pid_t child);
  void watch_held(const Program& program);
  /// The first program's end, as its holder tells it; nothing when it does not yet.
  void on_held_end(PaneNumber pane);
  /// killed: by somebody else; it does not end so by itself.
  void on_holder_reaped(Program& program, bool killed);
  void refuse(const Spawn& spawn, std::uint64_t server, int sys_errno, std::string text);

  os::Loop& loop_;
  Observer& observer_;
  const os::Clock& clock_;
  std::map<PaneNumber, Program> programs_;
  std::map<pid_t, Starting> starting_;  ///< by the child to reap
  std::map<PaneNumber, std::unique_ptr<os::FdWatch>> held_;
  std::vector<pid_t> forgotten_;
  std::map<pid_t, Wanted> wanted_;  ///< by the child to reap: the session's leader or the holder
};

}  // namespace sess::keeper
