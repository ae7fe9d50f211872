// The values of options in a tree that CBOR or JSON was read into: texts, numbers, and arrays as pairs of an
// index and a text. Whether they fit their options is seen where they are set.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "model/options/options.hpp"

namespace sess::store {

/// What is none of these is left out; none of what is no object.
[[nodiscard]] model::Options::Values option_values(const nlohmann::json& object);

}  // namespace sess::store
