// Signals by name, as kill(1) and systemd write them: "SIGTERM", "TERM", "term", "15", "SIGRTMIN+3".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sess::job {

/// Nothing when there is no such signal.
[[nodiscard]] std::optional<int> parse_signal(std::string_view text);

/// "SIGTERM"; "signal 99" for a number without a name.
[[nodiscard]] std::string signal_name(int signo);

}  // namespace sess::job
