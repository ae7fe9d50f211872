// One line of text being typed at a prompt: characters, a cursor, and what keys do to them.
//
// The keys of tmux 3.3a's prompt: emacs' by default, vi's when status-keys says so. It owns the line alone;
// history, completion and what an answer means are the owner's business, who is told by the outcome of a key.
// Pure: knows no client and no screen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "input/key.hpp"

namespace sess::input {

class LineEditor {
 public:
  enum class Keys : std::uint8_t { emacs, vi };
  /// What the owner has to do after a key. `changed`: the text is another one; `moved`: only what is shown
  /// is.
  enum class Outcome : std::uint8_t {
    nothing,
    moved,
    changed,
    accept,
    cancel,
    complete,         ///< Tab: finish the word at the cursor
    older,            ///< the line before in the history
    newer,            ///< the one after
    paste,            ///< C-y with nothing cut here: the newest buffer
    search_backward,  ///< C-r
    search_forward,   ///< C-s
  };

  LineEditor() = default;
  /// The cursor stands behind the text.
  explicit LineEditor(std::string_view text) { set(text); }

  /// `separators` are the characters that end words beside blanks (word-separators).
  Outcome on_key(Key key, Keys keys, std::string_view separators);
  /// Adds characters at the cursor; control characters are left out.
  void insert(std::string_view text);
  /// Replaces all; the cursor stands behind it.
  void set(std::string_view text);

  /// The word that the cursor is in or behind, as a range of characters. Empty: there is none.
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  [[nodiscard]] Range word() const;
  [[nodiscard]] std::string text(Range range) const;
  /// Puts `text` in its place; the cursor stands behind it.
  void replace(Range range, std::string_view text);

  [[nodiscard]] std::string text() const { return text({0, characters_.size()}); }
  [[nodiscard]] std::string before_cursor() const { return text({0, cursor_}); }
  [[nodiscard]] std::string after_cursor() const { return text({cursor_, characters_.size()}); }
  [[nodiscard]] bool empty() const { return characters_.empty(); }
  /// vi: keys are commands, not text.
  [[nodiscard]] bool commanding() const { return commanding_; }

  /// All that another editor needs to go on with this line.
  struct State {
    std::string before, after;  ///< the cursor
    std::string cut;
    bool commanding = false;
    bool quoting = false;
  };
  [[nodiscard]] State state() const { return {before_cursor(), after_cursor(), cut_, commanding_, quoting_}; }
  void restore(const State& state);

 private:
  enum class Words : std::uint8_t { emacs, vi };

  /// vi's keys in terms of emacs'. Unset key: done with it.
  struct Translated {
    Key key;
    bool append = false;
    Outcome outcome = Outcome::nothing;
  };
  Translated translate(Key key);
  Outcome edit(Key key, std::string_view separators);
  Outcome append(Key key);
  Outcome move_to(std::size_t at);
  Outcome erase(std::size_t begin, std::size_t end);
  /// Erases and keeps for C-y.
  Outcome cut(std::size_t begin, std::size_t end);
  [[nodiscard]] bool blank(std::size_t at) const { return characters_[at] == " "; }
  [[nodiscard]] bool separates(std::size_t at, std::string_view separators) const;
  [[nodiscard]] std::size_t word_back(std::string_view separators) const;
  [[nodiscard]] std::size_t word_forward(std::string_view separators, Words words) const;
  [[nodiscard]] std::size_t word_end(std::string_view separators) const;

  std::vector<std::string> characters_;  ///< each one code point, UTF-8
  std::size_t cursor_ = 0;               ///< 0 … characters_.size()
  std::string cut_;
  bool commanding_ = false;
  bool quoting_ = false;  ///< C-v: the next key is text whatever it is
};

}  // namespace sess::input
