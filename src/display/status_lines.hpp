// A client's status lines as they are drawn: on its terminal, and in the preview of choose-client.
//
// Expands the client's status-format and gives it to render/format_draw. Keeps nothing; which lines a client
// has, and when they are drawn, is drawing's to say.
#pragma once

#include <vector>

#include "command/language/queue.hpp"
#include "render/format_draw.hpp"

namespace sess::display {

/// Draws line `line` of an attached client's status (0 is the first) into the one row of `area`; what the
/// mouse can hit in it.
std::vector<render::Range> draw_status_line(command::Queue& queue, model::ClientId client, int line,
                                            render::Frame& frame, render::Rect area);

}  // namespace sess::display
