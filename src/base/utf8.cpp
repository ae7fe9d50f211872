#include "base/utf8.hpp"

namespace sess {

Utf8Decoded decode_utf8(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return {Utf8Status::value, lead, 1};
  if (lead >= 0xF0 && bytes.size() >= 4) {
    // Emoji, well formed as nearly all are: without a loop.
    const std::uint32_t marks = (at(1) & 0xC0U) << 16U | (at(2) & 0xC0U) << 8U | (at(3) & 0xC0U);
    const char32_t whole =
        (lead & 0x0FU) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U | (at(3) & 0x3FU);
    if (marks == 0x808080U && whole >= 0x10000 && whole <= 0x10FFFF) return {Utf8Status::value, whole, 4};
  }
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  char32_t value = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    value = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    value = lead & 0x0FU;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    value = lead & 0x07U;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {Utf8Status::malformed, kReplacement, 1};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return {Utf8Status::more, kReplacement, i};
    if (at(i) < low || at(i) > high) return {Utf8Status::malformed, kReplacement, i};
    value = (value << 6U) | (at(i) & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {Utf8Status::value, value, length};
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6U));
    put(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12U));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  } else {
    put(0xF0 | (c >> 18U));
    put(0x80 | ((c >> 12U) & 0x3FU));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  }
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto got = decode_utf8(bytes);
    if (got.status != Utf8Status::value) return false;
    bytes.remove_prefix(got.length);
  }
  return true;
}

}  // namespace sess
