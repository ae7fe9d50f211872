// A table of environment variables as tmux keeps them: global (what the server started with) and one per
// session, merged when a program is started.
//
// An entry is set (has a value), or removed (`set-environment -r`: no value, masks the global one and is
// taken out of the child's environment); hidden ones (-h) serve formats and never reach a program.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sess::model {

class Environment {
 public:
  enum class Visibility { visible, hidden };

  struct Entry {
    std::optional<std::string> value;  ///< nullopt: removed
    Visibility visibility = Visibility::visible;
    bool operator==(const Entry&) const = default;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  /// The entry of that name, or null. Valid until the table changes.
  [[nodiscard]] const Entry* find(std::string_view name) const;
  /// The value, or nullopt when there is none or it is removed.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;

  void set(std::string_view name, std::string_view value, Visibility visibility = Visibility::visible);
  /// Sets from `NAME=value`; text without '=' or with an empty name is ignored.
  void put(std::string_view assignment, Visibility visibility = Visibility::visible);
  /// Marks the variable as removed (`set-environment -r`).
  void remove(std::string_view name);
  /// Forgets the variable (`set-environment -u`).
  void unset(std::string_view name);
  void clear();

  /// Every entry of `other` over this table, removals included: the order in which a program's environment
  /// is composed is global, session, command's own.
  void merge(const Environment& other);

  /// update-environment: for every pattern (fnmatch(3)) copies the matching variables of a client; a pattern
  /// that matches nothing there marks the variable of that name as removed.
  void update(std::span<const std::string> patterns, const Environment& client);

  /// `NAME=value` of every visible entry with a value, in name order: what exec gets.
  [[nodiscard]] std::vector<std::string> block() const;

  [[nodiscard]] const Entries& entries() const { return entries_; }
  bool operator==(const Environment& other) const { return entries_ == other.entries_; }
  /// Another number, of this process, after each change.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  void changed();

  Entries entries_;
  std::uint64_t version_ = 0;
};

}  // namespace sess::model
