// How the panes of a window share its cells: a tree of splits with exactly tmux 3.3a's arithmetic (layout.c,
// layout-set.c, layout-custom.c), so that layout strings agree byte for byte.
//
// The tree knows pane ids and geometry, nothing else; one column or line lies between neighbours. Zoom is not
// in here: a zoomed window shows its active pane in the whole window (Layout::single()) and keeps this tree.
// Model calls these; afterwards it copies geometry into its panes (pane_rect()).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "model/ids.hpp"

namespace sess::model {

/// Smallest side of a pane, cells.
inline constexpr int kPaneMinimum = 1;

enum class Axis : std::uint8_t { horizontal /*panes side by side*/, vertical /*one above the other*/ };

/// The pane-border-status option: a line of the pane at that edge of the window carries its title.
enum class BorderStatus : std::uint8_t { off, top, bottom };

struct Rect {
  int left = 0;
  int top = 0;
  int cols = 0;
  int rows = 0;
  bool operator==(const Rect&) const = default;
};

struct LayoutCell {
  enum class Kind : std::uint8_t { pane, row /*children left to right*/, column /*top to bottom*/ };
  Kind kind = Kind::pane;
  Rect rect;
  PaneId pane;  ///< kind pane
  LayoutCell* parent = nullptr;
  std::vector<std::unique_ptr<LayoutCell>> children;
};

enum class Preset : std::uint8_t {
  even_horizontal,
  even_vertical,
  main_horizontal,
  main_vertical,
  tiled,
  // Newer than 3.3a; reached by name only, never by next-layout.
  main_horizontal_mirrored,
  main_vertical_mirrored,
};

/// Sizes of the main presets: the options main-pane-width … as text ("80", "50%"; "0": not given).
struct PresetSizes {
  std::string main_width = "80";
  std::string main_height = "24";
  std::string other_width = "0";
  std::string other_height = "0";
};

/// A preset by name or unique prefix ("main-v").
[[nodiscard]] std::optional<Preset> find_preset(std::string_view name);
/// The one that next-layout (previous-layout) takes after `last` (nullopt: none was used yet).
[[nodiscard]] Preset next_preset(std::optional<Preset> last);
[[nodiscard]] Preset previous_preset(std::optional<Preset> last);

class Layout {
 public:
  Layout() = default;
  Layout(Layout&&) noexcept = default;
  Layout& operator=(Layout&&) noexcept = default;
  ~Layout() = default;

  /// One pane that fills `size`.
  [[nodiscard]] static Layout single(PaneId pane, Size size);
  [[nodiscard]] Layout clone() const;

  [[nodiscard]] bool empty() const { return root_ == nullptr; }
  [[nodiscard]] const LayoutCell* root() const { return root_.get(); }
  /// Size of the root cell; may be larger than the window was asked to be when panes are at their minimum.
  [[nodiscard]] Size size() const;
  /// Panes in tree order (first to last child).
  [[nodiscard]] std::vector<PaneId> panes() const;
  [[nodiscard]] std::size_t count() const { return panes().size(); }

  /// Where a pane draws: its cell without the line that BorderStatus takes. nullopt: not in this tree.
  [[nodiscard]] std::optional<Rect> pane_rect(PaneId pane, BorderStatus border) const;

  /// Whether the pane's cell gives a line to its title.
  [[nodiscard]] bool has_title_line(PaneId pane, BorderStatus border) const;

  struct Split {
    Axis axis = Axis::vertical;
    std::optional<int> size;  ///< cells of the new pane; nullopt: half
    bool before = false;      ///< -b: left of or above
    bool full = false;        ///< -f: beside the whole window instead of the pane
  };
  /// Puts `created` beside `beside`. False, and nothing changes, when there is no room.
  bool split(PaneId beside, PaneId created, const Split& how, BorderStatus border);

  /// Takes a pane out; its space goes to a neighbour. The last one leaves an empty tree.
  void close(PaneId pane, BorderStatus border);

  /// The whole tree into `size`, as evenly as tmux does. size() says what came of it.
  void resize(Size size, BorderStatus border);
  /// Moves the pane's border on that axis: positive grows. `opposite` also takes space from the other side.
  void resize_pane(PaneId pane, Axis axis, int change, bool opposite, BorderStatus border);
  void resize_pane_to(PaneId pane, Axis axis, int size, BorderStatus border);
  /// A mouse drags a border: the borders at or next to `from` move as far as the pointer did. False: none
  /// there.
  struct Point {
    int column = 0;
    int row = 0;
  };
  bool drag_border(Point from, Point to, BorderStatus border);
  /// Makes the pane and its neighbours equal (select-layout -E).
  void spread(PaneId pane, BorderStatus border);
  /// Again after the border option changed: nothing moves, only offsets are made true.
  void fix_offsets();

  /// Two panes exchange places.
  void swap(PaneId a, PaneId b);
  /// A pane of this tree becomes another one (swap-pane between windows).
  void replace(PaneId old, PaneId now);
  /// The cell of from[i] becomes that of to[i]: a permutation of the same panes (rotate-window).
  void permute(const std::vector<PaneId>& from, const std::vector<PaneId>& to);

  /// Throws the tree away and arranges `panes` (in window order) in a preset. One pane: no change.
  /// size() may exceed `size` when they do not fit.
  void arrange(Preset preset, const std::vector<PaneId>& panes, Size size, const PresetSizes& sizes,
               BorderStatus border);

  /// `bb62,159x48,0,0{79x48,0,0,79x48,80,0}` with pane ids.
  [[nodiscard]] std::string text() const;
  /// Reads such a text for a window with these panes (in window order): the ids in the text do not count; too
  /// many cells are closed from the bottom right; otherwise
  /// "have 3 panes but need 2: x", "invalid layout: x", "size mismatch after applying layout: x". Total on
  /// hostile input.
  [[nodiscard]] static Result<Layout> parse(std::string_view text, const std::vector<PaneId>& panes,
                                            BorderStatus border);
  /// For checkpoints: ids as in the text, which must have all of them, each once.
  [[nodiscard]] static Result<Layout> restore(std::string_view text);

  /// What is wrong with the tree ("" when nothing is): links, sizes, offsets.
  [[nodiscard]] std::string validate() const;

 private:
  explicit Layout(std::unique_ptr<LayoutCell> root) : root_(std::move(root)) {}
  [[nodiscard]] LayoutCell* find(PaneId pane) const;
  bool split_cell(LayoutCell* cell, PaneId created, const Split& how, BorderStatus border);
  bool split_root(PaneId created, const Split& how, BorderStatus border);

  std::unique_ptr<LayoutCell> root_;
};

/// tmux's 16-bit checksum: rotate right, add.
[[nodiscard]] std::uint16_t layout_checksum(std::string_view text);

}  // namespace sess::model
