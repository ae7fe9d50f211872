// A user in front of a terminal: a program (for example `sess attach`) on a PTY whose output is shown by an
// Oracle and whose queries the Oracle answers.
//
// Nothing happens behind a test's back: bytes move only inside pump() and the functions that wait.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/oracle.hpp"
#include "support/pty.hpp"

namespace sess::test {

class Attached {
 public:
  Attached(const std::vector<std::string>& argv, const std::vector<std::string>& env, Size size = {},
           const std::string& directory = {});

  /// Moves what has arrived: output into the Oracle, the Oracle's answers back. Does not wait.
  void pump();
  /// Pumps until the fact holds; false at the deadline.
  bool wait_until(const std::function<bool()>& fact, Milliseconds patience = kPatience);
  /// Until the text stands somewhere on the screen (in one row).
  bool wait_for_text(std::string_view text, Milliseconds patience = kPatience);
  /// Until the text stands nowhere on the screen.
  bool wait_for_no_text(std::string_view text, Milliseconds patience = kPatience);
  std::optional<ExitStatus> wait_exit(Milliseconds patience = kPatience);

  /// What the keyboard sends.
  void type(std::string_view bytes);
  void resize(Size size);

  /// Whether queries get answers; a terminal that stays silent is one, too. On at first.
  void set_answering(bool answers) { answers_ = answers; }
  /// A terminal far away: what it is asked from here on it answers when answer_held() is called.
  void hold_answers() { holds_ = true; }
  void answer_held();

  [[nodiscard]] std::string screen() const { return oracle_.screen(); }
  [[nodiscard]] bool shows(std::string_view text) const;
  [[nodiscard]] Oracle& oracle() { return oracle_; }
  [[nodiscard]] Pty& pty() { return pty_; }
  /// Everything the program has written so far.
  [[nodiscard]] const std::string& transcript() const { return transcript_; }

 private:
  Oracle oracle_;
  Pty pty_;
  std::string transcript_;
  std::string held_;
  bool answers_ = true;
  bool holds_ = false;
};

}  // namespace sess::test
