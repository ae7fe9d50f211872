// What `sess help` prints: the commands by purpose, or one command in full. Usable without a server.
//
// Text is made of the registry's rows alone, so it cannot disagree with the parser. Called by the help
// command and by `sessd --help-command` and `--list-commands`, which `sess help` and, where no daemon runs,
// `sess list-commands` execute: the client itself does not know the commands.
#pragma once

#include <string>
#include <string_view>

#include "base/dialect.hpp"
#include "command/format/format.hpp"
#include "command/language/registry.hpp"

namespace sess::command {

/// One line per command, grouped by purpose; ends with a newline.
[[nodiscard]] std::string help_overview(const Registry& registry = Registry::standard());

/// Usage, what it does, its flags and an example; ends with a newline. `name` may be an alias or a unique
/// beginning. The error is Registry::find's.
[[nodiscard]] Result<std::string> help_command(std::string_view name,
                                               const Registry& registry = Registry::standard());

/// Options, format variables, hooks and the keys of job files: "options", "formats", "hooks" and "job-files"
/// list them, the name of one says what it is. Empty: there is no such topic. Ends with a newline.
[[nodiscard]] std::string help_topic(std::string_view name);

/// One of those lists as the manual page has it (mdoc(7)); the gate `manual` compares. The error names what
/// has no sentence.
[[nodiscard]] Result<std::string> manual_list(std::string_view topic);

/// What list-commands prints: a line of `format` (empty: name, alias and usage) for each command, or for the
/// one of that name or alias; as tmux none that only sess has. `context` may have nothing but a model.
[[nodiscard]] std::string command_list(const FormatContext& context, std::string_view format,
                                       std::string_view only, Dialect dialect = Dialect::sess);

}  // namespace sess::command
