// A stable path that follows the newest client's ssh agent: a symbolic link, replaced in one step.
//
// Programs get the link as SSH_AUTH_SOCK and find the agent of whoever attached last. Only in a directory
// that is the user's alone: the caller (server/clients.cpp) sees to that and decides whose agent it is. Never
// removed.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sess::os {

/// Makes `name` in the private directory `dirfd` a link to `target`, which must be the absolute path of a
/// socket that the user owns. symlinkat + renameat: whoever opens the link sees the old or the new target.
/// A link already pointing there is left alone. The link itself as target is refused (a loop).
Result<> point_agent_link(int dirfd, const std::string& name, const std::string& target);

}  // namespace sess::os
