// The screen of `sess top`: what stands on it, and what keys do.
//
// Pure: keys and rows in, lines and wishes out; board has no terminal and starts nothing. Its owner
// (live.hpp) carries wishes out and writes what lines changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/size.hpp"
#include "client/top/rows.hpp"
#include "input/key.hpp"

namespace sess::client::top {

/// What the terminal shows.
struct Looks {
  bool colours = true;
  bool utf8 = true;
};

/// What a key asks for that the board cannot do.
struct Wish {
  enum class Kind : std::uint8_t {
    nothing,
    redraw,
    quit,
    suspend,
    attach,  ///< to the session `words[0]`
    logs,    ///< of the job `words[0]`
    command  ///< `sess` with these words, beside the screen
  };
  Kind kind = Kind::nothing;
  std::vector<std::string> words = {};
};

class Board {
 public:
  explicit Board(Looks looks) : looks_(looks) {}

  void take(std::vector<Row> rows);
  Wish on_key(input::Key key, int page);
  /// Characters that were pasted: text for the filter while one is typed, else nothing.
  void paste(std::string_view text);
  /// One line below the table until the next key.
  void say(std::string text, bool wrong);

  /// All lines of a screen of this size, with colours, none wider than it. `now`: seconds since 1970.
  [[nodiscard]] std::vector<std::string> lines(Size size, double now);

 private:
  enum class Question : std::uint8_t { none, stop, restart, kill };

  Wish on_filter_key(input::Key key);
  Wish on_answer(input::Key key);
  Wish ask(Question question);
  Wish attach();
  Wish logs();
  [[nodiscard]] std::string summary(int columns) const;
  [[nodiscard]] std::string bottom(int columns) const;
  [[nodiscard]] std::vector<std::string> help(Size size) const;

  Looks looks_;
  Rows rows_;
  std::string filter_;
  bool typing_ = false;
  bool helping_ = false;
  bool known_ = false;  ///< rows have come
  Question question_ = Question::none;
  std::string asked_about_;
  bool asked_session_ = false;
  std::string said_;
  bool wrong_ = false;
  int offset_ = 0;
};

/// What turns a screen of lines into another: those that differ, each at its place. All of it where `before`
/// is empty.
[[nodiscard]] std::string difference(const std::vector<std::string>& before,
                                     const std::vector<std::string>& after);

}  // namespace sess::client::top
