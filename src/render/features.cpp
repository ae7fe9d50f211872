#include "render/features.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/palette.hpp"

namespace sess::render {
namespace {

using Colours = TerminalFeatures::Colours;

/// tmux's names of features, and where they are kept.
struct Named {
  std::string_view name;
  bool TerminalFeatures::*field;
};
constexpr std::array kNames = {Named{"bpaste", &TerminalFeatures::bracketed_paste},
                               Named{"ccolour", &TerminalFeatures::cursor_colour},
                               Named{"clipboard", &TerminalFeatures::clipboard},
                               Named{"cstyle", &TerminalFeatures::cursor_style},
                               Named{"extkeys", &TerminalFeatures::extended_keys},
                               Named{"focus", &TerminalFeatures::focus},
                               Named{"hyperlinks", &TerminalFeatures::hyperlinks},
                               Named{"mouse", &TerminalFeatures::mouse},
                               Named{"overline", &TerminalFeatures::overline},
                               Named{"sixel", &TerminalFeatures::sixel},
                               Named{"strikethrough", &TerminalFeatures::strikethrough},
                               Named{"sync", &TerminalFeatures::sync},
                               Named{"title", &TerminalFeatures::title},
                               Named{"usstyle", &TerminalFeatures::underline_styles}};

/// terminfo's names, and tmux's for what terminfo lacks.
constexpr std::array kCapabilities = {Named{"Ms", &TerminalFeatures::clipboard},
                                      Named{"Ss", &TerminalFeatures::cursor_style},
                                      Named{"Smulx", &TerminalFeatures::underline_styles},
                                      Named{"Setulc", &TerminalFeatures::underline_styles},
                                      Named{"Smol", &TerminalFeatures::overline},
                                      Named{"smxx", &TerminalFeatures::strikethrough},
                                      Named{"Sync", &TerminalFeatures::sync},
                                      Named{"Hls", &TerminalFeatures::hyperlinks},
                                      Named{"tsl", &TerminalFeatures::title},
                                      Named{"XT", &TerminalFeatures::title},
                                      Named{"Cs", &TerminalFeatures::cursor_colour},
                                      Named{"XM", &TerminalFeatures::mouse},
                                      Named{"BE", &TerminalFeatures::bracketed_paste},
                                      Named{"fe", &TerminalFeatures::focus},
                                      Named{"Enbp", &TerminalFeatures::bracketed_paste},
                                      Named{"Enfcs", &TerminalFeatures::focus},
                                      Named{"Eneks", &TerminalFeatures::extended_keys}};

/// What a terminal is known to have: by the beginning of TERM, or of its answer to XTVERSION.
struct Known {
  std::string_view prefix;
  std::string_view features;
};
constexpr std::array kKnownVersions = {
    Known{"foot",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,overline,sixel,strikethrough,sync,"
          "title,usstyle"},
    Known{"WezTerm",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,overline,sixel,strikethrough,sync,"
          "title,usstyle"},
    Known{"kitty",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,strikethrough,sync,title,usstyle"},
    Known{"ghostty",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,overline,strikethrough,sync,title,"
          "usstyle"},
    Known{"contour",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,overline,sixel,strikethrough,sync,"
          "title,usstyle"},
    Known{"iTerm2",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,sixel,strikethrough,sync,title,"
          "usstyle"},
    Known{"mintty",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,mouse,overline,strikethrough,title,usstyle"},
    Known{"XTerm", "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,mouse,strikethrough,title"},
    Known{"VTE", "256,RGB,bpaste,cstyle,focus,hyperlinks,mouse,overline,strikethrough,title,usstyle"},
    Known{"tmux", "256,RGB,bpaste,clipboard,cstyle,focus,mouse,overline,strikethrough,title,usstyle"},
    Known{"Konsole", "256,RGB,bpaste,cstyle,focus,hyperlinks,mouse,strikethrough,title"},
    Known{"Rio",
          "256,RGB,bpaste,clipboard,cstyle,extkeys,focus,hyperlinks,mouse,sixel,strikethrough,sync,title,"
          "usstyle"},
};
constexpr std::array kKnownTerms = {
    Known{"foot",
          "256,RGB,bpaste,clipboard,cstyle,focus,hyperlinks,mouse,overline,strikethrough,sync,title,usstyle"},
    Known{"xterm-kitty",
          "256,RGB,bpaste,clipboard,cstyle,focus,hyperlinks,mouse,strikethrough,sync,title,usstyle"},
    Known{"xterm-ghostty",
          "256,RGB,bpaste,clipboard,cstyle,focus,hyperlinks,mouse,overline,strikethrough,sync,title,usstyle"},
    Known{"alacritty",
          "256,RGB,bpaste,clipboard,cstyle,focus,hyperlinks,mouse,strikethrough,sync,title,usstyle"},
    Known{"wezterm",
          "256,RGB,bpaste,clipboard,cstyle,focus,hyperlinks,mouse,overline,strikethrough,sync,title,usstyle"},
    Known{"contour",
          "256,RGB,bpaste,clipboard,cstyle,focus,hyperlinks,mouse,overline,strikethrough,sync,title,usstyle"},
    Known{"tmux", "256,bpaste,cstyle,focus,mouse,overline,strikethrough,title,usstyle"},
    Known{"screen", "256,mouse,title"},
    Known{"rxvt-unicode", "256,bpaste,cstyle,mouse,title"},
    Known{"st", "256,RGB,bpaste,cstyle,focus,mouse,strikethrough,title"},
};

[[nodiscard]] bool starts(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

[[nodiscard]] bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

[[nodiscard]] std::optional<std::uint8_t> colour_part(std::string_view hex) {
  if (hex.empty() || hex.size() > 4) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc{} || end != hex.data() + hex.size()) return std::nullopt;
  constexpr unsigned kFull[] = {0, 15, 255, 4095, 65535};
  return static_cast<std::uint8_t>(value * 255 / kFull[hex.size()]);
}

/// XParseColor's rgb:r/g/b as terminals answer OSC 10 and 11.
[[nodiscard]] std::optional<terminal::Color> parse_rgb(std::string_view text) {
  if (starts(text, "rgba:")) {
    text.remove_prefix(5);
  } else if (starts(text, "rgb:")) {
    text.remove_prefix(4);
  } else {
    return std::nullopt;
  }
  std::array<std::uint8_t, 3> parts{};
  for (auto& part : parts) {
    const auto at = text.find('/');
    const auto value = colour_part(text.substr(0, at));
    if (!value) return std::nullopt;
    part = *value;
    text = at == text.npos ? std::string_view{} : text.substr(at + 1);
  }
  return terminal::Color::rgb(parts[0], parts[1], parts[2]);
}

[[nodiscard]] bool has_parameter(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const auto at = list.find(';');
    if (list.substr(0, at) == wanted) return true;
    list = at == list.npos ? std::string_view{} : list.substr(at + 1);
  }
  return false;
}

void raise(TerminalFeatures& features, Colours colours) {
  features.colours = std::max(features.colours, colours);
}

[[nodiscard]] int distance(terminal::Color from, std::uint32_t rgb) {
  const int dr = from.r - static_cast<int>(rgb >> 16U);
  const int dg = from.g - static_cast<int>(rgb >> 8U & 0xFFU);
  const int db = from.b - static_cast<int>(rgb & 0xFFU);
  return dr * dr + dg * dg + db * db;
}

/// The nearest of the first `count` palette entries.
[[nodiscard]] std::uint8_t nearest_basic(terminal::Color color, unsigned count) {
  unsigned best = 0;
  for (unsigned i = 1; i < count; ++i) {
    if (distance(color, palette_rgb(i)) < distance(color, palette_rgb(best))) {
      best = i;
    }
  }
  return static_cast<std::uint8_t>(best);
}

/// The nearest of the colour cube and the greys: per channel, then the better of the two.
[[nodiscard]] std::uint8_t nearest_indexed(terminal::Color color) {
  const auto level = [](unsigned value) { return value < 48 ? 0U : value < 115 ? 1U : (value - 35) / 40; };
  const unsigned cube = 16 + 36 * level(color.r) + 6 * level(color.g) + level(color.b);
  const unsigned average = (unsigned{color.r} + color.g + color.b) / 3;
  const unsigned grey = 232 + (average > 238 ? 23 : average < 3 ? 0 : (average - 3) / 10);
  const bool cube_wins = distance(color, palette_rgb(cube)) <= distance(color, palette_rgb(grey));
  return static_cast<std::uint8_t>(cube_wins ? cube : grey);
}

[[nodiscard]] bool is_console(std::string_view term) {
  return starts(term, "linux") || starts(term, "vt") || starts(term, "ansi") || starts(term, "cygwin");
}

/// By the name alone. `known`: whether the name is one of a terminal whose colours are known, whatever its
/// entry says.
TerminalFeatures guess(std::string_view term, bool& known_colours) {
  TerminalFeatures features;
  if (term.empty() || term == "dumb" || term == "unknown") {
    features.colours = Colours::none;
    for (const auto& named : kNames) features.*named.field = false;
    features.italics = features.faint = features.blink = false;
    features.back_colour_erase = features.erase_characters = features.scroll_region = false;
    return features;
  }
  if (is_console(term)) {
    features.colours = starts(term, "vt") ? Colours::none : Colours::eight;
    features.title = features.cursor_style = features.cursor_colour = features.mouse =
        features.bracketed_paste = false;
    features.strikethrough = features.italics = features.faint = false;
    features.erase_characters = starts(term, "linux");
    features.back_colour_erase = starts(term, "linux");
    return features;
  }
  if (starts(term, "screen")) {
    features.italics = features.strikethrough = features.back_colour_erase = false;
    features.colours = contains(term, "256color") ? Colours::indexed : Colours::eight;
  }
  if (contains(term, "-16color")) features.colours = Colours::sixteen;
  if (term == "xterm" || term == "rxvt" || contains(term, "-mono")) {
    features.colours = contains(term, "-mono") ? Colours::none : Colours::eight;
  }
  for (const auto& known : kKnownTerms) {
    const bool whole = term.size() == known.prefix.size() ||
                       (term.size() > known.prefix.size() && term[known.prefix.size()] == '-');
    if (!starts(term, known.prefix) || !whole || starts(term, "screen")) continue;
    features.add(known.features);
    known_colours = true;
  }
  return features;
}

/// What every entry has a place for: there it is, or the terminal lacks it. Of the rest an entry can only say
/// that it is there.
void obey_terminfo(TerminalFeatures& features, std::span<const std::string> terminfo, bool known_colours) {
  const auto has = [&](std::string_view name) {
    return std::find(terminfo.begin(), terminfo.end(), name) != terminfo.end();
  };
  features.back_colour_erase = has("bce");
  features.erase_characters = has("ech");
  features.scroll_region = has("csr");
  features.italics = has("sitm");
  features.faint = has("dim");
  features.blink = has("blink");
  constexpr std::string_view kColours = "colors=";
  long count = 0;
  for (const auto& word : terminfo) {
    if (starts(word, kColours))
      std::from_chars(word.data() + kColours.size(), word.data() + word.size(), count);
    features.add(word);
  }
  const Colours colours = count < 8     ? Colours::none
                          : count < 16  ? Colours::eight
                          : count < 256 ? Colours::sixteen
                                        : Colours::indexed;
  if (known_colours || features.colours == Colours::rgb) return raise(features, colours);
  features.colours = colours;
}

}  // namespace

TerminalFeatures TerminalFeatures::from_names(std::string_view term, std::string_view colorterm,
                                              std::span<const std::string> terminfo) {
  bool known_colours = false;
  TerminalFeatures features = guess(term, known_colours);
  if (!terminfo.empty() && term != "dumb" && term != "unknown")
    obey_terminfo(features, terminfo, known_colours);
  if (term.empty() || term == "dumb" || term == "unknown" || is_console(term)) return features;
  if (contains(term, "direct") || colorterm == "truecolor" || colorterm == "24bit") {
    features.colours = Colours::rgb;
  } else if (!colorterm.empty()) {
    raise(features, Colours::indexed);
  }
  return features;
}

bool TerminalFeatures::learn(std::string_view reply) {
  if (starts(reply, "\033P>|")) {
    std::string_view version = reply.substr(4);
    version = version.substr(0, version.find('\033'));
    name = std::string(version.substr(0, 128));
    for (const auto& known : kKnownVersions) {
      if (starts(version, known.prefix)) add(known.features);
    }
    return true;
  }
  if (starts(reply, "\033]1") && reply.size() > 5 && reply[4] == ';') {
    auto body = reply.substr(5);
    body = body.substr(0, body.find_first_of("\033\a"));
    const auto color = parse_rgb(body);
    if (!color || (reply[3] != '0' && reply[3] != '1')) return false;
    (reply[3] == '0' ? foreground : background) = color;
    return true;
  }
  if (!starts(reply, "\033[") || reply.size() < 4) return false;
  const char marker = reply[2];
  const char final = reply.back();
  const auto body = reply.substr(3, reply.size() - 4);
  if (marker == '?' && final == 'c') {
    sixel = sixel || has_parameter(body, "4");
    clipboard = clipboard || has_parameter(body, "52");
    if (has_parameter(body, "6")) lacks &= ~terminal::ability::protection;
    if (has_parameter(body, "22")) raise(*this, Colours::eight);
    return true;
  }
  if (marker == '>' && final == 'c') {
    // Terminal types that their authors chose: 77 mintty, 83 screen, 84 tmux, 85 rxvt-unicode, 65 VTE, 41
    // xterm.
    const auto type = body.substr(0, body.find(';'));
    if (type == "77") add(kKnownVersions[6].features);
    if (type == "84") add(kKnownVersions[9].features);
    if (type == "85") add("256,bpaste,cstyle,mouse,title");
    if (type == "65") add(kKnownVersions[8].features);
    return true;
  }
  if (marker == '?' && final == 'n' && (body == "997;1" || body == "997;2")) {
    said_dark = body.back() == '1';
    return true;
  }
  if (marker == '?' && final == 'u') {
    kitty_keyboard = true;
    return true;
  }
  if (starts(reply, "\033[20;") && final == 'y') {  // LNM
    if (reply[5] == '1' || reply[5] == '2') lacks &= ~terminal::ability::newline;
    return true;
  }
  if (marker == '?' && final == 'y') {
    // 1 set, 2 reset: the mode exists. 0 unknown, 4 permanently reset: it does not.
    const auto semicolon = body.find(';');
    if (semicolon == body.npos || semicolon + 1 >= body.size()) return false;
    const auto mode = body.substr(0, semicolon);
    const char value = body[semicolon + 1];
    const bool exists = value == '1' || value == '2' || value == '3';
    int number = 0;
    std::from_chars(mode.data(), mode.data() + mode.size(), number);
    const terminal::Abilities ability = terminal::ability_of_mode(number);
    lacks = exists ? lacks & ~ability : lacks | ability;
    if (mode == "2026") sync = exists;
    if (mode == "1004") focus = exists;
    if (mode == "2004") bracketed_paste = exists;
    if (mode == "1006") mouse = exists;
    return true;
  }
  return false;
}

void TerminalFeatures::add(std::string_view list_text) {
  while (!list_text.empty()) {
    const auto at = list_text.find_first_of(",: ");
    const auto word = list_text.substr(0, at);
    list_text = at == list_text.npos ? std::string_view{} : list_text.substr(at + 1);
    if (word == "256") raise(*this, Colours::indexed);
    // The capabilities that terminal-overrides has for a feature, as it writes them (Ms=\\E]52;...).
    const auto capability = word.substr(0, word.find('='));
    if (word == "RGB" || word == "Tc") raise(*this, Colours::rgb);
    for (const auto& known : kCapabilities) {
      if (capability == known.name) this->*known.field = true;
    }
    for (const auto& named : kNames) {
      if (word == named.name) this->*named.field = true;
    }
  }
}

std::string TerminalFeatures::list() const {
  std::string out;
  const auto put = [&out](std::string_view name_text) {
    if (!out.empty()) out += ',';
    out += name_text;
  };
  if (colours >= Colours::indexed) put("256");
  if (colours >= Colours::rgb) put("RGB");
  for (const auto& named : kNames) {
    if (this->*named.field) put(named.name);
  }
  return out;
}

std::optional<bool> TerminalFeatures::dark() const {
  if (said_dark || !background) return said_dark;
  // ITU-R BT.601 luma, in thousandths.
  return 299 * background->r + 587 * background->g + 114 * background->b < 128 * 1000;
}

std::string feature_questions() {
  return "\033[>q\033[?u\033[?2026$p\033[?1004$p\033[?1016$p\033[?69$p\033[?45$p\033[?1045$p\033[20$p"
         "\033]10;?\033\\\033]11;?\033\\\033[>c\033[c";
}

terminal::Color reduce(terminal::Color color, Colours colours) {
  using Kind = terminal::Color::Kind;
  if (color.kind == Kind::none || colours == Colours::rgb) return color;
  if (colours == Colours::none) return {};
  if (colours == Colours::indexed) {
    return color.kind == Kind::rgb ? terminal::Color::indexed(nearest_indexed(color)) : color;
  }
  const unsigned count = colours == Colours::sixteen ? 16 : 8;
  if (color.kind == Kind::indexed && color.index() < count) return color;
  if (color.kind == Kind::indexed && color.index() < 16) {
    return terminal::Color::indexed(static_cast<std::uint8_t>(color.index() - 8));
  }
  const terminal::Color rgb =
      color.kind == Kind::rgb ? color : terminal::Color::rgb(palette_rgb(color.index()));
  return terminal::Color::indexed(nearest_basic(rgb, count));
}

terminal::Style reduce(const terminal::Style& style, const TerminalFeatures& features) {
  terminal::Style out = style;
  const auto drop = [&out](std::uint16_t bit) { out.attrs &= static_cast<std::uint16_t>(~bit); };
  // Eight colours have bold for the bright ones.
  if (features.colours == Colours::eight && style.fg.kind == terminal::Color::Kind::indexed &&
      style.fg.index() >= 8 && style.fg.index() < 16) {
    out.attrs |= terminal::bold;
  }
  out.fg = reduce(style.fg, features.colours);
  out.bg = reduce(style.bg, features.colours);
  if (!features.underline_styles) {
    out.underline_color = {};
    if (out.underline != terminal::Underline::none) out.underline = terminal::Underline::single;
  } else {
    out.underline_color = reduce(style.underline_color, features.colours);
  }
  if (!features.italics && (out.attrs & terminal::italic) != 0) {
    drop(terminal::italic);
    out.attrs |= terminal::inverse;  // what terminfo's "screen" has for it
  }
  if (!features.strikethrough) drop(terminal::strike);
  if (!features.overline) drop(terminal::overline);
  if (!features.faint) drop(terminal::faint);
  if (!features.blink) drop(terminal::blink);
  drop(terminal::protected_);
  return out;
}

}  // namespace sess::render
