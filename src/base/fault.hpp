// Fault points: named places where a test lets the process die or stand still.
//
// SESS_FAULT("name") and SESS_FAULT("name", number) are nothing unless the library is built with
// SESS_FAULT_POINTS, and do nothing unless $SESS_FAULTS names a file. The file is read at each point, so that
// a test may change it while the daemon runs; a line of it is
//
//   NAME[:NUMBER] abort|kill|hang [TIMES]
//
// Without NUMBER (a pane's, say) every number is meant, without TIMES every time. What was hit stands in
// FILE.hits, one line `NAME:NUMBER` each: that is what TIMES counts, whichever process it was.
#pragma once

#include <cstdint>
#include <string_view>

#ifdef SESS_FAULT_POINTS
#define SESS_FAULT(...) ::sess::reach_fault_point(__VA_ARGS__)
/// Reached when the bytes hold kHarmfulByte, which means nothing to a terminal.
#define SESS_FAULT_IN(bytes, ...)                                                      \
  ((bytes).find(::sess::kHarmfulByte) == std::string_view::npos ? static_cast<void>(0) \
                                                                : SESS_FAULT(__VA_ARGS__))
#else
#define SESS_FAULT(...) static_cast<void>(0)
#define SESS_FAULT_IN(...) static_cast<void>(0)
#endif

namespace sess {

inline constexpr char kHarmfulByte = '\x16';

/// Returns unless the file says otherwise of this point.
void reach_fault_point(std::string_view name, std::uint64_t number = 0);

}  // namespace sess
