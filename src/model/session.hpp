// A session: a name, numbered windows, one of them current, its own options and environment. Plain data;
// Model keeps the links true.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/environment.hpp"
#include "model/ids.hpp"
#include "model/options/options.hpp"
#include "model/window.hpp"

namespace sess::model {

struct Session {
  SessionId id;
  std::string name;  ///< unique; change it with Sessions::rename
  std::string start_path;
  std::string group;               ///< Model's: sessions of one group share their windows; "" none
  std::map<int, Winlink> windows;  ///< Model's: by index; flags of a link may be written
  std::optional<int> current;      ///< Model's: index; nullopt only before the first window
  std::vector<int> last;           ///< Model's: formerly current ones, newest first
  Time created{};
  Time activity{};
  Time last_attached{};
  std::uint64_t activity_order = 0;  ///< Model's (note_activity): larger is more recent
  Options options;                   ///< parent: the global session options
  bool touched = false;              ///< Model's: named in its changes
  Environment environment;
  unsigned umask = 022;  ///< of whoever made it: for what is started in it without a client

  [[nodiscard]] const Winlink* current_link() const {
    const auto it = current ? windows.find(*current) : windows.end();
    return it == windows.end() ? nullptr : &it->second;
  }
};

}  // namespace sess::model
