#include "terminal/decode/sequence.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace sess::terminal {
namespace {

constexpr bool is_marker(unsigned char c) {
  return c >= 0x3C && c <= 0x3F;
}
constexpr bool is_final(unsigned char c) {
  return c >= 0x40 && c <= 0x7E;
}

void push(Csi& token, std::int32_t value, bool colon) {
  if (token.count == Csi::kMaxParams) {
    token.overflow = true;
    return;
  }
  const auto i = static_cast<unsigned>(token.count);
  token.params[i] = std::min<std::int32_t>(value, Csi::kMaxValue);
  if (colon) token.colons |= std::uint64_t{1} << i;
  ++token.count;
}

}  // namespace

const char* parse_csi(const char* p, const char* end, Csi& token) {
  if (p == end) return nullptr;
  auto c = static_cast<unsigned char>(*p);
  if (is_marker(c)) {
    token.marker = *p;
    if (++p == end) return nullptr;
    c = static_cast<unsigned char>(*p);
  }
  std::int32_t value = Csi::kMissing;
  bool colon = false;
  bool any = false;
  while (true) {
    if (c >= '0' && c <= '9') {
      value = c - '0';
      while (++p != end) {
        c = static_cast<unsigned char>(*p);
        const unsigned digit = c - unsigned{'0'};
        if (digit > 9) break;
        value = std::min(value * 10 + static_cast<std::int32_t>(digit), 1000000);
      }
      if (p == end) return nullptr;
      continue;
    }
    if (c == ';' || c == ':') {
      push(token, value, colon);
      value = Csi::kMissing;
      colon = c == ':';
      any = true;
    } else {
      break;
    }
    if (++p == end) return nullptr;
    c = static_cast<unsigned char>(*p);
  }
  if (any || value >= 0) push(token, value, colon);
  if (is_final(c)) {
    token.final = *p;
    return p + 1;
  }
  bool malformed = is_marker(c);
  int intermediates = 0;
  while (c >= 0x20 && c <= 0x3F) {
    if (c >= 0x30) {
      malformed = true;
    } else if (++intermediates == 1) {
      token.intermediate = *p;
    } else {
      token.intermediate2 = *p;
      malformed = malformed || intermediates > 2;
    }
    if (++p == end) return nullptr;
    c = static_cast<unsigned char>(*p);
  }
  if (!is_final(c)) return nullptr;
  token.final = malformed ? '\0' : *p;
  return p + 1;
}

bool parse_numbers(const char* p, unsigned count, Csi& token) {
  const char final = p[count];
  if (!is_final(static_cast<unsigned char>(final))) return false;
  token.final = final;
  if (count == 0) return true;
  std::int32_t value = Csi::kMissing;
  for (const char* const end = p + count; p < end; ++p) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit < 10) {
      const std::int32_t before = value < 0 ? 0 : value;
      value = std::min(before * 10 + static_cast<std::int32_t>(digit), Csi::kMaxValue);
    } else if (*p == ';') {
      token.params[static_cast<unsigned>(token.count++)] = value;
      value = Csi::kMissing;
    } else {
      return false;
    }
  }
  token.params[static_cast<unsigned>(token.count++)] = value;
  return true;
}

void TokenHandler::on_sgr(const Sgr& token) {
  Csi csi;
  const char* const end = token.raw.data() + token.raw.size();
  if (parse_csi(token.raw.data() + 2, end, csi) != end) return;
  csi.raw = token.raw;
  on_csi(csi);
}

DcsHeader parse_dcs_header(std::string_view raw) {
  DcsHeader header;
  for (std::size_t i = 2; i < raw.size(); ++i) {
    const auto c = static_cast<unsigned char>(raw[i]);
    if (is_marker(c)) {
      header.marker = raw[i];
    } else if (c >= 0x20 && c < 0x30) {
      header.intermediate = raw[i];
    } else if (c >= 0x40) {
      header.final = raw[i];
      break;
    }
  }
  return header;
}

int take_number(std::string_view& text) {
  int value = -1;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = std::min((value < 0 ? 0 : value) * 10 + (text.front() - '0'), 1000000);
    text.remove_prefix(1);
  }
  return value;
}

std::string clean_text(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const auto got = decode_utf8(text);
    text.remove_prefix(got.length);
    const char32_t c = got.code_point;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) continue;
    const std::size_t before = out.size();
    append_utf8(out, c);
    if (out.size() > limit) {
      out.resize(before);
      break;
    }
  }
  return out;
}

bool is_clean_text(std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
      if (byte < 0x20 || byte == 0x7F) return false;
      text.remove_prefix(1);
      continue;
    }
    const auto got = decode_utf8(text);
    if (got.status != Utf8Status::value || got.code_point < 0xA0) return false;
    text.remove_prefix(got.length);
  }
  return true;
}

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

}  // namespace sess::terminal
