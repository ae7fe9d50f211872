// What lies over a client's view: a message in the last line, a question, or numbers over the panes. Plain state of one client; Prompts works on them,
// Display draws them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command/ports/questions.hpp"
#include "input/line_editor.hpp"

namespace sess::peers {

struct Overlay {
  enum class Kind : std::uint8_t { none, message, prompt, panes } kind = Kind::none;
  std::string text;          ///< message or prompt (with #[styles])
  bool ignore_keys = false;  ///< panes: numbers are shown, keys go where they always go
  /// Told once, when it goes: what was answered, or that nothing was.
  std::function<void(std::optional<std::string>)> done;

  // A question's: how it is asked again after the server died, and what was answered before it.
  std::string again;
  std::vector<std::string> answers;
  bool more = false;  ///< another question follows

  // A prompt's.
  command::PromptRequest::Kind asks = command::PromptRequest::Kind::line;
  input::LineEditor line;
  std::string history;   ///< which history
  std::size_t back = 0;  ///< how far back in it; 0 is the line being typed
  std::string last;      ///< incremental: what was searched for before, which an empty line stands for
  std::function<void(const std::string&)> changed;
};

}  // namespace sess::peers
