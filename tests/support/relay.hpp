// A stretch of network between a client and a port on loopback: it delays, throttles, stands still, cuts, or
// lets everything vanish without a word.
//
// TCP on both sides, so bytes stay in order whatever happens to them in between; what a real network loses is
// late here. Works in a thread of its own; the functions are called from the test's.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "support/wait.hpp"

namespace sess::test {

/// A port on loopback that was free a moment ago.
[[nodiscard]] int free_port();

class Relay {
 public:
  /// Listens on a port of its own and connects each client to `target`.
  explicit Relay(int target);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  [[nodiscard]] int port() const { return port_; }

  /// Every byte takes this long in each direction.
  void set_delay(Milliseconds one_way) { delay_ = one_way.count(); }
  /// Bytes a second towards the client; 0: as many as come.
  void set_rate(std::int64_t bytes_a_second) { rate_ = bytes_a_second; }
  /// So many of a thousand pieces come this much later in each direction, and all behind them: what TCP makes
  /// of a lost packet. Which ones is the same in every run.
  void set_loss(int of_thousand, Milliseconds lateness) {
    lateness_ = lateness.count();
    loss_ = of_thousand;
  }
  /// Nothing moves until thaw(); then everything goes on. New connections are accepted and stand still, too.
  /// Nothing that is sent after it returns is passed on.
  void freeze();
  void thaw() { frozen_ = false; }
  /// Ends every connection at once.
  void cut() { ++cuts_; }
  /// Connections that exist from here on carry nothing ever again and do not end; new ones do so until
  /// restore().
  void vanish() {
    vanishing_ = true;
    ++losses_;
  }
  /// Nothing arrives, in either direction, until restore(). Then connections go on when TCP sends again what
  /// it had sent: it waits twice as long each time, so after a long outage for long.
  void interrupt() { interrupted_ = true; }
  void restore() {
    vanishing_ = false;
    interrupted_ = false;
  }
  /// New connections are ended as soon as they are made.
  void refuse(bool refused) { refusing_ = refused; }

  [[nodiscard]] std::int64_t connections() const { return accepted_; }
  [[nodiscard]] std::int64_t open() const { return open_; }
  /// Carried in both directions so far.
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  struct Wire;
  void work();

  int target_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::int64_t> delay_{0};
  std::atomic<std::int64_t> rate_{0};
  std::atomic<std::int64_t> loss_{0};
  std::atomic<std::int64_t> lateness_{0};
  std::atomic<bool> frozen_{false};
  std::atomic<std::int64_t> turns_{0};  ///< that ended
  std::atomic<bool> vanishing_{false};
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> refusing_{false};
  std::atomic<std::int64_t> cuts_{0};
  std::atomic<std::int64_t> losses_{0};
  std::atomic<std::int64_t> accepted_{0};
  std::atomic<std::int64_t> open_{0};
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace sess::test
