#include "base/visible.hpp"

#include <fmt/format.h>

#include <cctype>

#include "base/utf8.hpp"

namespace sess {

namespace {

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

void append_control(std::string& out, unsigned char c, std::string_view rest) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\a':
      out += "\\a";
      return;
    case '\v':
      out += "\\v";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\0':
      // A digit after \0 would be read as part of it.
      out += !rest.empty() && is_octal(rest.front()) ? "\\000" : "\\0";
      return;
    default:
      out += fmt::format("\\{:03o}", c);
      return;
  }
}

}  // namespace

std::string visible(std::string_view text, Quoted quoted) {
  std::string out;
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    if (c >= 0x80) {
      const auto decoded = decode_utf8(text);
      if (decoded.status == Utf8Status::value && decoded.code_point >= 0xA0) {
        out += text.substr(0, decoded.length);
        text.remove_prefix(decoded.length);
        continue;
      }
    }
    text.remove_prefix(1);
    if (c == '$' && !text.empty()) {
      const auto next = static_cast<unsigned char>(text.front());
      if (std::isalpha(next) != 0 || next == '_' || next == '{') out += '\\';
      out += '$';
    } else if (c == '\\' || (c == '"' && quoted == Quoted::in_double)) {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c >= 0x7F) {
      append_control(out, c, text);
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

}  // namespace sess
