// One listing of many hosts: the same command on each of them at once, as programs of their own, and what
// they print as one table with the host in front.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sess::client::remote {

/// Programs at once, and how long one may be silent.
inline constexpr std::size_t kMostAtOnce = 32;

/// `arguments` are those of this program behind `-H HOST`. Prints a row a line, one for a host that does not
/// answer or has nothing to say; the status is 1 when one of them failed.
[[nodiscard]] int run_on_several(const std::vector<std::string>& hosts,
                                 const std::vector<std::string>& arguments);

}  // namespace sess::client::remote
