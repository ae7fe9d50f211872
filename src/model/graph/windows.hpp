// Every window, and what happens inside one: the order of its panes, which is active, their layout and sizes.
//
// The panes themselves are in Panes; where a window stands in sessions is Links' business, and so is its end:
// a window is made and closed by Model's steps. windows.cpp has names and panes, arrangement.cpp layouts and
// sizes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "model/client.hpp"
#include "model/graph/event_log.hpp"
#include "model/graph/node_table.hpp"
#include "model/graph/panes.hpp"
#include "model/window.hpp"

namespace sess::model {

class Windows : public NodeTable<WindowId, Window> {
 public:
  /// What a window's size is to be now (size_policy.hpp); nullopt: keep it.
  using WantedSize = std::function<std::optional<Size>(const Window&)>;

  /// `global`: the options that theirs inherit from.
  Windows(Panes& panes, EventLog& events, ActivityOrder& order, const Options& global, WantedSize wanted);

  // -- look-ups ------------------------------------------------------------------------------------------

  /// The window of a pane; panes always have one.
  [[nodiscard]] Window& of(const Pane& pane);
  /// Position of a pane in its window counted from pane-base-index.
  [[nodiscard]] int pane_index(PaneId pane) const;
  [[nodiscard]] Pane* pane_at(WindowId window, int index);
  /// The one that has this client's keys: with active_pane its own.
  [[nodiscard]] PaneId active_for(const Client& client, const Window& window) const;
  [[nodiscard]] std::optional<PaneId> last_pane(WindowId window) const;

  // -- names ---------------------------------------------------------------------------------------------

  void rename(WindowId window, std::string_view name);
  /// The user's own name: automatic-rename leaves it alone from now on.
  void set_name(WindowId window, std::string_view name);
  /// Takes set_name() back.
  void unset_name(WindowId window);

  // -- panes ---------------------------------------------------------------------------------------------

  struct NewSplit {
    PaneId beside;
    Layout::Split how;
    PaneSpec pane;
  };
  /// A new pane beside another; does not change which is active. Unzooms. Error: "no space for new pane".
  Result<Pane*> split_pane(const NewSplit& spec);
  /// True when the active pane changed. Unzooming first is the caller's choice (select-pane -Z).
  bool select_pane(WindowId window, PaneId pane);
  /// swap-pane: two panes exchange places, also between windows. `select`: the active one follows its place.
  void swap_panes(PaneId a, PaneId b, bool select);
  enum class Rotation { up, down };
  void rotate(WindowId window, Rotation rotation);

  // -- layout --------------------------------------------------------------------------------------------

  /// False when there is one pane only or it is not in the window. A new pane `behind` it has the window's
  /// size, too, until the panes are laid out again, as in tmux.
  bool zoom(PaneId pane, std::optional<PaneId> behind = std::nullopt);
  /// False when it was not zoomed.
  bool unzoom(WindowId window);
  /// What `#{window_visible_layout}` prints, and what is drawn: the zoomed pane alone, or the layout.
  [[nodiscard]] Layout visible_layout(const Window& window) const;
  void resize_pane(PaneId pane, Axis axis, int change, bool opposite = true);
  /// To a size of the pane itself, without its title line.
  void resize_pane_to(PaneId pane, Axis axis, int size);
  bool drag_border(WindowId window, Layout::Point from, Layout::Point to);
  void spread_panes(PaneId pane);
  void arrange(WindowId window, Preset preset);
  Preset next_layout(WindowId window);
  Preset previous_layout(WindowId window);
  /// A layout string. Errors: as Layout::parse().
  Result<> apply_layout(WindowId window, std::string_view text);

  // -- sizes ---------------------------------------------------------------------------------------------

  /// A new size for a window, zoomed or not; no smaller than its panes' minimum.
  void resize(WindowId window, Size size);
  /// The size that is wanted of it now.
  void recalculate_size(WindowId window);
  /// The same for every window: call when an option that sizes follow from changes.
  void recalculate_all_sizes();
  /// Geometry again after pane-border-status changed.
  void refresh_geometry(WindowId window);
  [[nodiscard]] BorderStatus border_status(const Window& window) const;

  /// One that a checkpoint has (Model::repair() makes the rest of it true). False when its id is taken.
  bool adopt(Window window);

 private:
  friend class Clients;
  friend class Links;
  friend class Model;

  // Steps that are whole only with the window's places in sessions, or with its end.
  Window& make(Size size, Time now);
  /// With its first pane. `name`: given by the user, "" for none.
  Window& make(Size size, std::string_view name, const PaneSpec& first);
  /// Ends it and its panes.
  void close(WindowId window);
  /// A pane that is not the window's last one ends.
  void end_pane(PaneId pane, Window& window);
  /// join-pane; the window that it comes from may have no panes then. Error: "pane too small".
  Result<> join(Pane& moving, PaneId beside, Window& to, const Layout::Split& how, bool select);
  /// break-pane: one of several panes into a new window.
  Window& break_out(Pane& moving, Time now);
  /// It is no window's latest any more.
  void forget(ClientId client);

  void put_alone(PaneId pane, Window& window);
  void move_pane(Pane& pane, Window& to);
  void leave(Window& window, PaneId pane);
  void activate(Window& window, PaneId pane);
  void update_geometry(Window& window);
  void layout_changed(Window& window);
  void repair(std::vector<std::string>& notes);
  void repair(Window& window, const std::vector<PaneId>& own, std::vector<std::string>& notes);

  Panes& panes_;
  EventLog& events_;
  ActivityOrder& order_;
  const Options& global_;
  WantedSize wanted_size_;
};

}  // namespace sess::model
