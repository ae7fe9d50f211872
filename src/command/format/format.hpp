// The format language: `#{session_name}`, `#{?window_active,a,b}`, `#{=10:pane_title}`, `#S`, `#(command)`.
//
// tmux's format.c over a context of session, window, pane, client and buffer. Reads the model and asks the
// ports for what only terminals and processes know; changes nothing. A name is looked up as option, then as
// variable, then among the context's own variables, then in the environment. Depth and size of the result are
// bounded.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/ports/ports.hpp"
#include "command/language/target.hpp"
#include "model/model.hpp"

namespace sess::command {

struct Buffer;
class BufferStore;

/// What a format is expanded over. All optional parts may be absent; their variables are then empty.
struct FormatContext {
  const model::Model* model = nullptr;
  const Ports* ports = nullptr;
  Target target;                       ///< session, link, window, pane
  TargetKind kind = TargetKind::pane;  ///< what a listing lists: session_format, window_format, pane_format
  std::optional<ClientId> client;
  std::optional<unsigned> umask;  ///< of whoever asks, for #(); none: the client's
  const Buffer* buffer = nullptr;
  const BufferStore* buffers = nullptr;
  std::vector<std::pair<std::string, std::string>> variables;  ///< hook_*, line, command_list_name, ...
  std::chrono::system_clock::time_point time{};                ///< zero: the daemon's now
  std::vector<std::string>* trace = nullptr;                   ///< display-message -v: how it was expanded
  bool jobs = true;                                            ///< #() runs; false: it is empty
};

/// Expands `text`.
[[nodiscard]] std::string expand(const FormatContext& context, std::string_view text);

/// The same after strftime(3): statuses, display-message.
[[nodiscard]] std::string expand_time(const FormatContext& context, std::string_view text);

/// Neither empty nor "0".
[[nodiscard]] bool is_true(std::string_view value);

/// The value of one name, as `#{name}`: none when nothing has that name.
[[nodiscard]] std::optional<std::string> find_value(const FormatContext& context, std::string_view name);

/// Every variable with a value, in order of name (display-message -a).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> all_variables(const FormatContext& context);

}  // namespace sess::command
