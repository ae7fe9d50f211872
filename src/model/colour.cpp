#include "model/colour.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <array>
#include <charconv>

#include "model/colour_names.hpp"

namespace sess::model {

namespace {

constexpr std::array<std::string_view, 8> kNames{"black", "red",     "green", "yellow",
                                                 "blue",  "magenta", "cyan",  "white"};

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <class Number>
std::optional<Number> whole_number(std::string_view text, int base) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

Colour from_rgb(std::uint32_t rgb) {
  return {Colour::Kind::rgb, static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8),
          static_cast<std::uint8_t>(rgb)};
}

}  // namespace

std::optional<Colour> parse_colour(std::string_view text) {
  if (text.size() == 7 && text.front() == '#') {
    const auto rgb = whole_number<std::uint32_t>(text.substr(1), 16);
    if (!rgb) return std::nullopt;
    return from_rgb(*rgb);
  }
  for (const std::string_view prefix : {std::string_view("colour"), std::string_view("color")}) {
    if (text.size() <= prefix.size() || !same(text.substr(0, prefix.size()), prefix)) continue;
    const auto index = whole_number<std::uint8_t>(text.substr(prefix.size()), 10);
    if (!index) return std::nullopt;
    return Colour{Colour::Kind::indexed, *index, 0, 0};
  }
  if (same(text, "default")) return Colour{};
  if (same(text, "terminal")) return Colour{Colour::Kind::terminal, 0, 0, 0};
  for (std::uint8_t i = 0; i < kNames.size(); ++i) {
    if (same(text, kNames[i])) return Colour{Colour::Kind::ansi, i, 0, 0};
    if (text.size() > 6 && same(text.substr(0, 6), "bright") && same(text.substr(6), kNames[i])) {
      return Colour{Colour::Kind::ansi, static_cast<std::uint8_t>(i + 8), 0, 0};
    }
  }
  // SGR's numbers: 0-7 and 90-97.
  if (const auto number = whole_number<std::uint8_t>(text, 10)) {
    if (*number <= 7) return Colour{Colour::Kind::ansi, *number, 0, 0};
    if (*number < 90 || *number > 97) return std::nullopt;
    return Colour{Colour::Kind::ansi, static_cast<std::uint8_t>(*number - 90 + 8), 0, 0};
  }
  const auto rgb = colour_by_name(text);
  if (!rgb) return std::nullopt;
  return from_rgb(*rgb);
}

std::string to_string(const Colour& colour) {
  switch (colour.kind) {
    case Colour::Kind::none:
      return "none";
    case Colour::Kind::default_:
      return "default";
    case Colour::Kind::terminal:
      return "terminal";
    case Colour::Kind::ansi:
      return fmt::format("{}{}", colour.red >= 8 ? "bright" : "", kNames[colour.red & 7U]);
    case Colour::Kind::indexed:
      return fmt::format("colour{}", colour.red);
    case Colour::Kind::rgb:
      return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
  }
  return {};
}

}  // namespace sess::model
