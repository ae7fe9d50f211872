// new-window, kill-window, unlink-window, select-window and its kin, rename-window, rotate-window,
// resize-window, find-window.
#include <algorithm>

#include "command/format/format.hpp"
#include "command/language/item.hpp"
#include "command/families/spawn.hpp"
#include "command/families/zoom.hpp"
#include "model/number.hpp"
#include "model/size_policy.hpp"

namespace sess::command {
namespace {

using model::Links;
using model::Model;
using model::Session;
using model::Window;
using model::Windows;

/// The client that looks at the window now counts as its latest, and sizes follow.
void used_by(Item& item, model::SessionId session) {
  const auto* client = item.client();
  Window* window = item.model().current_window(session);
  if (client != nullptr && client->session && window != nullptr) window->latest = client->id;
  item.model().recalculate_sizes();
}

Status run_new(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  Session* session = item.session();
  if (session == nullptr) return item.error("no current session");
  const model::SessionId id = session->id;
  std::optional<int> index;
  if (item.target().index >= 0) index = item.target().index;

  const std::string name = args.has('n') ? item.expand(args.get_or('n', "")) : std::string();
  if (args.has('S') && args.has('n') && !index) {
    std::vector<int> same;
    for (const auto& [at, link] : session->windows) {
      if (model.links().window_of(link).name == name) same.push_back(at);
    }
    if (same.size() > 1) return item.error("multiple windows named " + name);
    if (same.size() == 1) {
      if (!args.has('d')) {
        model.links().select_window(id, same.front());
        used_by(item, id);
      }
      return Status::normal;
    }
  }
  if ((args.has('a') || args.has('b')) && item.target().link) {
    const auto free = model.links().shuffle_up(id, *item.target().link + (args.has('b') ? 0 : 1));
    if (free) index = *free;
  }

  Model::NewWindow window;
  window.session = id;
  window.index = index;
  window.name = name;
  window.size = model::new_window_size(model, item.target_client(), session);
  window.select = !args.has('d');
  window.replace = args.has('k');
  window.pane = pane_spec(item, *session, args.strings(), start_directory(item, args.get('c'), session));
  auto created = model.create_window(window);
  if (!created) return item.error("create window failed: " + created.error().text);
  name_window(model, created->window);
  const int at = created->index;
  return start_program(item, *session, created->pane, "create window failed", [id, at](Item& self) {
    const Target made = find_from_link(self.model(), id, at);
    if (!made.valid()) return Status::normal;
    const Session* in = self.model().session(id);
    if (in != nullptr && (!self.args().has('d') || in->current == at)) self.state().current = made;
    used_by(self, id);
    print_created(self, made, "#{session_name}:#{window_index}.#{pane_index}");
    self.set_target(made);
    return Status::normal;
  });
}

Status run_kill(Item& item) {
  Model& model = item.model();
  const Session* session = item.session();
  const Window* window = item.window();
  if (session == nullptr || window == nullptr || !item.target().link) return Status::normal;
  const model::SessionId id = session->id;
  const model::WindowId kept = window->id;
  if (!item.args().has('a')) {
    std::vector<model::SessionId> affected;
    for (const Session* other : model.links().sessions_with(kept)) affected.push_back(other->id);
    model.destroy_window(kept);
    for (const model::SessionId other : affected) {
      if (model.session(other) != nullptr) model.links().renumber_if_wanted(other);
    }
    return Status::normal;
  }
  std::vector<model::WindowId> others;
  for (const auto& [index, link] : session->windows) {
    if (link.window != kept) others.push_back(link.window);
  }
  for (const model::WindowId other : others) {
    if (model.window(other) != nullptr) model.destroy_window(other);
  }
  if (model.session(id) != nullptr) model.links().renumber_if_wanted(id);
  return Status::normal;
}

Status run_unlink(Item& item) {
  Model& model = item.model();
  if (item.window() == nullptr || !item.target().link) return Status::normal;
  if (!item.args().has('k') && model.links().count(*item.target().window) < 2) {
    return item.error("window only linked to one session");
  }
  model.unlink_window(*item.target().session, *item.target().link);
  model.recalculate_sizes();
  return Status::normal;
}

enum class Step { next, previous, last };

Status step(Item& item, Step where) {
  Model& model = item.model();
  const Session* session = item.session();
  if (session == nullptr) return Status::normal;
  const model::SessionId id = session->id;
  const auto alerts = item.args().has('a') ? Links::Alerts::only : Links::Alerts::ignore;
  Links::Moved moved = Links::Moved::none;
  const char* none = "no last window";
  if (where == Step::next) {
    moved = model.links().next_window(id, alerts);
    none = "no next window";
  } else if (where == Step::previous) {
    moved = model.links().previous_window(id, alerts);
    none = "no previous window";
  } else {
    moved = model.links().last_window(id);
  }
  if (moved == Links::Moved::none) return item.error(none);
  item.state().current = find_from_session(model, id);
  item.set_target(item.state().current);
  used_by(item, id);
  return Status::normal;
}

Status run_next(Item& item) {
  return step(item, Step::next);
}
Status run_previous(Item& item) {
  return step(item, Step::previous);
}
Status run_last(Item& item) {
  return step(item, Step::last);
}

Status run_select(Item& item) {
  const Args& args = item.args();
  if (args.has('n')) return step(item, Step::next);
  if (args.has('p')) return step(item, Step::previous);
  if (args.has('l')) return step(item, Step::last);
  Model& model = item.model();
  const Session* session = item.session();
  if (session == nullptr || !item.target().link) return Status::normal;
  if (args.has('T') && session->current == item.target().link) return step(item, Step::last);
  const model::SessionId id = session->id;
  model.links().select_window(id, *item.target().link);
  item.state().current = find_from_session(model, id);
  used_by(item, id);
  return Status::normal;
}

Status run_rename(Item& item) {
  const Window* window = item.window();
  if (window == nullptr) return Status::normal;
  item.model().windows().set_name(window->id, item.expand(item.args()[0], item.target()));
  item.ports().display.redraw_all();
  return Status::normal;
}

Status run_rotate(Item& item) {
  if (item.window() == nullptr) return Status::normal;
  const model::WindowId window = *item.target().window;
  const ZoomGuard zoom(item.model(), window, item.args().has('Z'));
  item.model().windows().rotate(window,
                                item.args().has('D') ? Windows::Rotation::down : Windows::Rotation::up);
  return Status::normal;
}

Status run_resize(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  Window* window = item.window();
  if (window == nullptr) return Status::normal;
  std::int64_t change = 1;
  if (!args.empty()) {
    const auto given = model::parse_number(args[0], 1, INT32_MAX);
    if (!given) return item.error("adjustment " + given.error().text);
    change = *given;
  }
  std::int64_t cols = window->size.cols;
  std::int64_t rows = window->size.rows;
  if (args.has('x')) {
    const auto given = args.number('x', 1, kMaxSide, cols);
    if (!given) return item.error("width " + given.error().text);
    cols = *given;
  }
  if (args.has('y')) {
    const auto given = args.number('y', 1, kMaxSide, rows);
    if (!given) return item.error("height " + given.error().text);
    rows = *given;
  }
  if (args.has('L')) {
    if (cols >= change) cols -= change;
  } else if (args.has('R')) {
    cols += change;
  } else if (args.has('U')) {
    if (rows >= change) rows -= change;
  } else if (args.has('D')) {
    rows += change;
  }
  if (args.has('A') || args.has('a')) {
    // What the window would be under that policy, asked of the policy itself.
    (void)window->options.set("window-size", args.has('A') ? "largest" : "smallest");
    auto size = model::window_size(model, *window);
    // With nobody attached it is what a new window would be.
    const auto* session = item.session();
    if (!size && session != nullptr) size = model::parse_dimensions(session->options.string("default-size"));
    if (size) {
      cols = size->cols;
      rows = size->rows;
    }
  }
  (void)window->options.set("window-size", "manual");
  const auto side = [](std::int64_t n) {
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(n, 1, kMaxSide));
  };
  window->manual_size = Size{side(rows), side(cols)};
  model.windows().recalculate_size(window->id);
  return Status::normal;
}

/// Where find-window looks: all of it unless -C, -N or -T say.
std::string find_filter(const Args& args, const std::string& text) {
  const bool all = !args.has('C') && !args.has('N') && !args.has('T');
  const bool regex = args.has('r');
  const std::string flags = std::string(regex ? "r" : "") + (args.has('i') ? "i" : "");
  const std::string suffix = flags.empty() ? "" : "/" + flags;
  const std::string pattern = regex ? text : "*" + text + "*";
  std::vector<std::string> tests;
  if (all || args.has('C')) tests.push_back("#{C" + suffix + ":" + text + "}");
  if (all || args.has('N')) tests.push_back("#{m" + suffix + ":" + pattern + ",#{window_name}}");
  if (all || args.has('T')) tests.push_back("#{m" + suffix + ":" + pattern + ",#{pane_title}}");
  if (tests.size() == 1) return tests.front();
  std::string out = "#{||:";
  for (std::size_t i = 0; i < tests.size(); ++i) out += (i == 0 ? "" : ",") + tests[i];
  return out + "}";
}

Status run_find(Item& item) {
  Model& model = item.model();
  const Session* session = item.session();
  if (session == nullptr || item.pane() == nullptr) return Status::normal;
  const std::string filter = find_filter(item.args(), item.args()[0]);
  std::vector<Target> found;
  for (const auto& [index, link] : session->windows) {
    Target target = find_from_link(model, session->id, index);
    for (const model::PaneId pane : model.links().window_of(link).panes) {
      target.pane = pane;
      if (!is_true(item.expand(filter, target))) continue;
      found.push_back(target);
      break;
    }
  }
  if (found.empty()) return item.error("no windows matching: " + item.args()[0]);
  if (found.size() > 1) {
    std::vector<std::string> arguments = {"-f", filter};
    if (item.args().has('Z')) arguments.emplace_back("-Z");
    const auto entered =
        item.ports().panes.enter_mode(*item.target().pane, item.target_client_id(), "choose-tree", arguments);
    if (entered) return Status::normal;
  }
  model.links().select_window(session->id, *found.front().link);
  used_by(item, *found.front().session);
  return Status::normal;
}

constexpr Flag kNewFlags[] = {
    {'a', "after", "", "at the next index after the target, moving others up"},
    {'b', "before", "", "at the index before the target"},
    {'c', "cwd", "start-directory", "directory that the program starts in"},
    {'d', "detached", "", "do not make it the current window"},
    {'e', "env", "NAME=value", "set a variable for the program"},
    {'F', "format", "format", "what -P prints"},
    {'k', "kill", "", "end a window that has the index already"},
    {'n', "name", "window-name", "name of the window"},
    {'P', "print", "", "print where the window is"},
    {'S', "select", "", "select a window of that name if there is one"},
    {'t', "target", "target-window", "session and index"},
};
constexpr Flag kKillFlags[] = {{'a', "all-others", "", "every window but this one"},
                               {'t', "target", "target-window", "the window"}};
constexpr Flag kUnlinkFlags[] = {{'k', "kill", "", "also when it is linked nowhere else"},
                                 {'t', "target", "target-window", "the window"}};
constexpr Flag kSelectFlags[] = {{'l', "last", "", "the one that was current before"},
                                 {'n', "next", "", "the next one"},
                                 {'p', "previous", "", "the previous one"},
                                 {'T', "toggle", "", "if it is current: the last one"},
                                 {'t', "target", "target-window", "the window"}};
constexpr Flag kStepFlags[] = {{'a', "alert", "", "one with an alert"},
                               {'t', "target", "target-session", "the session"}};
constexpr Flag kSessionFlags[] = {{'t', "target", "target-session", "the session"}};
constexpr Flag kWindowFlags[] = {{'t', "target", "target-window", "the window"}};
constexpr Flag kRotateFlags[] = {{'D', "down", "", "towards the end"},
                                 {'U', "up", "", "towards the beginning"},
                                 {'Z', "keep-zoom", "", "stay zoomed"},
                                 {'t', "target", "target-window", "the window"}};
constexpr Flag kResizeFlags[] = {{'a', "smallest", "", "to the smallest session that shows it"},
                                 {'A', "largest", "", "to the largest"},
                                 {'D', "down", "", "more lines"},
                                 {'L', "left", "", "fewer columns"},
                                 {'R', "right", "", "more columns"},
                                 {'U', "up", "", "fewer lines"},
                                 {'x', "width", "width", "columns"},
                                 {'y', "height", "height", "lines"},
                                 {'t', "target", "target-window", "the window"}};
constexpr Flag kFindFlags[] = {{'C', "content", "", "in what the panes show"},
                               {'i', "ignore-case", "", "upper and lower case alike"},
                               {'N', "name", "", "in window names"},
                               {'r', "regex", "", "as a regular expression"},
                               {'T', "title", "", "in pane titles"},
                               {'Z', "zoom", "", "zoom while choosing"},
                               {'t', "target", "target-pane", "the pane that shows the choice"}};

constexpr TargetSpec kWindow = {'t', TargetKind::window, 0};
constexpr TargetSpec kSession = {'t', TargetKind::session, 0};

constexpr Entry kEntries[] = {
    {.name = "new-window",
     .alias = "neww",
     .purpose = Purpose::windows,
     .args = {kNewFlags, 0, -1},
     .usage =
         "[-abdkPS] [-c start-directory] [-e environment] [-F format] [-n window-name] [-t target-window] "
         "[shell-command]",
     .summary = "Open a window",
     .example = "sess new-window -n logs journalctl -f",
     .target = {'t', TargetKind::window, kFindWindowIndex},
     .flags = kAfterHook,
     .run = run_new},
    {.name = "kill-window",
     .alias = "killw",
     .purpose = Purpose::windows,
     .args = {kKillFlags, 0, 0},
     .usage = "[-a] [-t target-window]",
     .summary = "Close a window and end its programs",
     .example = "sess kill-window -t build:2",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_kill},
    {.name = "unlink-window",
     .alias = "unlinkw",
     .purpose = Purpose::windows,
     .args = {kUnlinkFlags, 0, 0},
     .usage = "[-k] [-t target-window]",
     .summary = "Take a window out of one of its sessions",
     .example = "sess unlink-window -t other:3",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_unlink},
    {.name = "select-window",
     .alias = "selectw",
     .purpose = Purpose::windows,
     .args = {kSelectFlags, 0, 0},
     .usage = "[-lnpT] [-t target-window]",
     .summary = "Go to a window",
     .example = "sess select-window -t :2",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_select},
    {.name = "next-window",
     .alias = "next",
     .purpose = Purpose::windows,
     .args = {kStepFlags, 0, 0},
     .usage = "[-a] [-t target-session]",
     .summary = "Go to the next window",
     .example = "sess next-window",
     .target = kSession,
     .flags = kAfterHook,
     .run = run_next},
    {.name = "previous-window",
     .alias = "prev",
     .purpose = Purpose::windows,
     .args = {kStepFlags, 0, 0},
     .usage = "[-a] [-t target-session]",
     .summary = "Go to the previous window",
     .example = "sess previous-window",
     .target = kSession,
     .flags = kAfterHook,
     .run = run_previous},
    {.name = "last-window",
     .alias = "last",
     .purpose = Purpose::windows,
     .args = {kSessionFlags, 0, 0},
     .usage = "[-t target-session]",
     .summary = "Go to the window before",
     .example = "sess last-window",
     .target = kSession,
     .flags = kAfterHook,
     .run = run_last},
    {.name = "rename-window",
     .alias = "renamew",
     .purpose = Purpose::windows,
     .args = {kWindowFlags, 1, 1},
     .usage = "[-t target-window] new-name",
     .summary = "Give a window another name",
     .example = "sess rename-window -t :2 logs",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_rename},
    {.name = "rotate-window",
     .alias = "rotatew",
     .purpose = Purpose::windows,
     .args = {kRotateFlags, 0, 0},
     .usage = "[-DUZ] [-t target-window]",
     .summary = "Move every pane to the next one's place",
     .example = "sess rotate-window",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_rotate},
    {.name = "resize-window",
     .alias = "resizew",
     .purpose = Purpose::windows,
     .args = {kResizeFlags, 0, 1},
     .usage = "[-aADLRU] [-x width] [-y height] [-t target-window] [adjustment]",
     .summary = "Give a window a size of its own",
     .example = "sess resize-window -t build -x 120 -y 40",
     .target = kWindow,
     .flags = kAfterHook,
     .run = run_resize},
    {.name = "find-window",
     .alias = "findw",
     .purpose = Purpose::windows,
     .args = {kFindFlags, 1, 1},
     .usage = "[-CiNrTZ] [-t target-pane] match-string",
     .summary = "Look for text in names, titles and screens",
     .example = "sess find-window error",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_find},
};

}  // namespace

Entries window_entries() {
  return kEntries;
}

}  // namespace sess::command
