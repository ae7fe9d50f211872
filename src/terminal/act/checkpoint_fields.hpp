// The small values that checkpoints are made of, as the parts of the terminal write and read them.
//
// Reading is total: what is out of range marks the reader rejected and comes back as something that is in
// range.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/size.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/screen/cell.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::terminal {

[[nodiscard]] inline int read_number(ByteReader& in, int most) {
  const std::uint64_t value = in.varint();
  if (value > static_cast<std::uint64_t>(most)) in.reject();
  return static_cast<int>(std::min<std::uint64_t>(value, static_cast<std::uint64_t>(most)));
}

/// A byte of at most `most`; else 0.
[[nodiscard]] inline std::uint8_t read_limited(ByteReader& in, std::uint64_t most) {
  const std::uint8_t value = in.u8();
  if (value <= most) return value;
  in.reject();
  return 0;
}

[[nodiscard]] inline std::string read_text(ByteReader& in, std::size_t most) {
  const auto got = in.string();
  if (got.size() > most || !is_clean_text(got)) in.reject();
  return std::string(got.substr(0, most));
}

inline void write(ByteWriter& out, Color c) {
  out.u8(static_cast<std::uint8_t>(c.kind));
  out.u8(c.r);
  out.u8(c.g);
  out.u8(c.b);
}

[[nodiscard]] inline Color read_color(ByteReader& in) {
  Color c;
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(Color::Kind::rgb)) in.reject();
  c.kind = static_cast<Color::Kind>(kind % 3);
  c.r = in.u8();
  c.g = in.u8();
  c.b = in.u8();
  return c;
}

inline void write(ByteWriter& out, const std::optional<Color>& c) {
  out.boolean(c.has_value());
  if (c) write(out, *c);
}

[[nodiscard]] inline std::optional<Color> read_optional_color(ByteReader& in) {
  if (!in.boolean()) return std::nullopt;
  return read_color(in);
}

inline void write(ByteWriter& out, const Place& p) {
  out.varint(static_cast<std::uint64_t>(p.row));
  out.varint(static_cast<std::uint64_t>(p.col));
  out.boolean(p.pending);
}

[[nodiscard]] inline Place read_place(ByteReader& in, Size size) {
  Place p;
  p.row = read_number(in, size.rows - 1);
  p.col = read_number(in, size.cols - 1);
  p.pending = in.boolean();
  return p;
}

inline void write(ByteWriter& out, const Charsets& c) {
  for (const char set : c.g) out.u8(static_cast<std::uint8_t>(set));
  out.u8(c.gl);
  out.u8(c.single_shift);
}

[[nodiscard]] inline Charsets read_charsets(ByteReader& in) {
  Charsets c;
  for (char& set : c.g) {
    set = static_cast<char>(in.u8());
    if (set != '0' && set != 'A') set = 'B';
  }
  c.gl = static_cast<std::uint8_t>(in.u8() & 3U);
  c.single_shift = static_cast<std::uint8_t>(in.u8() & 3U);
  return c;
}

}  // namespace sess::terminal
