#include "terminal/act/colors.hpp"

#include "base/palette.hpp"
#include "terminal/act/checkpoint_fields.hpp"
#include "terminal/decode/decoder.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

/// XParseColor's "rgb:h/h/h" to "rgb:hhhh/hhhh/hhhh", each a share of the most that its digits can say, and
/// "#rgb" to
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
    rgb[i] =
        static_cast<std::uint8_t>(shares ? (value * 255 + most / 2) / most : (value << (16 - bits)) >> 8U);
  }
  return Color::rgb(rgb[0], rgb[1], rgb[2]);
}

/// Four digits each, as xterm answers.
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

std::optional<Color> Colors::chosen(std::uint8_t index, const Settings& settings) const {
  if (const auto found = palette_.find(index); found != palette_.end()) return found->second;
  const auto users = settings.palette.find(index);
  return users == settings.palette.end() ? std::nullopt : std::optional(users->second);
}

std::string Colors::set_palette(std::string_view rest, std::string_view terminator,
                                const Settings& settings) {
  std::string answer;
  while (!rest.empty()) {
    std::string_view index_text = take_field(rest);
    const std::string_view what = take_field(rest);
    const int index = take_number(index_text);
    if (index < 0 || index > 255 || !index_text.empty()) continue;
    const auto key = static_cast<std::uint8_t>(index);
    if (what == "?") {
      answer += "\x1b]4;" + std::to_string(index) + ';' +
                color_text(chosen(key, settings).value_or(Color::rgb(palette_rgb(key))));
      answer += terminator;
      if (answer.size() > Decoder::kMaxString) break;
    } else if (const auto color = parse_color(what)) {
      palette_[key] = *color;
    }
  }
  return answer;
}

void Colors::reset_palette(std::string_view rest) {
  if (rest.empty()) palette_.clear();
  while (!rest.empty()) {
    std::string_view field = take_field(rest);
    const int index = take_number(field);
    if (index >= 0 && index <= 255) palette_.erase(static_cast<std::uint8_t>(index));
  }
}

std::string Colors::set_dynamic(int number, std::string_view rest, std::string_view terminator,
                                const Identity& identity) {
  std::string answer;
  for (; number <= 12; ++number) {
    const std::string_view what = take_field(rest);
    const auto slot = static_cast<std::size_t>(number - 10);
    if (what == "?") {
      const std::array<std::optional<Color>, 3> attached{identity.fg, identity.bg, identity.cursor};
      const auto color = dynamic_[slot] ? dynamic_[slot] : attached[slot];
      if (color && color->kind == Color::Kind::rgb) {
        answer += "\x1b]" + std::to_string(number) + ';' + color_text(*color);
        answer += terminator;
      }
    } else if (const auto color = parse_color(what)) {
      dynamic_[slot] = *color;
    }
    if (rest.empty()) break;
  }
  return answer;
}

void Colors::reset() {
  palette_.clear();
  dynamic_ = {};
}

void Colors::save(ByteWriter& out) const {
  out.varint(palette_.size());
  for (const auto& [index, color] : palette_) {
    out.u8(index);
    write(out, color);
  }
  for (const auto& color : dynamic_) write(out, color);
}

void Colors::restore(ByteReader& in) {
  const int colors = read_number(in, 256);
  for (int i = 0; i < colors && in.ok(); ++i) {
    const std::uint8_t index = in.u8();
    palette_[index] = read_color(in);
  }
  for (auto& color : dynamic_) color = read_optional_color(in);
}

}  // namespace sess::terminal
