// Bytes that ended a server, once more: whether sess's terminal survives them, and if not, where.
//
// Called by sess-debug. The terminal begins empty, in a child with limits; what a pane had on its screen
// before is not in the file that keeps its bytes.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/size.hpp"

namespace sess::cli {

/// The end of a child that did not survive.
struct Harm {
  int wait_status = 0;     ///< as waitpid(2) gives it
  std::size_t offset = 0;  ///< of the byte in which it ended; 0 where `whole`
  bool whole = false;      ///< byte for byte they do no harm: only when they come at once
};

/// Feeds them byte for byte, then at once. Nothing: no harm done.
[[nodiscard]] Result<std::optional<Harm>> replay(Size size, std::string_view bytes);

}  // namespace sess::cli
