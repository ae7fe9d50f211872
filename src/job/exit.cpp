#include "job/exit.hpp"

#include <sys/wait.h>

#include <charconv>

#include "job/signal_name.hpp"

namespace sess::job {

Exit Exit::from_wait_status(int status) {
  Exit exit;
  if (WIFSIGNALED(status)) {
    exit.signal = WTERMSIG(status);
    exit.core = WCOREDUMP(status);
  } else {
    exit.code = WEXITSTATUS(status);
  }
  return exit;
}

std::string Exit::text() const {
  if (cause == Cause::lost) return "lost: the daemon was killed while it ran";
  if (cause == Cause::timeout) {
    return "took too long (" + Exit{code, signal, core}.text() + ")";
  }
  if (signal == 0) return "exited with " + std::to_string(code);
  return "killed by " + signal_name(signal) + (core ? " (core dumped)" : "");
}

Result<SuccessExits> SuccessExits::parse(std::string_view text) {
  SuccessExits exits;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(", \t"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == text.size() ? end : end + 1);
    if (word.empty()) continue;
    int code = 0;
    const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), code);
    if (error == std::errc() && last == word.data() + word.size()) {
      if (code < 0 || code > 255)
        return fail(ErrorCode::invalid_argument, "exit code {} is not in 0..255", code);
      if (code != 0) exits.codes_.insert(code);
    } else if (const auto signo = parse_signal(word)) {
      exits.signals_.insert(*signo);
    } else {
      return fail(ErrorCode::invalid_argument, "'{}' is neither an exit code nor a signal", word);
    }
  }
  return exits;
}

bool SuccessExits::contains(const Exit& exit) const {
  if (exit.cause != Exit::Cause::own) return false;
  if (exit.signal != 0) return signals_.count(exit.signal) != 0;
  return exit.code == 0 || codes_.count(exit.code) != 0;
}

std::string SuccessExits::text() const {
  std::string out;
  for (const int code : codes_) out += (out.empty() ? "" : ",") + std::to_string(code);
  for (const int signo : signals_) out += (out.empty() ? "" : ",") + signal_name(signo);
  return out;
}

}  // namespace sess::job
