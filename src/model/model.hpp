// The tree of sessions, windows, panes and clients, with the global options and the global environment.
//
// Model owns every node and keeps every link true: a pane's end takes it out of its window's layout, a window
// without panes ends, a session without windows ends, clients of an ended session go where detach-on-destroy
// says. What happened is reported as events. It starts no program, reads no clock and does no I/O.
//
// Pointers to nodes stay valid until the node is destroyed. Fields marked "Model's" in the structs change
// only through Model; all others are the caller's to write.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "model/client.hpp"
#include "model/environment.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"
#include "model/options/options.hpp"
#include "model/pane.hpp"
#include "model/session.hpp"
#include "model/window.hpp"

namespace sess::model {

class Model {
 public:
  Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // -- globals
  // ---------------------------------------------------------------------------------------------------

  [[nodiscard]] Options& server_options() { return server_options_; }
  [[nodiscard]] const Options& server_options() const { return server_options_; }
  /// Global session options (`set -g`).
  [[nodiscard]] Options& session_options() { return session_options_; }
  [[nodiscard]] const Options& session_options() const { return session_options_; }
  /// Global window options (`set -gw`); panes inherit from them through their windows.
  [[nodiscard]] Options& window_options() { return window_options_; }
  [[nodiscard]] const Options& window_options() const { return window_options_; }
  /// The global options fall back on the defaults that tmux-defaults asks for, from here on.
  void follow_tmux_defaults();
  [[nodiscard]] Environment& environment() { return environment_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }

  // -- lookups: null when there is none
  // ----------------------------------------------------------------------------

  [[nodiscard]] Session* session(SessionId id);
  [[nodiscard]] const Session* session(SessionId id) const;
  [[nodiscard]] Window* window(WindowId id);
  [[nodiscard]] const Window* window(WindowId id) const;
  [[nodiscard]] Pane* pane(PaneId id);
  [[nodiscard]] const Pane* pane(PaneId id) const;
  [[nodiscard]] Client* client(ClientId id);
  [[nodiscard]] const Client* client(ClientId id) const;
  [[nodiscard]] Session* session_named(std::string_view name);
  [[nodiscard]] const Session* session_named(std::string_view name) const;
  /// The pane whose program lives on this terminal.
  [[nodiscard]] const Pane* pane_on(const std::string& tty) const;

  // All nodes by id, that is, in the order of their creation.
  [[nodiscard]] const std::map<SessionId, Session>& sessions() const { return sessions_; }
  [[nodiscard]] const std::map<WindowId, Window>& windows() const { return windows_; }
  [[nodiscard]] const std::map<PaneId, Pane>& panes() const { return panes_; }
  [[nodiscard]] const std::map<ClientId, Client>& clients() const { return clients_; }
  /// In name order, as list-sessions prints them.
  [[nodiscard]] std::vector<const Session*> sessions_by_name() const;

  /// The window of a link; links always have one.
  [[nodiscard]] Window& window_of(const Winlink& link);
  [[nodiscard]] Window& window_of(const Pane& pane);
  [[nodiscard]] Winlink* link(SessionId session, int index);
  /// The first link (lowest index) of a window in a session; the current one when it is that window.
  [[nodiscard]] Winlink* link(SessionId session, WindowId window);
  [[nodiscard]] Winlink* current_link(SessionId session);
  [[nodiscard]] Window* current_window(SessionId session);
  /// The one that has this client's keys: with active_pane its own.
  [[nodiscard]] PaneId active_for(const Client& client, const Window& window) const;
  /// Sessions that a window is linked into, in name order, each once.
  [[nodiscard]] std::vector<Session*> sessions_with(WindowId window);
  [[nodiscard]] std::vector<const Session*> sessions_with(WindowId window) const;
  [[nodiscard]] std::size_t link_count(WindowId window) const;
  /// Clients attached to a session, in order of connection.
  [[nodiscard]] std::vector<Client*> clients_of(SessionId session);
  [[nodiscard]] std::size_t attached_count(SessionId session) const;
  /// Position of a pane in its window counted from pane-base-index.
  [[nodiscard]] int pane_index(PaneId pane) const;
  [[nodiscard]] Pane* pane_at(WindowId window, int index);

  // -- activity
  // --------------------------------------------------------------------------------------------------

  void touch_session(SessionId session, Time now);
  void touch_client(ClientId client, Time now);  ///< and its session, and the `latest` of its window
  enum class Attachment { any, unattached, attached };
  /// The most recently active session, or null. `except` is never the answer.
  [[nodiscard]] Session* latest_session(Attachment attachment = Attachment::any,
                                        std::optional<SessionId> except = std::nullopt);
  [[nodiscard]] const Session* latest_session(Attachment attachment = Attachment::any,
                                              std::optional<SessionId> except = std::nullopt) const;
  /// The most recently active attached client (of a session), or null.
  [[nodiscard]] Client* latest_client(std::optional<SessionId> session = std::nullopt);

  // -- sessions
  // ----------------------------------------------------------------------------------------------------

  struct NewSession {
    std::string name;  ///< as the user gave it; "": the next free number
    std::string start_path;
    std::string group;  ///< "" none; else joins (or begins) that group and shares its windows
    Time now{};
  };
  /// Errors: "invalid session: x", "duplicate session: x". A session outside a group has no window yet: the
  /// caller gives it one, or destroys it, before the turn ends.
  Result<Session*> create_session(const NewSession& spec);
  /// Ends a session: windows that nobody else links end with it.
  void destroy_session(SessionId session);
  /// Errors as create_session. Renaming to the own name is nothing.
  Result<> rename_session(SessionId session, std::string_view name);
  /// Sessions of the same group, itself included; only itself when it is in none.
  [[nodiscard]] std::vector<SessionId> group_members(SessionId session) const;
  /// Puts a session that is in no group into one: begins it, or, having no windows yet, shares that one's
  /// windows.
  void join_group(SessionId session, std::string_view group);
  [[nodiscard]] std::vector<std::string> groups() const;

  // -- windows
  // -----------------------------------------------------------------------------------------------------

  /// What a new pane starts; the caller starts it when the model has a place for it.
  struct PaneSpec {
    std::vector<std::string> argv;
    std::string shell_command;
    std::string shell;
    std::string start_path;
    std::string title;
    Environment environment;
    Time now{};
  };
  struct NewWindow {
    SessionId session;
    std::optional<int> index;  ///< nullopt: the first free one from base-index
    std::string name;          ///< given by the user: turns automatic-rename off; "": the caller names it
    Size size;
    bool select = false;   ///< becomes current (always when it is the first)
    bool replace = false;  ///< -k: a window that is at `index` ends
    PaneSpec pane;
  };
  struct Created {
    int index;
    WindowId window;
    PaneId pane;
  };
  /// Error: "index N in use".
  Result<Created> create_window(const NewWindow& spec);
  /// Ends a window in all its sessions.
  void destroy_window(WindowId window);
  void rename_window(WindowId window, std::string_view name);
  /// Takes name_window() back.
  void unname_window(WindowId window);
  /// The user's own name: automatic-rename leaves it alone from now on.
  void name_window(WindowId id, std::string_view name);

  // -- links
  // -------------------------------------------------------------------------------------------------------

  enum class Moved { no_change, changed, none };
  /// Makes the window at an index current and clears its alerts. none: there is no such window.
  Moved select_window(SessionId session, int index);
  enum class Alerts { ignore, only };  ///< only: the next one with an alert (next-window -a)
  Moved next_window(SessionId session, Alerts alerts = Alerts::ignore);
  Moved previous_window(SessionId session, Alerts alerts = Alerts::ignore);
  Moved last_window(SessionId session);

  struct Link {
    SessionId source;
    int source_index = 0;
    SessionId target;
    std::optional<int> target_index;  ///< nullopt: the first free one from base-index
    bool replace = false;             ///< -k
    bool select = true;               ///< not -d
  };
  /// link-window: the window gets a second place. Errors: "index in use: N", "same index: N", "sessions are
  /// grouped".
  Result<int> link_window(const Link& link);
  /// move-window: link, then unlink the source.
  Result<int> move_window(const Link& link);
  /// Two links exchange their windows. `select` (tmux's -d): both sessions go to the index that was swapped.
  /// Errors: "can't move window, sessions are grouped".
  Result<> swap_windows(SessionId a, int a_index, SessionId b, int b_index, bool select);
  /// Takes one link away; a window without links ends, a session without windows ends (group peers as well).
  void unlink_window(SessionId session, int index);
  /// Makes room at `index` by moving it and what follows up (-a, -b of new-window, move-window). The index
  /// that became free; error when the numbers run out.
  Result<int> shuffle_up(SessionId session, int index);
  /// Numbers windows from base-index without gaps, in the whole group (move-window -r).
  void renumber_windows(SessionId session);
  /// The same where the session's renumber-windows option says so: after a window ended.
  void renumber_if_wanted(SessionId session);
  /// First free index from base-index; nullopt when the numbers run out.
  [[nodiscard]] std::optional<int> free_index(SessionId session) const;

  // -- panes
  // -------------------------------------------------------------------------------------------------------

  struct NewSplit {
    PaneId beside;
    Layout::Split how;
    PaneSpec pane;
  };
  /// A new pane beside another; does not change which is active. Unzooms. Error: "no space for new pane".
  Result<Pane*> split_pane(const NewSplit& spec);
  /// A pane ends (its program's end and remain-on-exit have been dealt with): its window, and so on upwards,
  /// may end with it.
  void destroy_pane(PaneId pane);
  /// True when the active pane changed. Unzooming first is the caller's choice (select-pane -Z).
  bool select_pane(WindowId window, PaneId pane);
  [[nodiscard]] std::optional<PaneId> last_pane(WindowId window) const;

  /// join-pane, move-pane: takes `pane` out of its window and beside another. Its old window may end. Errors:
  /// "source and target panes must be different", "pane too small".
  struct Join {
    PaneId pane;
    PaneId beside;
    Layout::Split how;
    bool select = true;  ///< not -d
  };
  Result<> join_pane(const Join& join);
  /// break-pane: the pane into a window of its own (the same window, moved, when it is alone in it).
  struct Break {
    PaneId pane;
    SessionId source;  ///< through which session it was found
    SessionId target;
    std::optional<int> index;
    std::string name;    ///< "" keeps/derives
    bool select = true;  ///< not -d
    Time now{};
  };
  Result<Created> break_pane(const Break& spec);
  /// swap-pane: two panes exchange places, also between windows. `select`: the active one follows its place.
  void swap_panes(PaneId a, PaneId b, bool select);
  enum class Rotation { up, down };
  void rotate_window(WindowId window, Rotation rotation);

  // -- layout
  // ------------------------------------------------------------------------------------------------------

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
  /// A new size for a window, zoomed or not; no smaller than its panes' minimum.
  void resize_window(WindowId window, Size size);
  /// Applies size_policy.hpp to the windows that clients have a say in: call when clients come, go, resize or
  /// act.
  void recalculate_sizes();
  /// The same for every window: call when an option that sizes follow from changes.
  void recalculate_all_sizes();
  void recalculate_size(WindowId window);
  /// Geometry again after pane-border-status changed.
  void refresh_geometry(WindowId window);
  [[nodiscard]] BorderStatus border_status(const Window& window) const;

  // -- marked pane
  // -------------------------------------------------------------------------------------------------

  struct Mark {
    SessionId session;
    int index = 0;
    PaneId pane;
  };
  void set_mark(const Mark& mark) { mark_ = mark; }
  void clear_mark() { mark_.reset(); }
  /// Only while session, link and pane still belong together.
  [[nodiscard]] std::optional<Mark> mark() const;

  // -- clients
  // -----------------------------------------------------------------------------------------------------

  Client& add_client(std::string name, Time now);
  void remove_client(ClientId client);
  /// Attaches or switches; the former session becomes last_session.
  void attach_client(ClientId client, SessionId session, Time now);
  void detach_client(ClientId client);
  /// Reports the size of an attached client's terminal: when it attached and when it changed.
  void client_resized(ClientId client);

  // -- events
  // ------------------------------------------------------------------------------------------------------

  /// What happened since the last call.
  [[nodiscard]] std::vector<Event> take_events();
  /// Adds one that only the server can know of (nothing in Model depends on it).
  void push_event(Event event) { events_.push_back(std::move(event)); }
  /// While quiet, events run no hooks: the queue says so around the commands of a hook.
  void set_quiet(bool quiet) { quiet_ = quiet; }
  [[nodiscard]] bool quiet() const { return quiet_; }

  // -- checkpoint
  // --------------------------------------------------------------------------------------------------

  /// Nodes that may have changed since the last call: what a lookup handed out for writing, what was made,
  /// what ended. A node may be named twice.
  struct Changes {
    std::vector<SessionId> sessions;
    std::vector<WindowId> windows;
    std::vector<PaneId> panes;
  };
  [[nodiscard]] Changes take_changes();
  /// The same, left for who takes them.
  [[nodiscard]] const Changes& changes() const { return changes_; }

  struct NextIds {
    std::uint32_t session = 0;
    std::uint32_t window = 0;
    std::uint32_t pane = 0;
    std::uint32_t client = 0;
    std::uint64_t activity = 1;
  };
  [[nodiscard]] const NextIds& next_ids() const { return next_; }
  void set_next_ids(const NextIds& next) { next_ = next; }
  // Nodes as a checkpoint has them: parents of option tables are set, links are taken as they stand, next ids
  // move beyond. Order: panes, windows, sessions. False when the id is taken. No events. Then call repair().
  bool adopt(Pane pane);
  bool adopt(Window window);
  bool adopt(Session session);
  /// Makes whatever was adopted a valid model: drops links to what is missing, rebuilds broken layouts, ends
  /// empty windows and sessions. Returns what it changed, one sentence each; afterwards validate() is empty.
  std::vector<std::string> repair();
  /// Every broken invariant, one sentence each.
  [[nodiscard]] std::vector<std::string> validate() const;

 private:
  // sessions.cpp
  void report(Event::Kind kind, std::optional<SessionId> session,
              std::optional<WindowId> window = std::nullopt, std::optional<PaneId> pane = std::nullopt,
              std::string name = {});
  void report_client(Event::Kind kind, ClientId client, std::optional<SessionId> session);
  [[nodiscard]] Session* heir_of(const Session& session);
  void erase_session(Session& session);
  void destroy_with_group(SessionId session);
  void synchronize(const Session& from, Session& to);
  void synchronize_group(SessionId from);

  // model.cpp
  Session* touch(Session* session);
  Window* touch(Window* window);
  Pane* touch(Pane* pane);
  void hold(WindowId window, SessionId session);
  void let_go(WindowId window, SessionId session);
  void index_all();

  // links.cpp
  Moved set_current(Session& session, int index);
  Moved step(Session& session, bool forward, Alerts alerts);
  void add_link(Session& session, int index, WindowId window);
  void drop_link(Session& session, int index);
  bool detach_link(Session& session, int index);
  void move_indices(Session& session, const std::map<int, int>& to);
  void close_unlinked(WindowId window);
  Result<int> free_target(const Session& session, std::optional<int> index) const;

  // panes.cpp
  Window& make_window(Size size, Time now);
  Pane& make_pane(Window& window, const PaneSpec& spec);
  void erase_pane(PaneId pane);
  void leave_window(Window& window, PaneId pane);
  void activate(Window& window, PaneId pane);

  // arrangement.cpp
  void update_geometry(Window& window);
  void layout_changed(Window& window);
  [[nodiscard]] PresetSizes preset_sizes(const Window& window) const;

  // checkpoint.cpp
  void repair_window(Window& window, const std::vector<PaneId>& own, std::vector<std::string>& notes);
  void repair_session(Session& session, std::vector<std::string>& notes);

  Options server_options_{OptionScope::server};
  Options session_options_{OptionScope::session};
  Options window_options_{OptionScope::window};
  Environment environment_;
  std::map<SessionId, Session> sessions_;
  std::map<WindowId, Window> windows_;
  std::map<PaneId, Pane> panes_;
  std::map<ClientId, Client> clients_;
  std::map<std::string, SessionId, std::less<>> by_name_;
  std::set<std::pair<std::uint64_t, SessionId>> by_activity_;  ///< activity_order of every session
  std::map<WindowId, std::map<SessionId, std::size_t>>
      holders_;  ///< sessions that link a window, and how often
  Changes changes_;
  std::unordered_map<std::string, PaneId> by_tty_;  ///< as of take_changes(): whoever uses an entry checks it
  std::optional<Mark> mark_;
  NextIds next_;
  std::vector<Event> events_;
  bool quiet_ = false;
};

}  // namespace sess::model
