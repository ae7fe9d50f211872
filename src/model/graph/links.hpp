// Which window stands where: every session's windows by index, which is current, the marked one, and groups,
// whose sessions share their windows.
//
// A link is a Winlink in its session; kept here is the way back, from a window to its sessions. A session
// whose last link goes ends by Model's steps, a window whose last link goes ends here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/graph/event_log.hpp"
#include "model/graph/sessions.hpp"
#include "model/graph/windows.hpp"

namespace sess::model {

class Links {
 public:
  Links(Sessions& sessions, Windows& windows, EventLog& events)
      : sessions_(sessions), windows_(windows), events_(events) {}
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  // -- look-ups: null when there is none -----------------------------------------------------------------

  [[nodiscard]] Winlink* find(SessionId session, int index);
  /// The first link (lowest index) of a window in a session; the current one when it is that window.
  [[nodiscard]] Winlink* find(SessionId session, WindowId window);
  [[nodiscard]] Winlink* current(SessionId session);
  [[nodiscard]] Window* current_window(SessionId session);
  /// The window of a link; links always have one.
  [[nodiscard]] Window& window_of(const Winlink& link);
  /// Sessions that a window is linked into, in name order, each once.
  [[nodiscard]] std::vector<Session*> sessions_with(WindowId window);
  [[nodiscard]] std::vector<const Session*> sessions_with(WindowId window) const;
  [[nodiscard]] std::size_t count(WindowId window) const;
  /// First free index from base-index; nullopt when the numbers run out.
  [[nodiscard]] std::optional<int> free_index(SessionId session) const;

  // -- selecting -----------------------------------------------------------------------------------------

  enum class Moved { no_change, changed, none };
  /// Makes the window at an index current and clears its alerts. none: there is no such window.
  Moved select_window(SessionId session, int index);
  enum class Alerts { ignore, only };  ///< only: the next one with an alert (next-window -a)
  Moved next_window(SessionId session, Alerts alerts = Alerts::ignore);
  Moved previous_window(SessionId session, Alerts alerts = Alerts::ignore);
  Moved last_window(SessionId session);

  // -- linking and numbering -----------------------------------------------------------------------------

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
  /// Two links exchange their windows. `select` (tmux's -d): both sessions go to the index that was swapped.
  /// Errors: "can't move window, sessions are grouped".
  Result<> swap_windows(SessionId a, int a_index, SessionId b, int b_index, bool select);
  /// Makes room at `index` by moving it and what follows up (-a, -b of new-window, move-window). The index
  /// that became free; error when the numbers run out.
  Result<int> shuffle_up(SessionId session, int index);
  /// Numbers windows from base-index without gaps, in the whole group (move-window -r).
  void renumber_windows(SessionId session);
  /// The same where the session's renumber-windows option says so: after a window ended.
  void renumber_if_wanted(SessionId session);

  /// Puts a session that is in no group into one: begins it, or, having no windows yet, shares that one's
  /// windows.
  void join_group(SessionId session, std::string_view group);

  // -- marked pane ---------------------------------------------------------------------------------------

  struct Mark {
    SessionId session;
    int index = 0;
    PaneId pane;
  };
  void set_mark(const Mark& mark) { mark_ = mark; }
  void clear_mark() { mark_.reset(); }
  /// Only while session, link and pane still belong together.
  [[nodiscard]] std::optional<Mark> mark() const;

 private:
  friend class Model;

  // Steps that may leave a session without windows, or a window without links: Model's are whole.
  Result<int> free_target(const Session& session, std::optional<int> index) const;
  void add(Session& session, int index, WindowId window);
  void drop(Session& session, int index);
  /// All of them; the windows that were linked.
  std::vector<WindowId> drop_all(const Session& session);
  /// Another window is current before one goes. False: it was the session's last one.
  bool detach(Session& session, int index);
  void close_unlinked(WindowId window);
  Moved set_current(Session& session, int index);
  void synchronize_group(SessionId from);

  Moved step(Session& session, bool forward, Alerts alerts);
  void synchronize(const Session& from, Session& to);
  void move_indices(Session& session, const std::map<int, int>& to);
  void hold(WindowId window, SessionId session);
  void let_go(WindowId window, SessionId session);
  void index();
  void repair(std::vector<std::string>& notes);
  void repair(Session& session, std::vector<std::string>& notes);
  void repair_groups(std::vector<std::string>& notes);
  void validate(std::vector<std::string>& out) const;

  Sessions& sessions_;
  Windows& windows_;
  EventLog& events_;
  std::map<WindowId, std::map<SessionId, std::size_t>>
      holders_;  ///< sessions that link a window, and how often
  std::optional<Mark> mark_;
};

}  // namespace sess::model
