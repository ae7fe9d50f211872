// Keeps a link to a far server: notices that it is dead, and finds another one while the old one is kept.
//
//   heartbeat.hpp says that the link is silent ──► redial.hpp when to dial ──► dial.hpp one attempt
//
// Owned by an Attachment, which has the link's channel and tells what happens on it. Whichever speaks first
// wins: when the old link does, the attempt ends; when the attempt is through, the owner takes its channel
// and ends the old one. Writes nothing on the terminal: what there is to say is notice().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "client/remote/dial.hpp"
#include "client/remote/heartbeat.hpp"
#include "client/remote/redial.hpp"
#include "os/loop.hpp"
#include "os/network_watch.hpp"

namespace sess::client::remote {

/// How a far server is reached again.
struct Route {
  Destination destination;
  std::vector<std::string> words;  ///< behind `sess` over there
};

class Pursuit {
 public:
  using Clock = std::chrono::steady_clock;
  struct Owner {
    std::function<void()> ping;              ///< over the link that is there
    std::function<void(Channel)> take_link;  ///< a replacement is through
    std::function<void()> give_up_link;      ///< the old link has been silent for too long to be waited for
    std::function<void()> changed;           ///< notice() is another one, or is due
  };
  Pursuit(os::Loop& loop, Route route, Owner owner);
  Pursuit(const Pursuit&) = delete;
  Pursuit& operator=(const Pursuit&) = delete;

  /// The link whose channel this is carries the attachment from now on.
  void use(Channel& channel);
  /// Something came over the link.
  void heard();
  /// Before the link's channel goes.
  void leave();
  /// The link ended, and was left; why, in one line.
  void lost(std::string reason);
  /// The session goes on over the link.
  void resumed();
  void key_pressed();

  /// Silent or lost for so long that the user is told.
  [[nodiscard]] bool out() const;
  /// What is said then.
  [[nodiscard]] std::string notice(std::size_t kept_bytes) const;
  /// What is typed is for ssh's question.
  [[nodiscard]] bool asks() const { return dial_ && !dial_->question().empty(); }
  void answer(std::string_view typed);

  struct Statistics {
    std::optional<Clock::duration> round_trip;
    int reconnects = 0;
    int attempts = 0;
  };
  [[nodiscard]] Statistics statistics() const;

 private:
  void tick();
  void look(Clock::time_point now);
  void arm(Clock::time_point now);
  void dial(Clock::time_point now);
  void on_dial();
  void end_dial();
  void doubt(Clock::time_point now);

  os::Loop& loop_;
  Route route_;
  Owner owner_;
  os::Timer timer_;
  std::unique_ptr<os::NetworkWatch> network_;
  std::optional<os::FdWatch> errors_watch_;
  FarEnd* far_ = nullptr;  // of the link in use
  Heartbeat heartbeat_;
  Redial redial_;
  std::unique_ptr<Dial> dial_;
  bool up_ = true;         // a link is there, alive or not
  bool resuming_ = false;  // over a new link, and not resumed yet
  std::string reason_;
  std::optional<Clock::time_point> said_at_;  // when the notice was due last
  Clock::time_point planned_;                 // when tick() was to come
  int reconnects_ = 0;
  int attempts_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace sess::client::remote
