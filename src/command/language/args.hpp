// The arguments of one command, split into flags and values by the rules of tmux's args_parse: getopt
// clusters
// ("-dP"), values attached or separate ("-tapp", "-t app"), "--" ends the flags; and our long forms
// ("--target app", "--target=app", "--detach").
//
// Knows nothing of what a flag means. A value is a string or, from `{ }`, a list of commands.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace sess::command {

struct Command;
/// Commands that were parsed together. Shared and immutable: key bindings, hooks and items point at one.
using CommandList = std::shared_ptr<const std::vector<Command>>;

/// One flag that a command takes.
struct Flag {
  char letter;
  std::string_view long_name;   ///< "detach" for --detach; empty: no long form
  std::string_view value_name;  ///< "target-session"; empty: takes no value
  std::string_view help;        ///< for `help command`; empty: sess itself gives it, and no list has it
};

/// How a positional argument may be written.
enum class ArgKind { string, commands_or_string, commands };

/// What a command takes.
struct ArgSpec {
  std::span<const Flag> flags;
  int min = 0;
  int max = 0;  ///< -1: any number
  /// The kind of positional argument `index`; null: all strings. An error is the command's own complaint.
  Result<ArgKind> (*kind)(const class Args&, std::size_t index) = nullptr;
  /// Flags may also stand behind arguments, up to a "--".
  bool permute = false;
};

class Value {
 public:
  Value() = default;
  Value(std::string text) : value_(std::move(text)) {}          // NOLINT(google-explicit-constructor)
  Value(std::string_view text) : value_(std::string(text)) {}   // NOLINT(google-explicit-constructor)
  Value(const char* text) : value_(std::string(text)) {}        // NOLINT(google-explicit-constructor)
  Value(CommandList commands) : value_(std::move(commands)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(value_); }
  /// The string; empty for commands.
  [[nodiscard]] const std::string& string() const;
  /// Null for a string.
  [[nodiscard]] CommandList commands() const;
  /// The string, or the commands printed.
  [[nodiscard]] std::string text() const;

 private:
  std::variant<std::string, CommandList> value_;
};

class Args {
 public:
  /// values[0] is the command's name. The error is tmux's text without "command NAME: "; for -? the error's
  /// code is unavailable and the caller prints the usage.
  static Result<Args> parse(const ArgSpec& spec, std::span<const Value> values);

  [[nodiscard]] bool has(char flag) const { return count(flag) > 0; }
  /// How often the flag was given.
  [[nodiscard]] int count(char flag) const;
  /// The last value given for a flag.
  [[nodiscard]] std::optional<std::string_view> get(char flag) const;
  [[nodiscard]] std::string_view get_or(char flag, std::string_view fallback) const;
  /// All of its values, oldest first.
  [[nodiscard]] std::span<const std::string> all(char flag) const;

  /// Positional arguments.
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  /// A positional argument as text; empty beyond the end.
  [[nodiscard]] std::string operator[](std::size_t index) const;
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }
  [[nodiscard]] std::vector<std::string> strings(std::size_t from = 0) const;

  /// A flag's value as a number in range, the fallback when it is absent. Error: "too small", "too large" or
  /// "invalid"; which thing is so is the command's to say.
  [[nodiscard]] Result<std::int64_t> number(char flag, std::int64_t minimum, std::int64_t maximum,
                                            std::int64_t fallback) const;

  void set(char flag);
  void set(char flag, std::string value);

  /// A copy whose every string (not those inside commands) went through `change`.
  [[nodiscard]] Args map(const std::function<std::string(const std::string&)>& change) const;

  /// Back to text, as tmux's args_print: flags in order of letter, then their values, then the arguments.
  [[nodiscard]] std::string print() const;

 private:
  struct Given {
    int count = 0;
    std::string_view long_name;  // of a flag without a short form; points into the command's row
    std::vector<std::string> values;
  };
  std::map<char, Given> flags_;
  std::vector<Value> values_;
};

}  // namespace sess::command
