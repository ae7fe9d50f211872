// Amounts of memory as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace sess {

/// "512B", "12.3M": the largest unit of 1024 that leaves one digit or more, up to T.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace sess
