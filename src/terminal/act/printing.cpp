#include "terminal/act/printing.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "terminal/act/checkpoint_fields.hpp"
#include "terminal/act/emoji_cache.hpp"
#include "terminal/screen/cell_run.hpp"
#include "terminal/screen/code_points.hpp"
#include "terminal/decode/text_scan.hpp"
#include "terminal/screen/wide_text.hpp"

namespace sess::terminal {
namespace {

/// DEC Special Graphics, 0x5F..0x7E.
constexpr char32_t kLineDrawing[] = {0x00A0, 0x25C6, 0x2592, 0x2409, 0x240C, 0x240D, 0x240A, 0x00B0,
                                     0x00B1, 0x2424, 0x240B, 0x2518, 0x2510, 0x250C, 0x2514, 0x253C,
                                     0x23BA, 0x23BB, 0x2500, 0x23BC, 0x23BD, 0x251C, 0x2524, 0x2534,
                                     0x252C, 0x2502, 0x2264, 0x2265, 0x03C0, 0x2260, 0x00A3, 0x00B7};

char32_t map_charset(char set, char c) {
  if (set == '0' && c >= 0x5F && c <= 0x7E) return kLineDrawing[c - 0x5F];
  if (set == 'A' && c == '#') return 0xA3;
  return static_cast<unsigned char>(c);
}

/// The code point of two or three bytes at p when it is well formed and no C1 control; 0 otherwise.
inline char32_t short_code_point(const char* p, const char* end, int& length) {
  const auto a = static_cast<unsigned char>(p[0]);
  if (end - p >= 3 && (a & 0xF0U) == 0xE0U) {
    const auto b = static_cast<unsigned char>(p[1]);
    const auto c = static_cast<unsigned char>(p[2]);
    if ((b & 0xC0U) != 0x80U || (c & 0xC0U) != 0x80U) return 0;
    const char32_t value = (a & 0x0FU) << 12U | (b & 0x3FU) << 6U | (c & 0x3FU);
    length = 3;
    return value < 0x800 || (value >= 0xD800 && value <= 0xDFFF) ? 0 : value;
  }
  if (end - p >= 2 && (a & 0xE0U) == 0xC0U) {
    const auto b = static_cast<unsigned char>(p[1]);
    if ((b & 0xC0U) != 0x80U) return 0;
    const char32_t value = (a & 0x1FU) << 6U | (b & 0x3FU);
    length = 2;
    return value < 0xA0 ? 0 : value;
  }
  return 0;
}

/// Puts surely wide code points of three bytes each into `cells`, at most `room` columns of them; returns how
/// many bytes it took and leaves the last one in `c`.
inline std::size_t put_wide(Cell* cells, std::size_t room, const char* p, const char* end,
                            std::uint16_t style, char32_t& c) {
  const char* const begin = p;
  if constexpr (std::endian::native == std::endian::little) {
    const auto base = std::bit_cast<std::uint64_t>(Cell{0, style, 2, 0});
    const auto right_half = std::bit_cast<std::uint64_t>(Cell{0, style, 0, 0});
    for (; end - p >= 4 && room >= 2; room -= 2, cells += 2, p += 3) {
      std::uint32_t bytes = 0;
      std::memcpy(&bytes, p, sizeof(bytes));
      if ((bytes & 0xC0C0F0U) != 0x8080E0U) break;
      const char32_t next = (bytes & 0x0FU) << 12U | (bytes >> 2U & 0xFC0U) | (bytes >> 16U & 0x3FU);
      if (!surely_wide(next)) break;
      c = next;
      const std::uint64_t pair[2] = {base | next, right_half};
      std::memcpy(cells, pair, sizeof(pair));
    }
  }
  return static_cast<std::size_t>(p - begin);
}

}  // namespace

bool Printing::print(std::string_view text) {
  bool clean = true;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char* q = find_high(p, end);
    if (q > p) print_ascii(p, static_cast<std::size_t>(q - p));
    p = q;
    if (p < end) p = print_high(p, end, clean);
  }
  return clean;
}

void Printing::wrap() {
  // Inside side margins rows are no longer lines of text, so nothing continues.
  const bool continues = position_.full_width();
  const int from = position_.at().row;
  // Before the row moves, for it may leave into the history; and after, for scrolling cuts what it separates.
  screens_.grid().row(from).wrapped = continues;
  position_.at().pending = false;
  page_.index();
  position_.at().col = position_.margins().left;
  if (!continues) return;
  if (position_.at().row > from) {
    screens_.grid().row(from).wrapped = true;
  } else if (from != position_.margins().bottom) {
    screens_.grid().row(from).wrapped = false;
  } else if (from > position_.margins().top) {
    screens_.grid().row(from - 1).wrapped = true;
  }
}

/// Prepares count cells from col on for being overwritten.
void Printing::make_room(Row& row, int col, int count) {
  screens_.split_wide(row, col);
  screens_.split_wide(row, col + count);
}

void Printing::after_print(int col, int right) {
  position_.at().col = col;
  if (col < right) return;
  position_.at().col = right - 1;
  if (right == screens_.cols()) screens_.grid().row(position_.at().row).wrapped = false;
  position_.at().pending = true;  // without autowrap, too: it may be switched on before the next character
}

/// Into cells none of which is half of a wide one: of a row that has none, or behind all that it has. Not
/// inlined, for the sake of the rows of text.
[[gnu::noinline]] static bool put_in_cells(Row& row, int col, const char* p, std::size_t n,
                                           std::uint16_t style) {
  if (row.runs != 0 || row.used == 0 || row.cells == nullptr) return false;
  if (row.wide && col < row.used) return false;
  put_ascii(row.cells + col, p, n, style);
  row.used = std::max(row.used, static_cast<std::uint16_t>(static_cast<std::size_t>(col) + n));
  return true;
}

void Printing::print_ascii(const char* p, std::size_t n) {
  // What ends before its row does: most text is nothing else.
  Place& at = position_.at();
  if (plain_charset() && !modes_.insert && !at.pending && !last_glues_) {
    const auto room = static_cast<std::size_t>(position_.right_limit() - at.col);
    const std::uint16_t style = pen_.number(pools_);
    Row& row = screens_.row(at.row);
    if (n < room &&
        (Grid::append_ascii(row, at.col, p, n, style) || put_in_cells(row, at.col, p, n, style))) {
      at.col += static_cast<int>(n);
      position_.set_last_col(at.col - 1);
      last_code_point_ = static_cast<unsigned char>(p[n - 1]);
      if (!last_text_.empty()) last_text_.clear();
      return;
    }
  }
  print_run(p, n);
}

/// The same in any place and any mode.
[[gnu::noinline]] void Printing::print_run(const char* p, std::size_t n) {
  if (!plain_charset() || modes_.insert) return print_mapped(p, n);
  if (may_join()) {
    print_code_point(static_cast<unsigned char>(*p));
    ++p;
    if (--n == 0) return;
  }
  const std::uint16_t style = pen_.number(pools_);
  const char last = p[n - 1];
  last_glues_ = false;
  last_code_point_ = static_cast<unsigned char>(last);
  if (!last_text_.empty()) last_text_.clear();
  while (n > 0) {
    if (position_.at().pending) {
      if (modes_.autowrap) wrap();
      position_.at().pending = false;
    }
    const int right = position_.right_limit();
    const auto room = static_cast<std::size_t>(right - position_.at().col);
    if (n > room && !modes_.autowrap) {
      // Without wrapping all that does not fit lands in the last column, and the last one stays.
      if (room == 1) {
        p += n - 1;
        n = 1;
      }
    }
    const std::size_t count = !modes_.autowrap && n > room && room > 1 ? room - 1 : std::min(n, room);
    Row& row = screens_.row(position_.at().row);
    const int col = position_.at().col;
    const int stop = col + static_cast<int>(count);
    if (!screens_.grid().put_text(row, col, p, count, count, style)) {
      Cell* cells = screens_.grid().writable(row);
      if (row.wide) make_room(row, col, static_cast<int>(count));
      put_ascii(cells + col, p, count, style);
      if (stop > row.used) row.used = static_cast<std::uint16_t>(stop);
    }
    p += count;
    n -= count;
    position_.set_last_col(stop - 1);
    after_print(stop, right);
  }
}

/// ASCII through the designated character set, or into insert mode.
void Printing::print_mapped(const char* p, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t slot = charsets_.single_shift != 0 ? charsets_.single_shift : charsets_.gl;
    charsets_.single_shift = 0;
    print_code_point(map_charset(charsets_.g[slot], p[i]));
  }
}

/// Text from a code point above 0x7F on; returns where it stopped.
const char* Printing::print_high(const char* p, const char* end, bool& clean) {
  while (p < end && static_cast<unsigned char>(*p) >= 0x80) {
    // Nothing in it has four bytes.
    const char* after = static_cast<unsigned char>(*p) < 0xF0 ? print_simple_run(p, end) : p;
    if (after == p) after = print_emoji(p, end);
    if (after != p) {
      p = after;
      continue;
    }
    after = join_run(p, end);
    if (after != p) {
      p = after;
      continue;
    }
    const auto got = decode_utf8({p, static_cast<std::size_t>(end - p)});
    p += got.length;
    // C1 controls as UTF-8 are neither controls nor text.
    if (got.status != Utf8Status::value || got.code_point < 0xA0) clean = false;
    if (got.code_point >= 0xA0) print_code_point(got.code_point);
  }
  return p;
}

/// The path of Hangul, Han, Kana, Greek, Cyrillic and accented Latin: code points that begin a cluster
/// whatever stands before them go straight into the row, single spaces and signs between them too. Stops
/// before the first one that is not like that or does not fit the row.
const char* Printing::print_simple_run(const char* p, const char* end) {
  if (modes_.insert || position_.at().pending || may_join()) return p;
  const int right = position_.right_limit();
  const std::uint16_t style = pen_.number(pools_);
  const bool plain = plain_charset();
  const char* const begin = p;
  Row& row = screens_.row(position_.at().row);
  int col = position_.at().col;
  int length = 0;
  if (Grid::takes_text(row, col)) {
    const auto room = static_cast<std::size_t>(right - col);
    const WideTaken taken = measure_wide_text(room, p, end, plain);
    if (taken.bytes != 0 && screens_.grid().put_text(row, col, p, taken.bytes, taken.cells, style)) {
      const char* const stop = p + taken.bytes;
      const int last_width = static_cast<unsigned char>(stop[-1]) < 0x80 ? 1 : 2;
      row.wide = true;
      last_glues_ = false;
      last_code_point_ =
          last_width == 2 ? short_code_point(stop - 3, stop, length) : static_cast<unsigned char>(stop[-1]);
      if (!last_text_.empty()) last_text_.clear();
      col += static_cast<int>(taken.cells);
      position_.set_last_col(col - last_width);
      after_print(col, right);
      return stop;
    }
    // It goes to the next row, and this one stays text.
    if (room == 1 && surely_wide(short_code_point(p, end, length))) return p;
  }
  Cell* cells = screens_.grid().writable(row);
  int last = col;
  bool wide = false;
  bool glues = false;
  char32_t c = 0;
  while (p < end && !glues) {
    if (col + 2 <= right && (static_cast<unsigned char>(*p) & 0xF0U) == 0xE0U &&
        surely_wide(short_code_point(p, end, length))) {
      if (col == position_.at().col) screens_.split_wide(row, col);
      const auto room = static_cast<std::size_t>(right - col);
      const WideTaken taken = put_wide_text(cells + col, room, p, end, style, plain);
      if (taken.bytes != 0) {
        last = col + static_cast<int>(taken.last);
        c = cells[last].glyph;
        col += static_cast<int>(taken.cells);
        p += taken.bytes;
        wide = true;
        continue;
      }
      const std::size_t bytes = put_wide(cells + col, room, p, end, style, c);
      if (bytes != 0) {
        col += static_cast<int>(bytes / 3 * 2);
        p += bytes;
        last = col - 2;
        wide = true;
        continue;
      }
    }
    length = 1;
    int width = 1;
    char32_t next = static_cast<unsigned char>(*p);
    if (next >= 0x80) {
      next = short_code_point(p, end, length);
      if (next == 0) break;
      const std::uint8_t bits = code_point_class(next);
      if ((bits & kClassSimple) == 0) break;
      width = bits & kClassWidth;
      glues = (bits & kClassGlues) != 0;
    } else if (!plain || (p + 1 < end && static_cast<unsigned char>(p[1]) < 0x80)) {
      break;  // A run of ASCII has its own, faster path.
    }
    if (col + width > right) break;
    if (col == position_.at().col) screens_.split_wide(row, col);
    c = next;
    last = col;
    cells[col] = Cell{static_cast<std::uint32_t>(c), style, static_cast<std::uint8_t>(width), 0};
    if (width == 2) {
      // What is overwritten may have begun or ended a wide one; its other half is seen to below.
      cells[col + 1] = Cell{0, style, 0, 0};
      wide = true;
    }
    col += width;
    p += length;
  }
  if (p == begin) return p;
  // Its left half is gone: a blank that looks as the whole did, as split_wide() leaves it.
  if (col < screens_.cols() && cells[col].width == 0) cells[col] = Cell{0, cells[col].style, 1, 0};
  row.wide = row.wide || wide;
  if (col > row.used) row.used = static_cast<std::uint16_t>(col);
  position_.set_last_col(last);
  last_glues_ = glues;
  last_code_point_ = c;
  if (!last_text_.empty()) last_text_.clear();
  after_print(col, right);
  return p;
}

/// Whether an emoji or a flag may belong to the cluster before the cursor: behind ZWJ, half a flag or what
/// glues. Says so too often rather than too rarely.
bool Printing::emoji_may_join() {
  const int col = position_.last_col();
  if (col < 0) return false;  // only marks join behind a move
  if (last_glues_) return true;
  const Row& row = screens_.row(position_.at().row);
  if (row.runs != 0 || row.cells == nullptr) return false;
  const std::uint32_t glyph = row.cells[col].glyph;
  if (glyph < 0x80) return false;
  if ((glyph & kClusterBit) == 0) {
    return glyph - 0x1F1E6U < 26 || glyph == 0x200D || (code_point_class(glyph) & kClassGlues) != 0;
  }
  // Of a long one the end may be missing.
  const std::string_view text = pools_.cluster(glyph);
  return text.size() > ClusterPool::kMaxBytes / 2 || text.ends_with("\xE2\x80\x8D") ||
         (text.size() >= 4 && text.substr(text.size() - 4).starts_with("\xF0\x9F\x87"));
}

/// The emoji sequence at p in one step, where it fits the row and nothing has to be moved for it; returns
/// where it ends, or p.
const char* Printing::print_emoji(const char* p, const char* end) {
  if (modes_.insert || position_.at().pending) return p;
  const std::size_t size = EmojiCache::measure(p, end);
  if (size == 0) return p;
  EmojiCache::Entry& entry = EmojiCache::find({p, size});
  const int col = position_.at().col;
  const int right = position_.right_limit();
  if (entry.width == 0 || col + entry.width > right || emoji_may_join()) return p;
  const bool cluster = entry.code_points > 1;
  const bool known = !cluster || entry.era == pools_.cluster_era();
  const auto glyph = static_cast<std::uint32_t>(!known ? kReplacement : cluster ? entry.glyph : entry.first);
  put(Cell{glyph, pen_.number(pools_), entry.width, 0}, entry.width, right);
  if (!known) {
    // As in finish(): whatever the cell held before is gone by now.
    entry.glyph = pools_.intern_cluster(entry.text(), entry.width);
    screens_.grid().writable(screens_.row(position_.at().row))[col].glyph = entry.glyph;
    entry.era = (entry.glyph & kClusterBit) != 0 ? pools_.cluster_era() : 0;
  }
  last_code_point_ = entry.first;
  last_glues_ = entry.glues;
  if (cluster) {
    last_text_ = entry.text();
  } else if (!last_text_.empty()) {
    last_text_.clear();
  }
  return p + size;
}

void Printing::print_simple(char32_t c, int width) {
  last_code_point_ = c;
  if (!last_text_.empty()) last_text_.clear();
  place(Cell{static_cast<std::uint32_t>(c), pen_.number(pools_), static_cast<std::uint8_t>(width), 0}, width);
}

void Printing::print_code_point(char32_t c) {
  const std::uint8_t bits = code_point_class(c);
  if ((bits & kClassSimple) == 0 || may_join()) {
    if (join(c)) return;
    if ((bits & kClassWidth) == 0) return;  // Nothing to join with: a mark alone has no place.
  }
  print_simple(c, bits & kClassWidth);
  last_glues_ = (bits & kClassGlues) != 0;
}

/// A wide character goes to the next row: the column it leaves shows what it showed. A blank there is no
/// text.
void Printing::leave_last_column(int right) {
  Row& row = screens_.row(position_.at().row);
  if (right != screens_.cols() || right - position_.at().col != 1) return;
  if (Grid::leave_last_column(row, position_.at().col)) return;
  Cell& cell = screens_.grid().writable(row)[position_.at().col];
  if (cell.glyph != 0 || cell.width != 1) return;
  cell.flags = kFiller;
  row.used = screens_.size().cols;
}

/// The first character behind a wrap, of a row that goes on as text.
bool Printing::place_as_text(Row& row, int col, Cell cell) const {
  if (!Grid::takes_text(row, col)) return false;
  const std::uint32_t c = cell.glyph;
  if (cell.width == 1 && c >= 0x20 && c < 0x7F) {
    const auto byte = static_cast<char>(c);
    return screens_.grid().put_text(row, col, &byte, 1, 1, cell.style);
  }
  if (cell.width != 2 || !surely_wide(c)) return false;
  const char bytes[] = {static_cast<char>(0xE0U | c >> 12U), static_cast<char>(0x80U | (c >> 6U & 0x3FU)),
                        static_cast<char>(0x80U | (c & 0x3FU))};
  return screens_.grid().put_text(row, col, bytes, sizeof(bytes), 2, cell.style);
}

/// Puts one cluster at the cursor, wrapping first where it must.
void Printing::place(Cell cell, int width) {
  if (position_.at().pending) {
    if (modes_.autowrap) wrap();
    position_.at().pending = false;
  }
  int right = position_.right_limit();
  if (width == 2 && position_.at().col + 2 > right) {
    const bool fits = modes_.autowrap ? (position_.at().col <= position_.margins().right
                                             ? position_.margins().right - position_.margins().left + 1
                                             : screens_.cols()) >= 2
                                      : right >= 2;
    if (!fits) {
      cell = Cell{static_cast<std::uint32_t>(kReplacement), cell.style, 1, 0};
      width = 1;
    } else if (modes_.autowrap) {
      leave_last_column(right);
      wrap();
      right = position_.right_limit();
    } else {
      position_.at().col = right - 2;
    }
  }
  if (modes_.insert) page_.insert_chars(width);
  put(cell, width, right);
}

/// Puts one cluster at the cursor, where it fits.
void Printing::put(Cell cell, int width, int right) {
  Row& row = screens_.row(position_.at().row);
  const int col = position_.at().col;
  if (!place_as_text(row, col, cell)) {
    Cell* cells = screens_.grid().writable(row);
    if (row.wide && col < row.used) make_room(row, col, width);
    cells[col] = cell;
    if (width == 2) cells[col + 1] = Cell{0, cell.style, 0, 0};
    if (col + width > row.used) row.used = static_cast<std::uint16_t>(col + width);
  }
  row.wide = row.wide || width == 2;
  position_.set_last_col(col);
  after_print(col + width, right);
}

/// A cluster of a cell while code points are added to it: its text and, once it matters, where it ends.
class Printing::Joint {
 public:
  Joint(int col, Cell cell, std::string_view text) : col_(col), cell_(cell), text_(text) {
    for (std::string_view rest = text; !rest.empty();) {
      const auto got = decode_utf8(rest);
      rest.remove_prefix(got.length);
      widths_.add(got.code_point);
    }
  }
  [[nodiscard]] int col() const { return col_; }
  [[nodiscard]] const Cell& cell() const { return cell_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] int width() const { return std::clamp(widths_.columns(), 1, 2); }
  [[nodiscard]] bool glues() const { return glues_; }

  /// Whether c belongs to it. What does not fit any more is dropped, as if it had not been there.
  [[nodiscard]] bool add(char32_t c) {
    const std::uint8_t bits = code_point_class(c);
    const bool mark = (bits & kClassWidth) == 0;
    const bool ends = !mark && breaks_before(c);
    if (ends) return false;
    glues_ = (bits & kClassGlues) != 0;
    const std::size_t size = text_.size();
    append_utf8(text_, c);
    if (text_.size() > ClusterPool::kMaxBytes) {
      text_.resize(size);
      return true;
    }
    widths_.add(c);
    return true;
  }

 private:
  /// Marks join whatever is there, so most clusters never need the rules of UAX #29.
  [[nodiscard]] bool breaks_before(char32_t c) {
    GraphemeBreaker breaker;
    for (std::string_view rest = text_; !rest.empty();) {
      const auto got = decode_utf8(rest);
      static_cast<void>(breaker.breaks_before(got.code_point));
      rest.remove_prefix(got.length);
    }
    return breaker.breaks_before(c);
  }

  int col_;
  Cell cell_;
  std::string text_;
  ClusterWidth widths_;
  bool glues_ = false;
};

/// The cluster before the cursor. Behind a cursor move only a mark belongs to it.
std::optional<Printing::Joint> Printing::joint_for(char32_t c) {
  const bool fresh = position_.last_col() >= 0;
  if (!fresh && (code_point_class(c) & kClassWidth) != 0) return std::nullopt;
  int col = fresh                    ? position_.last_col()
            : position_.at().pending ? position_.at().col
                                     : position_.at().col - 1;
  if (col < 0) return std::nullopt;
  if (!fresh && screens_.grid().cells(position_.at().row)[static_cast<std::size_t>(col)].width == 0) --col;
  if (col < 0) return std::nullopt;
  const Cell before = screens_.grid().cells(position_.at().row)[static_cast<std::size_t>(col)];
  if (before.glyph == 0) return std::nullopt;
  std::string scratch;
  return Joint(col, before, pools_.text(before, scratch));
}

void Printing::finish(const Joint& joint) {
  const int col = joint.col();
  const Cell& before = joint.cell();
  Cell& cell = screens_.grid().writable(screens_.row(position_.at().row))[col];
  // Without what it held until now: whether the pool is full must not depend on how the bytes were split.
  cell.glyph = static_cast<std::uint32_t>(kReplacement);
  cell.glyph = pools_.intern_cluster(joint.text(), joint.width());
  last_text_ = joint.text();
  last_glues_ = joint.glues();
  if (joint.width() > before.width) widen(position_.at().row, col);
  if (joint.width() < before.width) narrow(position_.at().row, col);
}

/// Adds c to the cluster before the cursor if it belongs there.
bool Printing::join(char32_t c) {
  auto joint = joint_for(c);
  if (!joint || !joint->add(c)) return false;
  finish(*joint);
  return true;
}

/// The marks from p on, into the cluster before the cursor, all in one step as long as its width stays;
/// returns where they end. A cluster of hundreds costs a look at each.
const char* Printing::join_run(const char* p, const char* end) {
  std::optional<Joint> joint;
  while (p < end && static_cast<unsigned char>(*p) >= 0x80) {
    const auto got = decode_utf8({p, static_cast<std::size_t>(end - p)});
    const char32_t c = got.code_point;
    if (c < 0xA0 || (code_point_class(c) & (kClassWidth | kClassSimple)) != 0) break;
    if (!joint) joint = joint_for(c);
    if (!joint || !joint->add(c)) break;
    p += got.length;
    if (joint->width() != joint->cell().width) break;
  }
  if (joint) finish(*joint);
  return p;
}

/// The cluster at (row, col) turned out to take two columns (VS16, the second half of a flag).
void Printing::widen(int row, int col) {
  Row& target = screens_.row(row);
  Cell* cells = screens_.grid().writable(target);
  const int right = col <= position_.margins().right ? position_.margins().right + 1 : screens_.cols();
  if (col + 2 > right) {
    // It does not fit here any more: it moves to the next line as any wide character does.
    if (!modes_.autowrap || position_.last_col() < 0 ||
        right - (col <= position_.margins().right ? position_.margins().left : 0) < 2)
      return;
    Cell moved_cell = cells[col];
    moved_cell.width = 2;
    const Style style = pools_.style(moved_cell.style);
    cells[col] = Cell{0, 0, 1, right == screens_.cols() ? kFiller : std::uint8_t{0}};
    position_.at().pending = false;
    position_.at().col = col;
    wrap();
    moved_cell.style = pools_.intern(style);  // Wrapping may have collected it.
    place(moved_cell, 2);
    return;
  }
  screens_.split_wide(target, col + 2);
  cells[col].width = 2;
  cells[col + 1] = Cell{0, cells[col].style, 0, 0};
  target.wide = true;
  target.used = std::max(target.used, static_cast<std::uint16_t>(col + 2));
  if (position_.at().row == row && position_.at().col == col + 1) after_print(col + 2, right);
}

/// The cluster at (row, col) turned out to take one column (VS15).
void Printing::narrow(int row, int col) {
  Row& target = screens_.row(row);
  Cell* cells = screens_.grid().writable(target);
  cells[col].width = 1;
  if (col + 1 < screens_.cols()) cells[col + 1] = Cell{0, cells[col].style, 1, 0};
  if (position_.last_col() < 0 || position_.at().row != row) return;
  if (position_.at().pending) {
    position_.at().pending = false;
  } else if (position_.at().col == col + 2) {
    position_.at().col = col + 1;
  }
}

void Printing::repeat(int count) {
  if (last_code_point_ == 0) return;
  count = std::min(count, screens_.rows() * screens_.cols());
  const std::string cluster = last_text_;
  const char32_t single = last_code_point_;
  if (cluster.empty() && single < 0x7F && plain_charset() && !modes_.insert) {
    position_.moved();
    std::string copies(static_cast<std::size_t>(screens_.cols()), static_cast<char>(single));
    for (; count > 0; count -= static_cast<int>(copies.size())) {
      copies.resize(std::min(copies.size(), static_cast<std::size_t>(count)));
      print_ascii(copies.data(), copies.size());
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    position_.moved();  // Copies stand side by side: they never join with each other.
    if (cluster.empty()) {
      print_code_point(single);
      continue;
    }
    const auto first = decode_utf8(cluster);
    print_code_point(first.code_point);
    const char* p = cluster.data() + first.length;
    const char* const end = cluster.data() + cluster.size();
    while (p < end) {
      const char* after = join_run(p, end);
      if (after == p) {
        const auto got = decode_utf8({p, static_cast<std::size_t>(end - p)});
        print_code_point(got.code_point);
        after = p + got.length;
      }
      p = after;
    }
  }
}

void Printing::designate(char slot, char set) {
  const bool known = set == '0' || set == 'A' || set == 'B';
  charsets_.g[static_cast<std::size_t>(slot)] = known ? set : 'B';
}

void Printing::reset() {
  charsets_ = {};
  last_glues_ = false;
  last_text_.clear();
  last_code_point_ = 0;
}

void Printing::save(ByteWriter& out) const {
  out.boolean(last_glues_);
  out.u32(last_code_point_);
  out.string(last_text_);
}

void Printing::restore(ByteReader& in) {
  last_glues_ = in.boolean();
  last_code_point_ = in.u32();
  last_text_ = read_text(in, ClusterPool::kMaxBytes);
  if (last_code_point_ > 0x10FFFF) in.reject();
}

}  // namespace sess::terminal
