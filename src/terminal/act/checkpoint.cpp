// The whole state as bytes and back. Equal states give equal bytes: numbers of styles, clusters and links are
// given anew in the order of the cells, so the pools' own history does not show, and only what a cell or the
// pen uses is there.
//
//   version, size, decoder, identity, settings, modes, cursor and what belongs to it, titles, colours, main
//   grid, [alternate grid], history (positions and the open line; its bytes stay in the store) grid: per row
//   flags and length, then runs of cells in one style cell: code point + 3, or 0 = wide, 1 = cluster (its
//   number follows), 2 = filler numbers of styles, links and clusters: one more than all before it when it is
//   new, and its value follows
//
// Version 2 had no settings and not what the attached terminals lack. Version 1 had links (a flag first) and
// clusters in full at each use.
#include <algorithm>

#include "base/utf8.hpp"
#include "terminal/act/core.hpp"
#include "terminal/screen/mode_rows.hpp"
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

}  // namespace

class Core::Saver {
 public:
  Saver(const Core& core, ByteWriter& out) : core_(core), out_(out) {}

  void color(Color c) {
    out_.u8(static_cast<std::uint8_t>(c.kind));
    out_.u8(c.r);
    out_.u8(c.g);
    out_.u8(c.b);
  }
  void optional_color(const std::optional<Color>& c) {
    out_.boolean(c.has_value());
    if (c) color(*c);
  }
  void style(const Style& s) {
    color(s.fg);
    color(s.bg);
    color(s.underline_color);
    out_.u16(s.attrs);
    out_.u8(static_cast<std::uint8_t>(s.underline));
    if (s.link == 0) return out_.varint(0);
    if (number(s.link, links_)) {
      out_.string(core_.links_.id(s.link));
      out_.string(core_.links_.uri(s.link));
    }
  }
  void place(const Place& p) {
    out_.varint(static_cast<std::uint64_t>(p.row));
    out_.varint(static_cast<std::uint64_t>(p.col));
    out_.boolean(p.pending);
  }
  void charsets(const Charsets& c) {
    for (const char set : c.g) out_.u8(static_cast<std::uint8_t>(set));
    out_.u8(c.gl);
    out_.u8(c.single_shift);
  }
  void saved(const SavedCursor& s) {
    place(s.place);
    style(s.pen);
    charsets(s.charsets);
    out_.boolean(s.origin);
  }
  void kitty(const KittyStack& stack) {
    out_.u8(stack.size);
    for (std::size_t i = 0; i < stack.size; ++i) out_.u8(stack.flags[i]);
  }
  void modes(const Modes& m);
  void identity(const Identity& identity);
  void settings(const Settings& settings) {
    std::uint8_t bits = 0;
    unsigned at = 0;
    for (const bool one : {settings.scroll_on_clear, settings.alternate_screen, settings.rectangle_checksums}) {
      bits = static_cast<std::uint8_t>(bits | (one ? 1U : 0U) << at++);
    }
    out_.u8(bits);
  }
  void grid(const Grid& grid);

 private:
  /// By pool number: number in the checkpoint, from 1 on.
  struct Numbers {
    std::vector<std::uint32_t> given;
    std::uint32_t last = 0;
  };
  bool number(std::size_t id, Numbers& numbers);
  void cell(const Cell& cell);

  const Core& core_;
  ByteWriter& out_;
  Numbers styles_;
  Numbers links_;
  Numbers clusters_;
};

/// Writes the number; true when it is new and the value has to follow.
bool Core::Saver::number(std::size_t id, Numbers& numbers) {
  if (id >= numbers.given.size()) numbers.given.resize(id + 1);
  const bool fresh = numbers.given[id] == 0;
  if (fresh) numbers.given[id] = ++numbers.last;
  out_.varint(numbers.given[id]);
  return fresh;
}

void Core::Saver::modes(const Modes& m) {
  std::uint32_t bits = 0;
  for (const ModeRow& row : kModeRows) bits |= (m.*row.field ? 1U : 0U) << row.bit;
  out_.u32(bits);
  out_.u8(static_cast<std::uint8_t>(m.mouse));
  out_.u8(static_cast<std::uint8_t>(m.mouse_encoding));
  out_.u8(static_cast<std::uint8_t>(m.cursor_shape));
  out_.u8(m.modify_other_keys);
  kitty(m.kitty_main);
  kitty(m.kitty_alternate);
  out_.varint(m.others.size());
  for (const std::uint16_t mode : m.others) out_.u16(mode);
}

void Core::Saver::identity(const Identity& identity) {
  out_.boolean(identity.kitty_keyboard);
  out_.boolean(identity.sixel);
  optional_color(identity.fg);
  optional_color(identity.bg);
  optional_color(identity.cursor);
  out_.u8(static_cast<std::uint8_t>(identity.theme));
  out_.u16(identity.pixel_width);
  out_.u16(identity.pixel_height);
}

void Core::Saver::cell(const Cell& cell) {
  if ((cell.flags & kFiller) != 0) return out_.varint(kFillerCell);
  if (cell.width == 2) out_.varint(kWide);
  if ((cell.glyph & kClusterBit) != 0) {
    out_.varint(kCluster);
    const std::uint32_t id = cell.glyph & ~kClusterBit;
    if (number(id, clusters_)) out_.string(core_.clusters_.get(id));
  } else {
    out_.varint(cell.glyph + kFirstGlyph);
  }
}

void Core::Saver::grid(const Grid& grid) {
  for (int r = 0; r < grid.rows(); ++r) {
    const Row& row = grid.row(r);
    int used = row.used;
    while (used > 0 && row.cells[used - 1] == kBlank) --used;
    out_.varint(static_cast<std::uint64_t>(used) * 2 + (row.wrapped ? 1 : 0));
    for (int c = 0; c < used;) {
      const std::uint16_t id = row.cells[c].style;
      int stop = c;
      while (stop < used && row.cells[stop].style == id) ++stop;
      out_.varint(static_cast<std::uint64_t>(stop - c));
      if (number(id, styles_)) style(core_.styles_.get(id));
      for (; c < stop; ++c) {
        if (row.cells[c].width != 0) cell(row.cells[c]);
      }
    }
  }
}

void Core::save(ByteWriter& out) const {
  Saver saver(*this, out);
  out.u8(kVersion);
  out.u16(size_.rows);
  out.u16(size_.cols);
  decoder_.save(out);
  saver.identity(identity_);
  out.u32(identity_.lacks);
  saver.settings(settings_);
  saver.modes(modes_);
  saver.place(at_);
  saver.style(pen_);
  saver.charsets(charsets_);
  saver.saved(saved_main_);
  saver.saved(saved_alternate_);
  for (const int margin : {top_, bottom_, left_, right_}) out.varint(static_cast<std::uint64_t>(margin));
  std::bitset<kMaxSide> usual;
  for (std::size_t col = 0; col < kMaxSide; col += 8) usual.set(col);
  const auto changed = tabs_ ^ usual;
  out.varint(changed.count());
  for (std::size_t col = 0; col < kMaxSide; ++col) {
    if (changed.test(col)) out.varint(col);
  }
  out.i32(last_col_);
  out.boolean(last_glues_);
  out.u32(last_code_point_);
  out.string(last_text_);
  const auto titles = [&](const Titles& one) {
    out.string(one.title);
    out.string(one.icon);
  };
  titles(titles_);
  out.varint(title_stack_.size());
  for (const auto& one : title_stack_) titles(one);
  out.string(directory_url_);
  out.string(directory_);
  out.varint(palette_.size());
  for (const auto& [index, color] : palette_) {
    out.u8(index);
    saver.color(color);
  }
  for (const auto& color : dynamic_) saver.optional_color(color);
  out.varint(kept_modes_.size());
  for (const auto& [mode, on] : kept_modes_) {
    out.u16(mode);
    out.boolean(on);
  }
  out.varint(synchronized_bytes_);
  saver.grid(*main_);
  out.boolean(alternate_ != nullptr);
  if (alternate_) saver.grid(*alternate_);
  history_.save(out);
}

/// The state when it takes at most `most` bytes; otherwise links, styles and what belongs to them go first.
bool Core::save_within(ByteWriter& out, std::size_t most) {
  const auto fits = [&] {
    out.clear();
    save(out);
    return out.size() <= most;
  };
  if (fits()) return true;
  ++generation_;
  collect_links();
  for (const std::size_t part : {2, 8}) {
    shed_links(links_.bytes() / part, links_.live() / part);
    if (fits()) return true;
  }
  make_plain();
  if (fits()) return true;
  reset();
  return fits();
}

class Core::Loader {
 public:
  Loader(Core& core, ByteReader& in, std::uint8_t version) : core_(core), in_(in), version_(version) {}

  Color color() {
    Color c;
    const std::uint8_t kind = in_.u8();
    if (kind > static_cast<std::uint8_t>(Color::Kind::rgb)) in_.reject();
    c.kind = static_cast<Color::Kind>(kind % 3);
    c.r = in_.u8();
    c.g = in_.u8();
    c.b = in_.u8();
    return c;
  }
  std::optional<Color> optional_color() {
    if (!in_.boolean()) return std::nullopt;
    return color();
  }
  Style style() {
    Style s;
    s.fg = color();
    s.bg = color();
    s.underline_color = color();
    s.attrs = static_cast<std::uint16_t>(in_.u16() & 0x1FFU);
    s.underline = static_cast<Underline>(limited(static_cast<std::uint64_t>(Underline::dashed)));
    s.link = link();
    return s;
  }
  int number(int most) {
    const std::uint64_t value = in_.varint();
    if (value > static_cast<std::uint64_t>(most)) in_.reject();
    return static_cast<int>(std::min<std::uint64_t>(value, static_cast<std::uint64_t>(most)));
  }
  Place place() {
    Place p;
    p.row = number(core_.rows() - 1);
    p.col = number(core_.cols() - 1);
    p.pending = in_.boolean();
    return p;
  }
  Charsets charsets() {
    Charsets c;
    for (char& set : c.g) {
      set = static_cast<char>(in_.u8());
      if (set != '0' && set != 'A') set = 'B';
    }
    c.gl = static_cast<std::uint8_t>(in_.u8() & 3U);
    c.single_shift = static_cast<std::uint8_t>(in_.u8() & 3U);
    return c;
  }
  SavedCursor saved() {
    SavedCursor s;
    s.place = place();
    s.pen = style();
    s.pen.link = 0;
    s.charsets = charsets();
    s.origin = in_.boolean();
    return s;
  }
  KittyStack kitty() {
    KittyStack stack;
    const std::uint8_t size = in_.u8();
    if (size > KittyStack::kDepth) {
      in_.reject();
      return stack;
    }
    stack.size = size;
    for (std::size_t i = 0; i < size; ++i) stack.flags[i] = static_cast<std::uint8_t>(in_.u8() & 31U);
    return stack;
  }
  Modes modes();
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
  std::string text(std::size_t most) {
    const auto got = in_.string();
    if (got.size() > most || !is_clean_text(got)) in_.reject();
    return std::string(got.substr(0, most));
  }

 private:
  std::uint8_t limited(std::uint64_t most) {
    const std::uint8_t value = in_.u8();
    if (value > most) {
      in_.reject();
      return 0;
    }
    return value;
  }
  std::uint16_t link();
  std::uint32_t cluster(int width);
  std::uint16_t run_style();

  Core& core_;
  ByteReader& in_;
  std::uint8_t version_;
  std::vector<Style> styles_;  ///< by number in the checkpoint, from 1 on; so are links and clusters
  std::vector<std::uint16_t> links_;
  std::vector<std::uint32_t> clusters_;
};

Modes Core::Loader::modes() {
  Modes m;
  const std::uint32_t bits = in_.u32();
  for (const ModeRow& row : kModeRows) m.*row.field = (bits >> row.bit & 1U) != 0;
  m.mouse = static_cast<MouseTracking>(limited(4));
  m.mouse_encoding = static_cast<MouseEncoding>(limited(4));
  m.cursor_shape = static_cast<CursorShape>(limited(3));
  m.modify_other_keys = limited(2);
  m.kitty_main = kitty();
  m.kitty_alternate = kitty();
  const int others = number(Modes::kMaxOthers);
  for (int i = 0; i < others && in_.ok(); ++i) m.others.push_back(in_.u16());
  return m;
}

Identity Core::Loader::identity() {
  Identity identity;
  identity.kitty_keyboard = in_.boolean();
  identity.sixel = in_.boolean();
  identity.fg = optional_color();
  identity.bg = optional_color();
  identity.cursor = optional_color();
  identity.theme = static_cast<Identity::Theme>(limited(2));
  identity.pixel_width = in_.u16();
  identity.pixel_height = in_.u16();
  return identity;
}

std::uint16_t Core::Loader::run_style() {
  const auto count = static_cast<int>(styles_.size());
  const int id = number(count + 1);
  if (id == 0) in_.reject();
  if (!in_.ok()) return 0;
  if (id == count + 1) styles_.push_back(style());
  return core_.intern(styles_[static_cast<std::size_t>(id) - 1]);
}

/// What is in the pools from here on is in the grid as soon as it was read, so collecting leaves it alone.
std::uint16_t Core::Loader::link() {
  const auto count = static_cast<int>(links_.size());
  const int which = version_ < kNumbered ? (in_.boolean() ? count + 1 : 0) : number(count + 1);
  if (which == 0 || !in_.ok()) return 0;
  if (which <= count) return links_[static_cast<std::size_t>(which) - 1];
  const auto id = in_.string();
  const auto uri = in_.string();
  if (uri.empty() || uri.size() > kMaxLink || id.size() > 250 || !is_clean_text(uri) || !is_clean_text(id)) {
    in_.reject();
    return 0;
  }
  const std::uint16_t link = core_.intern_link(id, uri);
  if (version_ >= kNumbered) links_.push_back(link);
  return link;
}

/// A glyph.
std::uint32_t Core::Loader::cluster(int width) {
  const auto count = static_cast<int>(clusters_.size());
  const int which = version_ < kNumbered ? count + 1 : number(count + 1);
  if (which == 0) in_.reject();
  if (!in_.ok()) return 0;
  if (which <= count) return clusters_[static_cast<std::size_t>(which) - 1];
  const auto text = in_.string();
  if (text.empty() || text.size() > ClusterPool::kMaxBytes || !is_clean_text(text)) {
    in_.reject();
    return 0;
  }
  const std::uint32_t glyph = core_.intern_cluster(text, width);
  if (version_ >= kNumbered) clusters_.push_back(glyph);
  return glyph;
}

void Core::Loader::grid(Grid& grid) {
  for (int r = 0; r < grid.rows() && in_.ok(); ++r) {
    Row& row = grid.row(r);
    const int head = number(grid.cols() * 2 + 1);
    const int used = head / 2;
    row.wrapped = head % 2 != 0;
    row.generation = core_.generation_;
    if (used == 0 || !in_.ok()) continue;
    Cell* cells = grid.writable(row);
    row.used = static_cast<std::uint16_t>(used);
    for (int c = 0; c < used && in_.ok();) {
      const int length = number(used - c);
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

bool Core::restore(ByteReader& in, std::uint8_t version) {
  loading_ = true;
  Loader loader(*this, in, version);
  decoder_.restore(in);
  identity_ = loader.identity();
  if (version >= kSettings) {
    identity_.lacks = in.u32();
    settings_ = loader.settings();
  }
  modes_ = loader.modes();
  at_ = loader.place();
  pen_ = loader.style();
  pen_changed_ = true;
  charsets_ = loader.charsets();
  saved_main_ = loader.saved();
  saved_alternate_ = loader.saved();
  top_ = loader.number(rows() - 1);
  bottom_ = loader.number(rows() - 1);
  left_ = loader.number(cols() - 1);
  right_ = loader.number(cols() - 1);
  if (top_ > bottom_ || left_ > right_) in.reject();
  const int tabs = loader.number(kMaxSide);
  for (int i = 0; i < tabs && in.ok(); ++i) tabs_.flip(static_cast<std::size_t>(loader.number(kMaxSide - 1)));
  last_col_ = std::clamp(in.i32(), -1, cols() - 1);
  last_glues_ = in.boolean();
  last_code_point_ = in.u32();
  last_text_ = loader.text(ClusterPool::kMaxBytes);
  if (last_code_point_ > 0x10FFFF) in.reject();
  const auto titles = [&] {
    Titles one;
    one.title = loader.text(kMaxTitle);
    one.icon = loader.text(kMaxTitle);
    return one;
  };
  titles_ = titles();
  const int stack = loader.number(kMaxTitleStack);
  for (int i = 0; i < stack && in.ok(); ++i) title_stack_.push_back(titles());
  directory_url_ = std::string(in.string());
  directory_ = std::string(in.string());
  const int colors = loader.number(256);
  for (int i = 0; i < colors && in.ok(); ++i) {
    const std::uint8_t index = in.u8();
    palette_[index] = loader.color();
  }
  for (auto& color : dynamic_) color = loader.optional_color();
  const int kept = loader.number(Modes::kMaxOthers);
  for (int i = 0; i < kept && in.ok(); ++i) {
    const std::uint16_t mode = in.u16();
    kept_modes_[mode] = in.boolean();
  }
  synchronized_bytes_ = static_cast<std::size_t>(in.varint());
  loader.grid(*main_);
  if (in.boolean() && in.ok()) {
    alternate_ = std::make_unique<Grid>(rows(), cols());
    loader.grid(*alternate_);
  }
  if (modes_.alternate_screen && !alternate_) in.reject();
  if (!in.ok()) return false;
  loading_ = false;
  history_.restore(in);
  touch_all();
  return in.ok();
}

}  // namespace sess::terminal
