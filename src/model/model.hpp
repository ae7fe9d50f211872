// The tree of sessions, windows, panes and clients, with the global options and the global environment.
//
// Model owns every node, in a part for each kind (graph/), and keeps every link true: a pane's end takes it
// out of its window's layout, a window without panes ends, a session without windows ends, clients of an
// ended session go where detach-on-destroy says. A step that stays within one kind is its part's, a step
// across kinds is here. What happened is reported as events. It starts no program, reads no clock and does no
// I/O.
//
// Pointers to nodes stay valid until the node is destroyed. Fields marked "Model's" in the structs change
// only through Model and its parts; all others are the caller's to write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "model/globals.hpp"
#include "model/graph/clients.hpp"
#include "model/graph/event_log.hpp"
#include "model/graph/links.hpp"
#include "model/graph/panes.hpp"
#include "model/graph/sessions.hpp"
#include "model/graph/windows.hpp"
#include "model/ids.hpp"

namespace sess::model {

class Model {
 public:
  Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // -- parts ---------------------------------------------------------------------------------------------

  [[nodiscard]] Globals& globals() { return globals_; }
  [[nodiscard]] const Globals& globals() const { return globals_; }
  [[nodiscard]] Sessions& sessions() { return sessions_; }
  [[nodiscard]] const Sessions& sessions() const { return sessions_; }
  [[nodiscard]] Windows& windows() { return windows_; }
  [[nodiscard]] const Windows& windows() const { return windows_; }
  [[nodiscard]] Panes& panes() { return panes_; }
  [[nodiscard]] const Panes& panes() const { return panes_; }
  [[nodiscard]] Links& links() { return links_; }
  [[nodiscard]] const Links& links() const { return links_; }
  [[nodiscard]] Clients& clients() { return clients_; }
  [[nodiscard]] const Clients& clients() const { return clients_; }
  [[nodiscard]] EventLog& events() { return events_; }

  // -- look-ups that everybody needs: null when there is none --------------------------------------------

  [[nodiscard]] Session* session(SessionId id) { return sessions_.find(id); }
  [[nodiscard]] const Session* session(SessionId id) const { return sessions_.find(id); }
  [[nodiscard]] Window* window(WindowId id) { return windows_.find(id); }
  [[nodiscard]] const Window* window(WindowId id) const { return windows_.find(id); }
  [[nodiscard]] Pane* pane(PaneId id) { return panes_.find(id); }
  [[nodiscard]] const Pane* pane(PaneId id) const { return panes_.find(id); }
  [[nodiscard]] Client* client(ClientId id) { return clients_.find(id); }
  [[nodiscard]] const Client* client(ClientId id) const { return clients_.find(id); }
  [[nodiscard]] Window* current_window(SessionId session) { return links_.current_window(session); }
  enum class Attachment { any, unattached, attached };
  /// The most recently active session. `except` is never the answer.
  [[nodiscard]] const Session* latest_session(Attachment attachment = Attachment::any,
                                              std::optional<SessionId> except = std::nullopt) const;

  // -- sessions ------------------------------------------------------------------------------------------

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

  // -- windows -------------------------------------------------------------------------------------------

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
  /// move-window: link, then unlink the source.
  Result<int> move_window(const Links::Link& link);
  /// Takes one link away; a window without links ends, a session without windows ends (group peers as well).
  void unlink_window(SessionId session, int index);

  // -- panes ---------------------------------------------------------------------------------------------

  /// A pane ends (its program's end and remain-on-exit have been dealt with): its window, and so on upwards,
  /// may end with it.
  void destroy_pane(PaneId pane);
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
  /// Applies size_policy.hpp to the windows that clients have a say in: call when clients come, go, resize or
  /// act.
  void recalculate_sizes();

  // -- checkpoint ----------------------------------------------------------------------------------------

  /// Nodes that may have changed since the last call: what a lookup handed out for writing, what was made,
  /// what ended. A node may be named twice.
  struct Changes {
    std::vector<SessionId> sessions;
    std::vector<WindowId> windows;
    std::vector<PaneId> panes;
  };
  [[nodiscard]] Changes take_changes();
  struct NextIds {
    std::uint32_t session = 0;
    std::uint32_t window = 0;
    std::uint32_t pane = 0;
    std::uint32_t client = 0;
    std::uint64_t activity = 1;
  };
  [[nodiscard]] NextIds next_ids() const;
  void set_next_ids(const NextIds& next);
  /// Makes whatever the parts adopted a valid model: drops links to what is missing, rebuilds broken layouts,
  /// ends empty windows and sessions. Returns what it changed, one sentence each; afterwards validate() is
  /// empty.
  std::vector<std::string> repair();
  /// Every broken invariant, one sentence each.
  [[nodiscard]] std::vector<std::string> validate() const;

 private:
  [[nodiscard]] const Session* heir_of(const Session& session) const;

  Globals globals_;
  ActivityOrder order_;
  EventLog events_;
  Panes panes_;
  Windows windows_;
  Sessions sessions_;
  Links links_;
  Clients clients_;
};

}  // namespace sess::model
