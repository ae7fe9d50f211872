// `Enter ~` and a letter: what a user says to the client itself, whatever the link does. ssh's own way
// (ssh(1)).
//
// A pure filter between the terminal and the session. A tilde that begins a line waits for the next key; `~~`
// is one tilde. What is pasted (between the marks of mode 2004) is never for the client, and what the
// terminal says (it is asked things when a session is attached) is no key that a line begins with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sess::client::remote {

class Escape {
 public:
  enum class Command { leave, help, statistics };
  struct Filtered {
    std::string typed;  ///< what is left for the session
    std::optional<Command> command;
  };
  /// Everything after `leave` is dropped; of several commands in one piece the last one counts.
  [[nodiscard]] Filtered filter(std::string_view typed) {
    Filtered out;
    for (const char c : typed) {
      if (tilde_) {
        tilde_ = false;
        if (const auto command = command_of(c)) {
          out.command = command;
          line_begins_ = true;
          if (command == Command::leave) return out;
          continue;
        }
        out.typed += '~';
        if (c == '~') {
          line_begins_ = false;
          continue;
        }
      } else if (c == '~' && line_begins_ && !pasting_) {
        tilde_ = true;
        continue;
      }
      out.typed += c;
      follow(c);
    }
    return out;
  }

 private:
  static std::optional<Command> command_of(char c) {
    if (c == '.') return Command::leave;
    if (c == '?') return Command::help;
    if (c == 's') return Command::statistics;
    return std::nullopt;
  }

  void follow(char c) {
    if (c == '\r' || c == '\n') {
      sequence_.clear();
      line_begins_ = true;
    } else if (sequence_.empty()) {
      if (c == '\033') {
        sequence_ = c;
        began_before_ = line_begins_;
      }
      line_begins_ = false;
    } else {
      follow_sequence(c);
    }
  }

  void follow_sequence(char c) {
    sequence_ += c;
    if (sequence_.size() == 2) {
      // Alt and a key, where nothing else begins with it.
      if (c != '[' && c != 'O' && !is_string()) sequence_.clear();
      return;
    }
    if (is_string()) {
      const bool over = c == '\a' || (c == '\\' && sequence_[sequence_.size() - 2] == '\033');
      if (over) return end_sequence(began_before_);
      sequence_.erase(2);
      if (c == '\033') sequence_ += c;
      return;
    }
    if (sequence_ == kPasteBegins) pasting_ = true;
    if (sequence_ == kPasteEnds) pasting_ = false;
    // The kitty keyboard protocol may report Enter as a sequence, too.
    const bool enter = sequence_ == "\033[13u" || sequence_ == "\033[13;1u";
    const bool whole = c >= 0x40 && c <= 0x7e;
    if (whole || sequence_.size() >= kLongest) end_sequence(enter || (began_before_ && is_report()));
  }

  void end_sequence(bool line_begins) {
    sequence_.clear();
    line_begins_ = line_begins;
  }

  /// DCS, OSC and the like (ECMA-48 5.6): the terminal's answers.
  [[nodiscard]] bool is_string() const {
    return std::string_view("P]_^X").find(sequence_[1]) != std::string_view::npos;
  }
  /// What the terminal says by itself, or because it was asked: attributes, positions, modes, focus, mouse.
  [[nodiscard]] bool is_report() const {
    return sequence_[1] == '[' &&
           (std::string_view("?<>").find(sequence_[2]) != std::string_view::npos ||
            std::string_view("cntyR").find(sequence_.back()) != std::string_view::npos ||
            sequence_ == "\033[I" || sequence_ == "\033[O");
  }

  static constexpr std::string_view kPasteBegins = "\033[200~";
  static constexpr std::string_view kPasteEnds = "\033[201~";
  static constexpr std::size_t kLongest = 32;

  bool line_begins_ = true;
  bool began_before_ =
      false;  // line_begins_ before the sequence; what the terminal says changes nothing of it
  bool tilde_ = false;
  bool pasting_ = false;
  std::string sequence_;  // an escape sequence that has begun
};

}  // namespace sess::client::remote
