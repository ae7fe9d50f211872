// Operating system commands: titles, colours, hyperlinks, clipboard, notifications, prompt marks, directory.
#include <algorithm>
#include <cctype>

#include "terminal/act/core.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

/// The part of `rest` before the next ';', taken off together with it.
std::string_view take_field(std::string_view& rest) {
  const std::size_t at = rest.find(';');
  const auto field = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return field;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// XParseColor's "rgb:h/h/h" to "rgb:hhhh/hhhh/hhhh", each a share of the most that its digits can say, and "#rgb" to
/// "#rrrrggggbbbb", each the highest bits of a number of sixteen; the high byte of it.
std::optional<Color> parse_color(std::string_view text) {
  std::array<std::string_view, 3> part;
  const bool shares = text.rfind("rgb:", 0) == 0;
  if (shares) {
    text.remove_prefix(4);
    for (auto& one : part) {
      const std::size_t at = text.find('/');
      one = text.substr(0, at);
      text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    }
    if (!text.empty()) return std::nullopt;
  } else if (!text.empty() && text.front() == '#') {
    text.remove_prefix(1);
    if (text.empty() || text.size() % 3 != 0) return std::nullopt;
    const std::size_t n = text.size() / 3;
    for (std::size_t i = 0; i < 3; ++i) part[i] = text.substr(i * n, n);
  } else {
    return std::nullopt;
  }
  std::array<std::uint8_t, 3> rgb{};
  for (std::size_t i = 0; i < 3; ++i) {
    if (part[i].empty() || part[i].size() > 4) return std::nullopt;
    unsigned value = 0;
    for (const char c : part[i]) {
      const int digit = hex_digit(c);
      if (digit < 0) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(digit);
    }
    const auto bits = static_cast<unsigned>(4 * part[i].size());
    const unsigned most = (1U << bits) - 1;
    rgb[i] = static_cast<std::uint8_t>(shares ? (value * 255 + most / 2) / most : (value << (16 - bits)) >> 8U);
  }
  return Color::rgb(rgb[0], rgb[1], rgb[2]);
}

std::string color_text(Color color) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "rgb:";
  for (const std::uint8_t v : {color.r, color.g, color.b}) {
    for (int twice = 0; twice < 2; ++twice) {
      out += kHex[v >> 4U];
      out += kHex[v & 15U];
    }
    out += '/';
  }
  out.pop_back();
  return out;
}

}  // namespace

void Core::on_osc(const StringToken& token) {
  std::string_view rest = token.payload;
  const int number = take_number(rest);
  if (!rest.empty()) {
    if (rest.front() != ';') return;
    rest.remove_prefix(1);
  }
  switch (number) {
    case 0:
      set_title(rest, true, true);
      break;
    case 1:
      set_title(rest, false, true);
      break;
    case 2:
      set_title(rest, true, false);
      break;
    case 4:
      osc_palette(rest, token.terminator);
      break;
    case 7:
      osc_directory(rest);
      break;
    case 8:
      osc_link(rest);
      break;
    case 9:
    case 99:
    case 777: {
      std::string all = std::to_string(number) + ';';
      all += rest;
      osc_notify(all);
      break;
    }
    case 10:
    case 11:
    case 12:
      osc_dynamic_color(number, rest, token.terminator);
      break;
    case 52:
      osc_clipboard(rest);
      break;
    case 104:
      osc_palette_reset(rest);
      break;
    case 110:
    case 111:
    case 112:
      dynamic_[static_cast<std::size_t>(number - 110)].reset();
      break;
    case 133:
      osc_prompt(rest);
      break;
    default:
      break;
  }
}

void Core::set_title(std::string_view text, bool title, bool icon) {
  const std::string clean = clean_text(text, kMaxTitle);
  if (title) titles_.title = clean;
  if (icon) titles_.icon = clean;
  sink_.on_title();
}

/// CSI 22 ; n t and CSI 23 ; n t: 0 both, 1 icon, 2 title.
void Core::title_stack(const Csi& token) {
  const int which = token.get(1, 0);
  if (which > 2) return;
  if (token.get(0, 0) == 22) {
    if (title_stack_.size() == kMaxTitleStack) title_stack_.erase(title_stack_.begin());
    title_stack_.push_back(titles_);
    return;
  }
  if (title_stack_.empty()) return;
  if (which != 1) titles_.title = title_stack_.back().title;
  if (which != 2) titles_.icon = title_stack_.back().icon;
  title_stack_.pop_back();
  sink_.on_title();
}

/// OSC 4 ; index ; colour ; ... where "?" asks.
void Core::osc_palette(std::string_view rest, std::string_view terminator) {
  std::string answer;
  while (!rest.empty()) {
    std::string_view index_text = take_field(rest);
    const std::string_view what = take_field(rest);
    const int index = take_number(index_text);
    if (index < 0 || index > 255 || !index_text.empty()) continue;
    const auto key = static_cast<std::uint8_t>(index);
    if (what == "?") {
      answer += "\x1b]4;" + std::to_string(index) + ';' + color_text(palette_color(key));
      answer += terminator;
      if (answer.size() > Decoder::kMaxString) break;
    } else if (const auto color = parse_color(what)) {
      palette_[key] = *color;
    }
  }
  if (!answer.empty()) reply(answer);
}

void Core::osc_palette_reset(std::string_view rest) {
  if (rest.empty()) palette_.clear();
  while (!rest.empty()) {
    std::string_view field = take_field(rest);
    const int index = take_number(field);
    if (index >= 0 && index <= 255) palette_.erase(static_cast<std::uint8_t>(index));
  }
}

/// OSC 10 ; fg ; bg ; cursor: each further field is the next number's.
void Core::osc_dynamic_color(int number, std::string_view rest, std::string_view terminator) {
  for (; number <= 12; ++number) {
    const std::string_view what = take_field(rest);
    const auto slot = static_cast<std::size_t>(number - 10);
    if (what == "?") {
      const std::array<std::optional<Color>, 3> attached{identity_.fg, identity_.bg, identity_.cursor};
      const auto color = dynamic_[slot] ? dynamic_[slot] : attached[slot];
      if (color && color->kind == Color::Kind::rgb) {
        std::string answer = "\x1b]" + std::to_string(number) + ';' + color_text(*color);
        answer += terminator;
        reply(answer);
      }
    } else if (const auto color = parse_color(what)) {
      dynamic_[slot] = *color;
    }
    if (rest.empty()) break;
  }
}

/// OSC 8 ; params ; URI: everything printed until the next one links there.
void Core::osc_link(std::string_view rest) {
  const std::string_view params = take_field(rest);
  pen_changed_ = true;
  if (rest.empty() || rest.size() > kMaxLink || !is_clean_text(rest)) {
    pen_.link = 0;
    return;
  }
  std::string_view id;
  for (std::string_view all = params; !all.empty();) {
    const std::size_t at = all.find(':');
    const auto one = all.substr(0, at);
    if (one.rfind("id=", 0) == 0) id = one.substr(3, 250);
    all.remove_prefix(at == std::string_view::npos ? all.size() : at + 1);
  }
  if (!is_clean_text(id)) id = {};
  pen_.link = intern_link(id, rest);
}

/// OSC 52 ; selections ; base64. Reading is never answered: what is in the clipboard is not the program's.
void Core::osc_clipboard(std::string_view rest) {
  const std::size_t at = rest.find(';');
  if (at == std::string_view::npos) return;
  const std::string_view selection = rest.substr(0, at);
  const std::string_view data = rest.substr(at + 1);
  if (selection.size() > 16 || data.size() > Decoder::kMaxClipboard) return;
  for (const char c : selection) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) return;
  }
  for (const char c : data) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '/' && c != '=') return;
  }
  sink_.on_clipboard(selection, data);
}

void Core::osc_notify(std::string_view rest) {
  constexpr std::size_t kMaxBody = 1024;
  const int kind = take_number(rest);
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  if (kind == 9) {
    if (rest.rfind("4;", 0) == 0 || rest == "4") {
      rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
      std::string_view state_text = take_field(rest);
      std::string_view percent_text = take_field(rest);
      const int state = take_number(state_text);
      const int percent = take_number(percent_text);
      if (state < 0 || state > 4) return;
      sink_.on_progress({static_cast<Progress::State>(state), std::clamp(percent, 0, 100)});
      return;
    }
    sink_.on_notification(9, {}, clean_text(rest, kMaxBody));
    return;
  }
  if (kind == 777) {
    if (take_field(rest) != "notify") return;
    const std::string_view title = take_field(rest);
    sink_.on_notification(777, clean_text(title, kMaxTitle), clean_text(rest, kMaxBody));
    return;
  }
  const std::string_view metadata = take_field(rest);
  if (metadata.find("p=?") != std::string_view::npos) return;
  sink_.on_notification(99, clean_text(metadata, kMaxTitle), clean_text(rest, kMaxBody));
}

/// OSC 133 (FinalTerm): A prompt, B input, C output, D end with a status.
void Core::osc_prompt(std::string_view rest) {
  const std::string_view kind = take_field(rest);
  if (kind.size() != 1 || kind.front() < 'A' || kind.front() > 'D') return;
  std::optional<int> status;
  if (kind == "D") {
    std::string_view text = take_field(rest);
    const int value = take_number(text);
    if (value >= 0 && text.empty()) status = value;
  }
  sink_.on_prompt_mark(kind.front(), status);
}

/// OSC 7: file://host/path with percent escapes.
void Core::osc_directory(std::string_view rest) {
  constexpr std::size_t kMaxPath = 4096;
  if (rest.size() > kMaxPath || !is_clean_text(rest)) return;
  std::string_view path = rest;
  if (path.rfind("file://", 0) == 0) {
    path.remove_prefix(7);
    const std::size_t slash = path.find('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  } else if (!path.empty() && path.front() != '/') {
    return;
  }
  std::string decoded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size() && hex_digit(path[i + 1]) >= 0 && hex_digit(path[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
      i += 2;
    } else {
      decoded += path[i];
    }
  }
  if (decoded.find('\0') != std::string::npos) return;
  directory_url_ = rest;
  directory_ = std::move(decoded);
  sink_.on_working_directory();
}

}  // namespace sess::terminal
