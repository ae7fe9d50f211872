// new-session, has-session, rename-session, kill-session.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "command/families/attach.hpp"
#include "command/format/format.hpp"
#include "command/language/item.hpp"
#include "command/families/spawn.hpp"
#include "model/names.hpp"
#include "model/size_policy.hpp"

namespace sess::command {
namespace {

using model::Model;
using model::Session;

/// The command, when it is a lone word that names no program: whoever typed it meant the session's name. Only
/// where somebody types, and only words without a meaning for the shell.
std::optional<std::string> missing_command(const Item& item) {
  static constexpr std::string_view kBuiltins[] = {"exit",  "true", "false", "echo", "read",    "exec",
                                                   "wait",  "test", "pwd",   "set",  "times",   "ulimit",
                                                   "umask", "trap", "kill",  "type", "command", "printf"};
  const auto* client = item.client();
  if (item.dialect() == Dialect::tmux) return std::nullopt;
  if (client == nullptr || client->session || client->control || item.ports().jobs == nullptr ||
      item.args().size() != 1)
    return std::nullopt;
  const std::string word = item.args()[0];
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (word.empty() || !std::all_of(word.begin(), word.end(), plain)) return std::nullopt;
  if (std::find(std::begin(kBuiltins), std::end(kBuiltins), word) != std::end(kBuiltins)) return std::nullopt;
  std::string path = client->environment.value("PATH").value_or("") + ":" +
                     item.model().globals().environment.value("PATH").value_or("");
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find(':', at), path.size());
    const std::string directory = path.substr(at, end - at);
    if (directory.starts_with('/') && item.ports().files.is_shell(directory + "/" + word))
      return std::nullopt;
    at = end + 1;
  }
  return word;
}

Status run_has(Item&) {
  return Status::normal;
}

/// -x or -y: a number, or "-" for the client's own.
Result<int> side(const Item& item, char flag, int own, int fallback, std::string_view what) {
  const auto text = item.args().get(flag);
  if (!text) return fallback;
  if (*text == "-") return own > 0 ? own : fallback;
  const auto number = item.args().number(flag, 1, kMaxSide, fallback);
  if (!number) return fail(ErrorCode::invalid_argument, "{} {}", what, number.error().text);
  return static_cast<int>(*number);
}

/// "80x24" as default-size has it.
std::optional<Size> parse_size(std::string_view text) {
  unsigned cols = 0;
  unsigned rows = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, cols);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != 'x') return std::nullopt;
  if (std::from_chars(first.ptr + 1, end, rows).ec != std::errc{}) return std::nullopt;
  if (cols == 0 || rows == 0 || cols > kMaxSide || rows > kMaxSide) return std::nullopt;
  return Size{static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(cols)};
}

struct NewSizes {
  Size window;
  std::optional<std::string> default_size;  ///< of the session, when -x or -y was given
};

Result<NewSizes> new_sizes(const Item& item, bool detached) {
  const auto* client = item.client();
  const Size own = client != nullptr ? client->size : Size{0, 0};
  const auto cols = side(item, 'x', own.cols, 80, "width");
  if (!cols) return pass(cols.error());
  const auto rows = side(item, 'y', own.rows, 24, "height");
  if (!rows) return pass(rows.error());

  const bool given_x = item.args().has('x');
  const bool given_y = item.args().has('y');
  NewSizes sizes;
  if (!detached && client != nullptr && !client->control) {
    sizes.window = model::new_window_size(item.model(), client, nullptr);
  } else {
    sizes.window = parse_size(item.model().globals().session.string("default-size"))
                       .value_or(Size{static_cast<std::uint16_t>(*rows), static_cast<std::uint16_t>(*cols)});
    if (given_x) sizes.window.cols = static_cast<std::uint16_t>(*cols);
    if (given_y) sizes.window.rows = static_cast<std::uint16_t>(*rows);
  }
  sizes.window = clamp(sizes.window);
  if (given_x || given_y) {
    sizes.default_size =
        fmt::format("{}x{}", given_x ? *cols : sizes.window.cols, given_y ? *rows : sizes.window.rows);
  }
  return sizes;
}

/// Everything is made and runs: show it, say so.
Status finish_new(Item& item, model::SessionId id, bool detached) {
  const Target created = find_from_session(item.model(), id);
  if (!created.session) return Status::normal;  // it ended already
  if (!detached) {
    AttachOptions options;
    if (const auto flags = item.args().get('f')) options.flags.emplace_back(*flags);
    if (auto attached = item.ports().clients.attach(*item.client_id(), id, options); !attached) {
      return item.error(attached.error());
    }
  }
  print_created(item, created, "#{session_name}:", TargetKind::window);
  if (!item.args().has('d')) item.state().current = created;
  item.set_target(created);
  return Status::normal;
}

Status run_new(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  const auto* client = item.client();
  if (args.has('t') && (!args.empty() || args.has('n'))) {
    return item.error("command or window name given with target");
  }

  std::string name;
  if (const auto given = args.get('s')) {
    const std::string wanted = item.expand(*given);
    auto checked = model::session_name(wanted);
    if (!checked) return item.error("invalid session: " + wanted);
    name = std::move(*checked);
  }
  if (args.has('A')) {
    const Session* existing = !name.empty() ? model.sessions().named(name) : item.session();
    if (existing != nullptr) {
      return attach_to(item, find_from_session(model, existing->id),
                       {args.has('D'), args.has('X'), false, args.has('E'), std::nullopt, args.get('f')});
    }
  }
  if (!name.empty() && model.sessions().named(name) != nullptr)
    return item.error("duplicate session: " + name);
  if (const auto missing = missing_command(item); missing && !args.has('s')) {
    return item.error(
        fmt::format("there is no command '{0}' here; a session of that name: sess new -s {0}", *missing));
  }

  std::string group;
  std::optional<model::SessionId> group_with;
  if (const auto given = args.get('t')) {
    if (const Session* target = item.session()) {
      group = target->group.empty() ? target->name : target->group;
      group_with = target->id;
    } else {
      auto checked = model::session_name(*given);
      if (!checked) return item.error(fmt::format("invalid session group: {}", *given));
      group = std::move(*checked);
    }
  }

  const bool detached = args.has('d') || client == nullptr;
  const bool already_attached = client != nullptr && client->session;
  if (!detached && !already_attached) {
    if (!client->control && is_nested(item)) return item.error(nested(item));
    if (auto can = item.ports().clients.can_attach(client->id); !can) {
      return item.error("open terminal failed: " + can.error().text);
    }
  }
  auto sizes = new_sizes(item, detached);
  if (!sizes) return item.error(sizes.error());

  const std::string directory = start_directory(item, args.get('c'), nullptr);
  if (group_with && model.session(*group_with)->group.empty()) model.links().join_group(*group_with, group);
  auto made = model.create_session({name, directory, group, item.ports().daemon.now()});
  if (!made) return item.error(made.error());
  Session& session = **made;
  const model::SessionId id = session.id;
  if (sizes->default_size) (void)session.options.set("default-size", *sizes->default_size);
  if (client != nullptr && client->umask) session.umask = *client->umask;
  if (!args.has('E')) update_environment(item, session);
  for (const std::string& variable : args.all('e')) session.environment.put(variable);

  if (!session.windows.empty()) return finish_new(item, id, detached);  // shares its group's windows

  Model::NewWindow window;
  window.session = id;
  window.name = args.has('n') ? item.expand(args.get_or('n', "")) : std::string();
  window.size = sizes->window;
  window.select = true;
  window.pane = pane_spec(item, session, args.strings(), directory);
  auto created = model.create_window(window);
  if (!created) {
    model.destroy_session(id);
    return item.error("create window failed: " + created.error().text);
  }
  name_window(model, created->window);
  return start_program(item, session, created->pane, "create session failed",
                       [id, detached](Item& self) { return finish_new(self, id, detached); });
}

Status run_rename(Item& item) {
  const Target target = item.target();
  const std::string wanted = item.expand(item.args()[0], target);
  Session* session = item.session();
  if (session == nullptr) return Status::normal;
  if (auto renamed = item.model().sessions().rename(session->id, wanted); !renamed)
    return item.error(renamed.error());
  item.ports().display.redraw_all();
  return Status::normal;
}

Status run_kill(Item& item) {
  Model& model = item.model();
  Session* session = item.session();
  if (session == nullptr) return Status::normal;
  if (item.args().has('C')) {
    for (auto& [index, link] : session->windows) link.bell = link.activity = link.silence = false;
    item.ports().display.redraw_all();
  } else if (item.args().has('a')) {
    std::vector<model::SessionId> others;
    for (const auto& [id, other] : model.sessions()) {
      if (id != session->id) others.push_back(id);
    }
    for (const model::SessionId id : others) {
      if (model.session(id) != nullptr) model.destroy_session(id);
    }
  } else {
    model.destroy_session(session->id);
  }
  return Status::normal;
}

constexpr Flag kNewFlags[] = {
    {'A', "attach-if-exists", "", "attach when a session of this name exists"},
    {'d', "detached", "", "do not attach to the new session"},
    {'D', "detach-others", "", "with -A: detach its other clients"},
    {'e', "env", "NAME=value", "set a variable in the session's environment; may be given several times"},
    {'E', "keep-environment", "", "do not apply update-environment"},
    {'f', "client-flags", "flags", "client flags, separated by commas"},
    {'F', "format", "format", "what -P prints"},
    {'n', "window-name", "window-name", "name of the first window"},
    {'P', "print", "", "print the new session's name"},
    {'s', "session", "session-name", "name of the session; the next free number without it"},
    {'c', "cwd", "start-directory", "directory that programs start in"},
    {'t', "group", "target-session", "share the windows of this session or group"},
    {'x', "width", "width", "columns while nobody is attached"},
    {'y', "height", "height", "lines while nobody is attached"},
    {'X', "kill-others", "", "with -A: as -D, and hang up their shells"},
};
constexpr Flag kTargetFlag[] = {{'t', "target", "target-session", "the session"}};
constexpr Flag kKillFlags[] = {
    {'a', "all-others", "", "every session but this one"},
    {'C', "clear-alerts", "", "clear alerts instead of ending anything"},
    {'t', "target", "target-session", "the session"},
};

constexpr Entry kEntries[] = {
    {.name = "new-session",
     .alias = "new",
     .purpose = Purpose::sessions,
     .args = {kNewFlags, 0, -1},
     .usage = "[-AdDEPX] [-c start-directory] [-e environment] [-F format] [-f flags] [-n window-name] "
              "[-s session-name] [-t target-session] [-x width] [-y height] [shell-command]",
     .summary = "Start a session and attach to it",
     .example = "sess new -d -s build make -j8",
     .target = {'t', TargetKind::session, kFindCanFail},
     .flags = kStartServer | kAfterHook,
     .run = run_new},
    {.name = "has-session",
     .alias = "has",
     .purpose = Purpose::sessions,
     .args = {kTargetFlag, 0, 0},
     .usage = "[-t target-session]",
     .summary = "Succeed when a session exists",
     .example = "sess has -t build || sess new -d -s build",
     .target = {'t', TargetKind::session, 0},
     .repeatable = kReads,
     .run = run_has},
    {.name = "rename-session",
     .alias = "rename",
     .purpose = Purpose::sessions,
     .args = {kTargetFlag, 1, 1},
     .usage = "[-t target-session] new-name",
     .summary = "Give a session another name",
     .example = "sess rename -t 0 build",
     .target = {'t', TargetKind::session, 0},
     .flags = kAfterHook,
     .run = run_rename},
    {.name = "kill-session",
     .alias = "",
     .purpose = Purpose::sessions,
     .args = {kKillFlags, 0, 0},
     .usage = "[-aC] [-t target-session]",
     .summary = "End a session and the programs in it",
     .example = "sess kill-session -t build",
     .target = {'t', TargetKind::session, 0},
     .run = run_kill},
};

}  // namespace

Entries session_entries() {
  return kEntries;
}

}  // namespace sess::command
