// How large a window is: from the clients that look at it and the window-size option. Pure decisions.
//
// Rules of tmux 3.3a's resize.c. Clients that are suspended or ending, and control clients that named no
// size, never count; clients with ignore-size count only when every attached client has it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/size.hpp"
#include "model/ids.hpp"

namespace sess::model {

class Model;
struct Client;
struct Session;
struct Window;

enum class WindowSize : std::uint8_t {
  largest,
  smallest,
  manual,
  latest
};  ///< order of the option's choices

/// One client's say.
struct SizeVote {
  Size size;            ///< its terminal without the status lines
  bool latest = false;  ///< of those that vote it is the client that was active in the window last
};

/// The size that these clients give; nullopt: keep what there is. With `latest` and one vote that one counts
/// whoever was active last; with several and none of them latest, nothing changes.
[[nodiscard]] std::optional<Size> choose_size(WindowSize policy, std::span<const SizeVote> votes,
                                              std::optional<Size> manual);

/// Lines that the status line takes on clients of this session: `status` off 0, on 1, 2..5; auto: 1 once the
/// session has more than one window, or its current window more than one pane.
[[nodiscard]] int status_lines(const Model& model, const Session& session);

/// Whether a client counts for sizes at all.
[[nodiscard]] bool counts_for_size(const Model& model, const Client& client);

/// What the window's size is to be now: attached clients, window-size, aggressive-resize. nullopt: keep.
[[nodiscard]] std::optional<Size> window_size(const Model& model, const Window& window);

/// The size of a window about to be made in `session` by `client` (null: none, or detached): its own size,
/// then other clients', then default-size.
[[nodiscard]] Size new_window_size(const Model& model, const Client* client, const Session* session);

}  // namespace sess::model
