#include "terminal/screen/line_codec.hpp"

#include <array>
#include <cstring>

#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

enum Mask : unsigned {
  kFg = 1,
  kBg = 2,
  kAttrs = 4,
  kProtected = 8,
  kUnderline = 16,
  kUnderlineColor = 32,
  kLink = 64,
};

char* put_varint(char* p, std::size_t v) {
  while (v >= 0x80) {
    *p++ = static_cast<char>((v & 0x7FU) | 0x80U);
    v >>= 7U;
  }
  *p++ = static_cast<char>(v);
  return p;
}

char* put_color(char* p, Color color) {
  if (color.kind == Color::Kind::rgb) {
    *p++ = 0;
    *p++ = static_cast<char>(color.r);
    *p++ = static_cast<char>(color.g);
    *p++ = static_cast<char>(color.b);
  } else {
    *p++ = 1;
    *p++ = static_cast<char>(color.r);
  }
  return p;
}

struct In {
  std::string_view bytes;
  bool ok = true;

  unsigned byte() {
    if (bytes.empty()) {
      ok = false;
      return 0;
    }
    const auto c = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return c;
  }
  std::size_t varint() {
    std::size_t v = 0;
    for (unsigned shift = 0; shift < 42; shift += 7) {
      const unsigned c = byte();
      v |= static_cast<std::size_t>(c & 0x7FU) << shift;
      if ((c & 0x80U) == 0) return v;
    }
    ok = false;
    return 0;
  }
  Color color() {
    const unsigned tag = byte();
    if (tag == 1) return Color::indexed(static_cast<std::uint8_t>(byte()));
    if (tag != 0) ok = false;
    const auto r = static_cast<std::uint8_t>(byte());
    const auto g = static_cast<std::uint8_t>(byte());
    const auto b = static_cast<std::uint8_t>(byte());
    return Color::rgb(r, g, b);
  }
};

}  // namespace

namespace {

char* put_style(char* p, const Style& style, bool link) {
  unsigned mask = 0;
  if (style.fg.kind != Color::Kind::none) mask |= kFg;
  if (style.bg.kind != Color::Kind::none) mask |= kBg;
  if ((style.attrs & 0xFFU) != 0) mask |= kAttrs;
  if ((style.attrs & protected_) != 0) mask |= kProtected;
  if (style.underline != Underline::none) mask |= kUnderline;
  if (style.underline_color.kind != Color::Kind::none) mask |= kUnderlineColor;
  if (link) mask |= kLink;
  *p++ = static_cast<char>(mask);
  if ((mask & kFg) != 0) p = put_color(p, style.fg);
  if ((mask & kBg) != 0) p = put_color(p, style.bg);
  if ((mask & kAttrs) != 0) *p++ = static_cast<char>(style.attrs & 0xFFU);
  if ((mask & kUnderline) != 0) *p++ = static_cast<char>(style.underline);
  if ((mask & kUnderlineColor) != 0) p = put_color(p, style.underline_color);
  return p;
}

}  // namespace

void encode_run(std::string& out, std::size_t length, const Style& style, std::string_view link) {
  // Built aside: one append is a fraction of one a byte.
  std::array<char, 48> buffer;
  char* p = put_style(put_varint(buffer.data(), length), style, !link.empty());
  if (!link.empty()) p = put_varint(p, link.size());
  out.append(buffer.data(), static_cast<std::size_t>(p - buffer.data()));
  out += link;
}

char* RunEncoder::put(char* to, std::size_t length, std::uint16_t id, const Style& style) {
  if (style.link != 0) return nullptr;
  char* p = put_varint(to, length);
  if (id >= kMostKnown) return put_style(p, style, false);
  if (id >= known_.size()) known_.resize(id + std::size_t{1});
  Known& known = known_[id];
  if (known.size == 0) {
    known.size = static_cast<std::uint8_t>(put_style(known.bytes.data(), style, false) - known.bytes.data());
  }
  std::memcpy(p, known.bytes.data(), known.bytes.size());
  return p + known.size;
}

void encode_mark(std::string& out, std::uint8_t marks) {
  out += {'\0', static_cast<char>(kAttrs), static_cast<char>(marks)};
}

bool decode_runs(std::string_view bytes, std::vector<HistoryRun>& runs, std::vector<LineMark>& marks) {
  In in{bytes};
  std::size_t at = 0;
  while (!in.bytes.empty()) {
    HistoryRun run;
    run.length = in.varint();
    const unsigned mask = in.byte();
    if (mask > 127) return false;
    if ((mask & kFg) != 0) run.style.fg = in.color();
    if ((mask & kBg) != 0) run.style.bg = in.color();
    if ((mask & kAttrs) != 0) run.style.attrs = static_cast<std::uint16_t>(in.byte());
    if ((mask & kProtected) != 0) run.style.attrs |= protected_;
    if ((mask & kUnderline) != 0) {
      const unsigned kind = in.byte();
      if (kind > static_cast<unsigned>(Underline::dashed)) return false;
      run.style.underline = static_cast<Underline>(kind);
    }
    if ((mask & kUnderlineColor) != 0) run.style.underline_color = in.color();
    if ((mask & kLink) != 0) {
      const std::size_t n = in.varint();
      if (!in.ok || n > in.bytes.size() || n == 0 || n > kMaxLink) return false;
      run.link = in.bytes.substr(0, n);
      if (!is_clean_text(run.link)) return false;
      run.style.link = 1;
      in.bytes.remove_prefix(n);
    }
    if (!in.ok) return false;
    at += run.length;
    if (run.length > 0) {
      runs.push_back(run);
    } else if ((run.style.attrs & kAllMarks) != 0) {
      marks.push_back({at, static_cast<std::uint8_t>(run.style.attrs & kAllMarks)});
    }
  }
  return true;
}

HeadBytes encode_head(std::size_t text_length, std::size_t runs_length, bool wrapped) {
  HeadBytes head;
  char* p =
      put_varint(head.bytes.data(), text_length << 2U | (runs_length != 0 ? 2U : 0U) | (wrapped ? 1U : 0U));
  if (runs_length != 0) p = put_varint(p, runs_length);
  head.size = static_cast<std::size_t>(p - head.bytes.data());
  return head;
}

bool decode_head(std::string_view bytes, RecordHead& head) {
  In in{bytes};
  const std::size_t first = in.varint();
  head.text_length = first >> 2U;
  head.wrapped = (first & 1U) != 0;
  head.runs_length = (first & 2U) != 0 ? in.varint() : 0;
  head.head_length = bytes.size() - in.bytes.size();
  return in.ok && head.runs_length <= in.bytes.size() &&
         head.text_length <= in.bytes.size() - head.runs_length;
}

}  // namespace sess::terminal
