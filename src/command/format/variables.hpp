// The variables of the format language, by name. Used by format.cpp, which does the rest.
//
// format_session.cpp and format_pane.cpp hold the tables, format_variables.cpp the look-up. A variable reads
// the model and the ports' facts and changes nothing; it has no value where its session, window or pane is
// missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "command/format/format.hpp"

namespace sess::command {

/// What modifiers ask of a value as it is looked up.
struct ValueStyle {
  bool time = false;        ///< a time, not seconds
  bool pretty = false;      ///< ... in short
  std::string time_format;  ///< ... by strftime(3)
  bool basename = false, dirname = false;
  bool quote_shell = false, quote_style = false, quote_argument = false;
};

/// Option, variable, context variable or environment variable; none when there is no such thing.
[[nodiscard]] std::optional<std::string> find_styled(const FormatContext& context, std::string_view name,
                                                     const ValueStyle& style);

/// Where #() runs: the session's directory, else the client's, else the user's home; "/" without ports.
[[nodiscard]] std::string working_directory(const FormatContext& context);
/// Of whoever asks, of the client, of the session.
[[nodiscard]] unsigned umask_of(const FormatContext& context);

/// "rrggbb" of a colour name, empty for one without fixed colours.
[[nodiscard]] std::string colour_hex(std::string_view colour);

/// One variable: a function over the context; nullopt where it does not apply.
struct Variable {
  std::string_view name;
  std::optional<std::string> (*value)(const FormatContext&);
};

// The tables, each in order of name.
[[nodiscard]] std::span<const Variable> session_variables();
[[nodiscard]] std::span<const Variable> window_variables();
[[nodiscard]] std::span<const Variable> pane_variables();
[[nodiscard]] std::span<const Variable> client_variables();
[[nodiscard]] std::span<const Variable> server_variables();

// What the tables share. Pointers are null where the context names no such thing or it is gone; they are
// valid until the model changes.
using Found = std::optional<std::string>;
[[nodiscard]] const model::Session* session_of(const FormatContext& context);
[[nodiscard]] const model::Winlink* link_of(const FormatContext& context);
[[nodiscard]] const model::Window* window_of(const FormatContext& context);
[[nodiscard]] const model::Pane* pane_of(const FormatContext& context);
[[nodiscard]] const model::Client* client_of(const FormatContext& context);
[[nodiscard]] inline Found flag(bool value) {
  return value ? "1" : "0";
}
/// Seconds since the epoch; none for the epoch itself, which stands for "never".
[[nodiscard]] Found seconds(model::Time time);
/// "#!~*-MZ": what is printed behind a window's name; `escaped` doubles the #.
[[nodiscard]] std::string window_flags(const model::Model& model, const model::Session& session,
                                       const model::Winlink& link, bool escaped);

}  // namespace sess::command
