#include "terminal/show/relay_rules.hpp"

#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

bool asks(std::string_view payload) {
  // A field that is "?" alone.
  while (!payload.empty()) {
    const std::size_t at = payload.find(';');
    if (payload.substr(0, at) == "?") return true;
    payload.remove_prefix(at == std::string_view::npos ? payload.size() : at + 1);
  }
  return false;
}

}  // namespace

/// DECCOLM and its permission change the terminal's width, highlight tracking hangs it, in-band resize
/// reports (2048) and others that answer by themselves would type into the program what the server did not
/// check.
bool passes_mode(int mode) {
  return mode != 3 && mode != 40 && mode != 1001 && mode != 2048 && mode != 9001;
}

bool passes_control(char c) {
  switch (c) {
    case '\a':
    case '\b':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
    case 0x0E:
    case 0x0F:
      return true;
    default:
      return false;  // ENQ asks for the answerback; NUL, CAN, SUB and the rest show nothing
  }
}

bool passes_escape(const Escape& token) {
  switch (token.intermediate) {
    case 0:
      return std::string_view("78=>DEHMNOcno69").find(token.final) != std::string_view::npos;
    case '(':
    case ')':
    case '*':
    case '+':
      return token.intermediate2 == 0 && (token.final == '0' || token.final == 'A' || token.final == 'B');
    case '#':
      return token.intermediate2 == 0 && token.final == '8';
    default:
      return false;
  }
}

Verdict judge_csi(const Csi& token) {
  const auto when = [](bool passes) { return passes ? Verdict::pass : Verdict::drop; };
  if (token.overflow) return Verdict::drop;
  if (token.intermediate2 != 0) return Verdict::drop;
  switch (token.intermediate) {
    case 0:
      break;
    case ' ':
      return when(token.final == 'q' && token.marker == 0);
    case '!':
      return when(token.final == 'p' && token.marker == 0);
    case '"':
      return when(token.final == 'q' && token.marker == 0);
    case '\'':
      return when((token.final == '}' || token.final == '~') && token.marker == 0);
    default:
      return Verdict::drop;
  }
  const std::string_view plain = "@ABCDEFGHIJKLMPSXZ`abdefghlmrsu";
  switch (token.marker) {
    case 0:
      if (token.final == 'T') return when(token.count <= 1);
      if (token.final == 't') return when(token.get(0, 0) == 22 || token.get(0, 0) == 23);
      return when(plain.find(token.final) != std::string_view::npos);
    case '?':
      if (token.final == 'h' || token.final == 'l') return Verdict::modes;
      return when(std::string_view("JKWrs").find(token.final) != std::string_view::npos);
    case '>':
      return when(token.final == 'u' || token.final == 'm' || token.final == 'n');
    case '<':
    case '=':
      return when(token.final == 'u');
    default:
      return Verdict::drop;
  }
}

bool is_screen_mode(int mode) {
  return mode == 47 || mode == 1047 || mode == 1049;
}

bool passes_everywhere(const Escape& token) {
  // RIS is followed by what the user's options say, DECBI and DECFI need side margins.
  const bool depends =
      token.intermediate == 0 && (token.final == 'c' || token.final == '6' || token.final == '9');
  return !depends && passes_escape(token);
}

bool passes_everywhere(const Csi& token) {
  if (token.overflow || token.intermediate != 0) return false;
  if (token.marker == '?' && (token.final == 'h' || token.final == 'l')) {
    for (int i = 0; i < token.count; ++i) {
      const int mode = token.get(i, 0);
      if (!passes_mode(mode) || is_screen_mode(mode) || (ability_of_mode(mode) & ability::picture) != 0)
        return false;
    }
    return true;
  }
  static constexpr std::uint64_t kFinals = [] {
    std::uint64_t bits = 0;  // of 0x40 to 0x7F
    for (const char c : std::string_view("@ABCDEFGHIJKLMPSXZ`abdefgmru"))
      bits |= std::uint64_t{1} << (c - 0x40);
    return bits;
  }();
  const auto at = static_cast<unsigned char>(token.final) - 0x40U;
  return token.marker == 0 && at < 64 && (kFinals >> at & 1U) != 0;
}

/// OSC 1337, iTerm2's: marks, places and what shells tell. Not what asks, sets modes that nobody undoes,
/// fetches or stores files, takes the focus or changes widths.
static bool passes_iterm(std::string_view payload) {
  const std::string_view key = payload.substr(0, payload.find('='));
  for (const std::string_view safe :
       {"SetMark", "CurrentDir", "RemoteHost", "ShellIntegrationVersion", "SetUserVar", "RequestAttention",
        "AddAnnotation", "AddHiddenAnnotation"}) {
    if (key == safe) return true;
  }
  return false;
}

bool passes_osc(std::string_view payload, const RelayPolicy& policy) {
  const int number = take_number(payload);
  if (!payload.empty() && payload.front() == ';') payload.remove_prefix(1);
  switch (number) {
    case 0:
    case 1:
    case 2:
      return policy.titles;
    case 1337:
      return passes_iterm(payload);
    case 7:
    case 8:
    case 104:
    case 105:
    case 110:
    case 111:
    case 112:
    case 117:
    case 119:
    case 133:
    case 633:
      return true;
    case 4:
    case 5:
    case 10:
    case 11:
    case 12:
    case 17:
    case 19:
    case 22:
      return !asks(payload);
    case 9:
    case 777:
      return policy.notifications && !asks(payload);
    case 99:
      return policy.notifications && payload.find("p=?") == std::string_view::npos;
    case 52: {
      const std::size_t at = payload.find(';');
      return policy.clipboard && at != std::string_view::npos &&
             payload.find('?', at) == std::string_view::npos;
    }
    default:
      return false;
  }
}

}  // namespace sess::terminal
