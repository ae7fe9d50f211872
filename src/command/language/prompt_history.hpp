// What was answered at prompts before, one list a type: what the arrow keys go through, show-prompt-history
// prints and history-file holds. Pure; when a line counts as answered, and the file, are the server's
// business.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sess::command {

/// The types in the order in which they are shown.
inline constexpr std::array<std::string_view, 4> kPromptTypes = {"command", "search", "target",
                                                                 "window-target"};

class PromptHistory {
 public:
  /// Oldest first; empty for a type that there is not.
  [[nodiscard]] const std::vector<std::string>& lines(std::string_view type) const;
  /// A line that is the newest already is not added again; the oldest beyond `limit` go.
  void add(std::string_view type, std::string_view line, std::size_t limit);
  /// One type, or all.
  void clear(std::optional<std::string_view> type);

  /// history-file's text: "TYPE:LINE"; a line without a type is a command, as tmux's older files have it.
  [[nodiscard]] std::string text() const;
  void load(std::string_view text, std::size_t limit);

 private:
  std::array<std::vector<std::string>, kPromptTypes.size()> lines_;
};

/// Whether there is such a type.
[[nodiscard]] bool is_prompt_type(std::string_view type);

}  // namespace sess::command
