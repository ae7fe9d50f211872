// The part of `#{m;m:text}` before the colon: which modifiers there are and what they ask for. Used by
// format.cpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/format/variables.hpp"

namespace sess::command {

/// One modifier of `#{m;m:text}` with its arguments.
struct Modifier {
  std::string name;
  std::vector<std::string> arguments;
  [[nodiscard]] std::string_view argument(std::size_t i) const {
    return i < arguments.size() ? std::string_view(arguments[i]) : std::string_view();
  }
};

/// What all modifiers of one #{} ask for. Points into the list that it was made from.
struct WantedModifiers {
  const Modifier* compare = nullptr;
  const Modifier* search = nullptr;
  const Modifier* expression = nullptr;
  std::vector<const Modifier*> substitutions;
  int limit = 0;
  std::string_view marker;
  int width = 0;
  bool literal = false, character = false, colour = false, length = false, columns = false, repeat = false;
  bool negate = false, truth = false;
  bool expand = false, expand_time = false;
  bool sessions = false, windows = false, panes = false, clients = false;
  bool window_name = false, session_name = false;
  ValueStyle style;
};

/// Takes the modifiers off the front of a #{}'s body; their arguments are expanded. None, and `body`
/// unchanged, when it begins with no modifiers.
[[nodiscard]] std::optional<std::vector<Modifier>> parse_modifiers(
    std::string_view& body, const std::function<std::string(std::string_view)>& expand);

[[nodiscard]] WantedModifiers wanted_modifiers(const std::vector<Modifier>& list);

}  // namespace sess::command
