// start-server, kill-server, list-commands, show-messages.
#include "command/format.hpp"
#include "command/item.hpp"

namespace sess::command {
namespace {

Status run_start(Item&) {
  return Status::normal;
}

Status run_kill(Item& item) {
  item.host().end_server();
  return Status::normal;
}

Status run_list(Item& item) {
  const Args& args = item.args();
  const std::string_view line = args.get_or(
      'F', "#{command_list_name}#{?command_list_alias, (#{command_list_alias}),} #{command_list_usage}");
  const std::string only = args[0];
  for (const Entry* entry : Registry::standard().entries()) {
    if (!only.empty() && entry->name != only && entry->alias != only) continue;
    FormatContext context = item.formats();
    context.variables.emplace_back("command_list_name", entry->name);
    context.variables.emplace_back("command_list_alias", entry->alias);
    context.variables.emplace_back("command_list_usage", entry->usage);
    const std::string text = expand(context, line);
    if (!text.empty()) item.print(text);
  }
  return Status::normal;
}

Status run_messages(Item& item) {
  if (item.args().has('t') && !item.target_client_id()) {
    return item.error(fmt::format("can't find client: {}", item.args().get_or('t', "")));
  }
  for (const std::string& line : item.host().message_log()) item.print(line);
  return Status::normal;
}

constexpr Flag kListFlags[] = {{'F', "format", "format", "what to print for each"}};
constexpr Flag kMessageFlags[] = {{'J', "jobs", "", "running shell commands"},
                                  {'T', "terminals", "", "the clients' terminals"},
                                  {'t', "target", "target-client", "the client"}};

constexpr Entry kEntries[] = {
    {.name = "start-server",
     .alias = "start",
     .purpose = Purpose::server,
     .args = {{}, 0, 0},
     .usage = "",
     .summary = "Start the daemon when it does not run",
     .example = "sess start-server",
     .flags = kStartServer,
     .run = run_start},
    {.name = "kill-server",
     .alias = "",
     .purpose = Purpose::server,
     .args = {{}, 0, 0},
     .usage = "",
     .summary = "End every session, every program and the daemon",
     .example = "sess kill-server",
     .run = run_kill},
    {.name = "list-commands",
     .alias = "lscm",
     .purpose = Purpose::server,
     .args = {kListFlags, 0, 1},
     .usage = "[-F format] [command]",
     .summary = "List commands and their flags",
     .example = "sess list-commands",
     .flags = kStartServer | kReadOnly | kAfterHook,
     .run = run_list},
    {.name = "show-messages",
     .alias = "showmsgs",
     .purpose = Purpose::server,
     .args = {kMessageFlags, 0, 0},
     .usage = "[-JT] [-t target-client]",
     .summary = "Show the messages that were shown",
     .example = "sess show-messages",
     .flags = kReadOnly | kAfterHook | kClientTFlag | kClientCanFail,
     .run = run_messages},
};

}  // namespace

Entries server_entries() {
  return kEntries;
}

}  // namespace sess::command
