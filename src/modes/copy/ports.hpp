// What copy mode asks of the world: its options, and where copied text goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/style.hpp"

namespace sess::modes {

/// copy-mode-line-numbers' words, in its order. `screen` is "default": 0 is the screen's first row, and rows
/// count away from it.
enum class LineNumbers : std::uint8_t { off, screen, absolute, relative, hybrid };

/// Options as they are now.
struct CopySettings {
  bool vi = false;  ///< mode-keys
  bool wrap_search = true;
  std::string word_separators;
  std::string copy_command;
  model::Style mode;            ///< mode-style
  model::Style selection;       ///< copy-mode-selection-style, else mode-style
  model::Style position;        ///< copy-mode-position-style, else mode-style
  std::string position_format;  ///< empty: the position as it is shown without one
  model::Style match;           ///< copy-mode-match-style
  model::Style current_match;
  model::Style mark;
  LineNumbers numbers = LineNumbers::off;
  model::Style number;  ///< copy-mode-line-number-style
  model::Style current_number;
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
