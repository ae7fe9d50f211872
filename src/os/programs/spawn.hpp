// Starting programs: on a new pseudo-terminal, or with three given descriptors.
//
// Some programs get a holder (holder.hpp) between this process and themselves.
//
// The program gets a new session, default signal dispositions, an empty mask, the RLIMIT_NOFILE that the
// user had, and no descriptor but 0, 1 and 2. A program that cannot be executed is an Error that names it
// (sys_errno is exec's), never a child that exits 127.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "base/size.hpp"
#include "os/programs/child_slots.hpp"
#include "os/programs/pty.hpp"

namespace sess::os {

struct SpawnRequest {
  std::vector<std::string> argv;  ///< argv[0] without a slash is searched in PATH of env
  std::vector<std::string> env;   ///< complete, "NAME=value"
  std::string cwd;                ///< when it cannot be entered: HOME of env, then /
  Size size;                      ///< of the terminal
  PixelSize pixels;
  std::optional<std::string> argv0;  ///< what the program sees as argv[0] (a login shell: "-bash")
  mode_t umask = 022;
  std::optional<int> nice;         ///< scheduling priority; one that is not permitted is noted
  std::uint64_t memory_limit = 0;  ///< bytes of address space (RLIMIT_AS); 0: as it is
  std::string input;               ///< a file that is opened as standard input; empty: the terminal
  bool held = false;               ///< on a terminal: with a holder, whose child it is
};

struct Spawned {
  pid_t pid = -1;
  pid_t holder =
      -1;  ///< the child of this process that holds the program; -1: the program itself is the child
  UniqueFd held_end;  ///< the holder's report: read_held_end()
  UniqueFd master;    ///< non-blocking
  std::string tty;    ///< "/dev/pts/3"
  std::string note;   ///< set when the directory could not be used: a line for the user
};

/// A child that was forked and has not said yet whether exec worked. Dropping it leaves the child to whoever
/// reaps. Watch status_fd() for readability and call advance(), then finish(); a child that ends before exec
/// may have to be told by its end instead: call advance() when it was reaped, too.
class PendingSpawn {
 public:
  PendingSpawn() = default;
  /// The program; of a held one not before advance() was true.
  [[nodiscard]] pid_t pid() const { return spawned_.pid; }
  /// What is to be reaped: the program, or its holder.
  [[nodiscard]] pid_t child() const { return spawned_.holder > 0 ? spawned_.holder : spawned_.pid; }
  /// It has descriptors of its own and a number: what is left to do before exec may take any time.
  [[nodiscard]] bool is_apart() const { return spawned_.pid > 0 && !slot_; }
  [[nodiscard]] int status_fd() const { return status_.get(); }
  /// Takes what the child has said; true when that was all. Never waits.
  [[nodiscard]] bool advance();
  /// Takes what the child has said for all that it says: child() was reaped, or is_apart().
  /// A start that failed later would end as a program that ends with 127.
  void conclude();
  /// Waits for the verdict (not at all once advance() was true, or behind conclude()). On failure the child
  /// has ended but is not reaped: the caller waits for child().
  [[nodiscard]] Result<Spawned> finish();

 private:
  friend Result<PendingSpawn> start_spawn_on_pty(const SpawnRequest& request);
  friend Result<PendingSpawn> start_spawn(const SpawnRequest& request, int in, int out, int err);
  explicit PendingSpawn(const SpawnRequest& request);
  Spawned spawned_;
  UniqueFd status_;
  bool decided_ = false;  ///< everything has been said; status_ stays open for who watches it
  ChildSlot slot_;        ///< while the child shares this process's descriptors
  UniqueFd process_;      ///< of the child, as long
  std::optional<Error> error_;
  std::string program_;
  std::string cwd_;
  std::string input_;
};

/// Forks with a new pseudo-terminal as controlling terminal; does not wait for exec.
[[nodiscard]] Result<PendingSpawn> start_spawn_on_pty(const SpawnRequest& request);
/// The same with descriptors for 0, 1 and 2 (-1: /dev/null) and no terminal. For shell jobs and helpers.
[[nodiscard]] Result<PendingSpawn> start_spawn(const SpawnRequest& request, int in, int out, int err);

/// Waits until exec worked or failed; a failed child is reaped.
[[nodiscard]] Result<Spawned> spawn(const SpawnRequest& request, int in, int out, int err);

/// Waits for a child of this process to end and reaps it; gives its status as waitpid(2) does.
int await_end(pid_t child);

/// This process's environment as "NAME=value" strings.
[[nodiscard]] std::vector<std::string> current_environment();

/// What exec takes for `strings`: a pointer to each and a null. They outlive it.
[[nodiscard]] std::vector<char*> exec_pointers(const std::vector<std::string>& strings);

/// Where `program` is found in the PATH of `env`: candidates in order; a name with a slash is itself.
[[nodiscard]] std::vector<std::string> path_candidates(const std::string& program,
                                                       const std::vector<std::string>& env);

}  // namespace sess::os
