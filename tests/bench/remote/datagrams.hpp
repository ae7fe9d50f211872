// The same stretch of network as tests/support/relay for a program that speaks UDP (mosh): datagrams between
// a client and a port on loopback are delayed, throttled, lost.
//
// What TCP gives later is lost here, as a network does it. Works in a thread of its own; the functions are
// called from the bench's.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "support/wait.hpp"

namespace sess::bench {

class Datagrams {
 public:
  Datagrams();
  ~Datagrams();
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// The port that datagrams of the client go to from now on.
  void set_target(int port) { target_ = port; }
  void set_delay(test::Milliseconds one_way) { delay_ = one_way.count(); }
  /// Bytes a second towards the client; 0: as many as come.
  void set_rate(std::int64_t bytes_a_second) { rate_ = bytes_a_second; }
  /// So many of a thousand are lost in each direction.
  void set_loss(int of_thousand) { loss_ = of_thousand; }
  /// Whether everything is lost.
  void set_gone(bool gone) { gone_ = gone; }
  /// The client has another address from now on, as the server sees it.
  void roam() { ++roams_; }
  /// Payload carried in both directions so far.
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  void work();

  int near_ = -1;
  int port_ = 0;
  std::atomic<int> target_{0};
  std::atomic<std::int64_t> delay_{0};
  std::atomic<std::int64_t> rate_{0};
  std::atomic<int> loss_{0};
  std::atomic<bool> gone_{false};
  std::atomic<int> roams_{0};
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace sess::bench
