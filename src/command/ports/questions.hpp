// What commands ask users: a line, a key, a pane.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace sess::command {

using model::ClientId;
using model::PaneId;

/// A question in a client's status line.
struct PromptRequest {
  enum class Kind { line, single_key, key_name, numeric, incremental } kind = Kind::line;
  std::string prompt;  ///< expanded already
  std::string initial;
  std::string history = "command";  ///< command, search, target, window-target
  /// The command that asks this, and what was answered before this question: how the next server asks it
  /// again.
  std::string again;
  std::vector<std::string> answers;
  bool more = false;  ///< another question follows: an answer does nothing yet
  /// incremental: told of every change of the line, with "=" before it, or "-" and "+" to search on up and
  /// down.
  std::function<void(const std::string&)> changed = {};
};

class QuestionPort {
 public:
  // `answer` gets none when a question was cancelled.
  virtual Result<> prompt(ClientId, PromptRequest,
                          std::function<void(std::optional<std::string>)> answer) = 0;
  /// Numbers over the panes (display-panes); `answer` gets the chosen one.
  /// With `Keys::pass` keys go where they always go, and choose nothing.
  enum class Keys : std::uint8_t { choose, pass };
  virtual Result<> choose_pane(ClientId, std::chrono::milliseconds duration, Keys keys, std::string again,
                               std::function<void(std::optional<PaneId>)> answer) = 0;

 protected:
  ~QuestionPort() = default;
};

}  // namespace sess::command
