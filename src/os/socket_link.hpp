// A link that leads to a socket, under another name for it: made and read through a descriptor of its
// directory. What is no link is never replaced. When there is one, and whose directory may have it, is
// peers/tmux_link's business.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sess::os {

/// What a link says; "" for what is none.
[[nodiscard]] std::string link_target(const std::string& path);

/// Makes the link in a directory, or another one of one that is there: who looks for it meanwhile finds the
/// old one or the new one. already_exists when something else has the name.
Result<> put_link(int directory, const std::string& name, const std::string& target);

}  // namespace sess::os
