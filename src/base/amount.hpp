// Amounts of memory as people read them, in units of 1024. Owns nothing; times are duration's and
// time_text's.
#pragma once

#include <cstdint>
#include <string>

namespace sess {

/// "512B", "12.3M": the largest unit of 1024 that leaves one digit or more, up to T.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace sess
