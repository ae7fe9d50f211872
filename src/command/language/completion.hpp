// What Tab makes of a word at a prompt: names of commands, options and layouts, and of sessions and windows
// for targets.
//
// Rules of tmux 3.3a's status_prompt_complete(). Pure: reads the model, changes nothing; which word it is and
// where the result goes is the prompt's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/model.hpp"

namespace sess::command {

/// The word as far as it is certain: the whole name and a blank when one name begins so, else what all that
/// do have in common. None when that is the word itself or no name begins so. `type` is the prompt's history
/// type, `at_start` whether the word begins the line, `session` whose windows `window-target` means.
[[nodiscard]] std::optional<std::string> complete_word(const model::Model& model, std::string_view type,
                                                       std::string_view word, bool at_start,
                                                       std::optional<model::SessionId> session);

/// One of several that a word may become: what stands in the menu, and what the word becomes.
struct Candidate {
  std::string shown;
  std::string word;
};
/// Those, in order of name: windows of a session by their numbers (with their names beside), names otherwise.
/// `windows`: that it is windows, of which the menu is shown at once.
struct Candidates {
  std::vector<Candidate> list;
  bool windows = false;
};
[[nodiscard]] Candidates candidates(const model::Model& model, std::string_view type, std::string_view word,
                                    bool at_start, std::optional<model::SessionId> session);

}  // namespace sess::command
