// A 64-bit checksum (FNV-1a over eight-byte words, then over the tail): tells a torn or stale checkpoint from
// a whole one. Not for anything hostile.
#pragma once

#include <cstdint>
#include <string_view>

namespace sess {

[[nodiscard]] std::uint64_t checksum(std::string_view bytes);

}  // namespace sess
