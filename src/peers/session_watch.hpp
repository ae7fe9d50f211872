// Sessions that nobody is attached to or types into: destroy-unattached and lock-after-time.
//
// Owns the times: since when a session's clients have been idle, and until when clients are awaited whose
// connections were lost. Told by the server of what clients do; changes the model by ending sessions, nothing
// else.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "model/model.hpp"
#include "os/loop.hpp"

namespace sess::peers {

class SessionWatch {
 public:
  struct Acts {
    std::function<void(model::ClientId)> lock;
    std::function<bool(const model::Session&)> is_kept;  ///< whether it may not be ended, attached or not
  };
  SessionWatch(os::Loop& loop, model::Model& model, Acts acts);

  /// A client of the session was used, or came.
  void on_activity(model::SessionId session);
  /// lock-after-time is another one.
  void on_lock_time_changed();
  void on_closed(model::SessionId session) { idle_.erase(session); }
  /// A client left a session, or its session ended.
  void on_left() { left_ = true; }
  /// A client's connection was lost, with its server or alone: the client has some seconds to come back.
  void expect_return(model::SessionId session);
  /// After someone left, as in tmux: ends the sessions with destroy-unattached that nobody is attached to.
  void sweep();

 private:
  using Time = std::chrono::steady_clock::time_point;
  void lock(model::SessionId session);
  void on_returns_over();

  os::Loop& loop_;
  model::Model& model_;
  Acts acts_;
  bool left_ = false;
  std::map<model::SessionId, std::unique_ptr<os::Timer>> idle_;
  std::map<model::SessionId, Time> awaited_;
  os::Timer returns_;
};

}  // namespace sess::peers
