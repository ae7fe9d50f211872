#include "model/style.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <array>
#include <charconv>
#include <optional>

namespace sess::model {

namespace {

constexpr std::size_t kMaxWord = 255;

struct AttributeName {
  std::string_view name;
  std::uint16_t bit;
};
constexpr std::array kAttributes{
    AttributeName{"acs", kAcs},
    AttributeName{"bright", kBright},
    AttributeName{"bold", kBright},
    AttributeName{"dim", kDim},
    AttributeName{"underscore", kUnderscore},
    AttributeName{"blink", kBlink},
    AttributeName{"reverse", kReverse},
    AttributeName{"hidden", kHidden},
    AttributeName{"italics", kItalics},
    AttributeName{"strikethrough", kStrikethrough},
    AttributeName{"double-underscore", kDoubleUnderscore},
    AttributeName{"curly-underscore", kCurlyUnderscore},
    AttributeName{"dotted-underscore", kDottedUnderscore},
    AttributeName{"dashed-underscore", kDashedUnderscore},
    AttributeName{"overline", kOverline},
};

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// What stands behind `name=` when the word begins so and something does.
std::optional<std::string_view> argument(std::string_view word, std::string_view name) {
  if (word.size() <= name.size() || !same(word.substr(0, name.size()), name)) return std::nullopt;
  return word.substr(name.size());
}

/// `bold`, `bold|blink`; "default" and "none" are no attribute.
std::optional<std::uint16_t> attributes(std::string_view text) {
  if (text.empty() || text.front() == '|' || text.back() == '|') return std::nullopt;
  if (same(text, "default") || same(text, "none")) return std::uint16_t{0};
  std::uint16_t bits = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('|'), text.size());
    const auto word = text.substr(0, end);
    bool known = false;
    for (const auto& attribute : kAttributes) {
      if (!same(word, attribute.name)) continue;
      bits = static_cast<std::uint16_t>(bits | attribute.bit);
      known = true;
    }
    if (!known) return std::nullopt;
    text.remove_prefix(std::min(text.find_first_not_of('|', end), text.size()));
  }
  return bits;
}

template <class Value, std::size_t N>
bool pick(Value& out, std::string_view word,
          const std::array<std::pair<std::string_view, Value>, N>& values) {
  for (const auto& [name, value] : values) {
    if (!same(word, name)) continue;
    out = value;
    return true;
  }
  return false;
}

constexpr std::array<std::pair<std::string_view, Style::Align>, 4> kAligns{{
    {"left", Style::Align::left},
    {"centre", Style::Align::centre},
    {"right", Style::Align::right},
    {"absolute-centre", Style::Align::absolute_centre},
}};
constexpr std::array<std::pair<std::string_view, Style::List>, 4> kLists{{
    {"on", Style::List::on},
    {"focus", Style::List::focus},
    {"left-marker", Style::List::left_marker},
    {"right-marker", Style::List::right_marker},
}};

bool range(Style& style, std::string_view word) {
  const auto bar = word.find('|');
  const auto kind = word.substr(0, bar);
  std::uint32_t number = 0;
  if (bar != std::string_view::npos) {
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + bar + 1, end, number);
    if (error != std::errc{} || stop != end) return false;
  }
  const bool window = same(kind, "window");
  if (window != (bar != std::string_view::npos)) return false;
  if (window) {
    style.range = Style::Range::window;
  } else if (same(kind, "left")) {
    style.range = Style::Range::left;
  } else if (same(kind, "right")) {
    style.range = Style::Range::right;
  } else {
    return true;  // unknown ranges are skipped: newer ones exist
  }
  style.range_window = number;
  return true;
}

bool set_colour(Colour& out, const Colour& base, std::string_view text) {
  const auto colour = parse_colour(text);
  if (!colour) return false;
  out = colour->kind == Colour::Kind::default_ ? base : *colour;
  return true;
}

bool apply_word(Style& style, const Style& base, std::string_view word) {
  if (same(word, "default")) {
    style.fg = base.fg;
    style.bg = base.bg;
    style.underline = base.underline;
    style.attributes = base.attributes;
  } else if (same(word, "ignore")) {
    style.ignore = true;
  } else if (same(word, "noignore")) {
    style.ignore = false;
  } else if (same(word, "push-default")) {
    style.default_ = Style::Default::push;
  } else if (same(word, "pop-default")) {
    style.default_ = Style::Default::pop;
  } else if (same(word, "nolist")) {
    style.list = Style::List::off;
  } else if (const auto list = argument(word, "list=")) {
    return pick(style.list, *list, kLists);
  } else if (same(word, "norange")) {
    style.range = Style::Range::none;
    style.range_window = 0;
  } else if (const auto what = argument(word, "range=")) {
    return range(style, *what);
  } else if (same(word, "noalign")) {
    style.align = Style::Align::default_;
  } else if (const auto align = argument(word, "align=")) {
    return pick(style.align, *align, kAligns);
  } else if (const auto fill = argument(word, "fill=")) {
    return set_colour(style.fill, Colour{}, *fill);
  } else if (const auto fg = argument(word, "fg=")) {
    return set_colour(style.fg, base.fg, *fg);
  } else if (const auto bg = argument(word, "bg=")) {
    return set_colour(style.bg, base.bg, *bg);
  } else if (const auto us = argument(word, "us=")) {
    return set_colour(style.underline, base.underline, *us);
  } else if (same(word, "none")) {
    style.attributes = 0;
  } else if (const auto without = argument(word, "no")) {
    const auto bits = attributes(*without);
    if (!bits) return false;
    style.attributes = static_cast<std::uint16_t>(style.attributes & ~*bits);
  } else {
    const auto bits = attributes(word);
    if (!bits) return false;
    style.attributes = static_cast<std::uint16_t>(style.attributes | *bits);
  }
  return true;
}

}  // namespace

bool apply_style(Style& style, const Style& base, std::string_view text) {
  constexpr std::string_view kBetween = " ,\n";
  Style result = style;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBetween), text.size()));
    if (text.empty()) break;
    const auto word = text.substr(0, text.find_first_of(kBetween));
    if (word.size() > kMaxWord || !apply_word(result, base, word)) return false;
    text.remove_prefix(word.size());
  }
  style = result;
  return true;
}

std::string to_string(const Style& style) {
  std::string out;
  const auto add = [&](const std::string& word) { out += (out.empty() ? "" : ",") + word; };
  const auto colour = [&](const char* name, const Colour& value) {
    if (value.kind != Colour::Kind::default_) add(name + to_string(value));
  };
  const auto named = [&](const char* name, auto value, const auto& values) {
    for (const auto& [text, candidate] : values) {
      if (candidate == value) add(fmt::format("{}{}", name, text));
    }
  };
  named("list=", style.list, kLists);
  if (style.range == Style::Range::left) add("range=left");
  if (style.range == Style::Range::right) add("range=right");
  if (style.range == Style::Range::window) add(fmt::format("range=window|{}", style.range_window));
  named("align=", style.align, kAligns);
  if (style.default_ == Style::Default::push) add("push-default");
  if (style.default_ == Style::Default::pop) add("pop-default");
  colour("fill=", style.fill);
  colour("fg=", style.fg);
  colour("bg=", style.bg);
  colour("us=", style.underline);
  std::uint16_t done = 0;
  for (const auto& attribute : kAttributes) {
    if ((style.attributes & attribute.bit) == 0 || (done & attribute.bit) != 0) continue;
    add(std::string(attribute.name));
    done = static_cast<std::uint16_t>(done | attribute.bit);
  }
  if (style.ignore) add("ignore");
  return out.empty() ? "default" : out;
}

}  // namespace sess::model
