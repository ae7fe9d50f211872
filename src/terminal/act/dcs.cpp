// Device control strings and screen's title: DECRQSS, XTGETTCAP, tmux's passthrough.
#include <array>

#include "terminal/act/core.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/screen/sgr_text.hpp"

namespace sess::terminal {
namespace {

struct Capability {
  std::string_view name;
  std::string_view value;  ///< empty: a flag
};

/// What XTGETTCAP tells: what this terminal does, whatever TERM says.
constexpr std::array<Capability, 33> kCapabilities{{
    {"TN", "xterm-256color"},
    {"name", "xterm-256color"},
    {"Co", "256"},
    {"colors", "256"},
    {"RGB", "8/8/8"},
    {"Tc", ""},
    {"Su", ""},
    {"XF", ""},
    {"XT", ""},
    {"AX", ""},
    {"bce", ""},
    {"km", ""},
    {"Smulx", "\x1b[4:%p1%dm"},
    {"Setulc", "\x1b[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm"},
    {"Smol", "\x1b[53m"},
    {"Rmol", "\x1b[55m"},
    {"smxx", "\x1b[9m"},
    {"rmxx", "\x1b[29m"},
    {"setrgbf", "\x1b[38;2;%p1%d;%p2%d;%p3%dm"},
    {"setrgbb", "\x1b[48;2;%p1%d;%p2%d;%p3%dm"},
    {"Ss", "\x1b[%p1%d q"},
    {"Se", "\x1b[ q"},
    {"Ms", "\x1b]52;%p1%s;%p2%s\x1b\\"},
    {"Sync", "\x1b[?2026%?%p1%{1}%-%tl%eh%;"},
    {"BE", "\x1b[?2004h"},
    {"BD", "\x1b[?2004l"},
    {"kbs", "\x7f"},
    {"kcuu1", "\x1bOA"},
    {"kcud1", "\x1bOB"},
    {"kcuf1", "\x1bOC"},
    {"kcub1", "\x1bOD"},
    {"khome", "\x1bOH"},
    {"kend", "\x1bOF"},
}};

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int value = 0;
    for (const char c : hex.substr(i, 2)) {
      const bool digit = c >= '0' && c <= '9';
      const char lower = static_cast<char>(c | 0x20);
      if (!digit && (lower < 'a' || lower > 'f')) return std::nullopt;
      value = value * 16 + (digit ? c - '0' : lower - 'a' + 10);
    }
    out += static_cast<char>(value);
  }
  return out;
}

std::string to_hex(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    out += kHex[static_cast<unsigned char>(c) >> 4U];
    out += kHex[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

}  // namespace

void Core::on_dcs(const StringToken& token) {
  const DcsHeader& header = token.dcs;
  if (header.marker != 0) return;
  if (header.final == 'q' && header.intermediate == '$') {
    request_status(token.payload);
  } else if (header.final == 'q' && header.intermediate == '+') {
    request_capabilities(token.payload);
  } else if (header.final == 't' && header.intermediate == 0 && token.payload.rfind("mux;", 0) == 0) {
    passthrough(token.payload.substr(4));
  }
}

/// ESC k name ESC \: screen's and tmux's way to name a window. It is no title.
void Core::on_other_string(const StringToken& token) {
  if (token.introducer == 'k') sink_.on_window_name(clean_text(token.payload, Names::kMaxTitle));
}

/// DECRQSS. Only what this knows is in the answer, never the request's own text.
void Core::request_status(std::string_view what) {
  const auto answer = [&](const std::string& state) { reply("\x1bP1$r" + state + "\x1b\\"); };
  if (what == "m") {
    std::string out = "0";
    append_sgr_parameters(out, pen_.style());
    answer(out + "m");
  } else if (what == "r") {
    answer(std::to_string(position_.margins().top + 1) + ';' +
           std::to_string(position_.margins().bottom + 1) + 'r');
  } else if (what == "s" && modes().left_right_margins) {
    answer(std::to_string(position_.margins().left + 1) + ';' +
           std::to_string(position_.margins().right + 1) + 's');
  } else if (what == " q") {
    int n = 0;
    if (modes().cursor_shape != CursorShape::default_) {
      n = static_cast<int>(modes().cursor_shape) * 2 - (modes().cursor_shape_blinks ? 1 : 0);
    }
    answer(std::to_string(n) + " q");
  } else if (what == "\"q") {
    answer((pen_.style().attrs & protected_) != 0 ? "1\"q" : "0\"q");
  } else if (what == "\"p") {
    answer("62;1\"p");
  } else if (what == "t") {
    answer(std::to_string(screens_.rows()) + "t");
  } else if (what == "$|") {
    answer(std::to_string(screens_.cols()) + "$|");
  } else {
    reply("\x1bP0$r\x1b\\");
  }
}

/// XTGETTCAP: names in hex, separated by ';'; each is answered alone.
void Core::request_capabilities(std::string_view names) {
  constexpr int kMost = 64;
  for (int i = 0; i < kMost && !names.empty(); ++i) {
    const std::size_t at = names.find(';');
    const std::string_view hex = names.substr(0, at);
    names.remove_prefix(at == std::string_view::npos ? names.size() : at + 1);
    const auto name = from_hex(hex);
    const Capability* found = nullptr;
    for (const auto& one : kCapabilities) {
      if (name && one.name == *name) found = &one;
    }
    if (found == nullptr) {
      // The name goes back as xterm sends it: hex digits and nothing else.
      reply("\x1bP0+r" + (name && hex.size() <= 64 ? std::string(hex) : std::string()) + "\x1b\\");
      continue;
    }
    std::string out = "\x1bP1+r" + to_hex(found->name);
    if (!found->value.empty()) out += '=' + to_hex(found->value);
    reply(out + "\x1b\\");
  }
}

/// tmux's passthrough: what the owner does not pass on is a clipboard write or nothing.
void Core::passthrough(std::string_view content) {
  if (sink_.on_passthrough(content)) return;
  constexpr std::string_view kStart = "\x1b]52;";
  if (content.rfind(kStart, 0) != 0) return;
  content.remove_prefix(kStart.size());
  const std::size_t end = content.find_first_of(std::string_view("\a\x1b"));
  osc_clipboard(content.substr(0, end));
}

}  // namespace sess::terminal
