// How a program ended: with a code or by a signal, and whether that counts as success.
//
// Plain values. The keeper reports what waitpid(2) said; restart policy, supervisor and records decide and
// write with these. What follows from an end is restart.hpp's business.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sess::job {

struct Exit {
  int code = 0;       ///< meaningful when signal is 0
  int signal = 0;     ///< 0: the program exited by itself
  bool core = false;  ///< a core was dumped
  /// Why it ended, beyond how: its time was up, or the daemon was killed while it ran and nobody knows.
  enum class Cause : std::uint8_t { own, timeout, lost } cause = Cause::own;

  /// What waitpid(2) reported.
  [[nodiscard]] static Exit from_wait_status(int status);
  /// What a shell reports as $?: the code, or 128 + the signal; 124 (timeout(1)'s) and 125 for the other
  /// causes.
  [[nodiscard]] int shell_status() const {
    if (cause != Cause::own) return cause == Cause::timeout ? 124 : 125;
    return signal != 0 ? 128 + signal : code;
  }
  /// "exited with 1", "killed by SIGSEGV (core dumped)".
  [[nodiscard]] std::string text() const;

  bool operator==(const Exit&) const = default;
};

/// The ends that count as success: 0 always, and what SuccessExitStatus= of systemd.service(5) would name.
class SuccessExits {
 public:
  SuccessExits() = default;

  /// "0,2,SIGTERM": codes 0..255 and signal names, separated by commas or blanks. The error names the word.
  [[nodiscard]] static Result<SuccessExits> parse(std::string_view text);
  [[nodiscard]] bool contains(const Exit& exit) const;
  /// What parse() reads; empty when nothing was added to 0.
  [[nodiscard]] std::string text() const;

  bool operator==(const SuccessExits&) const = default;

 private:
  std::set<int> codes_;
  std::set<int> signals_;
};

}  // namespace sess::job
