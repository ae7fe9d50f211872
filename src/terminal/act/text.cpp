// Printing: runs of text into the grid, wrapping, grapheme clusters, REP.
#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "base/utf8.hpp"
#include "base/width.hpp"
#include "terminal/screen/cell_run.hpp"
#include "terminal/screen/code_points.hpp"
#include "terminal/act/core.hpp"
#include "terminal/decode/text_scan.hpp"

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

/// Hangul syllables and Han: each begins a cluster, joins nothing, and takes two columns.
inline bool surely_wide(char32_t c) {
  return c - 0xAC00 < 11172 || c - 0x4E00 < 0x51A6;
}

/// Puts surely wide code points of three bytes each into `cells`, at most `room` columns of them; returns how many
/// bytes it took and leaves the last one in `c`.
inline std::size_t put_wide(Cell* cells, std::size_t room, const char* p, const char* end, std::uint16_t style,
                            char32_t& c) {
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

void Core::on_text(std::string_view text) {
  if (modes_.synchronized) count_synchronized(text.size());
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char* q = find_high(p, end);
    if (q > p) print_ascii(p, static_cast<std::size_t>(q - p));
    p = q;
    if (p < end) p = print_high(p, end);
  }
}

/// One behind the last column that text may reach from where the cursor is.
int Core::right_limit() const {
  return at_.col <= right_ ? right_ + 1 : cols();
}

void Core::wrap() {
  // Inside side margins rows are no longer lines of text, so nothing continues.
  const bool continues = left_ == 0 && right_ == cols() - 1;
  const int from = at_.row;
  // Before the row moves, for it may leave into the history; and after, for scrolling cuts what it separates.
  grid().row(from).wrapped = continues;
  at_.pending = false;
  index();
  at_.col = left_;
  if (!continues) return;
  if (at_.row > from) {
    grid().row(from).wrapped = true;
  } else if (from != bottom_) {
    grid().row(from).wrapped = false;
  } else if (from > top_) {
    grid().row(from - 1).wrapped = true;
  }
}

/// If a wide character straddles the border left of `col`, both halves become blank.
void Core::split_wide_cells(Row& row, int col) {
  Cell* cells = grid().writable(row);
  if (cells[col].width != 0) return;
  Cell blank = kBlank;
  blank.style = cells[col - 1].style;
  if (col + 1 > row.used) row.used = static_cast<std::uint16_t>(col + 1);
  cells[col - 1] = blank;
  cells[col] = blank;
}

/// Prepares count cells from col on for being overwritten.
void Core::make_room(Row& row, int col, int count) {
  split_wide(row, col);
  split_wide(row, col + count);
}

void Core::after_print(int col, int right) {
  at_.col = col;
  if (col < right) return;
  at_.col = right - 1;
  if (right == cols()) grid().row(at_.row).wrapped = false;
  at_.pending = true;  // without autowrap, too: it may be switched on before the next character
}

void Core::print_ascii(const char* p, std::size_t n) {
  if (!plain_charset() || modes_.insert) return print_mapped(p, n);
  if (last_glues_ && last_col_ >= 0) {
    print_code_point(static_cast<unsigned char>(*p));
    ++p;
    if (--n == 0) return;
  }
  const std::uint16_t style = pen_id();
  const char last = p[n - 1];
  while (n > 0) {
    if (at_.pending) {
      if (modes_.autowrap) wrap();
      at_.pending = false;
    }
    const int right = right_limit();
    const auto room = static_cast<std::size_t>(right - at_.col);
    if (n > room && !modes_.autowrap) {
      // Without wrapping all that does not fit lands in the last column, and the last one stays.
      if (room == 1) {
        p += n - 1;
        n = 1;
      }
    }
    const std::size_t count = !modes_.autowrap && n > room && room > 1 ? room - 1 : std::min(n, room);
    Row& row = touch(at_.row);
    Cell* cells = grid().writable(row);
    const int col = at_.col;
    if (row.wide) make_room(row, col, static_cast<int>(count));
    put_ascii(cells + col, p, count, style);
    const int stop = col + static_cast<int>(count);
    if (stop > row.used) row.used = static_cast<std::uint16_t>(stop);
    p += count;
    n -= count;
    last_col_ = stop - 1;
    after_print(stop, right);
  }
  last_glues_ = false;
  last_code_point_ = static_cast<unsigned char>(last);
  if (!last_text_.empty()) last_text_.clear();
}

/// ASCII through the designated character set, or into insert mode.
void Core::print_mapped(const char* p, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t slot = charsets_.single_shift != 0 ? charsets_.single_shift : charsets_.gl;
    charsets_.single_shift = 0;
    print_code_point(map_charset(charsets_.g[slot], p[i]));
  }
}

/// Text from a code point above 0x7F on; returns where it stopped.
const char* Core::print_high(const char* p, const char* end) {
  while (p < end && static_cast<unsigned char>(*p) >= 0x80) {
    const char* after = print_simple_run(p, end);
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
    if (got.code_point >= 0xA0) print_code_point(got.code_point);
  }
  return p;
}

/// The path of Hangul, Han, Kana, Greek, Cyrillic and accented Latin: code points that begin a cluster
/// whatever stands before them go straight into the row, single spaces and signs between them too. Stops
/// before the first one that is not like that or does not fit the row.
const char* Core::print_simple_run(const char* p, const char* end) {
  if (modes_.insert || at_.pending || (last_glues_ && last_col_ >= 0)) return p;
  const int right = right_limit();
  const std::uint16_t style = pen_id();
  const bool plain = plain_charset();
  const char* const begin = p;
  Row& row = touch(at_.row);
  Cell* cells = grid().writable(row);
  int col = at_.col;
  int last = col;
  bool wide = false;
  bool glues = false;
  char32_t c = 0;
  while (p < end && !glues) {
    if (col + 2 <= right && (static_cast<unsigned char>(*p) & 0xF0U) == 0xE0U) {
      if (col == at_.col) split_wide(row, col);
      const std::size_t bytes = put_wide(cells + col, static_cast<std::size_t>(right - col), p, end, style, c);
      if (bytes != 0) {
        col += static_cast<int>(bytes / 3 * 2);
        p += bytes;
        last = col - 2;
        wide = true;
        continue;
      }
    }
    int length = 1;
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
    if (col == at_.col) split_wide(row, col);
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
  if (col < cols() && cells[col].width == 0) cells[col] = kBlank;  // its left half is gone
  row.wide = row.wide || wide;
  if (col > row.used) row.used = static_cast<std::uint16_t>(col);
  last_col_ = last;
  last_glues_ = glues;
  last_code_point_ = c;
  if (!last_text_.empty()) last_text_.clear();
  after_print(col, right);
  return p;
}

void Core::print_simple(char32_t c, int width) {
  last_code_point_ = c;
  if (!last_text_.empty()) last_text_.clear();
  place(Cell{static_cast<std::uint32_t>(c), pen_id(), static_cast<std::uint8_t>(width), 0}, width);
}

void Core::print_code_point(char32_t c) {
  const std::uint8_t bits = code_point_class(c);
  if ((bits & kClassSimple) == 0 || (last_glues_ && last_col_ >= 0)) {
    if (join(c)) return;
    if ((bits & kClassWidth) == 0) return;  // Nothing to join with: a mark alone has no place.
  }
  print_simple(c, bits & kClassWidth);
  last_glues_ = (bits & kClassGlues) != 0;
}

/// A wide character goes to the next row: the column it leaves shows what it showed. A blank there is no
/// text.
void Core::leave_last_column(int right) {
  Row& row = touch(at_.row);
  if (right != cols() || right - at_.col != 1) return;
  Cell& cell = grid().writable(row)[at_.col];
  if (cell.glyph != 0 || cell.width != 1) return;
  cell.flags = kFiller;
  row.used = size_.cols;
}

/// Puts one cluster at the cursor, wrapping first where it must.
void Core::place(Cell cell, int width) {
  if (at_.pending) {
    if (modes_.autowrap) wrap();
    at_.pending = false;
  }
  int right = right_limit();
  if (width == 2 && at_.col + 2 > right) {
    const bool fits = modes_.autowrap ? (at_.col <= right_ ? right_ - left_ + 1 : cols()) >= 2 : right >= 2;
    if (!fits) {
      cell = Cell{static_cast<std::uint32_t>(kReplacement), cell.style, 1, 0};
      width = 1;
    } else if (modes_.autowrap) {
      leave_last_column(right);
      wrap();
      right = right_limit();
    } else {
      at_.col = right - 2;
    }
  }
  if (modes_.insert) insert_chars(width);
  Row& row = touch(at_.row);
  Cell* cells = grid().writable(row);
  const int col = at_.col;
  if (row.wide) make_room(row, col, width);
  cells[col] = cell;
  if (width == 2) {
    cells[col + 1] = Cell{0, cell.style, 0, 0};
    row.wide = true;
  }
  if (col + width > row.used) row.used = static_cast<std::uint16_t>(col + width);
  last_col_ = col;
  after_print(col + width, right);
}

/// A cluster of a cell while code points are added to it: its text and, once it matters, where it ends.
class Core::Joint {
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
std::optional<Core::Joint> Core::joint_for(char32_t c) {
  const bool fresh = last_col_ >= 0;
  if (!fresh && (code_point_class(c) & kClassWidth) != 0) return std::nullopt;
  int col = fresh ? last_col_ : at_.pending ? at_.col : at_.col - 1;
  if (col < 0) return std::nullopt;
  if (!fresh && grid().cells(at_.row)[static_cast<std::size_t>(col)].width == 0) --col;
  if (col < 0) return std::nullopt;
  const Cell before = grid().cells(at_.row)[static_cast<std::size_t>(col)];
  if (before.glyph == 0) return std::nullopt;
  std::string scratch;
  return Joint(col, before, cell_text(before, scratch));
}

void Core::finish(const Joint& joint) {
  const int col = joint.col();
  const Cell& before = joint.cell();
  Cell& cell = grid().writable(touch(at_.row))[col];
  // Without what it held until now: whether the pool is full must not depend on how the bytes were split.
  cell.glyph = static_cast<std::uint32_t>(kReplacement);
  cell.glyph = intern_cluster(joint.text(), joint.width());
  last_text_ = joint.text();
  last_glues_ = joint.glues();
  if (joint.width() > before.width) widen(at_.row, col);
  if (joint.width() < before.width) narrow(at_.row, col);
}

/// Adds c to the cluster before the cursor if it belongs there.
bool Core::join(char32_t c) {
  auto joint = joint_for(c);
  if (!joint || !joint->add(c)) return false;
  finish(*joint);
  return true;
}

/// The marks from p on, into the cluster before the cursor, all in one step as long as its width stays;
/// returns where they end. A cluster of hundreds costs a look at each.
const char* Core::join_run(const char* p, const char* end) {
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
void Core::widen(int row, int col) {
  Row& target = touch(row);
  Cell* cells = grid().writable(target);
  const int right = col <= right_ ? right_ + 1 : cols();
  if (col + 2 > right) {
    // It does not fit here any more: it moves to the next line as any wide character does.
    if (!modes_.autowrap || last_col_ < 0 || right - (col <= right_ ? left_ : 0) < 2) return;
    Cell moved_cell = cells[col];
    moved_cell.width = 2;
    const Style style = styles_.get(moved_cell.style);
    cells[col] = Cell{0, 0, 1, right == cols() ? kFiller : std::uint8_t{0}};
    at_.pending = false;
    at_.col = col;
    wrap();
    moved_cell.style = intern(style);  // Wrapping may have collected it.
    place(moved_cell, 2);
    return;
  }
  split_wide(target, col + 2);
  cells[col].width = 2;
  cells[col + 1] = Cell{0, cells[col].style, 0, 0};
  target.wide = true;
  target.used = std::max(target.used, static_cast<std::uint16_t>(col + 2));
  if (at_.row == row && at_.col == col + 1) after_print(col + 2, right);
}

/// The cluster at (row, col) turned out to take one column (VS15).
void Core::narrow(int row, int col) {
  Row& target = touch(row);
  Cell* cells = grid().writable(target);
  cells[col].width = 1;
  if (col + 1 < cols()) cells[col + 1] = Cell{0, cells[col].style, 1, 0};
  if (last_col_ < 0 || at_.row != row) return;
  if (at_.pending) {
    at_.pending = false;
  } else if (at_.col == col + 2) {
    at_.col = col + 1;
  }
}

/// REP (ECMA-48 8.3.103). The count is bounded by the screen: more would only scroll the same line away.
void Core::repeat(int count) {
  if (last_code_point_ == 0) return;
  count = std::min(count, rows() * cols());
  const std::string cluster = last_text_;
  const char32_t single = last_code_point_;
  if (cluster.empty() && single < 0x7F && plain_charset() && !modes_.insert) {
    moved();
    std::string copies(static_cast<std::size_t>(cols()), static_cast<char>(single));
    for (; count > 0; count -= static_cast<int>(copies.size())) {
      copies.resize(std::min(copies.size(), static_cast<std::size_t>(count)));
      print_ascii(copies.data(), copies.size());
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    moved();  // Copies stand side by side: they never join with each other.
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

}  // namespace sess::terminal
