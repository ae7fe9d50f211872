// `Enter ~` and a letter: what a user says to the client itself, whatever the link does. ssh's own way
// (ssh(1)).
//
// A pure filter between the terminal and the session. A tilde that begins a line waits for the next key; `~~`
// is one tilde. What is pasted (between the marks of mode 2004) is never for the client.
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
    if (c == '\033') {
      sequence_ = c;
    } else if (!sequence_.empty()) {
      sequence_ += c;
      if (sequence_ == kPasteBegins) pasting_ = true;
      if (sequence_ == kPasteEnds) pasting_ = false;
      // The kitty keyboard protocol may report Enter as a sequence, too.
      const bool enter = sequence_ == "\033[13u" || sequence_ == "\033[13;1u";
      const bool whole = sequence_.size() > 2 && c >= 0x40 && c <= 0x7e;
      if (whole || sequence_.size() >= kLongest) {
        sequence_.clear();
        line_begins_ = enter;
      }
      return;
    }
    line_begins_ = c == '\r' || c == '\n';
  }

  static constexpr std::string_view kPasteBegins = "\033[200~";
  static constexpr std::string_view kPasteEnds = "\033[201~";
  static constexpr std::size_t kLongest = 32;

  bool line_begins_ = true;
  bool tilde_ = false;
  bool pasting_ = false;
  std::string sequence_;  // an escape sequence that has begun
};

}  // namespace sess::client::remote
