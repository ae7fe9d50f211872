#include "support/attached.hpp"

#include <algorithm>
#include <utility>

namespace sess::test {

Attached::Attached(const std::vector<std::string>& argv, const std::vector<std::string>& env, Size size,
                   const std::string& directory)
    : oracle_(size), pty_(argv, env, size, directory) {}

void Attached::pump() {
  const std::string output = pty_.read_available();
  transcript_ += output;
  oracle_.feed(output);
  const std::string replies = oracle_.take_replies();
  if (holds_) {
    held_ += replies;
    return;
  }
  if (answers_ && !replies.empty() && !pty_.closed()) pty_.write(replies);
}

void Attached::answer_held() {
  holds_ = false;
  pty_.write(std::exchange(held_, {}));
}

bool Attached::wait_until(const std::function<bool()>& fact, Milliseconds patience) {
  const Deadline deadline(patience);
  for (;;) {
    pump();
    if (fact()) return true;
    if (deadline.passed()) return false;
    if (pty_.closed()) {
      // Nothing more will be shown, yet the fact may be about something else.
      return test::wait_until(fact, Milliseconds(deadline.milliseconds_left()));
    }
    // Short turns, because the fact may be about something that the terminal does not show.
    pty_.wait_output(Milliseconds(std::min(deadline.milliseconds_left(), 20)));
  }
}

bool Attached::shows(std::string_view text) const {
  return oracle_.screen().find(text) != std::string::npos;
}

bool Attached::wait_for_text(std::string_view text, Milliseconds patience) {
  return wait_until([&] { return shows(text); }, patience);
}

bool Attached::wait_for_no_text(std::string_view text, Milliseconds patience) {
  return wait_until([&] { return !shows(text); }, patience);
}

std::optional<ExitStatus> Attached::wait_exit(Milliseconds patience) {
  const Deadline deadline(patience);
  for (;;) {
    pump();
    const auto status = pty_.wait_exit(Milliseconds(std::min(deadline.milliseconds_left(), 20)));
    if (status || deadline.passed()) {
      pump();
      return status;
    }
  }
}

void Attached::type(std::string_view bytes) {
  pty_.write(bytes);
}

void Attached::resize(Size size) {
  oracle_.resize(size);
  pty_.resize(size);
}

}  // namespace sess::test
