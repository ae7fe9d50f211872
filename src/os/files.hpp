// Small files read whole: configuration, job files, what /proc says.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace sess::os {

/// All of a file. Errors name the path: errno's, or too_large for one that has more than `max` bytes. A FIFO
/// or a terminal in its place is not waited for when it is opened.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t max = 1U << 20U);

/// A file of /proc or another that may be absent: its text, or nothing of it.
[[nodiscard]] std::string read_file_or_empty(const std::string& path);

}  // namespace sess::os
