// The server as its keeper sees it: a child process, a link, and whether it still answers.
//
// Owns the keeper's end of the link. Never waits for the server: a server that does not read, does not answer
// or does not end is killed. Starting it (the fork) and starting the next one are the keeper's business.
#pragma once

#include <chrono>
#include <memory>

#include "keeper/hang_watch.hpp"
#include "keeper/link.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"

namespace sess::keeper {

class ServerProcess {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_message(ToKeeper message) = 0;
    /// The process is gone and everything that it sent has been handed to on_message().
    virtual void on_server_died(Death death, std::chrono::nanoseconds lived) = 0;
  };

  ServerProcess(os::Loop& loop, Owner& owner, const os::Clock& clock, HangWatch::Limits limits);

  /// A new server has been forked.
  void started(pid_t pid, UniqueFd socket);
  [[nodiscard]] bool running() const { return pid_ > 0; }

  /// Does nothing when there is no server or its link is closed: the next one is handed everything.
  void send(const ToServer& message);
  /// What it must know cannot be sent: replaces it by one that is handed everything.
  void cannot_tell(const Error& why);
  /// Pings it, unless a ping is under way; no answer within the limits means death as `hung`.
  void ping();
  /// Without the loop: waits until it answers a ping, or asks for a program, which it may wait for. False: it
  /// is gone, or hung and was killed, and is reaped; or there is none.
  [[nodiscard]] bool prove();
  /// Asks it to end by SIGTERM so that the keeper can be replaced; kills it after `limit`.
  void end_for_upgrade(std::chrono::milliseconds limit);
  /// Closes the link, which tells the server to exit; kills it after `limit`.
  void close_link(std::chrono::milliseconds limit);
  /// Takes note of a child's end; false when it is not the server.
  bool reaped(pid_t pid, int status);

 private:
  void on_ready(bool writable);
  void look_at_it();
  bool read_messages();
  void flush();
  void drop_link();
  void kill(Death::Kind reason);

  os::Loop& loop_;
  Owner& owner_;
  const os::Clock& clock_;
  HangWatch::Limits limits_;
  HangWatch::Span busy_limit_;
  pid_t pid_ = -1;
  std::unique_ptr<KeeperLink> link_;
  std::unique_ptr<os::FdWatch> watch_;
  std::chrono::steady_clock::time_point started_;
  Death::Kind reason_ = Death::Kind::none;  // set when the keeper itself ends the server
  bool asked_ = false;                      ///< for a program
  std::uint64_t ping_serial_ = 0;
  HangWatch hang_watch_;
  os::Timer sample_timer_;  ///< armed while a pong is due
  os::Timer kill_timer_;
  os::Timer throttle_timer_;
};

}  // namespace sess::keeper
