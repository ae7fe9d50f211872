// One sentence for each option, format variable and hook: what `sess help TOPIC` and the manual say of it.
//
// Types, defaults and scopes come from the tables themselves; here stands what those do not say. The gate
// `manual` fails where a row has no sentence or the manual page says something else.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sess::command {

struct Text {
  std::string_view name;
  std::string_view sentence;
};

[[nodiscard]] std::span<const Text> option_texts();
[[nodiscard]] std::span<const Text> variable_texts();
[[nodiscard]] std::span<const Text> hook_texts();

/// The sentence about a name; empty when there is none.
[[nodiscard]] std::string_view sentence_about(std::span<const Text> texts, std::string_view name);

}  // namespace sess::command
