// A stable path that follows the newest client's ssh agent: a symbolic link, replaced in one step.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sess::os {

/// Makes `name` in the private directory `dirfd` a link to `target`, which must be the absolute path of a
/// socket that the user owns. symlinkat + renameat: whoever opens the link sees the old or the new target.
/// A link already pointing there is left alone. The link itself as target is refused (a loop).
Result<> point_agent_link(int dirfd, const std::string& name, const std::string& target);

}  // namespace sess::os
