// What a program reads in control mode, kept whole when the server dies in the middle of it.
//
// The server's text comes in pieces that end anywhere, and after a kill -9 the rest of one never comes. Only
// whole lines are handed on, so that no line is cut, and a block whose end did not come gets one: %error. A
// line that is longer than kMostHeld is handed on in parts; then its end is where it was cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sess::client {

class ControlText {
 public:
  static constexpr std::size_t kMostHeld = 256 * 1024;

  /// More of the server's text; what of it, and of what came before, is to be written now.
  [[nodiscard]] std::string take(std::string_view bytes);
  /// Nothing more comes: what is to be written so that what was is whole.
  [[nodiscard]] std::string close();

 private:
  void see(std::string_view line);

  std::string rest_;   ///< the beginning of a line
  std::string block_;  ///< what stands behind the open block's %begin; empty: none is open
  bool cut_ = false;   ///< a part of the line was handed on
};

}  // namespace sess::client
