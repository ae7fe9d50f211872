#include "machine.hpp"

#include <fmt/format.h>

#include "support/relayed.hpp"
#include "terminal/screen/sgr_text.hpp"

namespace sess::test {

namespace {

using terminal::Cell;
using terminal::Color;
using terminal::Underline;

std::optional<ColorWord> to_word(const Color& color) {
  switch (color.kind) {
    case Color::Kind::none:
      return std::nullopt;
    case Color::Kind::indexed:
      return ColorWord{false, color.r, 0, 0, 0};
    case Color::Kind::rgb:
      return ColorWord{true, 0, color.r, color.g, color.b};
  }
  return std::nullopt;
}

std::string to_word(Underline underline) {
  switch (underline) {
    case Underline::none:
      return "";
    case Underline::single:
      return "single";
    case Underline::double_:
      return "double";
    case Underline::curly:
      return "curly";
    case Underline::dotted:
      return "dotted";
    case Underline::dashed:
      return "dashed";
  }
  return "?";
}

}  // namespace

void RecordingSink::on_clipboard(std::string_view selection, std::string_view base64) {
  events.push_back(fmt::format("clipboard {} {}", selection, base64));
}
void RecordingSink::on_notification(int kind, std::string_view title, std::string_view body) {
  events.push_back(fmt::format("notification {} {}|{}", kind, title, body));
}
void RecordingSink::on_progress(terminal::Progress progress) {
  static constexpr const char* kNames[] = {"none", "normal", "error", "indeterminate", "paused"};
  events.push_back(fmt::format("progress {} {}", kNames[static_cast<int>(progress.state)], progress.percent));
}
void RecordingSink::on_prompt_mark(char kind, std::optional<int> exit_status) {
  events.push_back(exit_status ? fmt::format("prompt {} {}", kind, *exit_status)
                               : fmt::format("prompt {}", kind));
}

Machine::Machine(Size size) : emulator_(std::make_unique<terminal::Emulator>(size, store_, sink_)) {}

void Machine::feed(std::string_view bytes) {
  feed_both(*emulator_, relay_, bytes);
  relay_.append_to(relayed);
  relay_.clear();
  alone_.feed(bytes);
  alone_.append_to(relayed_alone);
  alone_.clear();
}

std::string Machine::saved() const {
  ByteWriter out;
  emulator_->save(out);
  return out.take();
}

std::string Machine::through_checkpoint() {
  const std::string bytes = saved();
  emulator_.reset();
  ByteReader in(bytes);
  auto restored = terminal::Emulator::restore(in, store_, sink_);
  if (!restored) {
    emulator_ = std::make_unique<terminal::Emulator>(Size{}, store_, sink_);
    return "restore failed: " + restored.error().text;
  }
  emulator_ = std::move(*restored);
  return saved() == bytes ? "" : "a restored emulator saves other bytes than it was restored from";
}

std::string Machine::cell_text(const Cell& cell) const {
  if (cell.glyph == 0) return "";
  std::string text;
  screen().append_text(text, cell);
  return text;
}

std::string Machine::row(int r) const {
  std::string text;
  for (const Cell& cell : screen().row(r)) {
    if (cell.width == 0) continue;
    screen().append_text(text, cell);
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

Look Machine::look(const Cell& cell) const {
  const terminal::Style& style = screen().style(cell.style);
  const auto has = [&](terminal::Attr attr) { return (style.attrs & attr) != 0; };
  Look look;
  look.bold = has(terminal::bold);
  look.faint = has(terminal::faint);
  look.italic = has(terminal::italic);
  look.blink = has(terminal::blink);
  look.inverse = has(terminal::inverse);
  look.conceal = has(terminal::conceal);
  look.strike = has(terminal::strike);
  look.overline = has(terminal::overline);
  look.protect = has(terminal::protected_);
  look.underline = to_word(style.underline);
  look.fg = to_word(style.fg);
  look.bg = to_word(style.bg);
  look.underline_color = to_word(style.underline_color);
  if (style.link != 0) look.link = screen().link(style.link);
  return look;
}

std::vector<std::string> Machine::history() const {
  const terminal::History& history = screen().history();
  std::vector<std::string> lines;
  terminal::HistoryLine line;
  for (std::uint64_t n = history.first_line(); n < history.end_line(); ++n) {
    lines.emplace_back(history.read(n, line) ? std::string(line.text) : "(unreadable)");
  }
  if (history.has_open_line()) lines.emplace_back(history.open_line().text);
  return lines;
}

std::string Machine::picture() const {
  const Size size = screen().size();
  std::string out = fmt::format("{}x{}\n", size.rows, size.cols);
  for (int r = 0; r < size.rows; ++r) {
    Look before;
    for (const Cell& cell : screen().row(r)) {
      const Look now = look(cell);
      if (now != before) out += fmt::format("<{}>", to_string(now));
      before = now;
      // A blank that was written and one that never was look the same.
      const std::string text = cell_text(cell);
      if (cell.width != 0) out += text.empty() ? " " : text;
    }
    out += '\n';
  }
  const terminal::Cursor cursor = screen().cursor();
  out += fmt::format("cursor {},{}{}{} shape {} blink {}\n", cursor.row, cursor.col,
                     cursor.pending_wrap ? " wrap" : "", cursor.visible ? "" : " hidden",
                     static_cast<int>(cursor.shape), cursor.blink);
  out +=
      fmt::format("margins {}-{} {}-{} title {} icon {}\n", screen().top_margin(), screen().bottom_margin(),
                  screen().left_margin(), screen().right_margin(), screen().title(), screen().icon_title());
  for (const bool alternate : {false, true}) {
    // What DECRC, SCORC and 1049 come back to.
    const terminal::SavedCursor& saved = screen().saved_cursor(alternate);
    std::string pen;
    append_sgr_parameters(pen, saved.pen);
    out += fmt::format("saved {},{}{}{} pen {}{} charsets {}{}{}{} {}\n", saved.place.row, saved.place.col,
                       saved.place.pending ? " wrap" : "", saved.origin ? " origin" : "", pen,
                       (saved.pen.attrs & terminal::protected_) != 0 ? " protected" : "", saved.charsets.g[0],
                       saved.charsets.g[1], saved.charsets.g[2], saved.charsets.g[3], saved.charsets.gl);
  }
  return out;
}

}  // namespace sess::test
