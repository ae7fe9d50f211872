// The words of a command file, one at a time: tmux's yylex. Used by the parser alone.
//
// Quotes, escapes, `~`, `$NAME` and continuation lines are resolved here; variables are looked up when the
// word is read, so an assignment on an earlier line is seen. Total on any bytes; a wrong word is read to its
// end, so that what follows it is still read as what it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "command/language/parser.hpp"

namespace sess::command {

enum class TokenKind {
  end,
  newline,
  semicolon,
  open_brace,
  close_brace,
  word,
  assignment,  ///< NAME=value
  format,      ///< #{...} after %if or %elif
  hidden,
  if_,
  elif,
  else_,
  endif,
  error,  ///< text says what is wrong; empty: "syntax error"
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  int line = 0;
};

class Lexer {
 public:
  Lexer(std::string_view text, const ParseContext& context);

  Token next();
  [[nodiscard]] int line() const { return line_; }

 private:
  static constexpr int kEnd = -1;
  static constexpr std::size_t kMaxWord = 1024 * 1024;

  int get1();
  int get();
  void unget(int c);
  Token word(int c);
  Token format();
  bool escape(std::string& out);
  bool tilde(std::string& out);
  bool variable(std::string& out);
  std::string rest_of_word(int c);

  std::string_view text_;
  const ParseContext& context_;
  std::size_t at_ = 0;
  int escapes_ = 0;
  int line_ = 1;
  bool end_of_line_ = false, ended_ = false, condition_ = false;
  std::string error_;
};

}  // namespace sess::command
