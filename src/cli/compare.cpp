#include "cli/compare.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "support/oracle.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/attach_paint.hpp"

namespace sess::cli {
namespace {

constexpr std::size_t kStep = 4096;
/// What a test shows of the bytes before the difference, where that is enough to make it.
constexpr std::size_t kShown = 512;

std::string color_word(std::string_view name, terminal::Color color) {
  if (color.kind == terminal::Color::Kind::none) return {};
  if (color.kind == terminal::Color::Kind::indexed) return fmt::format(" {}={}", name, color.index());
  return fmt::format(" {}=#{:02x}{:02x}{:02x}", name, color.r, color.g, color.b);
}

terminal::Color color_of(const test::OracleColor& color) {
  if (color.kind == test::OracleColor::Kind::none) return {};
  if (color.kind == test::OracleColor::Kind::indexed) return terminal::Color::indexed(color.v[0]);
  return terminal::Color::rgb(color.v[0], color.v[1], color.v[2]);
}

/// What both know of a cell. Of a blank that is its background.
struct Seen {
  std::string text;
  int width = 1;
  std::string look;
  bool operator==(const Seen&) const = default;
  [[nodiscard]] std::string words() const {
    return fmt::format("\"{}\" {}, {}", as_written(text), width, look.empty() ? "none" : look);
  }
};

void add_look(Seen& seen, terminal::Color fg, terminal::Color bg,
              std::initializer_list<std::pair<bool, const char*>> attributes) {
  if (seen.width == 0) return;
  std::string out;
  if (!seen.text.empty()) {
    for (const auto& [on, word] : attributes) {
      if (on) out += std::string(" ") + word;
    }
    out += color_word("fg", fg);
  }
  out += color_word("bg", bg);
  if (!out.empty()) seen.look = out.substr(1);
}

class Pair {
 public:
  explicit Pair(Size size) : emulator_(size, store_, sink_), oracle_(size), size_(size) {}

  void feed(std::string_view bytes) {
    emulator_.feed(bytes);
    oracle_.feed(bytes);
  }
  /// Both are behind a whole token.
  [[nodiscard]] bool settled() const { return emulator_.pending() == 0; }
  [[nodiscard]] std::string paint() const {
    return terminal::paint_for_attach(emulator_.screen(),
                                      {.history_lines = 0, .client = size_, .from = {}, .titles = false});
  }

  [[nodiscard]] std::optional<Difference> difference() const {
    for (int row = 0; row < size_.rows; ++row) {
      for (int col = 0; col < size_.cols; ++col) {
        const Seen here = ours(row, col);
        const Seen there = theirs(row, col);
        if (!(here == there)) return Difference{0, row, col, false, here.words(), there.words(), {}};
      }
    }
    const auto cursor = emulator_.screen().cursor();
    // Behind a wide character in the last columns each has its own idea of where that is.
    const bool at_edge = cursor.pending_wrap && emulator_.screen().row(cursor.row).back().width == 0;
    if (cursor.row == oracle_.cursor_row() && (cursor.col == oracle_.cursor_col() || at_edge))
      return std::nullopt;
    return Difference{0,
                      cursor.row,
                      cursor.col,
                      true,
                      fmt::format("{},{}", cursor.row, cursor.col),
                      fmt::format("{},{}", oracle_.cursor_row(), oracle_.cursor_col()),
                      {}};
  }

 private:
  [[nodiscard]] Seen ours(int row, int col) const {
    const auto& screen = emulator_.screen();
    const terminal::Cell& cell = screen.row(row)[static_cast<std::size_t>(col)];
    const terminal::Style& style = screen.style(cell.style);
    Seen seen;
    seen.width = cell.width;
    screen.append_text(seen.text, cell);
    if (seen.text == " ") seen.text.clear();
    const auto has = [&](unsigned attribute) { return (style.attrs & attribute) != 0; };
    add_look(seen, style.fg, style.bg,
             {{has(terminal::bold), "bold"},
              {has(terminal::italic), "italic"},
              {has(terminal::blink), "blink"},
              {has(terminal::inverse), "inverse"},
              {has(terminal::strike), "strike"},
              {style.underline != terminal::Underline::none, "underline"}});
    return seen;
  }
  [[nodiscard]] Seen theirs(int row, int col) const {
    const test::OracleCell cell = oracle_.cell(row, col);
    Seen seen{cell.text == " " ? std::string() : cell.text, cell.width, {}};
    add_look(seen, color_of(cell.fg), color_of(cell.bg),
             {{cell.bold, "bold"},
              {cell.italic, "italic"},
              {cell.blink, "blink"},
              {cell.reverse, "inverse"},
              {cell.strike, "strike"},
              {cell.underline != 0, "underline"}});
    return seen;
  }

  terminal::HeapSegmentStore store_;
  terminal::NullSink sink_;
  terminal::Emulator emulator_;
  test::Oracle oracle_;
  Size size_;
};

void add_input(std::string& out, std::string_view bytes) {
  constexpr std::size_t kLine = 60;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t stop = std::min(bytes.size(), at + kLine);
    // No character is cut: the file is UTF-8.
    while (stop < bytes.size() && stop > at + 1 && (static_cast<unsigned char>(bytes[stop]) & 0xC0U) == 0x80U)
      --stop;
    out += "in \"" + as_written(bytes.substr(at, stop - at)) + "\"\n";
    at = stop;
  }
}

/// The behaviour as it is here. Only what makes the difference, when painting what came before makes it, too.
std::string test_of(Size size, std::string_view paint, std::string_view bytes, const Difference& found,
                    std::string_view name) {
  const std::string_view led = bytes.substr(0, std::min(bytes.size(), found.offset + 1));
  std::string start(paint);
  std::string_view rest = led;
  if (led.size() > kShown) {
    Pair before(size);
    before.feed(paint);
    std::size_t at = led.size() - kShown;
    before.feed(led.substr(0, at));
    while (!before.settled() && at < led.size()) before.feed(led.substr(at++, 1));
    const std::string nearer = before.paint();
    Pair again(size);
    again.feed(nearer);
    const bool same = !again.difference();
    again.feed(led.substr(at));
    if (same && again.difference()) {
      start = nearer;
      rest = led.substr(at);
    }
  }
  std::string out = fmt::format("== {} differs from libvterm\nsize {}x{}\n# what was on the screen before\n",
                                name, size.rows, size.cols);
  add_input(out, start);
  out += "# what the program wrote\n";
  add_input(out, rest);
  out += fmt::format("# libvterm: {}\n", found.there);
  if (found.cursor) return out + fmt::format("cursor {}\n", found.here);
  const std::size_t comma = found.here.rfind("\" ");
  const std::size_t look = found.here.find(", ", comma);
  out += fmt::format("cell {},{} {}\n", found.row, found.col, found.here.substr(0, look));
  return out + fmt::format("attr {},{} {}\n", found.row, found.col, found.here.substr(look + 2));
}

}  // namespace

std::string as_written(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto got = decode_utf8(bytes.substr(i));
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool printable = got.status == Utf8Status::value && got.code_point >= 0x20 &&
                           got.code_point != 0x7F && (got.code_point < 0x80 || got.code_point >= 0xA0);
    if (printable) {
      if (byte == '"' || byte == '\\') out += '\\';
      out += bytes.substr(i, got.length);
      i += got.length;
      continue;
    }
    out += byte == 0x1B   ? "\\e"
           : byte == '\r' ? "\\r"
           : byte == '\n' ? "\\n"
                          : fmt::format("\\x{:02x}", byte);
    ++i;
  }
  return out;
}

std::optional<Difference> compare_terminals(Size size, std::string_view paint, std::string_view bytes,
                                            std::string_view name) {
  Pair pair(size);
  pair.feed(paint);
  if (auto found = pair.difference()) {
    found->test = test_of(size, paint, {}, *found, name);
    return found;
  }
  std::size_t same = 0;  // both are the same behind so many bytes
  while (same < bytes.size()) {
    std::size_t stop = std::min(bytes.size(), same + kStep);
    pair.feed(bytes.substr(same, stop - same));
    while (!pair.settled() && stop < bytes.size()) pair.feed(bytes.substr(stop++, 1));
    if (!pair.difference()) {
      same = stop;
      continue;
    }
    // Again, byte by byte: in the middle of a token they may differ and be the same behind it.
    Pair slow(size);
    slow.feed(paint);
    slow.feed(bytes.substr(0, same));
    std::optional<Difference> first;
    for (std::size_t at = same; at < stop; ++at) {
      slow.feed(bytes.substr(at, 1));
      auto now = slow.difference();
      if (!now) {
        same = at + 1;
        first.reset();
      } else if (!first) {
        first = std::move(now);
        first->offset = at;
      }
    }
    if (!first) {
      same = stop;  // it had to do with where the bytes were cut
      continue;
    }
    first->test = test_of(size, paint, bytes, *first, name);
    return first;
  }
  return std::nullopt;
}

}  // namespace sess::cli
