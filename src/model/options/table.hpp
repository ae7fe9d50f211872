// Every option that exists: name, type, scopes, range, choices and default.
//
// Names, order, defaults and ranges are tmux 3.3a's; where sess differs, and its own options,
// option_table.cpp says so. Hooks are rows too (array of commands), as in tmux. What a session has set is
// options.hpp's business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sess::model {

enum class OptionType : std::uint8_t { string, number, key, colour, flag, choice, command };

enum class OptionScope : std::uint8_t { server = 1, session = 2, window = 4, pane = 8 };

struct OptionEntry {
  std::string_view name;
  OptionType type = OptionType::string;
  std::uint8_t scopes = 0;  ///< OptionScope values or'ed; window|pane means "pane inherits from window"
  bool array = false;
  bool hook = false;
  bool style = false;        ///< a string that must parse as a style unless it holds a format
  bool newer = false;        ///< not in tmux 3.3a: exact name only, shown only where set
  bool ours = false;         ///< no tmux has it: not in the lists of somebody who speaks tmux
  std::int64_t minimum = 0;  ///< number
  std::int64_t maximum = 0;  ///< number
  std::span<const std::string_view> choices = {};
  std::int64_t default_number = 0;     ///< number, flag, choice
  std::string_view default_text = {};  ///< string, key, colour, command; arrays: split at `separator`
  std::span<const std::string_view> default_items = {};  ///< arrays whose items are given one by one
  std::string_view separator = {};  ///< arrays: characters that split an assignment ("" never; unset: " ,")
  bool has_separator = false;       ///< whether `separator` was given; for strings: put between on append
  std::string_view pattern = {};    ///< fnmatch(3) pattern that a string must match

  [[nodiscard]] bool in(OptionScope scope) const { return (scopes & static_cast<std::uint8_t>(scope)) != 0; }
};

/// All rows, in the order in which show-options prints them.
[[nodiscard]] std::span<const OptionEntry> option_table();

/// The row with exactly this name (or its American spelling), or null.
[[nodiscard]] const OptionEntry* find_option(std::string_view name);

/// An option as a user names it: `status`, `stat` (unique prefix), `command-alias[3]`, `@mine`.
struct OptionName {
  std::string name;                    ///< in full
  std::optional<unsigned> index;       ///< of an array
  const OptionEntry* entry = nullptr;  ///< null for a user option (`@…`)
  [[nodiscard]] bool user() const { return entry == nullptr; }
};

/// Errors: "invalid option: x", "ambiguous option: x" with the text as given.
[[nodiscard]] Result<OptionName> match_option(std::string_view text);

}  // namespace sess::model
