#include "terminal/act/core.hpp"

#include "terminal/act/rewrap.hpp"
#include "terminal/show/relay_rules.hpp"

namespace sess::terminal {
Core::Core(Size size, SegmentStore& store, Sink& sink)
    : sink_(sink),
      screens_(clamp(size)),
      pools_(screens_, pen_),
      position_(screens_, mode_set_.now()),
      page_(store, screens_, pools_, pen_, position_, mode_set_.now()),
      printing_(screens_, pools_, pen_, position_, page_, mode_set_.now()),
      screen_(*this) {}

void Core::feed(std::string_view bytes) {
  if (bytes.empty()) return;
  passed_ = 0;
  const std::size_t before = decoder_.pending();
  decoder_.feed(bytes, *this);
  // Bytes that are in no token (of skipped or broken sequences) are missing in the sum.
  plain_ = !decoder_.take_reordered() && passed_ == before + bytes.size() - decoder_.pending();
}

void Core::resize(Size wanted) {
  const Size to = clamp(wanted);
  if (to == screens_.size()) return;
  Rewrap(screens_, pools_, page_, position_).run(to);
}

void Core::on_text(std::string_view text) {
  mode_set_.count_synchronized(text.size());
  if (printing_.print(text)) passed_ += text.size();
}

void Core::on_ascii(std::string_view text) {
  mode_set_.count_synchronized(text.size());
  passed_ += text.size();
  printing_.print_ascii(text.data(), text.size());
}

void Core::on_sgr(const Sgr& token) {
  mode_set_.count_synchronized(4);
  passed_ += token.raw.size();
  pen_.sgr(token, pools_.era());
}

void Core::on_control(char c, std::string_view) {
  if (passes_control(c)) ++passed_;
  switch (c) {
    case '\a':
      sink_.on_bell();
      break;
    case '\b':
      position_.left(1);
      break;
    case '\t':
      position_.tab(1);
      break;
    case '\n':
    case '\v':
    case '\f':
      page_.line_feed();
      break;
    case '\r':
      position_.carriage_return();
      break;
    case 0x0E:
      printing_.shift(1);
      break;
    case 0x0F:
      printing_.shift(0);
      break;
    default:
      break;  // NUL, ENQ (an answerback could be typed by anybody), DEL and the rest do nothing.
  }
}

void Core::on_escape(const Escape& token) {
  if (passes_everywhere(token)) passed_ += token.raw.size();
  if (token.intermediate == 0) {
    switch (token.final) {
      case '7':
        save_cursor();
        break;
      case '8':
        restore_cursor();
        break;
      case '=':
        mode_set_.set(&Modes::application_keypad, true);
        break;
      case '>':
        mode_set_.set(&Modes::application_keypad, false);
        break;
      case 'D':
        page_.index();
        break;
      case 'E':
        page_.index();
        position_.carriage_return();
        break;
      case 'H':
        position_.tabs().set(position_.at().col);
        break;
      case 'M':
        page_.reverse_index();
        break;
      case 'N':
        printing_.shift_once(2);
        break;
      case 'O':
        printing_.shift_once(3);
        break;
      case 'Z':
        device_attributes(Csi{});
        break;
      case 'c':
        if (settings_.scroll_on_clear) page_.keep_screen();
        reset();
        break;
      case 'n':
        printing_.shift(2);
        break;
      case 'o':
        printing_.shift(3);
        break;
      case '6':  // DECBI, DECFI: a column at the margin, otherwise one place
        if (position_.at().col == position_.margins().left && position_.inside_margins()) {
          page_.shift_columns(position_.margins().left, 1);
        } else {
          position_.left(1);
        }
        break;
      case '9':
        if (position_.at().col == position_.margins().right && position_.inside_margins()) {
          page_.shift_columns(position_.margins().left, -1);
        } else {
          position_.right(1);
        }
        break;
      default:
        break;
    }
    return;
  }
  if (token.intermediate2 != 0) return;
  switch (token.intermediate) {
    case '(':
      printing_.designate(0, token.final);
      break;
    case ')':
      printing_.designate(1, token.final);
      break;
    case '*':
      printing_.designate(2, token.final);
      break;
    case '+':
      printing_.designate(3, token.final);
      break;
    case '#':
      if (token.final != '8') break;  // DECALN
      position_.reset_margins();
      mode_set_.set(&Modes::origin, false);
      page_.align_test();
      position_.move_to(0, 0);
      break;
    default:
      break;
  }
}

void Core::save_cursor() {
  SavedCursor& to = position_.saved(modes().alternate_screen);
  to = {position_.at(), pen_.style(), printing_.charsets(), modes().origin};
  to.pen.link = 0;
}

void Core::restore_cursor() {
  const SavedCursor& from = position_.saved(modes().alternate_screen);
  mode_set_.set(&Modes::origin, from.origin);
  position_.recall(from);
  pen_.recall(from.pen);
  printing_.set_charsets(from.charsets);
}

/// DECSTR (VT510).
void Core::soft_reset() {
  mode_set_.soft_reset();
  position_.reset_margins();
  printing_.set_charsets({});
  pen_.change();
  position_.saved(modes().alternate_screen) = {};
  position_.moved();
}

/// RIS. History stays: it is the user's, not the program's.
void Core::reset() {
  page_.history().close_line();
  mode_set_.reset();
  screens_.reset();
  pools_.reset();
  pen_.change();
  position_.reset();
  printing_.reset();
  names_.reset();
  colors_.reset();
}

void Core::set_identity(const Identity& identity) {
  const auto before = theme();
  identity_ = identity;
  if (modes().theme_reports && theme() != before) report_theme();
}

}  // namespace sess::terminal
