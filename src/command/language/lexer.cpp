#include "command/language/lexer.hpp"

#include <cctype>

#include "base/utf8.hpp"

namespace sess::command {
namespace {

bool is_name(int c, bool first) {
  if (c == '=' || c < 0) return false;
  if (first && std::isdigit(c) != 0) return false;
  return std::isalnum(c) != 0 || c == '_';
}

}  // namespace

Lexer::Lexer(std::string_view text, const ParseContext& context)
    : text_(text), context_(context), line_(context.line) {}

int Lexer::get1() {
  if (at_ >= text_.size()) {
    ++at_;
    return kEnd;
  }
  return static_cast<unsigned char>(text_[at_++]);
}

void Lexer::unget(int) {
  if (at_ > 0) --at_;
}

// Backslashes are counted so that one before a newline joins lines, and a pair does not.
int Lexer::get() {
  if (escapes_ != 0) {
    --escapes_;
    return '\\';
  }
  for (;;) {
    const int c = get1();
    if (c == '\\') {
      ++escapes_;
      continue;
    }
    if (c == '\n' && escapes_ % 2 == 1) {
      ++line_;
      --escapes_;
      continue;
    }
    if (escapes_ != 0) {
      unget(c);
      --escapes_;
      return '\\';
    }
    return c;
  }
}

std::string Lexer::rest_of_word(int c) {
  std::string out;
  do {
    out += static_cast<char>(c);
    c = get();
  } while (c != kEnd && c != ' ' && c != '\t' && c != '\n');
  unget(c);
  return out;
}

Token Lexer::next() {
  if (end_of_line_) ++line_;
  end_of_line_ = false;
  const bool condition = condition_;
  condition_ = false;

  for (;;) {
    int c = get();
    if (c == kEnd) {
      unget(c);
      if (ended_) return {TokenKind::end, {}, line_};
      ended_ = true;
      return {TokenKind::newline, {}, line_};
    }
    if (c == ' ' || c == '\t') continue;
    if (c == '\r') {
      c = get();
      if (c != '\n') {
        unget(c);
        c = '\r';
      }
    }
    if (c == '\n') {
      end_of_line_ = true;
      return {TokenKind::newline, {}, line_};
    }
    if (c == ';') return {TokenKind::semicolon, {}, line_};
    if (c == '{') return {TokenKind::open_brace, {}, line_};
    if (c == '}') return {TokenKind::close_brace, {}, line_};
    if (c == '#') {
      int after = get();
      if (condition && after == '{') return format();
      while (after != '\n' && after != kEnd) after = get();
      if (after == '\n') {
        end_of_line_ = true;
        return {TokenKind::newline, {}, line_};
      }
      unget(after);
      continue;
    }
    if (c == '%') {
      std::string text = rest_of_word(c);
      if (text.find_first_not_of("%0123456789") == std::string::npos) {
        return {TokenKind::word, std::move(text), line_};
      }
      condition_ = true;
      if (text == "%hidden") return {TokenKind::hidden, {}, line_};
      if (text == "%if") return {TokenKind::if_, {}, line_};
      if (text == "%elif") return {TokenKind::elif, {}, line_};
      if (text == "%else") return {TokenKind::else_, {}, line_};
      if (text == "%endif") return {TokenKind::endif, {}, line_};
      return {TokenKind::error, {}, line_};
    }
    return word(c);
  }
}

Token Lexer::format() {
  std::string out = "#{";
  int depth = 1;
  for (;;) {
    int c = get();
    if (c == '#') {
      out += '#';
      c = get();
      if (c == '{') ++depth;
    } else if (c == '}' && --depth == 0) {
      out += '}';
      return {TokenKind::format, std::move(out), line_};
    }
    if (c == kEnd || c == '\n') {
      unget(c);
      return {TokenKind::error, {}, line_};
    }
    out += static_cast<char>(c);
  }
}

Token Lexer::word(int c) {
  enum class State { start, none, double_quotes, single_quotes };
  State state = State::none;
  State last = State::start;
  const int line = line_;
  std::string out;
  bool wrong = false;
  error_.clear();

  for (;; c = get()) {
    if (c == kEnd) break;
    if (out.size() > kMaxWord) {
      wrong = true;
      error_ = "token is too long";
      out.clear();
    }
    if (state == State::none) {
      if (c == '\r') {
        c = get();
        if (c != '\n') {
          unget(c);
          c = '\r';
        }
      }
      if (c == '\n' || c == ' ' || c == '\t' || c == ';' || c == '}') break;
    }
    if (c == '\n') {
      // Inside quotes a newline stays; the indentation and a comment that follow it do not.
      ++line_;
      out += '\n';
      do {
        c = get();
      } while (c == ' ' || c == '\t');
      if (c == '#') {
        const int after = get();
        if (after == kEnd ||
            std::string_view(",#{}:").find(static_cast<char>(after)) != std::string_view::npos) {
          unget(after);
          out += '#';
          continue;
        }
        int skipped = after;
        while (skipped != '\n' && skipped != kEnd) skipped = get();
        unget(skipped);
        continue;
      }
      unget(c);
      continue;
    }
    if (c == '\\' && state != State::single_quotes) {
      wrong = !escape(out) || wrong;
    } else if (c == '~' && last != state && state != State::single_quotes) {
      wrong = !tilde(out) || wrong;
    } else if (c == '$' && state != State::single_quotes) {
      wrong = !variable(out) || wrong;
    } else if (c == '\'' && state != State::double_quotes) {
      state = state == State::none ? State::single_quotes : State::none;
      continue;
    } else if (c == '"' && state != State::single_quotes) {
      state = state == State::none ? State::double_quotes : State::none;
      continue;
    } else {
      out += static_cast<char>(c);
    }
    last = state;
  }
  unget(c);
  if (wrong) return {TokenKind::error, std::move(error_), line};

  const std::size_t equals = out.find('=');
  if (equals != std::string::npos && equals > 0 && is_name(static_cast<unsigned char>(out[0]), true)) {
    bool name = true;
    for (std::size_t i = 1; i < equals; ++i)
      name = name && is_name(static_cast<unsigned char>(out[i]), false);
    if (name) return {TokenKind::assignment, std::move(out), line};
  }
  return {TokenKind::word, std::move(out), line};
}

bool Lexer::escape(std::string& out) {
  int c = get();
  if (c >= '0' && c <= '7') {
    const int second = c <= '3' ? get() : kEnd;
    const int third = second >= '0' && second <= '7' ? get() : kEnd;
    if (third < '0' || third > '7') {
      error_ = "invalid octal escape";
      return false;
    }
    out += static_cast<char>(64 * (c - '0') + 8 * (second - '0') + (third - '0'));
    return true;
  }
  int digits = 0;
  switch (c) {
    case kEnd:
      unget(c);
      return false;
    case 'a':
      c = '\a';
      break;
    case 'b':
      c = '\b';
      break;
    case 'e':
      c = '\033';
      break;
    case 'f':
      c = '\f';
      break;
    case 's':
      c = ' ';
      break;
    case 'v':
      c = '\v';
      break;
    case 'r':
      c = '\r';
      break;
    case 'n':
      c = '\n';
      break;
    case 't':
      c = '\t';
      break;
    case 'u':
      digits = 4;
      break;
    case 'U':
      digits = 8;
      break;
    default:
      break;
  }
  if (digits == 0) {
    out += static_cast<char>(c);
    return true;
  }
  const char type = static_cast<char>(c);
  std::uint32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    c = get();
    if (c == kEnd || std::isxdigit(c) == 0) {
      unget(c);
      error_ = std::string("invalid \\") + type + " argument";
      return false;
    }
    const int digit = std::isdigit(c) != 0 ? c - '0' : std::tolower(c) - 'a' + 10;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
    error_ = std::string("invalid \\") + type + " argument";
    return false;
  }
  append_utf8(out, value);
  return true;
}

bool Lexer::tilde(std::string& out) {
  std::string user;
  for (;;) {
    const int c = get();
    if (c == kEnd || std::string_view("/ \t\n\"'").find(static_cast<char>(c)) != std::string_view::npos) {
      unget(c);
      break;
    }
    user += static_cast<char>(c);
  }
  std::string home;
  if (user.empty() && context_.variable) home = context_.variable("HOME").value_or("");
  if (home.empty() && context_.home) home = context_.home(user);
  if (home.empty()) return false;
  out += home;
  return true;
}

bool Lexer::variable(std::string& out) {
  int c = get();
  const bool braces = c == '{';
  std::string name;
  if (!braces) {
    if (!is_name(c, true)) {
      out += '$';
      unget(c);
      return true;
    }
    name += static_cast<char>(c);
  }
  for (;;) {
    c = get();
    if (braces && c == '}') break;
    if (!is_name(c, false)) {
      unget(c);
      if (!braces) break;
      error_ = "invalid environment variable";
      return false;
    }
    if (name.size() > 1022) {
      error_ = "environment variable is too long";
      return false;
    }
    name += static_cast<char>(c);
  }
  if (context_.variable) out += context_.variable(name).value_or("");
  return true;
}

}  // namespace sess::command
