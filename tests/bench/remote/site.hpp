// Two machines on this one: here a user with an ssh, there a login behind a real sshd, and between them a
// relay that is as bad a network as the measurement wants.
//
// Owns the home, the sshd and the relay; ends what was started in a session when asked, the rest with itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/supervise.hpp"
#include "support/attached.hpp"
#include "support/home.hpp"
#include "support/relay.hpp"

namespace sess::bench {

/// How the user gets there.
enum class Way {
  sess,   ///< `sess ssh far`
  plain,  ///< `ssh -t far sess attach`
  tmux,   ///< `ssh -t far tmux attach`
};
[[nodiscard]] std::string name_of(Way way);

class Site {
 public:
  /// `bin` is where sess and sessd are.
  explicit Site(std::string bin);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  [[nodiscard]] test::Relay& relay() { return *relay_; }
  [[nodiscard]] const test::TempHome& home() const { return home_; }
  /// A terminal that shows a new session with a bash whose prompt is kPrompt. Throws Failure.
  [[nodiscard]] std::unique_ptr<test::Attached> open(Way way, bool drawn = false);
  /// Types the line and waits until the prompt is back.
  void command(test::Attached& terminal, const std::string& line) const;
  /// Ends every session over there, and every client.
  void end_sessions();
  /// Programs named `ssh`, and `sess` on both sides.
  [[nodiscard]] std::vector<pid_t> helpers() const;

  static constexpr std::string_view kPrompt = "in$ ";

 private:
  [[nodiscard]] std::vector<std::string> there() const;
  [[nodiscard]] std::vector<std::string> here() const;

  test::TempHome home_{directory_prefix()};
  std::string bin_;
  std::unique_ptr<test::Pty> daemon_;
  std::unique_ptr<test::Relay> relay_;
};

/// Whether the terminal stands at an empty prompt.
[[nodiscard]] bool at_prompt(const test::Attached& terminal);

}  // namespace sess::bench
