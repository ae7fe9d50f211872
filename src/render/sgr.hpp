// The shortest SGR that turns one style into another. Private to render.
#pragma once

#include <string>

#include "terminal/cell.hpp"

namespace sess::render {

/// Appends CSI ... m, or nothing when the styles are equal. Style::link is not looked at.
void append_sgr_change(std::string& out, const terminal::Style& from, const terminal::Style& to);

}  // namespace sess::render
