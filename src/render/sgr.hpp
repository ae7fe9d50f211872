// The shortest SGR that turns one style into another. Private to render: painter.cpp and diff.cpp.
//
// Knows nothing of the terminal: the painter reduces a style to what the terminal can show before it asks.
// Whole styles, without something to start from, are terminal/screen/sgr_text's.
#pragma once

#include <string>

#include "terminal/screen/cell.hpp"

namespace sess::render {

/// Appends CSI ... m, or nothing when the styles are equal: the difference, or a reset and everything anew
/// where that is shorter. Style::link is not looked at. Colons only where semicolons do not exist: underline
/// kinds and 58.
void append_sgr_change(std::string& out, const terminal::Style& from, const terminal::Style& to);

}  // namespace sess::render
