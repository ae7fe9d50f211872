// Starting programs in panes: the environment, shell and directory that tmux's spawn_pane gives them.
//
// For the commands that make panes, windows and sessions, and for jobs' windows on the server's side. Decides
// what is run and with what; the process itself is ProgramPort's, and a pane must stand in the model before
// it starts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/item.hpp"

namespace sess::command {

/// Where a new program of this item starts: -c expanded (relative to what follows), else the directory of a
/// client that is not attached, the session's, the user's home. Not checked to exist.
[[nodiscard]] std::string start_directory(const Item& item, std::optional<std::string_view> given,
                                          const model::Session* session);

/// What a program is told of the daemon: SESS, and TMUX where `tmux` is this daemon to it (tmux-environment).
/// The environment has the program's PATH.
void name_daemon(model::Environment& environment, const model::Model& model, const ServerFacts& facts,
                 std::optional<model::SessionId> session);
/// And of the pane that it runs in: SESS_PANE, and TMUX_PANE beside TMUX.
void name_pane(model::Environment& environment, model::PaneId pane);

/// What a pane is to run, from a command's positional arguments and -e: nothing means default-command, else
/// the default shell; one argument goes to the shell; several are executed as they are.
[[nodiscard]] model::PaneSpec pane_spec(const Item& item, const model::Session& session,
                                        std::vector<std::string> arguments, std::string directory);

/// The program for a pane of the model, seen from one of its sessions.
[[nodiscard]] ProgramStart program_start(const Item& item, const model::Session& session,
                                         const model::Pane& pane);

/// Starts it and goes on with `then`; when it cannot start, the pane goes and the command fails with
/// "`failure`: why". Returns Status::wait, or at once an error when there is no such pane.
Status start_program(Item& item, const model::Session& session, model::PaneId pane, std::string failure,
                     std::function<Status(Item&)> then);

/// Names a window after what its active pane runs, as automatic-rename begins; leaves a name that it has.
void name_window(model::Model& model, model::WindowId window);

/// Prints -F (or `fallback`) over a target when -P was given; `kind` is what it is a format of.
void print_created(Item& item, const Target& target, std::string_view fallback,
                   TargetKind kind = TargetKind::pane);

}  // namespace sess::command
