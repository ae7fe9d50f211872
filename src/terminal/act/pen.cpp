// SGR: select graphic rendition (ECMA-48 8.3.117, xterm, ITU T.416 colours with colons).
#include "terminal/act/pen.hpp"

#include <algorithm>

#include "terminal/act/pool_use.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

std::uint8_t byte(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

/// 38, 48 or 58 at params[i] with its colour; moves i to the last parameter that belongs to it. A malformed
/// one leaves the colour alone.
void extended_color(const Csi& token, int& i, Color& color) {
  if (token.colon(i + 1)) {
    int stop = i + 1;
    while (stop < token.count && token.colon(stop)) ++stop;
    const int n = stop - (i + 1);  // sub-parameters
    const int kind = token.get(i + 1, 0);
    if (kind == 5 && n >= 2) {
      color = Color::indexed(byte(token.get(i + 2, 0)));
    } else if (kind == 2 && n >= 4) {
      // 38:2:r:g:b is what xterm first took; 38:2:colourspace:r:g:b is the standard.
      const int first = n >= 5 ? i + 3 : i + 2;
      color =
          Color::rgb(byte(token.get(first, 0)), byte(token.get(first + 1, 0)), byte(token.get(first + 2, 0)));
    }
    i = stop - 1;
    return;
  }
  const int kind = token.get(i + 1, 0);
  if (kind == 5 && i + 2 < token.count) {
    color = Color::indexed(byte(token.get(i + 2, 0)));
    i += 2;
  } else if (kind == 2 && i + 4 < token.count) {
    color = Color::rgb(byte(token.get(i + 2, 0)), byte(token.get(i + 3, 0)), byte(token.get(i + 4, 0)));
    i += 4;
  } else {
    i = token.count;
  }
}

Color basic(int index) {
  return Color::indexed(static_cast<std::uint8_t>(index));
}

}  // namespace

void Pen::learn(const Sgr& token, SgrCache::Entry& entry) {
  entry.low = token.low;
  entry.high = token.high;
  entry.before = style_;
  Csi csi;
  static_cast<void>(parse_csi(token.raw.data() + 2, token.raw.data() + token.raw.size(), csi));  // it is one
  sgr(csi);
  entry.after = style_;
  entry.era = 0;
}

void Pen::find_number(PoolUse& pools) {
  changed_ = false;
  id_ = 0;
  id_ = pools.intern(style_);
  if (from_ != nullptr && from_->after == style_) {
    from_->id = id_;
    from_->era = pools.era();
  }
}

Cell Pen::erased_in_colour(PoolUse& pools) const {
  Style style;
  style.bg = style_.bg;
  Cell cell = kBlank;
  cell.style = pools.intern(style);
  return cell;
}

void Pen::protect(bool on) {
  style_.attrs = static_cast<std::uint16_t>((style_.attrs & ~protected_) | (on ? unsigned{protected_} : 0U));
  changed_ = true;
}

void Pen::set_link(std::uint16_t link) {
  style_.link = link;
  changed_ = true;
}

void Pen::recall(const Style& kept) {
  const std::uint16_t link = style_.link;
  style_ = kept;
  set_link(link);
}

void Pen::change(const Style& style) {
  style_ = style;
  changed_ = true;
}

void Pen::sgr(const Csi& token) {
  changed_ = true;
  Style& s = style_;
  const auto set = [&](unsigned bits) { s.attrs = static_cast<std::uint16_t>(s.attrs | bits); };
  const auto unset = [&](unsigned bits) { s.attrs = static_cast<std::uint16_t>(s.attrs & ~bits); };
  const auto reset_all = [&] {
    // SGR 0 ends neither a hyperlink nor DECSCA's protection.
    const std::uint16_t link = s.link;
    const auto kept = static_cast<std::uint16_t>(s.attrs & protected_);
    s = {};
    s.link = link;
    s.attrs = kept;
  };
  if (token.count == 0) return reset_all();
  for (int i = 0; i < token.count; ++i) {
    const int p = token.get(i, 0);
    switch (p) {
      case 0:
        reset_all();
        break;
      case 1:
        set(bold);
        break;
      case 2:
        set(faint);
        break;
      case 3:
        set(italic);
        break;
      case 4:
        s.underline = Underline::single;
        if (token.colon(i + 1)) {
          const int kind = token.get(i + 1, 0);
          if (kind >= 0 && kind <= 5) s.underline = static_cast<Underline>(kind);
        }
        break;
      case 5:
      case 6:
        set(blink);
        break;
      case 7:
        set(inverse);
        break;
      case 8:
        set(conceal);
        break;
      case 9:
        set(strike);
        break;
      case 21:
        s.underline = Underline::double_;
        break;
      case 22:
        unset(bold | faint);
        break;
      case 23:
        unset(italic);
        break;
      case 24:
        s.underline = Underline::none;
        break;
      case 25:
        unset(blink);
        break;
      case 27:
        unset(inverse);
        break;
      case 28:
        unset(conceal);
        break;
      case 29:
        unset(strike);
        break;
      case 38:
        extended_color(token, i, s.fg);
        break;
      case 39:
        s.fg = {};
        break;
      case 48:
        extended_color(token, i, s.bg);
        break;
      case 49:
        s.bg = {};
        break;
      case 53:
        set(overline);
        break;
      case 55:
        unset(overline);
        break;
      case 58:
        extended_color(token, i, s.underline_color);
        break;
      case 59:
        s.underline_color = {};
        break;
      default:
        if (p >= 30 && p <= 37) s.fg = basic(p - 30);
        if (p >= 40 && p <= 47) s.bg = basic(p - 40);
        if (p >= 90 && p <= 97) s.fg = basic(p - 90 + 8);
        if (p >= 100 && p <= 107) s.bg = basic(p - 100 + 8);
        break;
    }
    // Sub-parameters that nobody took belong to what they follow, never to the next.
    while (i + 1 < token.count && token.colon(i + 1)) ++i;
  }
}

}  // namespace sess::terminal
