// CBOR (RFC 8949) read into a tree, whatever the bytes are: what a version before, or a damaged memory or
// file, left.
//
// The library reads each level in a call of its own and throws at counts that no memory holds, so depth and
// counts are looked at first. Tags are not written by any version and not read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace sess::store {

/// All of `bytes` as one item; a discarded value (is_discarded()) when they are none.
[[nodiscard]] nlohmann::json read_cbor(std::string_view bytes);

}  // namespace sess::store
