// A pane: one program on one pseudo-terminal, in one window. Plain data; Model keeps the links and the
// geometry true, everything else is the server's to write.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/size.hpp"
#include "model/environment.hpp"
#include "model/ids.hpp"
#include "model/options/options.hpp"

namespace sess::model {

/// Times of the model are wall clock: users see them and checkpoints keep them.
using Time = std::chrono::system_clock::time_point;

struct Pane {
  PaneId id;
  WindowId window;                ///< Model's
  std::vector<std::string> argv;  ///< what was started; empty: shell_command through the shell
  std::string shell_command;      ///< as given; "" with empty argv: the default shell
  std::string shell;              ///< the shell that runs shell_command
  std::string start_path;
  std::string title;
  pid_t pid = -1;
  std::string tty;
  Size size;     ///< Model's: cells that the program has
  int left = 0;  ///< Model's: offset in the window
  int top = 0;   ///< Model's
  bool behind_zoom =
      false;  ///< Model's: split off behind a zoomed pane, as large as the window until panes are laid out
  bool dead = false;    ///< the program ended and the pane stayed (remain-on-exit)
  int dead_status = 0;  ///< wait status, see waitpid(2); meaningful when dead
  Time dead_time{};
  Time created{};
  bool empty = false;      ///< made without a program: shows what display-message -I writes, until respawned
  bool input_off = false;  ///< select-pane -d
  std::string pipe_command;        ///< pipe-pane; "" when none
  bool pipe_input = false;         ///< -I: what the command prints is typed
  unsigned pipe_umask = 022;       ///< of whoever piped it
  bool pipe_output = false;        ///< -O: the command reads what is shown
  std::uint64_t active_order = 0;  ///< Model's: when it last became its window's active pane
  Options options;                 ///< parent: the window's
  bool touched = false;            ///< Model's: named in its changes
  Environment environment;         ///< -e of the command that made it; kept for respawn
};

}  // namespace sess::model
