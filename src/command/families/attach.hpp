// What `sess` without a command means, and what attaching and creating share.
//
// Used by attach-session, new-session, `sess run` and the queue; attach.cpp also holds detach-client,
// suspend-client and the lock commands. Decides and changes the model; views and connections are the ports'.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/item.hpp"

namespace sess::command {

/// The command of a bare `sess`: attach to the most recent session, or make the first one.
[[nodiscard]] std::vector<std::string> default_command(const model::Model& model);

/// Whether the client runs inside a session of this very server: $SESS names its socket; for somebody who
/// speaks tmux, $TMUX is set and its terminal is a pane. False for a client that is attached: it may move to
/// another session.
[[nodiscard]] bool is_nested(const Item& item);
/// What is said about it.
[[nodiscard]] std::string nested(const Item& item);

/// attach-session, and the end of new-session: shows `target`'s session to the item's client. `detach_others`
/// sends its other clients away (`kill_parents`: their shells too). Status::error was said to the client: no
/// session, a nested client, a terminal that cannot be used. Nothing is done for an item without client.
struct AttachSpec {
  bool detach_others = false, kill_parents = false, read_only = false, keep_environment = false;
  std::optional<std::string_view> working_directory, flags;
};
Status attach_to(Item& item, const Target& target, const AttachSpec& spec);

/// Client flags as -f takes them, separated by commas, one by one.
[[nodiscard]] std::vector<std::string> split_flags(std::string_view text);

/// Copies update-environment's variables of the client into the session; nothing without a client.
void update_environment(Item& item, model::Session& session);

}  // namespace sess::command
