// set-environment, show-environment.
#include "command/language/item.hpp"

namespace sess::command {
namespace {

using model::Environment;

/// The global table, or the target session's.
Result<Environment*> table(Item& item, bool check_target) {
  const auto text = item.args().get('t');
  auto* session = item.session();
  if (check_target && text && session == nullptr)
    return fail(ErrorCode::not_found, "no such session: {}", *text);
  if (item.args().has('g')) return &item.model().globals().environment;
  if (session != nullptr) return &session->environment;
  if (text) return fail(ErrorCode::not_found, "no such session: {}", *text);
  return fail(ErrorCode::not_found, "no current session");
}

Status run_set(Item& item) {
  const Args& args = item.args();
  const std::string name = args[0];
  if (name.empty()) return item.error("empty variable name");
  if (name.find('=') != std::string::npos) return item.error("variable name contains =");
  std::optional<std::string> value;
  if (args.size() > 1) value = args.has('F') ? item.expand(args[1]) : args[1];
  auto found = table(item, false);
  if (!found) return item.error(found.error());
  Environment& environment = **found;
  if (args.has('u')) {
    if (value) return item.error("can't specify a value with -u");
    environment.unset(name);
  } else if (args.has('r')) {
    if (value) return item.error("can't specify a value with -r");
    environment.remove(name);
  } else {
    if (!value) return item.error("no value specified");
    // Linux starts no program with a longer one (MAX_ARG_STRLEN).
    constexpr std::size_t kLongest = 128 * 1024 - 1;
    if (name.size() + 1 + value->size() > kLongest) {
      return item.error(fmt::format("{}: a variable may have at most {} bytes", name, kLongest));
    }
    if (value->size() > item.ports().daemon.room())
      return item.error("the daemon's state is full: unset something");
    environment.set(name, *value,
                    args.has('h') ? Environment::Visibility::hidden : Environment::Visibility::visible);
  }
  return Status::normal;
}

void print_entry(Item& item, const std::string& name, const Environment::Entry& entry) {
  const Args& args = item.args();
  if (args.has('h') != (entry.visibility == Environment::Visibility::hidden)) return;
  if (!args.has('s')) {
    item.print(entry.value ? name + "=" + *entry.value : "-" + name);
    return;
  }
  if (!entry.value) {
    item.print("unset " + name + ";");
    return;
  }
  std::string quoted;
  for (const char c : *entry.value) {
    if (c == '$' || c == '`' || c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  item.print(fmt::format("{}=\"{}\"; export {};", name, quoted, name));
}

Status run_show(Item& item) {
  auto found = table(item, true);
  if (!found) return item.error(found.error());
  const Environment& environment = **found;
  if (!item.args().empty()) {
    const std::string name = item.args()[0];
    const auto* entry = environment.find(name);
    if (entry == nullptr) return item.error("unknown variable: " + name);
    print_entry(item, name, *entry);
    return Status::normal;
  }
  for (const auto& [name, entry] : environment.entries()) print_entry(item, name, entry);
  return Status::normal;
}

constexpr Flag kSetFlags[] = {{'F', "format", "", "expand formats in the value"},
                              {'h', "hidden", "", "for formats only: programs do not see it"},
                              {'g', "global", "", "in the global environment"},
                              {'r', "remove", "", "take it out of programs' environment"},
                              {'t', "target", "target-session", "the session"},
                              {'u', "unset", "", "forget the variable"}};
constexpr Flag kShowFlags[] = {{'h', "hidden", "", "hidden variables"},
                               {'g', "global", "", "the global environment"},
                               {'s', "shell", "", "as commands for sh"},
                               {'t', "target", "target-session", "the session"}};

constexpr Entry kEntries[] = {
    {.name = "set-environment",
     .alias = "setenv",
     .purpose = Purpose::options,
     .args = {kSetFlags, 1, 2},
     .usage = "[-Fhgru] [-t target-session] name [value]",
     .summary = "Set a variable for programs started later",
     .example = "sess set-environment -g EDITOR vim",
     .target = {'t', TargetKind::session, kFindCanFail},
     .flags = kAfterHook,
     .run = run_set},
    {.name = "show-environment",
     .alias = "showenv",
     .purpose = Purpose::options,
     .args = {kShowFlags, 0, 1},
     .usage = "[-hgs] [-t target-session] [name]",
     .summary = "Show a session's environment",
     .example = "eval \"$(sess show-environment -s)\"",
     .target = {'t', TargetKind::session, kFindCanFail},
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_show},
};

}  // namespace

Entries environment_entries() {
  return kEntries;
}

}  // namespace sess::command
