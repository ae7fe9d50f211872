// set-option, set-window-option, set-hook; show-options, show-window-options, show-hooks.
#include <algorithm>
#include <array>

#include "command/format/format.hpp"
#include "command/language/item.hpp"
#include "command/language/queue.hpp"
#include "input/key.hpp"
#include "model/options/scope.hpp"

namespace sess::command {
namespace {

using model::Options;

bool is_window_command(const Item& item) {
  return item.entry().name == "set-window-option" || item.entry().name == "show-window-options";
}
bool is_hook_command(const Item& item) {
  return item.entry().name == "set-hook" || item.entry().name == "show-hooks";
}

model::ScopeRequest scope_request(const Item& item) {
  const Args& args = item.args();
  model::ScopeRequest request;
  request.server = args.has('s');
  request.pane = args.has('p');
  request.window = args.has('w') || is_window_command(item);
  request.global = args.has('g');
  request.session = item.session();
  request.target_window = item.window();
  request.target_pane = item.pane();
  request.target = args.get_or('t', "");
  return request;
}

model::OptionChecks checks(Item& item) {
  model::OptionChecks out;
  out.key = [](std::string_view name) {
    const auto key = input::parse_key(name);
    return key ? std::optional(input::key_name(*key)) : std::nullopt;
  };
  out.shell = [&item](std::string_view path) { return item.ports().files.is_shell(path); };
  out.command = [&item](std::string_view text) -> Result<std::string> {
    Parsed parsed = parse(text, item.queue().parse_context(&item, item.client_id()));
    if (!parsed.ok()) return fail(ErrorCode::invalid_argument, "{}", parsed.errors.front());
    return print(*parsed.commands);
  };
  return out;
}

void changed(Item& item, std::string_view name) {
  constexpr std::array<std::string_view, 4> kSizing{"aggressive-resize", "pane-border-status", "status",
                                                    "window-size"};
  if (std::find(kSizing.begin(), kSizing.end(), name) != kSizing.end())
    item.model().windows().recalculate_all_sizes();
  if (name.find("pane-border-status") != std::string_view::npos) {
    std::vector<model::WindowId> windows;
    for (const auto& [id, window] : item.model().windows()) windows.push_back(id);
    for (const model::WindowId id : windows) item.model().windows().refresh_geometry(id);
  }
  if (name == "tmux-defaults") {
    item.model().globals().follow_tmux_defaults();
    item.model().windows().recalculate_all_sizes();
  }
  item.ports().daemon.option_changed(name);
}

Status run_set(Item& item) {
  const Args& args = item.args();
  const bool quiet = args.has('q');
  const std::string given = item.expand(args[0]);
  if (is_hook_command(item) && args.has('R')) {
    item.queue().submit_hook(given, item.target(), item.client_id());
    return Status::normal;
  }
  const auto complain = [&](const Error& error) { return quiet ? Status::normal : item.error(error); };
  auto name = model::match_option(given);
  if (!name) return complain(name.error());
  std::optional<std::string> value;
  if (args.size() > 1) value = args.has('F') ? item.expand(args[1]) : args[1];

  auto scoped = model::options_for_name(item.model(), *name, scope_request(item));
  if (!scoped) return complain(scoped.error());
  Options& options = *scoped->options;

  if (args.has('u') || args.has('U')) {
    if (args.has('U') && scoped->scope == model::OptionScope::window && item.window() != nullptr) {
      for (const model::PaneId id : item.window()->panes) item.model().pane(id)->options.unset(*name);
    }
    options.unset(*name);
    changed(item, name->name);
    return Status::normal;
  }
  Options::Assignment assignment;
  if (value) assignment.value = *value;
  assignment.append = args.has('a');
  assignment.only_if_unset = args.has('o');
  assignment.given = given;
  if (value && value->size() > item.ports().daemon.room()) {
    return item.error("the daemon's state is full: unset something");
  }
  auto assigned = options.assign(*name, assignment, checks(item));
  if (!assigned) {
    if (quiet && assigned.error().code == ErrorCode::already_exists) return Status::normal;
    return item.error(assigned.error());
  }
  changed(item, name->name);
  return Status::normal;
}

void print_lines(Item& item, const std::vector<model::OptionLine>& lines) {
  for (const model::OptionLine& line : lines) {
    if (!item.args().has('v')) {
      item.print(line.text());
    } else if (!line.bare) {
      item.print(line.value);
    }
  }
}

Status run_show(Item& item) {
  const Args& args = item.args();
  const bool quiet = args.has('q');
  const auto complain = [&](const Error& error) { return quiet ? Status::normal : item.error(error); };
  const auto inherited = args.has('A') ? Options::Inherited::yes : Options::Inherited::no;
  if (args.empty()) {
    auto scoped = model::options_for_flags(item.model(), scope_request(item));
    if (!scoped) return complain(scoped.error());
    const auto hooks = is_hook_command(item) ? Options::Hooks::only
                       : args.has('H')       ? Options::Hooks::yes
                                             : Options::Hooks::no;
    print_lines(item, scoped->options->list(inherited, hooks, item.dialect()));
    return Status::normal;
  }
  const std::string given = item.expand(args[0]);
  auto name = model::match_option(given);
  if (!name) return complain(name.error());
  auto scoped = model::options_for_name(item.model(), *name, scope_request(item));
  if (!scoped) return complain(scoped.error());
  auto lines = scoped->options->list(*name, inherited);
  if (!lines) return complain(lines.error());
  print_lines(item, *lines);
  return Status::normal;
}

Result<ArgKind> set_kind(const Args&, std::size_t index) {
  return index == 1 ? ArgKind::commands_or_string : ArgKind::string;
}

constexpr Flag kSetFlags[] = {{'a', "append", "", "add to the value"},
                              {'F', "format", "", "expand formats in the value"},
                              {'g', "global", "", "the global option"},
                              {'o', "only-if-unset", "", "not when it is set already"},
                              {'p', "pane", "", "a pane option"},
                              {'q', "quiet", "", "no error about unknown options"},
                              {'s', "server", "", "a server option"},
                              {'t', "target", "target-pane", "of this session, window or pane"},
                              {'u', "unset", "", "back to the inherited value"},
                              {'U', "unset-all", "", "the same, in the window's panes as well"},
                              {'w', "window", "", "a window option"}};
constexpr Flag kSetWindowFlags[] = {{'a', "append", "", "add to the value"},
                                    {'F', "format", "", "expand formats in the value"},
                                    {'g', "global", "", "the global option"},
                                    {'o', "only-if-unset", "", "not when it is set already"},
                                    {'q', "quiet", "", "no error about unknown options"},
                                    {'t', "target", "target-window", "of this window"},
                                    {'u', "unset", "", "back to the inherited value"}};
constexpr Flag kSetHookFlags[] = {{'a', "append", "", "after the commands that it has"},
                                  {'g', "global", "", "the global hook"},
                                  {'p', "pane", "", "a pane's hook"},
                                  {'R', "run", "", "run the hook now"},
                                  {'t', "target", "target-pane", "of this session, window or pane"},
                                  {'u', "unset", "", "remove it"},
                                  {'w', "window", "", "a window's hook"}};
constexpr Flag kShowFlags[] = {{'A', "inherited", "", "inherited options as well, marked *"},
                               {'g', "global", "", "the global options"},
                               {'H', "hooks", "", "hooks as well"},
                               {'p', "pane", "", "pane options"},
                               {'q', "quiet", "", "no error about unknown options"},
                               {'s', "server", "", "server options"},
                               {'t', "target", "target-pane", "of this session, window or pane"},
                               {'v', "values", "", "values only"},
                               {'w', "window", "", "window options"}};
constexpr Flag kShowWindowFlags[] = {{'g', "global", "", "the global options"},
                                     {'v', "values", "", "values only"},
                                     {'t', "target", "target-window", "of this window"}};
constexpr Flag kShowHookFlags[] = {{'g', "global", "", "the global hooks"},
                                   {'p', "pane", "", "a pane's hooks"},
                                   {'t', "target", "target-pane", "of this session, window or pane"},
                                   {'w', "window", "", "a window's hooks"}};

constexpr TargetSpec kPane = {'t', TargetKind::pane, kFindCanFail};
constexpr TargetSpec kWindow = {'t', TargetKind::window, kFindCanFail};

constexpr Entry kEntries[] = {
    {.name = "set-option",
     .alias = "set",
     .purpose = Purpose::options,
     .args = {kSetFlags, 1, 2, set_kind},
     .usage = "[-aFgopqsuUw] [-t target-pane] option [value]",
     .summary = "Set an option",
     .example = "sess set-option -g history-limit 100000",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_set},
    {.name = "set-window-option",
     .alias = "setw",
     .purpose = Purpose::options,
     .args = {kSetWindowFlags, 1, 2, set_kind},
     .usage = "[-aFgoqu] [-t target-window] option [value]",
     .summary = "Set a window option",
     .example = "sess set-window-option monitor-activity on",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_set},
    {.name = "set-hook",
     .alias = "",
     .purpose = Purpose::options,
     .args = {kSetHookFlags, 1, 2, set_kind},
     .usage = "[-agpRuw] [-t target-pane] hook [command]",
     .summary = "Run a command when something happens",
     .example = "sess set-hook -g pane-died 'display-message \"#{hook_pane} ended\"'",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_set},
    {.name = "show-options",
     .alias = "show",
     .purpose = Purpose::options,
     .args = {kShowFlags, 0, 1},
     .usage = "[-AgHpqsvw] [-t target-pane] [option]",
     .summary = "Show options",
     .example = "sess show-options -gv status",
     .target = kPane,
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_show},
    {.name = "show-window-options",
     .alias = "showw",
     .purpose = Purpose::options,
     .args = {kShowWindowFlags, 0, 1},
     .usage = "[-gv] [-t target-window] [option]",
     .summary = "Show window options",
     .example = "sess show-window-options -g",
     .target = kWindow,
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_show},
    {.name = "show-hooks",
     .alias = "",
     .purpose = Purpose::options,
     .args = {kShowHookFlags, 0, 1},
     .usage = "[-gpw] [-t target-pane]",
     .summary = "Show hooks",
     .example = "sess show-hooks -g",
     .target = kPane,
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_show},
};

}  // namespace

Entries options_entries() {
  return kEntries;
}

}  // namespace sess::command
