// Command lines, files and argument vectors into lists of commands: tmux's grammar (cmd-parse.y).
//
// Quotes, `;`, `{ }` as nested lists, %if/%elif/%else/%endif, %hidden, NAME=value, `~`, `$NAME`, continuation
// lines and comments. Errors are collected as "file:line: text"; what is right is still returned. Knows
// neither model nor files: what it must ask (variables, formats, aliases) it asks through ParseContext.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/args.hpp"
#include "command/language/registry.hpp"

namespace sess::command {

/// One parsed command.
struct Command {
  const Entry* entry = nullptr;
  Args args;
  std::string file;  ///< empty when it was typed
  int line = 0;
  int group = 0;  ///< an error ends the commands of its group: those of one line

  /// Back to text: "bind-key -T root a run-shell x".
  [[nodiscard]] std::string print() const;
};

/// All of a list, joined by " ; " within a group and " ;; " between groups; `escaped` writes `\;` as
/// list-keys does.
[[nodiscard]] std::string print(const std::vector<Command>& commands, bool escaped = false);

/// What the parser asks. Any of them may be empty: then nothing is known, assigned or expanded.
struct ParseContext {
  const Registry* registry = &Registry::standard();
  std::string file;  ///< for errors; empty: no "file:line: " in front
  int line = 1;
  bool parse_only = false;  ///< NAME=value assigns nothing (source-file -n)
  Words words = Words::text;
  bool one_group = false;  ///< all lines are one group: an error ends them all (bind-key's argument)
  std::function<std::optional<std::string>(std::string_view name)> variable;
  std::function<void(std::string_view name, std::string_view value, bool hidden)> assign;
  std::function<std::string(std::string_view user)> home;                  ///< "" user: one's own
  std::function<std::string(std::string_view format)> expand;              ///< %if
  std::function<std::optional<std::string>(std::string_view name)> alias;  ///< command-alias
};

struct Parsed {
  CommandList commands;             ///< never null
  std::vector<std::string> errors;  ///< in order
  [[nodiscard]] bool ok() const { return errors.empty(); }
};

/// From a string. Nesting, length of a token and number of commands are bounded.
[[nodiscard]] Parsed parse(std::string_view text, const ParseContext& context);

/// A file, which may be long: parsed as parse() does, a piece at a time.
class FileParser {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  FileParser(std::string text, ParseContext context);
  ~FileParser();
  FileParser(const FileParser&) = delete;
  FileParser& operator=(const FileParser&) = delete;

  /// Goes on until the deadline, at least by one statement; true when all is parsed.
  bool step(Deadline deadline);
  /// What came of it, once.
  [[nodiscard]] Parsed take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// From an argument vector: an argument that is `;` or ends in an unescaped `;` ends a command, `\;` is a
/// semicolon.
[[nodiscard]] Parsed parse_arguments(const std::vector<Value>& arguments, const ParseContext& context);
[[nodiscard]] Parsed parse_arguments(const std::vector<std::string>& arguments, const ParseContext& context);

}  // namespace sess::command
