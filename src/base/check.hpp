// SESS_CHECK stays in release builds: an invariant that is broken ends the process with the place and the
// condition, and the keeper starts the next server. Never for anything that input can cause.
#pragma once

namespace sess {

[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace sess

#define SESS_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::sess::check_failed(#condition, __FILE__, __LINE__))
