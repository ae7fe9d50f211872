// One table of option values with a parent that it inherits from: pane → window → global window;
// session → global session; server alone.
//
// A table holds only what was set in it. Global tables (no parent) fall back on option_table.hpp's defaults,
// so an empty one is a complete one. Options are typed by their row; user options (`@name`) are strings. Keys
// and commands are kept as text, because their grammars belong to other layers: OptionChecks lends those.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/dialect.hpp"
#include "base/result.hpp"
#include "model/options/rows.hpp"
#include "model/options/table.hpp"

namespace sess::model {

/// What other layers know about values. Each may be empty: then the text is taken as it is.
struct OptionChecks {
  /// The canonical name of a key ("C-b"), or nullopt: "bad key: x".
  std::function<std::optional<std::string>(std::string_view)> key;
  /// The command list as it is printed again, or the parser's error.
  std::function<Result<std::string>(std::string_view)> command;
  /// Whether a path can serve as default-shell: "not a suitable shell: x".
  std::function<bool(std::string_view)> shell;
};

/// An option that code reads, by a name and a kind that are checked when the program is compiled.
template <OptionType... kTypes>
class KnownOption {
 public:
  consteval KnownOption(const char* name)
      : entry_(row(name)) {}  // NOLINT: written as a name where it is read
  /// A row that was found otherwise; the caller knows its kind.
  constexpr explicit KnownOption(const OptionEntry& entry) : entry_(&entry) {}
  [[nodiscard]] constexpr const OptionEntry& entry() const { return *entry_; }

 private:
  static consteval const OptionEntry* row(std::string_view name) {
    for (const OptionEntry& entry : rows::kTable) {
      if (entry.name != name) continue;
      if (entry.array != (sizeof...(kTypes) == 0))
        throw "an array is read by array(), everything else is not";
      if (sizeof...(kTypes) > 0 && !((entry.type == kTypes) || ...)) throw "the option is of another type";
      return &entry;
    }
    throw "there is no such option";
  }
  const OptionEntry* entry_;
};
using FlagOption = KnownOption<OptionType::flag>;
/// A number, or the place of a choice among its words.
using NumberOption = KnownOption<OptionType::number, OptionType::choice>;
using ChoiceOption = KnownOption<OptionType::choice>;
using TextOption = KnownOption<OptionType::string, OptionType::key, OptionType::colour, OptionType::command,
                               OptionType::choice, OptionType::flag, OptionType::number>;
using ArrayOption = KnownOption<>;

/// Items of an array option by index. Colours, commands and strings are all kept as canonical text.
using OptionArray = std::map<unsigned, std::string>;

/// string, key, colour: text; number, flag (0/1), choice (index): integer; arrays.
using OptionValue = std::variant<std::string, std::int64_t, OptionArray>;

/// One line of show-options.
struct OptionLine {
  std::string name;   ///< with `[index]` for an item of an array
  std::string value;  ///< as `show-options -v` prints it
  bool inherited = false;
  bool quoted = false;  ///< the value is a string: escaped when printed with its name
  bool bare = false;    ///< an empty array: the name alone, nothing with -v

  /// `name value`, `name* value` when inherited, or the bare name.
  [[nodiscard]] std::string text() const;
};

class Options {
 public:
  using Values = std::map<std::string, OptionValue, std::less<>>;

  Options() = default;
  /// A table for one scope; `parent` must outlive it (the Model sees to that) or be null for a global table.
  explicit Options(OptionScope scope, const Options* parent = nullptr) : parent_(parent), scope_(scope) {}

  [[nodiscard]] OptionScope scope() const { return scope_; }
  [[nodiscard]] const Options* parent() const { return parent_; }
  void set_parent(const Options* parent) { parent_ = parent; }
  /// Whose defaults a global table falls back on.
  void set_defaults(Dialect whose);
  [[nodiscard]] bool global() const { return parent_ == nullptr; }

  // -- reading, with inheritance -------------------------------------------------------------------------

  [[nodiscard]] std::string string(TextOption option) const;
  [[nodiscard]] std::int64_t number(NumberOption option) const { return integer(option.entry()); }
  [[nodiscard]] bool flag(FlagOption option) const { return integer(option.entry()) != 0; }
  /// The name of a choice ("latest").
  [[nodiscard]] std::string_view choice(ChoiceOption option) const;
  [[nodiscard]] OptionArray array(ArrayOption option) const;

  /// The value as text as `show -v` prints it ("on", "80", "latest"), for any known or user option; arrays:
  /// items joined with spaces. nullopt when there is no such option here or above.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// One item of an array as text.
  [[nodiscard]] std::optional<std::string> text(std::string_view name, unsigned index) const;

  /// Set in this very table (in a global one: every option of its scope counts as set).
  [[nodiscard]] bool has_own(std::string_view name) const;
  /// The value here or above or by default; null for an unknown or unset user option.
  [[nodiscard]] const OptionValue* find(std::string_view name) const;

  // -- changing, with tmux's rules and error texts
  // -----------------------------------------------------------

  /// Longer values are refused.
  static constexpr std::size_t kMostText = 1 << 20;
  struct Assignment {
    std::optional<std::string_view> value;  ///< nullopt toggles flags and two-valued choices
    bool append = false;                    ///< -a
    bool only_if_unset = false;             ///< -o: "already set: x"
    std::string_view given;  ///< the option as the user wrote it, for error texts; "" = the name
  };
  /// Errors: "empty value", "value is too small: x", "value is invalid: x", "unknown value: x", "bad value:
  /// x", "bad key: x", "bad colour: x", "invalid style: x", "not an array: x", "already set: x", … Nothing
  /// changes on an error.
  Result<> assign(const OptionName& name, const Assignment& assignment, const OptionChecks& checks = {});
  /// `assign` for code and tests: match_option() and a plain set.
  Result<> set(std::string_view name, std::string_view value, const OptionChecks& checks = {});

  /// -u: forgets the value (a global table returns to the default); with an index, that item alone.
  void unset(const OptionName& name);

  // -- showing
  // -------------------------------------------------------------------------------------------------

  enum class Inherited { no, yes };    ///< -A
  enum class Hooks { no, yes, only };  ///< default, -H, show-hooks

  /// show-options without a name. Who speaks tmux is shown no option that only sess has.
  [[nodiscard]] std::vector<OptionLine> list(Inherited inherited = Inherited::no, Hooks hooks = Hooks::no,
                                             Dialect dialect = Dialect::sess) const;
  /// show-options with a name: nothing when it is not set here (nor, with -A, above); a user option that is
  /// not set is the error "invalid option: x".
  [[nodiscard]] Result<std::vector<OptionLine>> list(const OptionName& name, Inherited inherited) const;

  // -- checkpoint
  // ------------------------------------------------------------------------------------------------

  [[nodiscard]] const Values& values() const { return values_; }
  /// Another number, of this process, after each change.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  /// Takes a value as it stands in a checkpoint; one that does not fit its row's type is dropped (false).
  bool adopt(std::string_view name, OptionValue value);

 private:
  [[nodiscard]] const OptionValue* own(std::string_view name) const;
  [[nodiscard]] const OptionValue& value(const OptionEntry& entry) const;
  [[nodiscard]] std::int64_t integer(const OptionEntry& entry) const;
  OptionArray* own_array(const OptionEntry& entry);
  Result<> assign_single(const OptionEntry& entry, const Assignment& assignment, const OptionChecks& checks);
  Result<> assign_array(const OptionEntry& entry, std::optional<unsigned> index, const Assignment& assignment,
                        const OptionChecks& checks);

  [[nodiscard]] const OptionValue& fallback(const OptionEntry& entry) const;

  const Options* parent_ = nullptr;
  OptionScope scope_ = OptionScope::server;
  Dialect defaults_ = Dialect::sess;
  void changed();

  Values values_;
  std::uint64_t version_ = 0;
};

/// A value as `show -v` prints it. `entry` is null for user options.
[[nodiscard]] std::string option_text(const OptionEntry* entry, const OptionValue& value);

}  // namespace sess::model
