// What every session and window falls back on: the global options and the global environment.
#pragma once

#include "model/environment.hpp"
#include "model/options/options.hpp"

namespace sess::model {

struct Globals {
  Options server{OptionScope::server};
  Options session{OptionScope::session};  ///< `set -g`
  Options window{OptionScope::window};    ///< `set -gw`; panes inherit from them through their windows
  Environment environment;

  /// The options fall back on the defaults that tmux-defaults asks for, from here on.
  void follow_tmux_defaults() {
    const Dialect whose = server.flag("tmux-defaults") ? Dialect::tmux : Dialect::sess;
    for (Options* table : {&server, &session, &window}) table->set_defaults(whose);
  }
};

}  // namespace sess::model
