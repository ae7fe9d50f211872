// The state of an emulator and everything that tokens do to it. Internal to this layer: Emulator owns one,
// Screen reads it.
//
// One file per concept implements it: text.cpp (printing), cursor.cpp (moves, tabs), erase.cpp (erase,
// insert, delete), scroll.cpp (scrolling, history), sgr.cpp, csi.cpp (dispatch), mode_set.cpp, osc.cpp,
// dcs.cpp, replies.cpp, resize.cpp, checkpoint.cpp, pool_use.cpp (what is in the pools, and what goes when
// one is full), core.cpp (the rest).
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/size.hpp"
#include "terminal/screen/cell.hpp"
#include "terminal/decode/decoder.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/screen/grid.hpp"
#include "terminal/screen/history.hpp"
#include "terminal/screen/modes.hpp"
#include "terminal/screen/line_codec.hpp"
#include "terminal/screen/pools.hpp"
#include "terminal/screen/screen.hpp"
#include "terminal/act/sgr_cache.hpp"
#include "terminal/act/sink.hpp"
#include "terminal/decode/tokens.hpp"

namespace sess::terminal {

struct Titles {
  std::string title;
  std::string icon;
};

class Core final : public TokenHandler {
 public:
  static constexpr std::size_t kMaxTitle = 256;
  static constexpr std::size_t kMaxTitleStack = 10;  ///< as xterm

  Core(Size size, SegmentStore& store, Sink& sink);

  void feed(std::string_view bytes, Relay* relay);
  void resize(Size size);
  void reset();
  void set_identity(const Identity& identity);
  void save(ByteWriter& out) const;
  [[nodiscard]] bool save_within(ByteWriter& out, std::size_t most);
  [[nodiscard]] bool restore(ByteReader& in, std::uint8_t version);

  void on_text(std::string_view text) override;
  void on_control(char c, std::string_view raw) override;
  void on_escape(const Escape& token) override;
  void on_csi(const Csi& token) override;
  void on_sgr(const Sgr& token) override;
  void on_osc(const StringToken& token) override;
  void on_dcs(const StringToken& token) override;
  void on_other_string(const StringToken& token) override;
  void on_stream(StreamKind, std::string_view) override {}

 private:
  friend class Emulator;
  friend class Screen;

  // core.cpp
  [[nodiscard]] int rows() const { return size_.rows; }
  [[nodiscard]] int cols() const { return size_.cols; }
  [[nodiscard]] Grid& grid() { return *(modes_.alternate_screen ? alternate_ : main_); }
  [[nodiscard]] const Grid& grid() const { return *(modes_.alternate_screen ? alternate_ : main_); }
  [[nodiscard]] SavedCursor& saved() { return modes_.alternate_screen ? saved_alternate_ : saved_main_; }
  Row& touch(int r) {
    Row& row = grid().row(r);
    row.generation = generation_;
    return row;
  }
  void touch_all();
  [[nodiscard]] std::uint16_t pen_id();
  [[nodiscard]] Cell erased_cell();
  [[nodiscard]] std::string_view cell_text(const Cell& cell, std::string& scratch) const;
  void reply(std::string_view bytes) { sink_.on_reply(bytes); }
  void soft_reset();

  // pool_use.cpp
  [[nodiscard]] std::uint16_t intern(const Style& style);
  [[nodiscard]] std::uint32_t intern_cluster(std::string_view text, int width);
  [[nodiscard]] std::uint16_t intern_link(std::string_view id, std::string_view uri);
  void collect_styles();
  void collect_clusters();
  void collect_links();
  void shed_styles();
  void shed_clusters(std::size_t keep_bytes);
  void shed_links(std::size_t keep_bytes, std::size_t keep);
  void make_plain();
  void renumber(const std::vector<std::uint16_t>& to);
  template <class Visit>
  void each_cell(Visit visit);

  // text.cpp
  void print_ascii(const char* p, std::size_t n);
  void print_mapped(const char* p, std::size_t n);
  const char* print_high(const char* p, const char* end);
  const char* print_simple_run(const char* p, const char* end);
  void print_code_point(char32_t c);
  void print_simple(char32_t c, int width);
  void place(Cell cell, int width);
  void leave_last_column(int right);
  class Joint;
  [[nodiscard]] std::optional<Joint> joint_for(char32_t c);
  void finish(const Joint& joint);
  [[nodiscard]] bool join(char32_t c);
  const char* join_run(const char* p, const char* end);
  void widen(int row, int col);
  void narrow(int row, int col);
  void repeat(int count);
  void wrap();
  void after_print(int col, int right);
  void make_room(Row& row, int col, int count);
  void split_wide(Row& row, int col) {
    if (row.wide && col > 0 && col < cols()) split_wide_cells(row, col);
  }
  void split_wide_cells(Row& row, int col);
  [[nodiscard]] int right_limit() const;
  [[nodiscard]] bool plain_charset() const {
    return charsets_.g[charsets_.gl] == 'B' && charsets_.single_shift == 0;
  }

  // cursor.cpp
  void moved() { last_col_ = -1; }
  void move_to(int row, int col);
  void move_to_origin(int row, int col);
  /// The cursor's place as CUP would name it.
  [[nodiscard]] int origin_row() const { return at_.row - (modes_.origin ? top_ : 0); }
  [[nodiscard]] int origin_col() const { return at_.col - (modes_.origin ? left_ : 0); }
  void cursor_up(int n);
  void cursor_down(int n);
  void cursor_left(int n);
  void cursor_right(int n);
  void carriage_return();
  void line_feed();
  void index();
  void reverse_index();
  void tab(int n);
  void back_tab(int n);
  void clear_tabs(int kind);
  void default_tabs(int from);
  void save_cursor();
  void restore_cursor();
  void set_margins(const Csi& token);
  void set_side_margins(const Csi& token);
  void reset_margins();
  void align_test();
  [[nodiscard]] bool inside_margins() const {
    return at_.row >= top_ && at_.row <= bottom_ && at_.col >= left_ && at_.col <= right_;
  }

  // scroll.cpp
  enum class Keep : std::uint8_t { drop, history };
  void scroll_up(int top, int bottom, int n, Keep keep);
  void scroll_down(int top, int bottom, int n);
  void shift_columns(int top, int bottom, int from, int n);
  void copy_sides(int to, int from);
  void push_history(const Row& row);
  [[nodiscard]] bool push_styled(const Cell* cells, std::size_t used, LineEnd end);
  void keep_rows(int count);
  void keep_screen();
  void blank_row(int r, Cell blank);
  void cut_wrap_above(int top);

  // erase.cpp
  enum class Guard : std::uint8_t { none, selective };
  void erase(int row, int from, int to, Guard guard);
  void erase_rows(int from, int to, Guard guard);
  void erase_display(int kind, Guard guard);
  void erase_line(int kind, Guard guard);
  void insert_chars(int n);
  void delete_chars(int n);
  void insert_lines(int n);
  void delete_lines(int n);
  void clear_history();

  // sgr.cpp
  void sgr(const Csi& token);

  // csi.cpp
  void plain_csi(const Csi& token);
  void private_csi(const Csi& token);
  void marked_csi(const Csi& token);
  void intermediate_csi(const Csi& token);
  void keyboard(const Csi& token);
  void designate(char slot, char set);

  // mode_set.cpp
  void set_ansi_mode(int mode, bool on);
  void set_private_mode(int mode, bool on);
  [[nodiscard]] int ansi_mode(
      int mode) const;  // DECRQM's numbers: 0 unknown, 1 set, 2 reset, 4 for ever reset
  [[nodiscard]] int private_mode(int mode) const;
  [[nodiscard]] bool* private_flag(int mode);
  void set_mouse(MouseTracking tracking, bool on);
  void set_mouse_encoding(MouseEncoding encoding, bool on);
  void show_alternate(bool on);
  void set_other_mode(int mode, bool on);
  void set_synchronized(bool on);
  void count_synchronized(std::size_t bytes);
  void keep_private_mode(int mode);
  void recall_private_mode(int mode);

  // osc.cpp
  void set_title(std::string_view text, bool title, bool icon);
  void title_stack(const Csi& token);
  void osc_palette(std::string_view rest, std::string_view terminator);
  void osc_palette_reset(std::string_view rest);
  /// The program's, else the user's, else xterm's.
  [[nodiscard]] Color palette_color(std::uint8_t index) const;
  void osc_dynamic_color(int number, std::string_view rest, std::string_view terminator);
  void osc_link(std::string_view rest);
  void osc_clipboard(std::string_view rest);
  void osc_notify(std::string_view rest);
  void osc_prompt(std::string_view rest);
  void osc_directory(std::string_view rest);

  // dcs.cpp
  void request_status(std::string_view what);
  void request_capabilities(std::string_view names);
  void passthrough(std::string_view content);

  // replies.cpp
  void device_attributes(const Csi& token);
  void device_status(const Csi& token);
  void report_mode(const Csi& token);
  void report_window(const Csi& token);
  void report_parameters(const Csi& token);
  void report_checksum(const Csi& token);
  void report_theme();
  [[nodiscard]] Identity::Theme theme() const;

  // resize.cpp
  struct Line {
    std::vector<Cell> cells;  ///< without fillers
    bool open = false;        ///< continues on what follows
  };
  void resize_main(Size to);
  void resize_alternate(Size to);
  [[nodiscard]] bool pull_line(Line& line);
  void append_cells(std::vector<Cell>& cells, std::string_view text, const Style& style);

  // checkpoint.cpp
  class Saver;
  class Loader;

  Size size_;
  Sink& sink_;
  History history_;
  Decoder decoder_;
  Screen screen_;
  Identity identity_;
  Settings settings_;
  Modes modes_;
  std::unique_ptr<Grid> main_;
  std::unique_ptr<Grid> alternate_;  ///< made when first used
  StylePool styles_;
  ClusterPool clusters_;
  LinkPool links_;

  Place at_;
  Style pen_;
  std::uint16_t pen_id_ = 0;
  bool pen_changed_ = false;  ///< pen_id_ is to be found again
  std::uint64_t style_era_ = SgrCache::new_era();  ///< in which the numbers of styles mean what they do
  SgrCache::Entry* pen_from_ = nullptr;  ///< the entry that the last SGR left or found; it may hold another by now
  Charsets charsets_;
  SavedCursor saved_main_;
  SavedCursor saved_alternate_;
  int top_ = 0;
  int bottom_ = 0;
  int left_ = 0;
  int right_ = 0;
  std::bitset<kMaxSide> tabs_;

  int last_col_ = -1;        ///< of the cluster just printed, while the cursor stands right behind it
  bool last_glues_ = false;  ///< that cluster may join with a simple code point
  std::string last_text_;    ///< for REP, when it is a cluster or mapped
  char32_t last_code_point_ = 0;

  std::map<std::uint16_t, bool> kept_modes_;  ///< XTSAVE
  Titles titles_;
  std::vector<Titles> title_stack_;
  std::string directory_url_;
  std::string directory_;
  std::map<std::uint8_t, Color> palette_;
  std::array<std::optional<Color>, 3> dynamic_;  ///< OSC 10, 11, 12

  bool loading_ = false;  ///< from a checkpoint: what does not fit the pools goes, nothing that is there does

  std::uint64_t generation_ = 1;
  std::uint64_t scrolled_generation_ = 0;  ///< last time that all rows changed places
  std::size_t synchronized_bytes_ = 0;
  std::string scratch_;
  std::string scratch_runs_;
  std::string scratch_styled_;
  RunEncoder run_encoder_;
  std::string scratch_cell_;
  std::vector<Line>* rewrapped_ = nullptr;  ///< cells on their way between two grids, for collecting
};


}  // namespace sess::terminal
