// The keeper: holds what must outlive the server, and starts servers.
//
// It owns the lock, the listening socket, every program (its children), every PTY master, every journal and
// the model's memory. It parses no terminal output and no client bytes. One Keeper per process; run() forks
// servers without exec: `server_main` runs in the child, which owns copies of what the ServerLink hands it
// and nothing else, has its own process group, default signal dispositions except that SIGPIPE, SIGHUP and
// SIGXFSZ are ignored, an empty mask, and cwd and umask of the keeper.
//
//   SIGTERM, SIGINT   orderly end: SIGHUP+SIGCONT to every job, grace, SIGKILL, socket removed
//                     again: no grace
//   SIGUSR1           "the server does not answer": check the socket, ping the server, replace a hung one
//   SIGUSR2           replace this process's code by exec, keeping every program
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "keeper/claim.hpp"
#include "keeper/link.hpp"
#include "os/activation.hpp"
#include "os/daemon.hpp"
#include "os/runtime_paths.hpp"

namespace sess::keeper {

using ServerMain = std::function<int(ServerLink)>;

struct KeeperOptions {
  os::RuntimePaths paths;
  std::vector<std::string> config_files;  ///< handed to every server
  int verbosity = 0;
  bool foreground = false;
  bool boot = false;  ///< handed to the server
  ServerMain server_main;
  /// Opens the log of a process. Called in the keeper by open() and resume(), and first thing in every
  /// server.
  std::function<void(const os::RuntimePaths&)> open_log;

  os::Notifier notifier;
  os::ReadyPipe ready;  ///< told once the socket listens, or why it does not
  /// argv of the next code on SIGUSR2; [0] is its absolute path. `--resume-fd=N` is appended. Empty: SIGUSR2
  /// is ignored.
  std::vector<std::string> upgrade_command;

  /// Makes of a sentence what a client is sent while there is no server for it: none can be started (no
  /// process, no memory), or one after the other fails. Empty: clients are told nothing.
  std::function<std::string(const std::string& text)> refusal;

  std::chrono::milliseconds grace{5000};  ///< between SIGHUP and SIGKILL
  /// For the answer to a ping, in time in which the server could have run (hang_watch.hpp): while it stands
  /// still, and while it is at work; the latter doubles while hangs repeat.
  std::chrono::milliseconds still_limit{900};
  std::chrono::milliseconds hang_limit{5000};
  std::chrono::milliseconds server_leaves{
      10'000};  ///< for the server to exit once its link closed: its disk may be slow
  std::chrono::milliseconds early_death{1000};  ///< a server that lived less is restarted with back-off
  std::chrono::milliseconds first_backoff{10};
  std::chrono::milliseconds longest_backoff{2000};
  /// For programs that are just being started when a server ends; what is held up for longer is handed to the
  /// next one, or the next code, as a program that runs.
  std::chrono::milliseconds settle_limit{200};
  int give_up_after = 8;  ///< failed starts in a row, with no program at all
  int tell_after = 12;    ///< failed starts in a row until who waits is told; about 5 s of pauses
};

class Keeper {
 public:
  /// Binds and listens, or takes `inherited`. Consumes the claim; its starting lock is released here.
  [[nodiscard]] static Result<std::unique_ptr<Keeper>> open(KeeperOptions options, Claim claim,
                                                            UniqueFd inherited = {});
  /// Whether resume() would take this state. In a process of its own: the descriptors that it names are
  /// closed.
  [[nodiscard]] static Result<> can_resume(UniqueFd state);
  /// Takes over from the code before, which wrote its state into `state` and called exec. Whatever else that
  /// left open from descriptor 3 on is closed.
  [[nodiscard]] static Result<std::unique_ptr<Keeper>> resume(KeeperOptions options, UniqueFd state);
  ~Keeper();

  /// Runs until the daemon ends; the exit status. In server processes it does not return.
  int run();

 private:
  class Impl;
  explicit Keeper(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sess::keeper
