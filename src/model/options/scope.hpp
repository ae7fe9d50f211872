// Which table set-option and show-options mean: from -s -w -p -g and the target, with tmux's error texts.
//
// Called by command/families/option.cpp, which finds the target and reads or writes the table. A global
// window or session table is the model's; the others belong to their session, window or pane.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/options/options.hpp"
#include "model/options/table.hpp"

namespace sess::model {

class Model;
struct Session;
struct Window;
struct Pane;

/// The command's flags and target, as far as they choose a table.
struct ScopeRequest {
  bool server = false;  ///< -s
  bool pane = false;    ///< -p
  bool window = false;  ///< -w, or the command is set-window-option
  bool global = false;  ///< -g
  /// What -t found, or the current ones; null where there is none.
  Session* session = nullptr;
  Window* target_window = nullptr;
  Pane* target_pane = nullptr;
  /// The text of -t, "" when not given: "no such session: x" or "no current session".
  std::string_view target;
};

/// The table, never null and not owned: valid as long as the object that has it.
struct ScopedOptions {
  Options* options;
  OptionScope scope;
};

/// For a given option: its row decides, flags choose where it leaves a choice. User options go by flags
/// alone.
[[nodiscard]] Result<ScopedOptions> options_for_name(Model& model, const OptionName& name,
                                                     const ScopeRequest& request);
/// Without an option (show-options alone): flags alone.
[[nodiscard]] Result<ScopedOptions> options_for_flags(Model& model, const ScopeRequest& request);

}  // namespace sess::model
