#include "base/printable.hpp"

#include <utf8proc.h>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace sess {
namespace {

bool turns_direction(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Decoded next = decode_utf8(text);
    const auto bytes = text.substr(0, next.length);
    text.remove_prefix(next.length);
    const char32_t c = next.code_point;
    if (next.status != Utf8Status::value || c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      for (const char byte : bytes) out += fmt::format("\\{:03o}", static_cast<unsigned char>(byte));
    } else if (turns_direction(c)) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
    } else {
      out += bytes;
    }
  }
  return out;
}

bool is_word_character(char32_t code_point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
      return true;
    default:
      return false;
  }
}

}  // namespace sess
