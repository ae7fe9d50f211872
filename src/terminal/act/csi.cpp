// Which control sequence does what. What it does stands in the file of its concept.
#include <algorithm>

#include "terminal/act/core.hpp"
#include "terminal/show/relay_rules.hpp"

namespace sess::terminal {

void Core::on_csi(const Csi& token) {
  if (passes_everywhere(token)) passed_ += token.raw.size();
  mode_set_.count_synchronized(4);
  if (token.intermediate != 0) return intermediate_csi(token);
  if (token.marker == 0) return plain_csi(token);
  if (token.marker == '?') return private_csi(token);
  marked_csi(token);
}

void Core::plain_csi(const Csi& token) {
  const int n = token.positive(0, 1);
  switch (token.final) {
    case '@':
      page_.insert_chars(n);
      break;
    case 'A':
      position_.up(n);
      break;
    case 'B':
      position_.down(n);
      break;
    case 'C':
      position_.right(n);
      break;
    case 'D':
      position_.left(n);
      break;
    case 'a':  // HPR and VPR know the margins only as origin
      position_.move_to_origin(position_.origin_row(), position_.origin_col() + n);
      break;
    case 'e':
      position_.move_to_origin(position_.origin_row() + n, position_.origin_col());
      break;
    case 'E':
      position_.down(n);
      position_.carriage_return();
      break;
    case 'F':
      position_.up(n);
      position_.carriage_return();
      break;
    case 'G':
    case '`':
      position_.move_to_origin(position_.origin_row(), n - 1);
      break;
    case 'H':
    case 'f':
      position_.move_to_origin(n - 1, token.positive(1, 1) - 1);
      break;
    case 'I':
      position_.tab(n);
      break;
    case 'J':
      page_.erase_display(token.get(0, 0), Page::Guard::none, settings_.scroll_on_clear);
      break;
    case 'K':
      page_.erase_line(token.get(0, 0), Page::Guard::none);
      break;
    case 'L':
      page_.insert_lines(n);
      break;
    case 'M':
      page_.delete_lines(n);
      break;
    case 'P':
      page_.delete_chars(n);
      break;
    case 'S':
      page_.scroll_up(n);
      break;
    case 'T':
      // With five parameters it is xterm's highlight tracking, which is not done.
      if (token.count <= 1) page_.scroll_down(n);
      break;
    case 'X':
      position_.at().pending = false;
      page_.erase(position_.at().row, position_.at().col, std::min(position_.at().col + n, screens_.cols()),
                  Page::Guard::none);
      break;
    case 'Z':
      position_.back_tab(n);
      break;
    case 'b':
      printing_.repeat(n);
      break;
    case 'c':
      device_attributes(token);
      break;
    case 'd':
      position_.move_to_origin(n - 1, position_.origin_col());
      break;
    case 'g':
      if (token.get(0, 0) == 0) position_.tabs().clear(position_.at().col);
      if (token.get(0, 0) == 3) position_.tabs().clear_all();
      break;
    case 'h':
    case 'l':
      for (int i = 0; i < token.count; ++i) mode_set_.set_ansi(token.get(i, 0), token.final == 'h');
      break;
    case 'm':
      pen_.sgr(token);
      break;
    case 'n':
      device_status(token);
      break;
    case 'r':
      position_.set_margins(token);
      break;
    case 's':
      if (modes().left_right_margins) {
        position_.set_side_margins(token);
      } else {
        save_cursor();
      }
      break;
    case 't':
      if (token.get(0, 0) == 22 || token.get(0, 0) == 23) {
        title_stack(token);
      } else {
        report_window(token);
      }
      break;
    case 'u':
      restore_cursor();
      break;
    case 'x':
      report_parameters(token);
      break;
    default:
      break;
  }
}

void Core::private_csi(const Csi& token) {
  switch (token.final) {
    case 'J':
      page_.erase_display(token.get(0, 0), Page::Guard::selective, false);
      break;
    case 'K':
      page_.erase_line(token.get(0, 0), Page::Guard::selective);
      break;
    case 'W':
      if (token.get(0, 0) == 5) position_.tabs().reset();  // DECST8C
      break;
    case 'h':
    case 'l':
      for (int i = 0; i < token.count; ++i) set_private_mode(token.get(i, 0), token.final == 'h');
      break;
    case 'm':
      if (token.get(0, 0) == 4) {
        reply("\x1b[>4;" + std::to_string(modes().modify_other_keys) + "m");
      }
      break;
    case 'n':
      device_status(token);
      break;
    case 'S':
      // XTSMGRAPHICS: how many colours, how large a picture; only reading.
      if (identity_.sixel && token.get(1, 0) == 1) {
        if (token.get(0, 0) == 1) reply("\x1b[?1;0;256S");
        if (token.get(0, 0) == 2 && identity_.pixel_width != 0) {
          reply("\x1b[?2;0;" + std::to_string(identity_.pixel_width) + ";" +
                std::to_string(identity_.pixel_height) + "S");
        }
      }
      break;
    case 'r':
      for (int i = 0; i < token.count; ++i) {
        if (const auto on = mode_set_.recall(token.get(i, 0))) set_private_mode(token.get(i, 0), *on);
      }
      break;
    case 's':
      for (int i = 0; i < token.count; ++i) mode_set_.keep(token.get(i, 0));
      break;
    case 'u':
      if (identity_.kitty_keyboard) reply("\x1b[?" + std::to_string(modes().kitty_flags()) + "u");
      break;
    default:
      break;
  }
}

/// Markers < = >: keyboard protocols and secondary queries.
void Core::marked_csi(const Csi& token) {
  switch (token.final) {
    case 'c':
      device_attributes(token);
      break;
    case 'm':
      if (token.marker == '>' && (token.count == 0 || token.get(0, 0) == 4)) {
        mode_set_.set_modify_other_keys(token.get(1, 0));
      }
      break;
    case 'n':
      if (token.marker == '>' && token.get(0, 0) == 4) mode_set_.set_modify_other_keys(0);
      break;
    case 'q':
      if (token.marker == '>' && token.get(0, 0) == 0) reply("\x1bP>|sess " SESS_VERSION "\x1b\\");
      break;
    case 'u':
      mode_set_.change_keyboard(token);
      break;
    default:
      break;
  }
}

void Core::intermediate_csi(const Csi& token) {
  if (token.intermediate2 != 0) return;
  switch (token.intermediate) {
    case ' ':
      if (token.marker != 0) return;
      if (token.final == 'q') mode_set_.set_cursor_shape(token.get(0, 0));
      break;
    case '!':
      if (token.final == 'p' && token.marker == 0) soft_reset();
      break;
    case '"':
      if (token.final == 'q' && token.marker == 0) pen_.protect(token.get(0, 0) == 1);  // DECSCA
      break;
    case '$':
      if (token.final == 'p') report_mode(token);
      break;
    case '*':
      if (token.final == 'y' && token.marker == 0) report_checksum(token);
      break;
    case '\'':
      if (token.marker != 0 || !position_.inside_margins()) return;
      if (token.final == '}') page_.shift_columns(position_.at().col, token.positive(0, 1));
      if (token.final == '~') page_.shift_columns(position_.at().col, -token.positive(0, 1));
      position_.moved();
      break;
    default:
      break;
  }
}

/// CSI 22 ; n t and CSI 23 ; n t.
void Core::title_stack(const Csi& token) {
  const int which = token.get(1, 0);
  if (which > 2) return;
  if (token.get(0, 0) == 22) {
    names_.push();
  } else if (names_.pop(which)) {
    sink_.on_title();
  }
}

/// Private modes that do more than to be set; the others are the ledger's business.
void Core::set_private_mode(int mode, bool on) {
  switch (mode) {
    case 6:
      mode_set_.set(&Modes::origin, on);
      position_.move_to_origin(0, 0);
      break;
    case 47:
      show_alternate(on);
      break;
    case 1047:
      if (on && !settings_.alternate_screen) break;
      if (!on && modes().alternate_screen) page_.erase_rows(0, screens_.rows(), Page::Guard::none);
      show_alternate(on);
      break;
    case 1048:
      if (on) {
        save_cursor();
      } else {
        restore_cursor();
      }
      break;
    case 1049:
      if (!settings_.alternate_screen && (on || !modes().alternate_screen)) break;
      if (on && modes().alternate_screen) {
        page_.erase_display(2, Page::Guard::none, false);
      } else if (on) {
        save_cursor();
        show_alternate(true);
        page_.erase_rows(0, screens_.rows(), Page::Guard::none);
      } else {
        const bool was_on = modes().alternate_screen;
        show_alternate(false);
        if (was_on) screens_.drop_alternate();
        restore_cursor();
      }
      break;
    case 69:
      mode_set_.set(&Modes::left_right_margins, on);
      position_.reset_side_margins();
      break;
    default:
      mode_set_.set_private(mode, on);
      break;
  }
}

/// Both screens share the position (and the wrap that it waits with), margins and pen; each has its saved
/// cursor and its kitty stack.
void Core::show_alternate(bool on) {
  if (on == modes().alternate_screen || (on && !settings_.alternate_screen)) return;
  mode_set_.set(&Modes::alternate_screen, on);
  screens_.show(on);
  position_.moved();
}

}  // namespace sess::terminal
