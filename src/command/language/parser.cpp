#include "command/language/parser.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "command/language/lexer.hpp"
#include "command/language/run_words.hpp"

namespace sess::command {
namespace {

constexpr int kMaxDepth = 50;
constexpr std::size_t kMaxCommands = 1'000'000;

struct RawCommand;
using RawCommands = std::vector<RawCommand>;

/// A command before its name is looked up: names are looked up when the whole file has been read, as tmux
/// does.
struct RawCommand {
  std::vector<std::variant<std::string, RawCommands, CommandList>> arguments;
  int line = 0;
};

/// Turns raw commands into commands; collects errors.
class Builder {
 public:
  Builder(const ParseContext& context, std::vector<std::string>& errors)
      : context_(context), errors_(errors) {}

  CommandList build(RawCommands raw, bool aliases = true) {
    std::vector<Command> out;
    append(out, std::move(raw), aliases);
    return std::make_shared<const std::vector<Command>>(std::move(out));
  }

  /// The same in pieces: appends what these make. A line's commands come in one piece.
  void build_into(std::vector<Command>& out, RawCommands raw) { append(out, std::move(raw), true); }

  void error(int line, std::string_view text) {
    errors_.push_back(context_.file.empty() ? std::string(text)
                                            : fmt::format("{}:{}: {}", context_.file, line, text));
  }

 private:
  void append(std::vector<Command>& out, RawCommands raw, bool aliases) {
    int line = -1;
    if (context_.one_group) ++group_;
    for (RawCommand& command : raw) {
      if (!context_.one_group && command.line != line) ++group_;
      line = command.line;
      if (aliases && expand_alias(out, command)) continue;

      std::vector<Value> values;
      const std::size_t errors_before = errors_.size();
      const int group = group_;
      for (auto& argument : command.arguments) {
        if (auto* text = std::get_if<std::string>(&argument)) {
          values.emplace_back(std::move(*text));
        } else if (auto* block = std::get_if<RawCommands>(&argument)) {
          values.emplace_back(build(std::move(*block)));
        } else {
          values.emplace_back(std::get<CommandList>(argument));
        }
      }
      group_ = group;
      if (errors_.size() != errors_before) continue;
      if (auto made = make(values, command.line)) {
        made->group = group;
        out.push_back(std::move(*made));
      }
    }
  }

  std::optional<Command> make(const std::vector<Value>& values, int line) {
    if (values.empty() || !values[0].is_string()) {
      error(line, "no command");
      return std::nullopt;
    }
    const bool shell = context_.words == Words::command_line && is_run_shell(values);
    const auto entry = context_.registry->find(shell ? "run-shell" : values[0].string(), context_.words);
    if (!entry) {
      error(line, entry.error().text);
      return std::nullopt;
    }
    auto args = Args::parse((*entry)->args, values);
    if (!args) {
      if (args.error().code == ErrorCode::unavailable) {
        error(line, fmt::format("usage: {}{}{}", (*entry)->name, (*entry)->usage.empty() ? "" : " ",
                                (*entry)->usage));
      } else {
        error(line, fmt::format("command {}: {}", (*entry)->name, args.error().text));
      }
      return std::nullopt;
    }
    return Command{*entry, std::move(*args), context_.file, line, 0};
  }

  /// command-alias: the name is replaced by the alias's commands, the arguments follow the last of them.
  bool expand_alias(std::vector<Command>& out, RawCommand& command);

  const ParseContext& context_;
  std::vector<std::string>& errors_;
  int group_ = 0;
};

/// Recursive descent over the lexer's tokens. After an error the rest of the statement is read and dropped,
/// with the block around it: a block whose half is wrong must not run its other half.
class Reader {
 public:
  Reader(std::string_view text, const ParseContext& context, Builder& builder)
      : lexer_(text, context), context_(context), builder_(builder) {
    advance();
  }

  RawCommands read_all() {
    RawCommands out;
    read_some(out, FileParser::Deadline::max());
    return out;
  }

  /// Statements of the text until the deadline, at least one; true at the text's end.
  bool read_some(RawCommands& out, FileParser::Deadline deadline) {
    deadline_ = deadline;
    bool good = true;
    while (token_.kind != TokenKind::end) {
      paused_ = false;
      statements(out, true, good, 0);
      if (paused_) return false;
      if (token_.kind == TokenKind::end) break;
      wrong();  // a `}`, %else or %endif without its beginning
      recover();
    }
    return true;
  }

 private:
  void advance() { token_ = lexer_.next(); }

  void wrong() {
    builder_.error(token_.line,
                   token_.kind == TokenKind::error && !token_.text.empty() ? token_.text : "syntax error");
  }

  [[nodiscard]] bool ends_statements() const {
    return token_.kind == TokenKind::end || token_.kind == TokenKind::close_brace || ends_branch();
  }
  [[nodiscard]] bool ends_branch() const {
    return token_.kind == TokenKind::elif || token_.kind == TokenKind::else_ ||
           token_.kind == TokenKind::endif;
  }

  /// Whether a statement may end here: at the end of what encloses it.
  [[nodiscard]] bool closes_statement() const {
    return token_.kind == TokenKind::end || (token_.kind == TokenKind::close_brace && braces_ > 0) ||
           (ends_branch() && branches_ > 0);
  }

  /// To the end of the statement: a newline of this depth is consumed, a closing brace of this depth is not.
  void recover() {
    if (token_.kind == TokenKind::close_brace || ends_branch()) advance();
    int depth = 0;
    while (token_.kind != TokenKind::end) {
      if (token_.kind == TokenKind::open_brace) ++depth;
      if (token_.kind == TokenKind::close_brace && depth-- == 0) return;
      const bool newline = token_.kind == TokenKind::newline && depth == 0;
      if (newline) return;
      advance();
    }
  }

  /// Statements up to the end of the file, block or branch. `active`: whether its commands count.
  void statements(RawCommands& out, bool active, bool& good, int depth) {
    for (;;) {
      if (token_.kind == TokenKind::newline) {
        advance();
        continue;
      }
      if (ends_statements()) return;
      RawCommands made;
      if (statement(made, active, depth)) {
        if (token_.kind == TokenKind::newline || closes_statement()) {
          if (active) take(out, std::move(made));
          if (depth == 0 && pause()) return;
          continue;
        }
        wrong();
      }
      good = false;
      recover_inside();
      if (depth == 0 && pause()) return;
    }
  }

  [[nodiscard]] bool pause() {
    if (deadline_ == FileParser::Deadline::max() || token_.kind == TokenKind::end) return false;
    paused_ = std::chrono::steady_clock::now() >= deadline_;
    return paused_;
  }

  void recover_inside() {
    int depth = 0;
    while (token_.kind != TokenKind::end) {
      if (depth == 0 && token_.kind == TokenKind::newline) return;
      if (depth == 0 && token_.kind == TokenKind::close_brace && braces_ > 0) return;
      if (token_.kind == TokenKind::open_brace) ++depth;
      if (token_.kind == TokenKind::close_brace && depth > 0) --depth;
      advance();
    }
  }

  void take(RawCommands& out, RawCommands made) {
    for (RawCommand& command : made) {
      if (++commands_ > kMaxCommands) {
        if (commands_ == kMaxCommands + 1) builder_.error(command.line, "too many commands");
        return;
      }
      out.push_back(std::move(command));
    }
  }

  bool statement(RawCommands& out, bool active, int depth) {
    if (token_.kind == TokenKind::hidden) {
      advance();
      if (token_.kind != TokenKind::assignment) {
        wrong();
        return false;
      }
      assign(true, active);
      advance();
      return true;
    }
    return commands(out, active, depth);
  }

  void assign(bool hidden, bool active) {
    if (!active || context_.parse_only || !context_.assign) return;
    const std::size_t equals = token_.text.find('=');
    context_.assign(std::string_view(token_.text).substr(0, equals),
                    std::string_view(token_.text).substr(equals + 1), hidden);
  }

  /// command { ; command }, any of which may be a condition.
  bool commands(RawCommands& out, bool active, int depth) {
    for (;;) {
      const bool good =
          token_.kind == TokenKind::if_ ? condition(out, active, depth) : command(out, active, depth);
      if (!good) return false;
      if (token_.kind != TokenKind::semicolon) return true;
      while (token_.kind == TokenKind::semicolon) advance();
      if (token_.kind == TokenKind::newline || ends_statements()) return true;
    }
  }

  bool command(RawCommands& out, bool active, int depth) {
    RawCommand made;
    if (token_.kind == TokenKind::assignment) {
      assign(false, active);
      advance();
      if (token_.kind != TokenKind::word) return true;
    }
    if (token_.kind != TokenKind::word) {
      wrong();
      return false;
    }
    made.line = token_.line;
    bool good = true;
    for (;; advance()) {
      if (token_.kind == TokenKind::word || token_.kind == TokenKind::assignment) {
        made.arguments.emplace_back(std::move(token_.text));
      } else if (token_.kind == TokenKind::open_brace) {
        if (depth + 1 > kMaxDepth) {
          builder_.error(token_.line, "too deeply nested");
          return false;
        }
        advance();
        RawCommands block;
        ++braces_;
        statements(block, active, good, depth + 1);
        --braces_;
        if (token_.kind != TokenKind::close_brace) {
          wrong();
          return false;
        }
        made.arguments.emplace_back(std::move(block));
      } else {
        break;
      }
    }
    if (good) out.push_back(std::move(made));
    return true;
  }

  /// The format or word after %if or %elif, expanded: whether it is true.
  bool truth(bool active, bool& value) {
    if (token_.kind != TokenKind::format && token_.kind != TokenKind::word) {
      wrong();
      return false;
    }
    value = false;
    if (active) {
      const std::string text = context_.expand ? context_.expand(token_.text) : token_.text;
      value = !text.empty() && text != "0";
    }
    advance();
    return true;
  }

  bool branch(RawCommands& out, bool active, int depth) {
    ++branches_;
    const bool good = read_branch(out, active, depth);
    --branches_;
    return good;
  }

  bool read_branch(RawCommands& out, bool active, int depth) {
    if (token_.kind == TokenKind::newline) {
      bool good = true;
      statements(out, active, good, depth);
      return true;
    }
    RawCommands made;
    if (!commands(made, active, depth)) return false;
    if (active) take(out, std::move(made));
    // A branch that began on the line of its %if may still end on a later one.
    if (token_.kind == TokenKind::newline) {
      bool good = true;
      statements(out, active, good, depth);
    }
    return true;
  }

  bool condition(RawCommands& out, bool active, int depth) {
    if (depth + 1 > kMaxDepth) {
      builder_.error(token_.line, "too deeply nested");
      return false;
    }
    advance();
    bool value = false;
    if (!truth(active, value)) return false;
    bool taken = value;
    if (!branch(out, active && value, depth + 1)) return false;
    while (token_.kind == TokenKind::elif) {
      advance();
      if (!truth(active && !taken, value)) return false;
      if (!branch(out, active && !taken && value, depth + 1)) return false;
      taken = taken || value;
    }
    if (token_.kind == TokenKind::else_) {
      advance();
      if (!branch(out, active && !taken, depth + 1)) return false;
    }
    if (token_.kind != TokenKind::endif) {
      wrong();
      return false;
    }
    advance();
    return true;
  }

  Lexer lexer_;
  const ParseContext& context_;
  Builder& builder_;
  Token token_;
  FileParser::Deadline deadline_ = FileParser::Deadline::max();
  bool paused_ = false;
  std::size_t commands_ = 0;
  int braces_ = 0, branches_ = 0;
};

bool Builder::expand_alias(std::vector<Command>& out, RawCommand& command) {
  if (!context_.alias || command.arguments.empty()) return false;
  const auto* name = std::get_if<std::string>(&command.arguments[0]);
  if (name == nullptr) return false;
  const auto text = context_.alias(*name);
  if (!text) return false;

  const std::size_t errors_before = errors_.size();
  RawCommands expanded = Reader(*text, context_, *this).read_all();
  if (errors_.size() != errors_before || expanded.empty()) return true;
  for (RawCommand& one : expanded) one.line = command.line;
  auto& last = expanded.back().arguments;
  last.insert(last.end(), std::make_move_iterator(command.arguments.begin() + 1),
              std::make_move_iterator(command.arguments.end()));
  const int group = group_;
  const std::size_t first = out.size();
  append(out, std::move(expanded), false);
  group_ = group;
  for (std::size_t i = first; i < out.size(); ++i) out[i].group = group;
  return true;
}

}  // namespace

std::string Command::print() const {
  const std::string arguments = args.print();
  return std::string(entry->name) + (arguments.empty() ? "" : " ") + arguments;
}

std::string print(const std::vector<Command>& commands, bool escaped) {
  std::string out;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    out += commands[i].print();
    if (i + 1 == commands.size()) break;
    const bool same = commands[i].group == commands[i + 1].group;
    out += same ? (escaped ? " \\; " : " ; ") : (escaped ? " \\;\\; " : " ;; ");
  }
  return out;
}

Parsed parse(std::string_view text, const ParseContext& context) {
  Parsed parsed;
  Builder builder(context, parsed.errors);
  RawCommands raw = Reader(text, context, builder).read_all();
  parsed.commands = builder.build(std::move(raw));
  return parsed;
}

struct FileParser::State {
  State(std::string given, ParseContext with)
      : text(std::move(given)),
        context(std::move(with)),
        builder(context, parsed.errors),
        reader(text, context, builder) {}

  std::string text;
  ParseContext context;
  Parsed parsed;
  Builder builder;
  Reader reader;
  RawCommands raw;
  bool read = false;
  std::size_t built = 0;  ///< of raw
  std::vector<Command> commands;
};

FileParser::FileParser(std::string text, ParseContext context)
    : state_(std::make_unique<State>(std::move(text), std::move(context))) {}
FileParser::~FileParser() = default;

bool FileParser::step(Deadline deadline) {
  constexpr std::size_t kPiece = 64;
  State& s = *state_;
  if (!s.read) s.read = s.reader.read_some(s.raw, deadline);
  while (s.read && s.built < s.raw.size()) {
    std::size_t end = std::min(s.built + kPiece, s.raw.size());
    while (end < s.raw.size() && s.raw[end].line == s.raw[end - 1].line) ++end;
    RawCommands piece(std::make_move_iterator(s.raw.begin() + static_cast<std::ptrdiff_t>(s.built)),
                      std::make_move_iterator(s.raw.begin() + static_cast<std::ptrdiff_t>(end)));
    s.builder.build_into(s.commands, std::move(piece));
    s.built = end;
    if (std::chrono::steady_clock::now() >= deadline) break;
  }
  return s.read && s.built == s.raw.size();
}

Parsed FileParser::take() {
  state_->parsed.commands = std::make_shared<const std::vector<Command>>(std::move(state_->commands));
  return std::move(state_->parsed);
}

Parsed parse_arguments(const std::vector<Value>& arguments, const ParseContext& context) {
  Parsed parsed;
  Builder builder(context, parsed.errors);
  RawCommands commands(1);
  commands.back().line = context.line;
  for (const Value& argument : arguments) {
    if (!argument.is_string()) {
      commands.back().arguments.emplace_back(argument.commands());
      continue;
    }
    std::string text = argument.string();
    bool end = false;
    if (!text.empty() && text.back() == ';') {
      text.pop_back();
      if (!text.empty() && text.back() == '\\') {
        text.back() = ';';
      } else {
        end = true;
      }
    }
    if (!end || !text.empty()) commands.back().arguments.emplace_back(std::move(text));
    if (end) {
      commands.emplace_back();
      commands.back().line = context.line;
    }
  }
  if (commands.back().arguments.empty()) commands.pop_back();
  parsed.commands = builder.build(std::move(commands));
  return parsed;
}

Parsed parse_arguments(const std::vector<std::string>& arguments, const ParseContext& context) {
  return parse_arguments(std::vector<Value>(arguments.begin(), arguments.end()), context);
}

}  // namespace sess::command
