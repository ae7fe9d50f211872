// The user's terminal, as far as a measurement needs one: a client on a PTY whose output is searched for
// marks, read as fast as it comes or at the speed of a slow link, with the time at which a mark was complete.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/size.hpp"
#include "support/pty.hpp"

namespace sess::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/// A measurement that could not be made: the peer failed or took too long. what() says which.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr Size kTerminalSize{24, 80};

class Terminal {
 public:
  Terminal(const std::vector<std::string>& argv, const std::vector<std::string>& env,
           Size size = kTerminalSize)
      : pty_(argv, env, size) {}

  /// Reads until the mark has come; when that was. Throws Failure at the deadline or when the client is gone.
  Clock::time_point wait_for(std::string_view mark, Milliseconds patience = Milliseconds(60'000));
  /// Reads at this many bytes a second for that long, or until a mark comes (empty: none).
  std::optional<Clock::time_point> read_slowly(std::size_t bytes_per_second, Milliseconds duration,
                                               std::string_view mark);
  /// Reads all that comes for that long, as a fast terminal does; how many bytes that were.
  std::size_t read_for(Milliseconds duration);
  /// Reads until nothing has come for a while.
  void drain(Milliseconds quiet = Milliseconds(50));
  /// What was read until now is not searched for marks.
  void forget() { window_.clear(); }
  /// Types, and says when.
  Clock::time_point type(std::string_view bytes);
  Clock::time_point resize(Size size);
  /// Ends the client as a lost connection does, and waits for it.
  void hang_up();

  [[nodiscard]] pid_t pid() const { return pty_.pid(); }

 private:
  /// Up to `limit` bytes into the window that is searched; how many there were to read.
  std::size_t read_some(std::size_t limit);
  bool found(std::string_view mark);

  test::Pty pty_;
  std::string window_;  ///< what was read last, and the end of what came before
};

/// Runs a command with no terminal to its end; how long that took. Throws Failure when it exits with another
/// status than 0 (unless any is fine) or not within the patience.
enum class Status { zero, any };
std::chrono::nanoseconds run_timed(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                                   Status wanted = Status::zero);

}  // namespace sess::bench
