// Signals by name, as kill(1) and systemd write them: "SIGTERM", "TERM", "term", "15", "SIGRTMIN+3".
//
// For job files, `sess kill`, exit texts and records. Names are the C library's (sigabbrev_np(3)); real-time
// signals count from SIGRTMIN, which is the C library's choice, so records keep names and not numbers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sess::job {

/// Nothing when there is no such signal.
[[nodiscard]] std::optional<int> parse_signal(std::string_view text);

/// "SIGTERM", "SIGRTMIN+3"; "signal 99" for a number without a name, which parse_signal() does not read.
[[nodiscard]] std::string signal_name(int signo);

}  // namespace sess::job
