// bind-key, unbind-key, list-keys: on the key tables themselves.
#include "command/language/item.hpp"
#include "command/language/queue.hpp"
#include "input/key_tables.hpp"

namespace sess::command {
namespace {

Result<ArgKind> any_kind(const Args&, std::size_t) {
  return ArgKind::commands_or_string;
}

std::optional<input::Key> bindable(std::string_view name) {
  const auto key = input::parse_key(name);
  return key && key->code != input::code::kNone ? key : std::nullopt;
}

Status run_bind(Item& item) {
  const Args& args = item.args();
  const auto key = bindable(args[0]);
  const std::string table = args.has('T')   ? std::string(args.get_or('T', ""))
                            : args.has('n') ? "root"
                                            : "prefix";
  std::string note(args.get_or('N', ""));
  const bool repeat = args.has('r');
  if (!key) return item.error("unknown key: " + args[0]);
  if (args.size() < 2) {
    item.ports().keys.annotate(table, *key, std::move(note), repeat);
    return Status::normal;
  }
  const Value& first = args.values()[1];
  CommandList commands;
  if (args.size() == 2 && !first.is_string()) {
    commands = first.commands();
  } else {
    const ParseContext context = item.queue().parse_context(&item, item.client_id());
    const std::vector<Value> rest(args.values().begin() + 1, args.values().end());
    Parsed parsed = args.size() == 2 ? parse(first.string(), context) : parse_arguments(rest, context);
    if (!parsed.ok()) return item.error(parsed.errors.front());
    commands = parsed.commands;
  }
  std::string command = print(*commands);
  if (!command.empty()) item.ports().keys.bind(table, *key, {std::move(command), std::move(note), repeat});
  return Status::normal;
}

Status run_unbind(Item& item) {
  const Args& args = item.args();
  input::KeyTables& keys = item.ports().keys;
  const bool quiet = args.has('q');
  const auto complain = [&](std::string text) { return quiet ? Status::error : item.error(text); };
  const std::string table = args.has('T')   ? std::string(args.get_or('T', ""))
                            : args.has('n') ? "root"
                                            : "prefix";
  if (args.has('a')) {
    if (!args.empty()) return complain("key given with -a");
    if (args.has('T') && !keys.has_table(table)) return complain("table " + table + " doesn't exist");
    keys.unbind_all(table);
    return Status::normal;
  }
  if (args.empty()) return complain("missing key");
  const auto key = bindable(args[0]);
  if (!key) return complain("unknown key: " + args[0]);
  if (!keys.has_table(table)) return complain("table " + table + " doesn't exist");
  keys.unbind(table, *key);
  return Status::normal;
}

/// The tables as tmux would have them: without what sess binds by itself and tmux does not. Bindings that the
/// user made stay.
input::KeyTables tmux_tables(const input::KeyTables& tables) {
  input::KeyTables shown = tables;
  for (const auto& row : input::default_bindings()) {
    const auto key = input::parse_key(row.key);
    if (!row.ours || !key) continue;
    if (const auto* bound = shown.find(row.table, *key); bound != nullptr && bound->command == row.command) {
      shown.unbind(row.table, *key);
    }
  }
  return shown;
}

Status run_list(Item& item) {
  const Args& args = item.args();
  input::ListKeys how;
  if (const auto table = args.get('T')) {
    if (!item.ports().keys.has_table(*table))
      return item.error(fmt::format("table {} doesn't exist", *table));
    how.table = std::string(*table);
  }
  if (!args.empty()) {
    how.only = input::parse_key(args[0]);
    if (!how.only) return item.error("invalid key: " + args[0]);
  }
  how.notes = args.has('N');
  how.all = args.has('a');
  how.first = args.has('1');
  if (const auto prefix = args.get('P')) how.prefix = std::string(*prefix);
  const auto* session = item.session();
  const auto& options = session != nullptr ? session->options : item.model().globals().session;
  if (const auto key = input::parse_key(options.string("prefix"))) how.prefix_key = *key;

  const auto& tables = item.ports().keys;
  std::string text = item.dialect() == Dialect::tmux ? tmux_tables(tables).list(how) : tables.list(how);
  if (text.empty()) return how.only ? item.error("unknown key: " + args[0]) : Status::normal;
  if (text.back() == '\n') text.pop_back();
  const auto* target = item.target_client();
  if (how.notes && how.first && target != nullptr) {
    item.ports().messages.show_message(target->id, text, std::chrono::milliseconds(-1));
  } else {
    item.print(text);
  }
  return Status::normal;
}

constexpr Flag kBindFlags[] = {{'n', "root", "", "in the root table: without the prefix"},
                               {'r', "repeat", "", "the key may be repeated without the prefix"},
                               {'N', "note", "note", "what list-keys -N says"},
                               {'T', "table", "key-table", "in this table"}};
constexpr Flag kUnbindFlags[] = {{'a', "all", "", "every key of the table"},
                                 {'n', "root", "", "in the root table"},
                                 {'q', "quiet", "", "no errors"},
                                 {'T', "table", "key-table", "in this table"}};
constexpr Flag kListFlags[] = {{'1', "first", "", "only the first"},
                               {'a', "all", "", "with -N: keys without a note as well"},
                               {'N', "notes", "", "keys and their notes"},
                               {'P', "prefix", "prefix-string", "what -N prints before each key"},
                               {'T', "table", "key-table", "of this table"}};

constexpr Entry kEntries[] = {
    {.name = "bind-key",
     .alias = "bind",
     .purpose = Purpose::keys,
     .args = {kBindFlags, 1, -1, any_kind},
     .usage = "[-nr] [-T key-table] [-N note] key [command [arguments]]",
     .summary = "Let a key run a command",
     .example = "sess bind-key -n M-Left select-pane -L",
     .flags = kAfterHook,
     .run = run_bind},
    {.name = "unbind-key",
     .alias = "unbind",
     .purpose = Purpose::keys,
     .args = {kUnbindFlags, 0, 1},
     .usage = "[-anq] [-T key-table] key",
     .summary = "Take a key's command away",
     .example = "sess unbind-key C-b",
     .flags = kAfterHook,
     .run = run_unbind},
    {.name = "list-keys",
     .alias = "lsk",
     .purpose = Purpose::keys,
     .args = {kListFlags, 0, 1},
     .usage = "[-1aN] [-P prefix-string] [-T key-table] [key]",
     .summary = "List what keys do",
     .example = "sess list-keys -N",
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_list},
};

}  // namespace

Entries keys_entries() {
  return kEntries;
}

}  // namespace sess::command
