// KeyTables holds the key bindings: named tables of key to command text, note and repeat flag.
//
// Tables are created by the first binding and go with the last one. Commands are kept as the text that the
// command layer printed (canonical, ` ; ` between commands); this layer does not understand them. Default
// bindings are tmux 3.3a's (default_bindings.cpp). list_keys() prints tmux's text, byte for byte: scripts
// grep it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "input/key.hpp"

namespace sess::input {

struct Binding {
  std::string command;  ///< canonical text, commands separated by " ; "
  std::string note;     ///< may be empty
  bool repeat = false;
  bool operator==(const Binding&) const = default;
};

struct ListKeys {
  std::optional<std::string> table;    ///< -T
  std::optional<Key> only;             ///< the key argument
  bool notes = false;                  ///< -N
  bool all = false;                    ///< -a: with notes, also bindings without one
  bool first = false;                  ///< -1
  std::optional<std::string> prefix;   ///< -P; for -N only
  Key prefix_key = {'b', mod::kCtrl};  ///< the prefix option, shown by -N
};

class KeyTables {
 public:
  /// In the order that list-keys shows a table's bindings.
  struct Order {
    bool operator()(Key a, Key b) const { return key_order(a) < key_order(b); }
  };
  using Table = std::map<Key, Binding, Order>;

  /// Empty tables; with_defaults() has tmux's bindings.
  KeyTables() = default;
  [[nodiscard]] static KeyTables with_defaults();

  /// Replaces what was bound.
  void bind(std::string_view table, Key key, Binding binding);
  /// bind-key without a command: only note and repeat change. False when the key is not bound.
  bool annotate(std::string_view table, Key key, std::string note, bool repeat);
  /// Whether something was bound. A table that becomes empty is gone, but root and prefix stay.
  bool unbind(std::string_view table, Key key);
  /// Whether the table existed.
  bool unbind_all(std::string_view table);

  /// The binding of exactly this key, or null. A key that a legacy terminal cannot tell from another (kitty's
  /// C-i) finds the other's binding. Valid until the table changes.
  [[nodiscard]] const Binding* find(std::string_view table, Key key) const;
  /// find(), then the table's binding of Any.
  [[nodiscard]] const Binding* find_or_any(std::string_view table, Key key) const;

  [[nodiscard]] bool has_table(std::string_view table) const { return tables_.find(table) != tables_.end(); }
  [[nodiscard]] const std::map<std::string, Table, std::less<>>& tables() const { return tables_; }

  /// list-keys' output, each line ended by \n; empty when nothing matches. An unknown table is the caller's
  /// error.
  [[nodiscard]] std::string list(const ListKeys& how) const;

  /// For the checkpoint, taken after every command: only what differs from the defaults, and kept until
  /// something is bound. restore() is total; none when the bytes cannot be read.
  void save(ByteWriter& out) const;
  [[nodiscard]] static std::optional<KeyTables> restore(ByteReader& in);

 private:
  [[nodiscard]] std::string encode() const;
  std::map<std::string, Table, std::less<>> tables_;
  mutable std::optional<std::string> saved_;  ///< what save() wrote last; none after a change
};

/// One default binding of tmux 3.3a.
struct DefaultBinding {
  const char* table;
  const char* key;
  bool repeat;
  const char* note;
  const char* command;
  bool ours = false;  ///< tmux does not bind the key
};
/// All of them, in list-keys' order.
[[nodiscard]] std::span<const DefaultBinding> default_bindings();

}  // namespace sess::input
