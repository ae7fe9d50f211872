// A Style as SGR and OSC 8 bytes: used by capture, attach painting and replies to DECRQSS.
//
// The whole style from a reset, or the way from one style to the next as tmux writes it (capture-pane -e,
// which programs match), for every terminal alike; the shortest way, and what a terminal cannot show, are
// render's.
#pragma once

#include <string>
#include <string_view>

#include "terminal/screen/cell.hpp"

namespace sess::terminal {

/// Parameters after "0", without CSI and m: ";1;38:2::1:2:3". Colons for underline kinds and 58 only where
/// semicolons do not exist; colours with semicolons, which every terminal reads.
void append_sgr_parameters(std::string& out, const Style& style);

/// CSI 0 ... m for the whole style; CSI m for the default one. The hyperlink is not part of it.
void append_sgr(std::string& out, const Style& style);

/// "rgb:rr/gg/bb", as OSC 4 and 10 to 12 take it.
[[nodiscard]] std::string rgb_text(Color color);

/// What changes `from` into `to`, in tmux's form: attributes, foreground, background and underline colour in
/// sequences of their own, 39 and 49 for the defaults; all of it behind a 0 only where an attribute goes.
void append_tmux_sgr(std::string& out, const Style& from, const Style& to);

/// OSC 8 open, or close when `uri` is empty; `id` may be empty. Both must be clean text.
void append_link(std::string& out, std::string_view id, std::string_view uri);

}  // namespace sess::terminal
