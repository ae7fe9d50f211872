// Which control sequence does what. What it does stands in the file of its concept.
#include <algorithm>

#include "terminal/act/core.hpp"

namespace sess::terminal {

void Core::on_csi(const Csi& token) {
  if (modes_.synchronized) count_synchronized(4);
  if (token.intermediate != 0) return intermediate_csi(token);
  if (token.marker == 0) return plain_csi(token);
  if (token.marker == '?') return private_csi(token);
  marked_csi(token);
}

void Core::plain_csi(const Csi& token) {
  const int n = token.positive(0, 1);
  switch (token.final) {
    case '@':
      insert_chars(n);
      break;
    case 'A':
      cursor_up(n);
      break;
    case 'B':
      cursor_down(n);
      break;
    case 'C':
      cursor_right(n);
      break;
    case 'D':
      cursor_left(n);
      break;
    case 'a':  // HPR and VPR know the margins only as origin
      move_to_origin(origin_row(), origin_col() + n);
      break;
    case 'e':
      move_to_origin(origin_row() + n, origin_col());
      break;
    case 'E':
      cursor_down(n);
      carriage_return();
      break;
    case 'F':
      cursor_up(n);
      carriage_return();
      break;
    case 'G':
    case '`':
      move_to_origin(origin_row(), n - 1);
      break;
    case 'H':
    case 'f':
      move_to_origin(n - 1, token.positive(1, 1) - 1);
      break;
    case 'I':
      tab(n);
      break;
    case 'J':
      erase_display(token.get(0, 0), Guard::none);
      break;
    case 'K':
      erase_line(token.get(0, 0), Guard::none);
      break;
    case 'L':
      insert_lines(n);
      break;
    case 'M':
      delete_lines(n);
      break;
    case 'P':
      delete_chars(n);
      break;
    case 'S':
      scroll_up(top_, bottom_, n, Keep::history);
      moved();
      break;
    case 'T':
      // With five parameters it is xterm's highlight tracking, which is not done.
      if (token.count <= 1) {
        scroll_down(top_, bottom_, n);
        moved();
      }
      break;
    case 'X':
      at_.pending = false;
      erase(at_.row, at_.col, std::min(at_.col + n, cols()), Guard::none);
      break;
    case 'Z':
      back_tab(n);
      break;
    case 'b':
      repeat(n);
      break;
    case 'c':
      device_attributes(token);
      break;
    case 'd':
      move_to_origin(n - 1, origin_col());
      break;
    case 'g':
      clear_tabs(token.get(0, 0));
      break;
    case 'h':
    case 'l':
      for (int i = 0; i < token.count; ++i) set_ansi_mode(token.get(i, 0), token.final == 'h');
      break;
    case 'm':
      sgr(token);
      break;
    case 'n':
      device_status(token);
      break;
    case 'r':
      set_margins(token);
      break;
    case 's':
      if (modes_.left_right_margins) {
        set_side_margins(token);
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
      erase_display(token.get(0, 0), Guard::selective);
      break;
    case 'K':
      erase_line(token.get(0, 0), Guard::selective);
      break;
    case 'W':
      if (token.get(0, 0) == 5) {  // DECST8C
        tabs_.reset();
        default_tabs(0);
      }
      break;
    case 'h':
    case 'l':
      for (int i = 0; i < token.count; ++i) set_private_mode(token.get(i, 0), token.final == 'h');
      break;
    case 'm':
      if (token.get(0, 0) == 4) {
        reply("\x1b[>4;" + std::to_string(modes_.modify_other_keys) + "m");
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
      for (int i = 0; i < token.count; ++i) recall_private_mode(token.get(i, 0));
      break;
    case 's':
      for (int i = 0; i < token.count; ++i) keep_private_mode(token.get(i, 0));
      break;
    case 'u':
      keyboard(token);
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
        const int level = token.get(1, 0);
        modes_.modify_other_keys = static_cast<std::uint8_t>(level <= 2 ? level : 0);
      }
      break;
    case 'n':
      if (token.marker == '>' && token.get(0, 0) == 4) modes_.modify_other_keys = 0;
      break;
    case 'q':
      if (token.marker == '>' && token.get(0, 0) == 0) reply("\x1bP>|sess " SESS_VERSION "\x1b\\");
      break;
    case 'u':
      keyboard(token);
      break;
    default:
      break;
  }
}

/// The kitty keyboard protocol: push, pop, set and query, one stack a screen.
void Core::keyboard(const Csi& token) {
  constexpr int kAllFlags = 31;
  KittyStack& stack = modes_.alternate_screen ? modes_.kitty_alternate : modes_.kitty_main;
  const auto flags = static_cast<std::uint8_t>(token.get(0, 0) & kAllFlags);
  switch (token.marker) {
    case '?':
      if (identity_.kitty_keyboard) reply("\x1b[?" + std::to_string(stack.current()) + "u");
      break;
    case '>':
      if (stack.size == KittyStack::kDepth) {
        // The oldest entry goes, as in kitty.
        std::copy(stack.flags.begin() + 1, stack.flags.end(), stack.flags.begin());
        --stack.size;
      }
      stack.flags[stack.size++] = flags;
      break;
    case '<': {
      const int n = std::min<int>(token.positive(0, 1), stack.size);
      stack.size = static_cast<std::uint8_t>(stack.size - n);
      std::fill(stack.flags.begin() + stack.size, stack.flags.end(), std::uint8_t{0});
      break;
    }
    case '=': {
      if (stack.size == 0) stack.flags[stack.size++] = 0;
      std::uint8_t& top = stack.flags[stack.size - 1U];
      const int how = token.get(1, 1);
      if (how == 1) top = flags;
      if (how == 2) top = static_cast<std::uint8_t>(top | flags);
      if (how == 3) top = static_cast<std::uint8_t>(top & ~flags);
      break;
    }
    default:
      break;
  }
}

void Core::intermediate_csi(const Csi& token) {
  if (token.intermediate2 != 0) return;
  switch (token.intermediate) {
    case ' ':
      if (token.marker != 0) return;
      if (token.final == 'q') {
        const int n = token.get(0, 0);
        if (n > 6) return;
        modes_.cursor_shape = n == 0 ? CursorShape::default_ : static_cast<CursorShape>((n + 1) / 2);
        modes_.cursor_shape_blinks = n % 2 == 1;
      }
      break;
    case '!':
      if (token.final == 'p' && token.marker == 0) soft_reset();
      break;
    case '"':
      if (token.final == 'q' && token.marker == 0) {  // DECSCA
        const int n = token.get(0, 0);
        const unsigned bit = n == 1 ? unsigned{protected_} : 0U;
        pen_.attrs = static_cast<std::uint16_t>((pen_.attrs & ~protected_) | bit);
        pen_changed_ = true;
      }
      break;
    case '$':
      if (token.final == 'p') report_mode(token);
      break;
    case '*':
      if (token.final == 'y' && token.marker == 0) report_checksum(token);
      break;
    case '\'':
      if (token.marker != 0 || !inside_margins()) return;
      if (token.final == '}') shift_columns(top_, bottom_, at_.col, token.positive(0, 1));
      if (token.final == '~') shift_columns(top_, bottom_, at_.col, -token.positive(0, 1));
      moved();
      break;
    default:
      break;
  }
}

}  // namespace sess::terminal
