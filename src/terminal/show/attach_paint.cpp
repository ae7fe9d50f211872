#include "terminal/show/attach_paint.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "terminal/screen/line_wrap.hpp"
#include "terminal/decode/sequence.hpp"
#include "terminal/screen/sgr_text.hpp"

namespace sess::terminal {
namespace {

constexpr std::string_view kBegin = "\x1b[?2026h";
constexpr std::string_view kEnd = "\x1b[?2026l";
/// What painting relies on: autowrap, no insert mode, ASCII in G0, plain rendition. In some terminals reverse
/// wrap is on from the start, and G1 may be what terminfo's enacs made it.
constexpr std::string_view kPrepare =
    "\x1b[?25l\x1b[?7h\x1b[?45l\x1b[?1045l\x1b[4l\x1b[20l\x1b(B\x1b)B\x0f\x1b[m";

/// Of a kitty stack that the terminal may have from before: as many entries as there may be.
constexpr std::string_view kPopKeyboards = "\x1b[<8u";

void go_to(std::string& out, int row, int col) {
  out += "\x1b[" + std::to_string(row + 1) + ';' + std::to_string(col + 1) + 'H';
}

/// Writes styled text, saying a style only when it changes.
class Brush {
 public:
  Brush(const Screen& screen, std::string& out) : screen_(screen), out_(out) {}

  void style(const Style& style, std::string_view id, std::string_view uri) {
    Style plain = style;
    plain.link = 0;
    plain.attrs = static_cast<std::uint16_t>(plain.attrs & ~protected_);
    if (uri != link_ || (!uri.empty() && id != link_id_)) {
      append_link(out_, id, uri);
      link_ = uri;
      link_id_ = id;
    }
    const bool guard = (style.attrs & protected_) != 0;
    if (guard != guard_) {
      out_ += guard ? "\x1b[1\"q" : "\x1b[0\"q";
      guard_ = guard;
    }
    if (plain == current_) return;
    append_sgr(out_, plain);
    current_ = plain;
  }
  void cell(const Cell& cell) {
    const Style& own = screen_.style(cell.style);
    style(own, screen_.link_id(own.link), screen_.link(own.link));
    screen_.append_text(out_, cell);
  }
  void plain() { style(Style{}, {}, {}); }

  /// One row as text that flows. A row that continues is written to its very end, so that the terminal itself
  /// wraps and knows the line as one; another ends in an erase. Returns whether a newline must follow.
  bool row(std::span<const Cell> cells, bool wrapped) {
    std::size_t used = cells.size();
    if (!wrapped) {
      while (used > 0 && cells[used - 1] == kBlank) --used;
    }
    for (std::size_t i = 0; i < used; ++i) {
      if (cells[i].width == 0) continue;
      if ((cells[i].flags & kFiller) != 0) {
        // The terminal leaves the column alone when the wide character wraps.
        style(screen_.style(cells[i].style), {}, {});
        out_ += "\x1b[K";
        continue;
      }
      cell(cells[i]);
    }
    if (wrapped) return false;
    plain();
    if (used < cells.size()) out_ += "\x1b[K";
    return true;
  }

 private:
  const Screen& screen_;
  std::string& out_;
  Style current_;
  bool guard_ = false;
  std::string link_;
  std::string link_id_;
};

/// The text of a line behind its first `skip` bytes.
void history_line(Brush& brush, std::string& out, const HistoryLine& line, std::size_t skip = 0) {
  std::string_view rest = line.text;
  // A store outlives a server: what is damaged must not become an escape sequence on somebody's terminal.
  if (!is_clean_text(rest)) {
    brush.plain();
    out += clean_text(rest.substr(std::min(skip, rest.size())), std::string_view::npos);
    return;
  }
  for (const auto& run : line.runs) {
    std::string_view text = rest.substr(0, run.length);
    rest.remove_prefix(text.size());
    const std::size_t left_out = std::min(skip, text.size());
    skip -= left_out;
    text.remove_prefix(left_out);
    if (text.empty()) continue;
    brush.style(run.style, {}, run.link);
    out += text;
  }
  rest.remove_prefix(std::min(skip, rest.size()));
  if (!rest.empty()) {
    brush.plain();
    out += rest;
  }
}

/// Nothing is written there that would make a terminal wrap.
bool is_blank(std::span<const Cell> cells) {
  return std::all_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell == kBlank; });
}

/// Where history is to flow from the first row on. Erasing the display there would tell some terminals that
/// the row continues nothing.
void clear_for_flow(std::string& out, const Scrolled& from) {
  out += from.bytes > 0 ? "\x1b[H\x1b[K\x1b[2H\x1b[J\x1b[H" : "\x1b[H\x1b[J";
}

/// History from `from` to its end, the open line's part included: flows from a line's start, and the screen's
/// rows are to flow behind it.
void flow_history(std::string& out, const Screen& screen, Scrolled from, bool continues) {
  const History& history = screen.history();
  Brush brush(screen, out);
  HistoryLine line;
  std::size_t skip = from.bytes;
  for (std::uint64_t n = from.line; n < history.end_line(); ++n) {
    if (!history.read(n, line)) continue;
    history_line(brush, out, line, std::min(skip, line.text.size()));
    skip -= std::min(skip, line.text.size());
    if (line.wrapped) continue;
    skip = 0;
    brush.plain();
    out += "\r\n";
  }
  // The open line is the beginning of the first row's text.
  if (!history.has_open_line()) return;
  const HistoryLine open = history.open_line();
  history_line(brush, out, open, std::min(skip, open.text.size()));
  brush.plain();
  if (!continues && skip < open.text.size()) out += "\r\n";
}

/// All rows of one screen, from wherever the cursor is at a line's start; no newline behind the last.
void flow_rows(std::string& out, const Screen& screen, bool hidden) {
  Brush brush(screen, out);
  const int rows = screen.size().rows;
  for (int r = 0; r < rows; ++r) {
    const auto cells = hidden ? screen.hidden_row(r) : screen.row(r);
    const bool wrapped = (hidden ? screen.hidden_wrapped(r) : screen.wrapped(r)) && r + 1 < rows &&
                         !is_blank(hidden ? screen.hidden_row(r + 1) : screen.row(r + 1));
    const bool newline = brush.row(cells, wrapped);
    if (newline && r + 1 < rows) out += "\r\n";
  }
  brush.plain();
}

/// Sets the pen as it is, hyperlink included.
void set_pen(std::string& out, const Screen& screen, const Style& pen) {
  append_sgr(out, pen);
  if (pen.link != 0) append_link(out, screen.link_id(pen.link), screen.link(pen.link));
  if ((pen.attrs & protected_) != 0) out += "\x1b[1\"q";
}

void set_charsets(std::string& out, const Charsets& charsets) {
  constexpr std::string_view kSlots = "()*+";
  for (std::size_t i = 0; i < kSlots.size(); ++i) {
    if (charsets.g[i] == 'B') continue;
    out += '\x1b';
    out += kSlots[i];
    out += charsets.g[i];
  }
  if (charsets.gl == 1) out += '\x0e';
  if (charsets.gl == 2) out += "\x1bn";
  if (charsets.gl == 3) out += "\x1bo";
}

/// Back to ASCII from what set_charsets() set.
void unset_charsets(std::string& out, const Charsets& charsets) {
  constexpr std::string_view kSlots = "()*+";
  for (std::size_t i = 0; i < kSlots.size(); ++i) {
    if (charsets.g[i] == 'B') continue;
    out += '\x1b';
    out += kSlots[i];
    out += 'B';
  }
  if (charsets.gl != 0) out += '\x0f';
}

/// From where CUP counts: the corner of the screen, with origin mode that of the margins.
struct Corner {
  int row = 0;
  int col = 0;
};

/// Puts the cursor, and the last-column flag by writing the last column once more.
void put_cursor(std::string& out, const Screen& screen, const Place& place, std::span<const Cell> cells,
                Corner corner = {}) {
  if (!place.pending || cells.empty()) return go_to(out, place.row - corner.row, place.col - corner.col);
  auto at = static_cast<std::size_t>(place.col);
  if (cells[at].width == 0 && at > 0) --at;
  go_to(out, place.row - corner.row, static_cast<int>(at) - corner.col);
  Brush brush(screen, out);
  brush.cell(cells[at]);
  brush.plain();
}

/// Brings the terminal into a saved state, runs `save` there and leaves it again. No margins are set yet:
/// with origin mode, too, places count from the corner of the screen. Also when nothing was saved: what the
/// terminal has saved is of somebody else's making.
void put_saved(std::string& out, const Screen& screen, const SavedCursor& saved, std::span<const Cell> cells,
               std::string_view save) {
  if (saved.origin) out += "\x1b[?6h";
  put_cursor(out, screen, saved.place, cells);
  set_pen(out, screen, saved.pen);
  set_charsets(out, saved.charsets);
  out += save;
  if ((saved.pen.attrs & protected_) != 0) out += "\x1b[0\"q";
  out += "\x1b[m";
  unset_charsets(out, saved.charsets);
  if (saved.origin) out += "\x1b[?6l";
}

constexpr std::string_view kSaveCursor =
    "\x1b"
    "7";

void put_tabs(std::string& out, const Screen& screen) {
  const int cols = screen.size().cols;
  bool usual = true;
  for (int c = 0; c < cols; ++c) usual = usual && screen.tab_stop(c) == (c % 8 == 0);
  if (usual) return;
  out += "\x1b[3g";
  for (int c = 0; c < cols; ++c) {
    if (!screen.tab_stop(c)) continue;
    out += "\x1b[" + std::to_string(c + 1) + "G\x1bH";
  }
}

void put_colors(std::string& out, const Screen& screen) {
  if (screen.palette_changed()) {
    for (int i = 0; i < 256; ++i) {
      const auto color = screen.palette(static_cast<std::uint8_t>(i));
      if (color) out += "\x1b]4;" + std::to_string(i) + ';' + rgb_text(*color) + "\x1b\\";
    }
  }
  int number = 10;
  for (const auto& color :
       {screen.default_foreground(), screen.default_background(), screen.cursor_color()}) {
    if (color) out += "\x1b]" + std::to_string(number) + ';' + rgb_text(*color) + "\x1b\\";
    ++number;
  }
}

/// Everything behind the cells: titles, colours, tabs, margins, modes, charsets, cursor, pen.
void put_state(std::string& out, const Screen& screen, bool titles) {
  const Modes& modes = screen.modes();
  const int rows = screen.size().rows;
  const int cols = screen.size().cols;
  if (titles && !screen.title().empty()) out += "\x1b]2;" + std::string(screen.title()) + "\x1b\\";
  if (titles && !screen.icon_title().empty()) out += "\x1b]1;" + std::string(screen.icon_title()) + "\x1b\\";
  put_colors(out, screen);
  put_tabs(out, screen);
  if (screen.top_margin() != 0 || screen.bottom_margin() != rows - 1) {
    out += "\x1b[" + std::to_string(screen.top_margin() + 1) + ';' +
           std::to_string(screen.bottom_margin() + 1) + 'r';
  }
  Modes plain;
  plain.cursor_visible = false;  // painting hid it
  plain.alternate_screen = modes.alternate_screen;
  // Insert mode and origin mode would disturb what follows here.
  Modes early = modes;
  early.insert = false;
  early.origin = false;
  early.autowrap = true;
  out += change_modes(plain, early);
  if (modes.left_right_margins && (screen.left_margin() != 0 || screen.right_margin() != cols - 1)) {
    out += "\x1b[" + std::to_string(screen.left_margin() + 1) + ';' +
           std::to_string(screen.right_margin() + 1) + 's';
  }
  const Cursor cursor = screen.cursor();
  Corner corner;
  if (modes.origin) {
    out += "\x1b[?6h";
    corner = {screen.top_margin(), screen.left_margin()};
  }
  put_cursor(out, screen, {cursor.row, cursor.col, cursor.pending_wrap}, screen.row(cursor.row), corner);
  if (modes.insert) out += "\x1b[4h";
  if (!modes.autowrap) out += "\x1b[?7l";
  set_charsets(out, screen.charsets());
  set_pen(out, screen, screen.pen());
}

/// Behind the main screen's cells: the saved cursors, and the alternate screen when that is shown.
void put_screens(std::string& out, const Screen& screen) {
  const Modes& modes = screen.modes();
  const SavedCursor& main = screen.saved_cursor(false);
  const SavedCursor& alternate = screen.saved_cursor(true);
  if (modes.alternate_screen) {
    append_kitty_push(out, modes.kitty_main);
    put_saved(out, screen, main, screen.hidden_row(main.place.row), "\x1b[?1049h");
    out += "\x1b[H\x1b[2J";
    out += kPopKeyboards;
    flow_rows(out, screen, false);
    return put_saved(out, screen, alternate, screen.row(alternate.place.row), kSaveCursor);
  }
  if (modes.kitty_alternate.size != 0 || !(alternate == SavedCursor{})) {
    // A program that left the alternate screen for a moment finds its keyboard and its cursor there again.
    out += "\x1b[?47h";
    out += kPopKeyboards;
    append_kitty_push(out, modes.kitty_alternate);
    put_saved(out, screen, alternate, screen.hidden_row(alternate.place.row), kSaveCursor);
    out += "\x1b[?47l";
  }
  put_saved(out, screen, main, screen.row(main.place.row), kSaveCursor);
}

}  // namespace

std::string paint_for_attach(const Screen& screen, const PaintOptions& options) {
  std::string out(kBegin);
  out += "\x1b[?47l";  // a client that was cut off may have left the alternate screen on
  out += kPrepare;
  // The margins home the cursor; painting goes on where it is, so that what is above scrolls away as text.
  out +=
      "\x1b"
      "7\x1b[r\x1b"
      "8\r\x1b[J";
  const bool alternate = screen.modes().alternate_screen;
  if (options.history_lines != 0 || options.from) {
    const Scrolled from = newest_lines(screen, options.from.value_or(Scrolled{}), options.history_lines);
    flow_history(out, screen, from, !is_blank(alternate ? screen.hidden_row(0) : screen.row(0)));
  }
  // As many rows as the terminal has, flowing: wherever it began, the last of them fill the screen exactly.
  flow_rows(out, screen, alternate);
  for (int r = screen.size().rows; r < options.client.rows; ++r) out += "\r\n";
  put_screens(out, screen);
  put_state(out, screen, options.titles);
  if (!screen.modes().synchronized) out += kEnd;
  return out;
}

std::string repaint(const Screen& screen, std::optional<Scrolled> from, bool titles) {
  // The terminal may have missed any change: everything that the ledger knows is said again.
  std::string out(kBegin);
  const Modes& modes = screen.modes();
  out += "\x1b[?6l\x1b[?69l\x1b[r\x1b[?47l";
  for (const int mode : {1, 5, 9, 1000, 1002, 1003, 1005, 1006, 1015, 1016, 1004, 2004, 2031}) {
    out += "\x1b[?" + std::to_string(mode) + 'l';
  }
  out += "\x1b>\x1b[>4m";
  out += kPopKeyboards;
  out += "\x1b[0\"q\x1b*B\x1b+B";
  out += kPrepare;
  out += "\x1b[H";
  if (from && *from < screen.history().scrolled()) {
    // It flows into the scrollback, as the rows behind it fill the screen exactly.
    clear_for_flow(out, *from);
    const bool alternate = modes.alternate_screen;
    flow_history(out, screen, *from, !is_blank(alternate ? screen.hidden_row(0) : screen.row(0)));
  }
  flow_rows(out, screen, modes.alternate_screen);
  put_screens(out, screen);
  if (modes.cursor_shape == CursorShape::default_) out += "\x1b[0 q";
  put_state(out, screen, titles);
  if (!modes.synchronized) out += kEnd;
  return out;
}

std::string left_out(const Screen& screen, std::uint64_t lines) {
  std::string out(kBegin);
  out += "\x1b[?6l\x1b[?69l\x1b[r\x1b[?47l";
  out += kPrepare;
  out += "\x1b[H\x1b[J\x1b[2m";
  const std::string text =
      "[sess: " + std::to_string(lines) + (lines == 1 ? " line" : " lines") + " left out]";
  out += std::string_view(text).substr(0, static_cast<std::size_t>(screen.size().cols));
  out += "\x1b[m";
  go_to(out, screen.size().rows - 1, 0);
  return out + '\n';
}

std::string missed_lines(const Screen& screen, Scrolled& from, std::size_t budget) {
  const History& history = screen.history();
  const int rows = screen.size().rows;
  const int cols = screen.size().cols;
  std::string out(kBegin);
  out += "\x1b[?6l\x1b[?69l\x1b[r\x1b[?47l";
  out += kPrepare;
  clear_for_flow(out, from);
  std::size_t kept = 0;     // of `out`, up to the end of a whole line
  Scrolled reached = from;  // with that
  std::uint64_t printed = 0;
  std::string whole;  // a line in several records
  std::size_t skip = from.bytes;
  {
    Brush brush(screen, out);
    HistoryLine line;
    for (std::uint64_t n = from.line; n < history.end_line(); ++n) {
      if (!history.read(n, line)) continue;
      const std::size_t left_out = std::min(skip, line.text.size());
      history_line(brush, out, line, left_out);
      whole += line.text.substr(left_out);
      skip -= left_out;
      if (line.wrapped) continue;
      skip = 0;
      brush.plain();
      out += "\r\n";
      kept = out.size();
      reached = {n + 1, 0};
      printed += wrapped_rows(whole, cols);
      whole.clear();
      if (out.size() >= budget) break;
    }
  }
  if (kept < budget || reached.line == history.end_line()) return {};
  from = reached;
  // What of it is still on the screen follows into the scrollback. The cursor stands one row below it.
  out.resize(kept);
  const std::uint64_t visible = std::min<std::uint64_t>(printed, static_cast<std::uint64_t>(rows) - 1);
  go_to(out, rows - 1, 0);
  out.append(static_cast<std::size_t>(visible), '\n');
  return out;
}

Scrolled newest_lines(const Screen& screen, const Scrolled& from, std::uint64_t max_lines) {
  const History& history = screen.history();
  const std::uint64_t end = history.end_line();
  const std::uint64_t first = end - std::min(history.lines(), max_lines);
  if (from.line < first) return {first, 0};
  return std::min(from, history.scrolled());
}

std::string undo_for_detach(const Screen& screen) {
  std::string out;
  if (screen.pen().link != 0) append_link(out, {}, {});
  if ((screen.pen().attrs & protected_) != 0) out += "\x1b[0\"q";
  if (screen.palette_changed()) out += "\x1b]104\x1b\\";
  if (screen.default_foreground()) out += "\x1b]110\x1b\\";
  if (screen.default_background()) out += "\x1b]111\x1b\\";
  if (screen.cursor_color()) out += "\x1b]112\x1b\\";
  return out + undo_modes(screen.modes());
}

}  // namespace sess::terminal
