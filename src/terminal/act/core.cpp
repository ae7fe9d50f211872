#include "terminal/act/core.hpp"

#include <algorithm>
#include <limits>

#include "base/palette.hpp"
#include "base/utf8.hpp"
#include "terminal/show/relay.hpp"

namespace sess::terminal {
namespace {

/// Shows every token to the relay, then to the core: decoding happens once.
class Tee final : public TokenHandler {
 public:
  Tee(Relay& relay, Core& core) : relay_(relay), core_(core) {}
  void on_text(std::string_view text) override {
    relay_.on_text(text);
    core_.on_text(text);
  }
  void on_control(char c, std::string_view raw) override {
    relay_.on_control(c, raw);
    core_.on_control(c, raw);
  }
  void on_escape(const Escape& token) override {
    relay_.on_escape(token);
    core_.on_escape(token);
  }
  void on_csi(const Csi& token) override {
    relay_.on_csi(token);
    core_.on_csi(token);
  }
  void on_sgr(const Sgr& token) override {
    relay_.on_sgr(token);
    core_.on_sgr(token);
  }
  void on_osc(const StringToken& token) override {
    relay_.on_osc(token);
    core_.on_osc(token);
  }
  void on_dcs(const StringToken& token) override {
    relay_.on_dcs(token);
    core_.on_dcs(token);
  }
  void on_other_string(const StringToken& token) override {
    relay_.on_other_string(token);
    core_.on_other_string(token);
  }
  void on_stream(StreamKind kind, std::string_view raw) override { relay_.on_stream(kind, raw); }

 private:
  Relay& relay_;
  Core& core_;
};

}  // namespace

Core::Core(Size size, SegmentStore& store, Sink& sink)
    : size_(clamp(size)),
      sink_(sink),
      history_(store),
      screen_(*this),
      main_(std::make_unique<Grid>(size_.rows, size_.cols)) {
  reset_margins();
  default_tabs(0);
}

void Core::feed(std::string_view bytes, Relay* relay) {
  if (bytes.empty()) return;
  ++generation_;
  if (relay != nullptr) {
    relay->begin(bytes);
    Tee tee(*relay, *this);
    decoder_.feed(bytes, tee);
  } else {
    decoder_.feed(bytes, *this);
  }
}

void Core::touch_all() {
  scrolled_generation_ = generation_;
}

std::uint16_t Core::pen_id() {
  if (pen_changed_) {
    pen_changed_ = false;
    pen_id_ = 0;
    pen_id_ = intern(pen_);
    if (pen_from_ != nullptr && pen_from_->after == pen_) {
      pen_from_->id = pen_id_;
      pen_from_->era = style_era_;
    }
  }
  return pen_id_;
}

/// What erasing leaves: a blank in the pen's background (xterm's "background colour erase").
Cell Core::erased_cell() {
  Cell cell = kBlank;
  if (pen_.bg.kind != Color::Kind::none) {
    Style style;
    style.bg = pen_.bg;
    cell.style = intern(style);
  }
  return cell;
}

std::string_view Core::cell_text(const Cell& cell, std::string& scratch) const {
  if ((cell.glyph & kClusterBit) != 0) return clusters_.get(cell.glyph & ~kClusterBit);
  scratch.clear();
  append_utf8(scratch, cell.glyph);
  return scratch;
}

void Core::on_control(char c, std::string_view) {
  switch (c) {
    case '\a':
      sink_.on_bell();
      break;
    case '\b':
      cursor_left(1);
      break;
    case '\t':
      tab(1);
      break;
    case '\n':
    case '\v':
    case '\f':
      line_feed();
      break;
    case '\r':
      carriage_return();
      break;
    case 0x0E:
      charsets_.gl = 1;
      break;
    case 0x0F:
      charsets_.gl = 0;
      break;
    default:
      break;  // NUL, ENQ (an answerback could be typed by anybody), DEL and the rest do nothing.
  }
}

void Core::on_escape(const Escape& token) {
  if (token.intermediate == 0) {
    switch (token.final) {
      case '7':
        save_cursor();
        break;
      case '8':
        restore_cursor();
        break;
      case '=':
        modes_.application_keypad = true;
        break;
      case '>':
        modes_.application_keypad = false;
        break;
      case 'D':
        index();
        break;
      case 'E':
        index();
        carriage_return();
        break;
      case 'H':
        tabs_.set(static_cast<std::size_t>(at_.col));
        break;
      case 'M':
        reverse_index();
        break;
      case 'N':
        charsets_.single_shift = 2;
        break;
      case 'O':
        charsets_.single_shift = 3;
        break;
      case 'Z':
        device_attributes(Csi{});
        break;
      case 'c':
        keep_screen();
        reset();
        break;
      case 'n':
        charsets_.gl = 2;
        break;
      case 'o':
        charsets_.gl = 3;
        break;
      case '6':  // DECBI, DECFI: a column at the margin, otherwise one place
        if (at_.col == left_ && inside_margins()) {
          shift_columns(top_, bottom_, left_, 1);
          moved();
        } else {
          cursor_left(1);
        }
        break;
      case '9':
        if (at_.col == right_ && inside_margins()) {
          shift_columns(top_, bottom_, left_, -1);
          moved();
        } else {
          cursor_right(1);
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
      designate(0, token.final);
      break;
    case ')':
      designate(1, token.final);
      break;
    case '*':
      designate(2, token.final);
      break;
    case '+':
      designate(3, token.final);
      break;
    case '#':
      if (token.final == '8') align_test();
      break;
    default:
      break;
  }
}

void Core::designate(char slot, char set) {
  const bool known = set == '0' || set == 'A' || set == 'B';
  charsets_.g[static_cast<std::size_t>(slot)] = known ? set : 'B';
}

/// DECSTR (VT510).
void Core::soft_reset() {
  modes_.cursor_visible = true;
  modes_.origin = false;
  modes_.autowrap = true;
  modes_.insert = false;
  modes_.application_cursor_keys = false;
  modes_.application_keypad = false;
  modes_.left_right_margins = false;
  reset_margins();
  charsets_ = {};
  pen_ = {};
  pen_changed_ = true;
  saved() = {};
  moved();
}

/// RIS. History stays: it is the user's, not the program's.
void Core::reset() {
  history_.close_line();
  modes_ = {};
  *main_ = Grid(rows(), cols());
  alternate_.reset();
  styles_ = {};
  style_era_ = SgrCache::new_era();
  run_encoder_.forget();
  clusters_ = {};
  links_ = {};
  at_ = {};
  pen_ = {};
  pen_id_ = 0;
  pen_changed_ = false;
  charsets_ = {};
  saved_main_ = {};
  saved_alternate_ = {};
  reset_margins();
  tabs_.reset();
  default_tabs(0);
  moved();
  last_glues_ = false;
  last_text_.clear();
  last_code_point_ = 0;
  kept_modes_.clear();
  titles_ = {};
  title_stack_.clear();
  palette_.clear();
  dynamic_ = {};
  synchronized_bytes_ = 0;
  touch_all();
  sink_.on_title();
}

void Core::set_identity(const Identity& identity) {
  const auto before = theme();
  identity_ = identity;
  if (modes_.theme_reports && theme() != before) report_theme();
}

Color Core::palette_color(std::uint8_t index) const {
  if (const auto found = palette_.find(index); found != palette_.end()) return found->second;
  const auto chosen = settings_.palette.find(index);
  return chosen != settings_.palette.end() ? chosen->second : Color::rgb(palette_rgb(index));
}

}  // namespace sess::terminal
