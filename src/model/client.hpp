// A client that is connected: a user's terminal, or one command. Plain data; the server writes it, Model
// knows which session it looks at.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/dialect.hpp"
#include "base/size.hpp"
#include "model/environment.hpp"
#include "model/ids.hpp"
#include "model/pane.hpp"
#include "model/viewport.hpp"

namespace sess::model {

struct Client {
  ClientId id;
  std::string name;                       ///< its tty, or client-PID
  std::optional<SessionId> session;       ///< Model's (Clients::attach): what it is attached to
  std::optional<SessionId> last_session;  ///< Model's: for switch-client -l
  bool was_attached = false;              ///< Model's: a window may remember it as its latest
  Size size;
  std::uint16_t xpixel = 0;  ///< of a cell; 0 unknown
  std::uint16_t ypixel = 0;
  std::string term;
  std::string tty;
  std::string user;
  pid_t pid = -1;
  bool utf8 = true;
  bool control = false;
  Dialect dialect = Dialect::sess;
  bool read_only = false;
  bool ignore_size = false;  ///< -f ignore-size: counts for sizes only when every client is such
  bool active_pane = false;  ///< -f active-pane: has an active pane of its own
  std::map<WindowId, PaneId> active_panes;  ///< with active_pane: which, where it is not the window's
  bool suspended = false;
  bool exiting = false;
  bool focused = true;     ///< until its terminal says otherwise: terminals report changes alone
  bool size_given = true;  ///< a control client counts for sizes only once it named one (refresh-client -C)
  /// A control client's: in the place of its size for these windows (refresh-client -C @1:80x24).
  std::map<WindowId, Size> window_sizes;
  std::string key_table;  ///< "" = the session's key-table option
  std::string cwd;
  Environment environment;
  std::optional<unsigned> umask;  ///< that its user has; none: the client did not say
  Time created{};
  Time activity{};
  std::uint64_t activity_order = 0;  ///< Model's (note_activity): larger is more recent
  std::optional<Pan> pan;            ///< refresh-client -L and the like: the view does not follow the cursor
  std::uint64_t written = 0;         ///< bytes sent
  std::uint64_t discarded = 0;       ///< bytes dropped because the client was slow

  [[nodiscard]] bool attached() const { return session.has_value(); }
};

}  // namespace sess::model
