// The table of commands: one row each, as tmux's cmd_entry. A command family is one file that defines its
// rows.
//
// Rows are constant data plus a function; finding a command by name, alias or unique prefix is here, running
// it is the queue's business.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "command/language/args.hpp"

namespace sess::command {

class Item;

/// How a command ended: normally; with an error, which ends the rest of its line; waiting, until its Waker is
/// called; or stop, which ends the whole list without an error.
enum class Status { normal, error, wait, stop };

/// Which kind of object a command's -t or -s names.
enum class TargetKind { none, session, window, pane };

/// How a target is resolved before the command runs.
struct TargetSpec {
  char flag = 0;  ///< 't' or 's'; 0: resolve nothing
  TargetKind kind = TargetKind::none;
  std::uint8_t flags = 0;  ///< find flags of target.hpp
};

/// What the queue does around a command.
enum EntryFlag : std::uint8_t {
  kStartServer = 1,     ///< starts a server when none runs
  kReadOnly = 2,        ///< a read-only client may run it
  kAfterHook = 4,       ///< runs after-NAME when it succeeds
  kClientCFlag = 8,     ///< -c names the target client
  kClientTFlag = 16,    ///< -t names the target client
  kClientCanFail = 32,  ///< no such client is no error
};

/// Whether a command that nobody knows the end of (the server died under it) may be carried out once more: it
/// only reads, or twice leaves what once does.
using Repeatable = bool (*)(const Args&);
inline constexpr Repeatable kReads = [](const Args&) { return true; };
inline constexpr Repeatable kReadsWithP = [](const Args& args) { return args.has('p'); };

/// What a command is for: the headings of `help`.
enum class Purpose {
  jobs,
  sessions,
  windows,
  panes,
  input,
  display,
  options,
  buffers,
  keys,
  scripting,
  server
};

struct Entry {
  std::string_view name;
  std::string_view alias;  ///< empty: none
  Purpose purpose;
  ArgSpec args;
  std::string_view usage;    ///< as tmux prints after the name
  std::string_view summary;  ///< one line for `help`
  std::string_view example;  ///< one command line for `help NAME`
  TargetSpec source = {}, target = {};
  std::uint8_t flags = 0;
  Repeatable repeatable = nullptr;  ///< none: never
  Status (*run)(Item&) = nullptr;
  bool ours = false;  ///< not tmux's: never makes one of tmux's prefixes ambiguous
};

/// Where a command's name stands. tmux has `run`, `wait` and `start` as aliases, and configurations and
/// bindings use them so; typed as the first word of a command line they are the commands about jobs. `tmux`:
/// typed by somebody who called the client so: no other words than tmux's.
enum class Words : std::uint8_t { text, command_line, tmux };

class Registry {
 public:
  /// Every command there is, in order of name.
  static const Registry& standard();

  explicit Registry(std::vector<const Entry*> entries);

  [[nodiscard]] std::span<const Entry* const> entries() const { return entries_; }

  /// By alias, name or unique prefix. Errors: "unknown command: x" (with the nearest name when one is near),
  /// "ambiguous command: x, could be: a, b".
  [[nodiscard]] Result<const Entry*> find(std::string_view name, Words words = Words::text) const;

 private:
  [[nodiscard]] Result<const Entry*> search(std::string_view name, Words words) const;

  std::vector<const Entry*> entries_;
  /// What search() finds for whole names and aliases, by Words: a file of 100 000 commands asks 100 000
  /// times.
  std::unordered_map<std::string_view, const Entry*> exact_[3];
};

/// The rows of each family; registry.cpp puts them together.
using Entries = std::span<const Entry>;
Entries session_entries();
Entries attach_entries();
Entries client_entries();
Entries list_entries();
Entries window_entries();
Entries window_move_entries();
Entries pane_entries();
Entries pane_move_entries();
Entries layout_entries();
Entries respawn_entries();
Entries keys_entries();
Entries send_entries();
Entries options_entries();
Entries environment_entries();
Entries buffer_entries();
Entries display_entries();
Entries script_entries();
Entries prompt_entries();
Entries choose_entries();
Entries mode_entries();
Entries popup_entries();
Entries server_entries();
Entries help_entries();
Entries job_entries();
Entries job_act_entries();
Entries log_entries();
Entries job_listing_entries();
Entries ps_entries();
Entries boot_entries();
Entries restore_entries();

}  // namespace sess::command
