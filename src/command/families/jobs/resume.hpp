// The place from which a client goes on asking when the server was replaced under `run` or `logs`.
//
// Made by the jobs (jobs/log_stream), sent by the client unread; here it is taken apart. Not checked: what is
// no number is 0, and whoever is asked bounds what it is given.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace sess::command {

/// Numbers with colons between them; those that are not there are 0.
[[nodiscard]] inline std::array<std::uint64_t, 4> resume_numbers(std::string_view text) {
  std::array<std::uint64_t, 4> numbers{};
  for (auto& number : numbers) {
    std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(std::min(text.find(':'), text.size() - 1) + 1);
    if (text.empty()) break;
  }
  return numbers;
}

}  // namespace sess::command
