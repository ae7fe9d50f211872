// What commands need of panes and their programs: starting one, typing to it, connecting it to a shell
// command, its modes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;
using model::PaneId;

/// A program to start in a pane. Complete: nothing is inherited from the server.
struct ProgramStart {
  std::vector<std::string> argv;  ///< argv[0] is searched in the PATH of env
  std::string argv0;              ///< what the program sees as its own name ("-bash"); empty: argv[0]
  std::vector<std::string> env;   ///< "NAME=value"
  std::string cwd;
  bool replace = false;  ///< respawn: end what runs there, keep the pane's history
  std::optional<int> nice;
  std::uint64_t memory_limit = 0;  ///< bytes of address space; 0: none
  std::string input;               ///< a file that is its standard input; empty: the terminal
  unsigned umask = 022;
  bool held = false;  ///< with a holder (os/programs/holder.hpp), by which all of its processes are known
};

class ProgramPort {
 public:
  /// Starts a program in a pane of the model; `done` is told whether it runs (then Pane::pid and tty are
  /// set).
  virtual void start_program(PaneId, ProgramStart, std::function<void(Result<>)> done) = 0;
  /// Name and working directory of the pane's foreground process; empty when it has none.
  [[nodiscard]] virtual std::string current_command(PaneId) const = 0;
  [[nodiscard]] virtual std::string current_path(PaneId) const = 0;

 protected:
  ~ProgramPort() = default;
};

class PanePort {
 public:
  // What is typed into a pane waits there when its program does not read: see input_waits(). What is refused
  // is beyond what may wait (64 MiB).
  enum class Typed : std::uint8_t { sent, refused, unknown_key };
  /// Bytes as if typed, whatever modes the pane is in.
  virtual Typed write_pane(PaneId, std::string_view bytes) = 0;
  /// A key by its name ("C-c", "Up"), encoded for the pane's modes, or given to the mode it is in.
  virtual Typed send_key(PaneId, std::string_view key_name) = 0;
  /// One code point (send-keys -H, -l): as a key without modifiers.
  virtual Typed send_code_point(PaneId, std::uint32_t code_point) = 0;
  /// send-keys -M: the mouse's key and Event::mouse_event of whoever used it; a mode that the pane is in gets
  /// it.
  virtual Typed send_mouse(PaneId, std::optional<ClientId>, std::string_view key,
                           std::string_view mouse_event) = 0;
  virtual Typed paste(PaneId, std::string_view text, bool bracketed) = 0;
  /// Whether something that commands typed still waits for the pane's program, and a call once nothing of it
  /// does.
  [[nodiscard]] virtual bool input_waits(PaneId) const = 0;
  virtual void when_input_taken(PaneId, std::function<void()> done) = 0;
  /// Connects the pane's output and/or input to a shell command; an empty one stops it.
  virtual Result<> pipe_pane(PaneId, std::string_view shell_command, bool input, bool output,
                             unsigned umask) = 0;
  /// copy-mode, clock-mode, choose-tree ... with the command's own flags; an error when there is no such
  /// mode.
  virtual Result<> enter_mode(PaneId, std::optional<ClientId>, std::string_view mode,
                              const std::vector<std::string>& arguments) = 0;
  virtual void leave_modes(PaneId) = 0;
  /// send-keys -X: "not in a mode" when the pane is in none.
  virtual Result<> mode_command(PaneId, std::optional<ClientId>, const std::vector<std::string>& arguments,
                                int repeat, std::string_view mouse_event) = 0;

 protected:
  ~PanePort() = default;
};

}  // namespace sess::command
