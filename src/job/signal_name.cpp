#include "job/signal_name.hpp"

#include <strings.h>

#include <charconv>
#include <csignal>
#include <cstring>

namespace sess::job {

namespace {

std::optional<int> parse_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<int> in_range(std::optional<int> signo) {
  return signo && *signo >= 1 && *signo <= SIGRTMAX ? signo : std::nullopt;
}

}  // namespace

std::optional<int> parse_signal(std::string_view text) {
  if (const auto number = parse_number(text)) return in_range(number);
  if (text.size() > 3 && same_word(text.substr(0, 3), "SIG")) text.remove_prefix(3);
  if (text.size() >= 5 && same_word(text.substr(0, 5), "RTMIN")) {
    text.remove_prefix(5);
    if (text.empty()) return SIGRTMIN;
    if (text[0] != '+') return std::nullopt;
    const auto offset = parse_number(text.substr(1));
    return offset && *offset >= 0 ? in_range(SIGRTMIN + *offset) : std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  for (int signo = 1; signo < SIGRTMIN; ++signo) {
    const char* name = ::sigabbrev_np(signo);
    if (name != nullptr && same_word(text, name)) return signo;
  }
  return std::nullopt;
}

std::string signal_name(int signo) {
  if (const char* name = ::sigabbrev_np(signo); name != nullptr) return std::string("SIG") + name;
  if (signo >= SIGRTMIN && signo <= SIGRTMAX) {
    return signo == SIGRTMIN ? "SIGRTMIN" : "SIGRTMIN+" + std::to_string(signo - SIGRTMIN);
  }
  return "signal " + std::to_string(signo);
}

}  // namespace sess::job
