// A guess drawn over what the terminal shows, and taken away again: bytes for the user's terminal.
//
// Pure but for what it remembers of its own drawing. The screen is what the far side has shown so far; before
// any of its bytes go to the terminal, take_away() must have gone there, with the screen that the guess was
// drawn on.
#pragma once

#include <string>
#include <vector>

#include "client/prediction/guess.hpp"

namespace sess::client::prediction {

class Overlay {
 public:
  /// What differs from the screen, underlined, and the cursor. Takes away what was drawn before.
  [[nodiscard]] std::string draw(const Guess& guess, const terminal::Screen& screen);
  [[nodiscard]] std::string take_away(const terminal::Screen& screen);
  [[nodiscard]] bool drawn() const { return drawn_; }
  /// The terminal was drawn anew by somebody else.
  void forget();

 private:
  struct Span {
    int row, from, to;
  };
  std::vector<Span> spans_;
  bool drawn_ = false;
};

}  // namespace sess::client::prediction
