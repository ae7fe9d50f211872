// The channels of wait-for: who waits, who was woken early, which are locked. Pure but for the wakers.
//
// Owned by the command queue, one table for all clients; called by wait-for alone. A channel exists only
// while there is something to remember of it. A lock belongs to nobody: whoever unlocks hands it on. Wakers
// of clients that have gone stay harmlessly until their turn and do not count as woken.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "command/language/item.hpp"

namespace sess::command {

class WaitChannels {
 public:
  /// Whether a signal had come before: then the channel is empty again and the caller goes on at once.
  bool take_signal(std::string_view channel);
  /// Queues the caller until signal(); take_signal() is asked first.
  void wait(std::string_view channel, Waker waker);
  /// Wakes all who wait; with nobody there, the next one goes on at once.
  void signal(std::string_view channel);

  /// True when the lock is the caller's now; else wait_lock() queues it.
  bool lock(std::string_view channel);
  void wait_lock(std::string_view channel, Waker waker);
  /// Hands the lock to the next one. False: it was not locked.
  bool unlock(std::string_view channel);

 private:
  struct Channel {
    bool locked = false, woken = false;
    std::deque<Waker> waiting, lockers;
    [[nodiscard]] bool unused() const { return !locked && !woken && waiting.empty() && lockers.empty(); }
  };
  void drop_unused(std::string_view channel);
  std::map<std::string, Channel, std::less<>> channels_;
};

}  // namespace sess::command
