// The whole state as bytes and back. Equal states give equal bytes: numbers of styles, clusters and links are
// given anew in the order of the cells, so the pools' own history does not show, and only what a cell or the
// pen uses is there.
//
//   version, size, decoder, identity, settings, modes, cursor and what belongs to it, titles, colours, main
//   grid, [alternate grid], history (positions and the open line; its bytes stay in the store), for each row
//   of the main grid that a shell marked its number and the marks, up to the end. grid: per row
//   flags and length, then runs of cells in one style cell: code point + 3, or 0 = wide, 1 = cluster (its
//   number follows), 2 = filler numbers of styles, links and clusters: one more than all before it when it is
//   new, and its value follows
//
// Version 2 had no settings and not what the attached terminals lack. Version 1 had links (a flag first) and
// clusters in full at each use. Rows' marks stand where earlier builds do not look: they read the rest.
#include <algorithm>

#include "base/utf8.hpp"
#include "terminal/act/checkpoint_fields.hpp"
#include "terminal/act/core.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/decode/sequence.hpp"

namespace sess::terminal {
namespace {

constexpr std::uint8_t kVersion = 3;
/// The first whose links and clusters have numbers.
constexpr std::uint8_t kNumbered = 2;
/// The first that has settings.
constexpr std::uint8_t kSettings = 3;

// What the most hostile program can make of it. A cell alone in its run: length, style and cluster take 1 + 3
// + 4 bytes, for no screen has 2^21 of either.
constexpr std::size_t kCells = std::size_t{2} * kMaxSide * kMaxSide;
constexpr std::size_t kMostStyle = 3 * 4 + 2 + 1 + 3;
constexpr std::size_t kMostLinks = LinkPool::kMaxTotal + 4 * LinkPool::kMax;
constexpr std::size_t kMostClusters = ClusterPool::kMaxTotal * 3 / 2;  // one of two bytes has one of length
constexpr std::size_t kMostHistory = History::kMaxLine + History::kMaxRuns;
constexpr std::size_t kTheRest = 128 * 1024;  // rows' heads, titles, modes, colours, tab stops, directory
static_assert(kCells * 8 + StylePool::kMax * kMostStyle + kMostLinks + kMostClusters +
                  2 * Decoder::kMaxString + Decoder::kMaxClipboard + kMostHistory + kTheRest <=
              Emulator::kMaxSaved);

enum CellCode : std::uint32_t { kWide = 0, kCluster = 1, kFillerCell = 2, kFirstGlyph = 3 };

/// Values that have numbers in a checkpoint: styles with their links, and cells.
class Saver {
 public:
  Saver(const PoolUse& pools, ByteWriter& out) : pools_(pools), out_(out) {}

  void style(const Style& s) {
    for (const Color& one : {s.fg, s.bg, s.underline_color}) write(out_, one);
    out_.u16(s.attrs);
    out_.u8(static_cast<std::uint8_t>(s.underline));
    if (s.link == 0) return out_.varint(0);
    if (number(s.link, links_)) {
      out_.string(pools_.links().id(s.link));
      out_.string(pools_.links().uri(s.link));
    }
  }
  void saved(const SavedCursor& s) {
    write(out_, s.place);
    style(s.pen);
    write(out_, s.charsets);
    out_.boolean(s.origin);
  }
  void identity(const Identity& identity);
  void settings(const Settings& settings) {
    std::uint8_t bits = 0;
    unsigned at = 0;
    for (const bool one :
         {settings.scroll_on_clear, settings.alternate_screen, settings.rectangle_checksums}) {
      bits = static_cast<std::uint8_t>(bits | (one ? 1U : 0U) << at++);
    }
    out_.u8(bits);
  }
  void grid(const Grid& grid);
  void marks(const Grid& grid);

 private:
  /// By pool number: number in the checkpoint, from 1 on.
  struct Numbers {
    std::vector<std::uint32_t> given;
    std::uint32_t last = 0;
  };
  bool number(std::size_t id, Numbers& numbers);
  void cell(const Cell& cell);

  const PoolUse& pools_;
  ByteWriter& out_;
  Numbers styles_;
  Numbers links_;
  Numbers clusters_;
};

/// Writes the number; true when it is new and the value has to follow.
bool Saver::number(std::size_t id, Numbers& numbers) {
  if (id >= numbers.given.size()) numbers.given.resize(id + 1);
  const bool fresh = numbers.given[id] == 0;
  if (fresh) numbers.given[id] = ++numbers.last;
  out_.varint(numbers.given[id]);
  return fresh;
}

void Saver::identity(const Identity& identity) {
  out_.boolean(identity.kitty_keyboard);
  out_.boolean(identity.sixel);
  write(out_, identity.fg);
  write(out_, identity.bg);
  write(out_, identity.cursor);
  out_.u8(static_cast<std::uint8_t>(identity.theme));
  out_.u16(identity.pixel_width);
  out_.u16(identity.pixel_height);
}

void Saver::cell(const Cell& cell) {
  if ((cell.flags & kFiller) != 0) return out_.varint(kFillerCell);
  if (cell.width == 2) out_.varint(kWide);
  if ((cell.glyph & kClusterBit) != 0) {
    out_.varint(kCluster);
    const std::uint32_t id = cell.glyph & ~kClusterBit;
    if (number(id, clusters_)) out_.string(pools_.cluster(id));
  } else {
    out_.varint(cell.glyph + kFirstGlyph);
  }
}

void Saver::grid(const Grid& grid) {
  for (int r = 0; r < grid.rows(); ++r) {
    const Row& row = grid.row(r);
    const auto cells = grid.cells(r);
    std::size_t used = row.used;
    while (used > 0 && cells[used - 1] == kBlank) --used;
    out_.varint(std::uint64_t{used} * 2 + (row.wrapped ? 1 : 0));
    for (std::size_t c = 0; c < used;) {
      const std::uint16_t id = cells[c].style;
      std::size_t stop = c;
      while (stop < used && cells[stop].style == id) ++stop;
      out_.varint(stop - c);
      if (number(id, styles_)) style(pools_.style(id));
      for (; c < stop; ++c) {
        if (cells[c].width != 0) cell(cells[c]);
      }
    }
  }
}

void Saver::marks(const Grid& grid) {
  for (int r = 0; r < grid.rows(); ++r) {
    if (grid.row(r).marks == 0) continue;
    out_.varint(static_cast<std::uint64_t>(r));
    out_.u8(grid.row(r).marks);
  }
}

}  // namespace

void Core::save(ByteWriter& out) const {
  Saver saver(pools_, out);
  out.u8(kVersion);
  out.u16(screens_.size().rows);
  out.u16(screens_.size().cols);
  decoder_.save(out);
  saver.identity(identity_);
  out.u32(identity_.lacks);
  saver.settings(settings_);
  mode_set_.save(out);
  write(out, position_.at());
  saver.style(pen_.style());
  write(out, printing_.charsets());
  for (const bool alternate : {false, true}) saver.saved(position_.saved(alternate));
  position_.save(out);
  printing_.save(out);
  names_.save(out);
  colors_.save(out);
  mode_set_.save_rest(out);
  saver.grid(screens_.main());
  out.boolean(screens_.alternate() != nullptr);
  if (screens_.alternate() != nullptr) saver.grid(*screens_.alternate());
  page_.history().save(out);
  saver.marks(screens_.main());
}

/// The state when it takes at most `most` bytes; otherwise links, styles and what belongs to them go first.
bool Core::save_within(ByteWriter& out, std::size_t most) {
  const auto fits = [&] {
    out.clear();
    save(out);
    return out.size() <= most;
  };
  if (fits()) return true;
  pools_.collect_links();
  for (const std::size_t part : {2, 8}) {
    pools_.shed_links(pools_.links().bytes() / part, pools_.links().live() / part);
    if (fits()) return true;
  }
  pools_.make_plain();
  if (fits()) return true;
  reset();
  return fits();
}

namespace {

class Loader {
 public:
  Loader(PoolUse& pools, Size size, ByteReader& in, std::uint8_t version)
      : pools_(pools), size_(size), in_(in), version_(version) {}

  Style style() {
    Style s;
    for (Color* one : {&s.fg, &s.bg, &s.underline_color}) *one = read_color(in_);
    s.attrs = static_cast<std::uint16_t>(in_.u16() & 0x1FFU);
    s.underline = static_cast<Underline>(read_limited(in_, static_cast<std::uint64_t>(Underline::dashed)));
    s.link = link();
    return s;
  }
  SavedCursor saved() {
    SavedCursor s;
    s.place = read_place(in_, size_);
    s.pen = style();
    s.pen.link = 0;
    s.charsets = read_charsets(in_);
    s.origin = in_.boolean();
    return s;
  }
  Identity identity();
  Settings settings() {
    Settings settings;
    const std::uint8_t bits = in_.u8();
    unsigned at = 0;
    for (bool* one : {&settings.scroll_on_clear, &settings.alternate_screen, &settings.rectangle_checksums}) {
      *one = (bits >> at++ & 1U) != 0;
    }
    return settings;
  }
  void grid(Grid& grid);
  void marks(Grid& grid);

 private:
  std::uint16_t link();
  std::uint32_t cluster(int width);
  std::uint16_t run_style();

  PoolUse& pools_;
  Size size_;
  ByteReader& in_;
  std::uint8_t version_;
  std::vector<Style> styles_;  ///< by number in the checkpoint, from 1 on; so are links and clusters
  std::vector<std::uint16_t> links_;
  std::vector<std::uint32_t> clusters_;
};

Identity Loader::identity() {
  Identity identity;
  identity.kitty_keyboard = in_.boolean();
  identity.sixel = in_.boolean();
  identity.fg = read_optional_color(in_);
  identity.bg = read_optional_color(in_);
  identity.cursor = read_optional_color(in_);
  identity.theme = static_cast<Identity::Theme>(read_limited(in_, 2));
  identity.pixel_width = in_.u16();
  identity.pixel_height = in_.u16();
  return identity;
}

std::uint16_t Loader::run_style() {
  const auto count = static_cast<int>(styles_.size());
  const int id = read_number(in_, count + 1);
  if (id == 0) in_.reject();
  if (!in_.ok()) return 0;
  if (id == count + 1) styles_.push_back(style());
  return pools_.intern(styles_[static_cast<std::size_t>(id) - 1]);
}

/// What is in the pools from here on is in the grid as soon as it was read, so collecting leaves it alone.
std::uint16_t Loader::link() {
  const auto count = static_cast<int>(links_.size());
  const int which = version_ < kNumbered ? (in_.boolean() ? count + 1 : 0) : read_number(in_, count + 1);
  if (which == 0 || !in_.ok()) return 0;
  if (which <= count) return links_[static_cast<std::size_t>(which) - 1];
  const auto id = in_.string();
  const auto uri = in_.string();
  if (uri.empty() || uri.size() > kMaxLink || id.size() > 250 || !is_clean_text(uri) || !is_clean_text(id)) {
    in_.reject();
    return 0;
  }
  const std::uint16_t link = pools_.intern_link(id, uri);
  if (version_ >= kNumbered) links_.push_back(link);
  return link;
}

/// A glyph.
std::uint32_t Loader::cluster(int width) {
  const auto count = static_cast<int>(clusters_.size());
  const int which = version_ < kNumbered ? count + 1 : read_number(in_, count + 1);
  if (which == 0) in_.reject();
  if (!in_.ok()) return 0;
  if (which <= count) return clusters_[static_cast<std::size_t>(which) - 1];
  const auto text = in_.string();
  if (text.empty() || text.size() > ClusterPool::kMaxBytes || !is_clean_text(text)) {
    in_.reject();
    return 0;
  }
  const std::uint32_t glyph = pools_.intern_cluster(text, width);
  if (version_ >= kNumbered) clusters_.push_back(glyph);
  return glyph;
}

void Loader::grid(Grid& grid) {
  for (int r = 0; r < grid.rows() && in_.ok(); ++r) {
    Row& row = grid.row(r);
    const int head = read_number(in_, grid.cols() * 2 + 1);
    const int used = head / 2;
    row.wrapped = head % 2 != 0;
    if (used == 0 || !in_.ok()) continue;
    Cell* cells = grid.writable(row);
    row.used = static_cast<std::uint16_t>(used);
    for (int c = 0; c < used && in_.ok();) {
      const int length = read_number(in_, used - c);
      if (length == 0) in_.reject();
      const std::uint16_t style = run_style();
      const int stop = c + length;
      while (c < stop && in_.ok()) {
        std::uint64_t code = in_.varint();
        Cell cell{0, style, 1, 0};
        if (code == kWide) {
          cell.width = 2;
          code = in_.varint();
        }
        if (code == kFillerCell) {
          if (cell.width == 2 || c != grid.cols() - 1) in_.reject();
          cell.flags = kFiller;
        } else if (code == kCluster) {
          cell.glyph = cluster(cell.width);
        } else if (code >= kFirstGlyph && code <= 0x10FFFFU + kFirstGlyph) {
          cell.glyph = static_cast<std::uint32_t>(code - kFirstGlyph);
          if (cell.glyph != 0 && (cell.glyph < 0x20 || (cell.glyph >= 0x7F && cell.glyph < 0xA0)))
            in_.reject();
          if (cell.glyph >= 0xD800 && cell.glyph < 0xE000) in_.reject();
        } else {
          in_.reject();
        }
        if (cell.width == 2 && (cell.glyph == 0 || c + 2 > stop)) in_.reject();
        if (!in_.ok()) break;
        cells[c++] = cell;
        if (cell.width == 2) {
          cells[c++] = Cell{0, style, 0, 0};
          row.wide = true;
        }
      }
    }
  }
}

void Loader::marks(Grid& grid) {
  while (in_.ok() && !in_.at_end()) {
    Row& row = grid.row(read_number(in_, grid.rows() - 1));
    row.marks = static_cast<std::uint8_t>(in_.u8() & kAllMarks);
  }
}

}  // namespace

bool Core::restore(ByteReader& in, std::uint8_t version) {
  pools_.set_loading(true);
  Loader loader(pools_, screens_.size(), in, version);
  decoder_.restore(in);
  identity_ = loader.identity();
  if (version >= kSettings) {
    identity_.lacks = in.u32();
    settings_ = loader.settings();
  }
  mode_set_.restore(in);
  position_.at() = read_place(in, screens_.size());
  pen_.change(loader.style());
  printing_.set_charsets(read_charsets(in));
  for (const bool alternate : {false, true}) position_.saved(alternate) = loader.saved();
  position_.restore(in);
  printing_.restore(in);
  names_.restore(in);
  colors_.restore(in);
  mode_set_.restore_rest(in);
  loader.grid(screens_.main());
  if (in.boolean() && in.ok()) loader.grid(screens_.use_alternate());
  if (modes().alternate_screen && screens_.alternate() == nullptr) in.reject();
  if (!in.ok()) return false;
  screens_.show(modes().alternate_screen);
  pools_.set_loading(false);
  page_.history().restore(in);
  loader.marks(screens_.main());
  return in.ok();
}

}  // namespace sess::terminal
