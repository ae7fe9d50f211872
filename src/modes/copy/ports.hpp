// What copy mode asks of the world: its options, and where copied text goes.
#pragma once

#include <string>
#include <string_view>

#include "model/style.hpp"

namespace sess::modes {

/// Options as they are now.
struct CopySettings {
  bool vi = false;  ///< mode-keys
  bool wrap_search = true;
  std::string word_separators;
  std::string copy_command;
  model::Style mode;   ///< mode-style: the selection and the position
  model::Style match;  ///< copy-mode-match-style
  model::Style current_match;
  model::Style mark;
};

class CopyPorts {
 public:
  virtual ~CopyPorts() = default;
  [[nodiscard]] virtual CopySettings settings() const = 0;
  /// A format in an argument of a command.
  [[nodiscard]] virtual std::string expand(std::string_view format) const = 0;
  /// Into a new automatic buffer whose name begins with `prefix` ("buffer" when it is empty), and the
  /// clipboard.
  virtual void copy(std::string text, std::string_view prefix) = 0;
  /// Behind the newest buffer's text.
  virtual void append(std::string text) = 0;
  /// To a shell command's standard input.
  virtual void pipe(std::string_view command, std::string text) = 0;
};

}  // namespace sess::modes
