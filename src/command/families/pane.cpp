// split-window, kill-pane, select-pane, last-pane, resize-pane, pipe-pane.
#include <algorithm>

#include "command/format/format.hpp"
#include "command/families/geometry.hpp"
#include "command/families/pane_size.hpp"
#include "command/language/item.hpp"
#include "command/language/queue.hpp"
#include "command/families/spawn.hpp"
#include "command/families/zoom.hpp"
#include "model/number.hpp"

namespace sess::command {

Result<std::optional<int>> split_size(const Item& item, const model::Window& window, const model::Pane& pane,
                                      std::string_view what) {
  const Args& args = item.args();
  const bool horizontal = args.has('h');
  const Size whole = args.has('f') ? window.size : pane.size;
  const int current = horizontal ? whole.cols : whole.rows;
  if (const auto given = args.get('l')) {
    const auto size = model::parse_size(item.expand(*given), 0, INT32_MAX, current);
    if (!size) return fail(ErrorCode::invalid_argument, "{} {}", what, size.error().text);
    return static_cast<int>(*size);
  }
  constexpr std::int64_t kMaxPercent = 10'000;
  if (const auto given = args.get('p')) {
    const auto percent = model::parse_number(item.expand(*given), 0, kMaxPercent);
    if (!percent) return fail(ErrorCode::invalid_argument, "create pane failed: -p {}", percent.error().text);
    return static_cast<int>(current * *percent / 100);
  }
  return std::nullopt;
}

namespace {

using model::Axis;
using model::Model;
using model::Pane;
using model::PaneId;
using model::Window;
using model::Windows;

Status finish_split(Item& item, Target made, bool zoom) {
  const Model& model = item.model();
  if (!made.pane || model.pane(*made.pane) == nullptr) return Status::normal;
  if (zoom) item.model().windows().zoom(model.window(*made.window)->active, made.pane);
  if (!item.args().has('d')) item.state().current = made;
  print_created(item, made, "#{session_name}:#{window_index}.#{pane_index}");
  item.set_target(made);
  return Status::normal;
}

/// A pane without a program: one that ends at once makes its terminal, and the pane stays as a dead one does.
/// With `input` it is given what the client has on its standard input.
Status start_empty(Item& item, const model::Session& session, PaneId id, bool input,
                   const std::function<Status(Item&)>& then) {
  Pane* pane = item.model().pane(id);
  const std::string own = std::exchange(pane->shell_command, ":");
  pane->empty = true;
  const Status status = start_program(item, session, id, "create pane failed", [id, input, then](Item& self) {
    if (Pane* made = self.model().pane(id)) made->dead = true;
    if (!input || !self.client_id()) return then(self);
    const Waker waker = self.wait();
    const Ports* ports = &self.ports();
    ports->files.read_file(self.client_id(), "-", [waker, ports, id, then](const Result<std::string>& data) {
      if (data) ports->screens.feed_pane(id, *data);
      waker(then);
    });
    return Status::wait;
  });
  pane = item.model().pane(id);
  if (pane != nullptr) pane->shell_command = own;  // what respawn-pane starts
  return status;
}

Status run_split(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  const auto* session = item.session();
  const Window* window = item.window();
  const Pane* pane = item.pane();
  if (session == nullptr || window == nullptr || pane == nullptr) return Status::normal;
  const auto size = split_size(item, *window, *pane, "lines");
  if (!size) return item.error(size.error());
  const model::WindowId window_id = window->id;
  const bool zoom = args.has('Z');
  const bool was_zoomed = window->zoomed;

  Windows::NewSplit split;
  split.beside = pane->id;
  split.how.axis = args.has('h') ? Axis::horizontal : Axis::vertical;
  split.how.size = *size;
  split.how.before = args.has('b');
  split.how.full = args.has('f');
  const bool input = args.has('I') && args.empty();
  const bool empty = input || (args.size() == 1 && args[0].empty());
  split.pane = pane_spec(item, *session, empty ? std::vector<std::string>{} : args.strings(),
                         start_directory(item, args.get('c'), session));
  auto made = model.windows().split_pane(split);
  if (!made) {
    if (was_zoomed && zoom) model.windows().zoom(pane->id);
    return item.error(made.error());
  }
  const PaneId id = (*made)->id;
  if (!args.has('d')) model.windows().select_pane(window_id, id);
  Target target = item.target();
  target.pane = id;

  if (empty)
    return start_empty(item, *session, id, input,
                       [target, zoom](Item& self) { return finish_split(self, target, zoom); });
  return start_program(item, *session, id, "create pane failed",
                       [target, zoom](Item& self) { return finish_split(self, target, zoom); });
}

Status run_kill(Item& item) {
  Model& model = item.model();
  const Pane* pane = item.pane();
  const Window* window = item.window();
  if (pane == nullptr || window == nullptr) return Status::normal;
  const PaneId kept = pane->id;
  if (!item.args().has('a')) {
    std::vector<model::SessionId> affected;
    for (const auto* session : model.links().sessions_with(window->id)) affected.push_back(session->id);
    model.destroy_pane(kept);
    for (const model::SessionId id : affected) {
      if (model.session(id) != nullptr) model.links().renumber_if_wanted(id);
    }
    return Status::normal;
  }
  model.windows().unzoom(window->id);
  const std::vector<PaneId> panes = window->panes;
  for (const PaneId other : panes) {
    if (other != kept) model.destroy_pane(other);
  }
  return Status::normal;
}

Status go_to(Item& item, PaneId pane) {
  Model& model = item.model();
  const model::WindowId window = model.pane(pane)->window;
  {
    const ZoomGuard zoom(model, window, item.args().has('Z'));
    model.windows().select_pane(window, pane);
  }
  Target now = item.target();
  now.pane = pane;
  if (now.window == window) item.state().current = now;
  return Status::normal;
}

Status set_input(Item& item, PaneId pane, bool off) {
  item.model().pane(pane)->input_off = off;
  item.skip_after_hook();
  item.ports().display.redraw_all();
  return Status::normal;
}

Status select_last(Item& item) {
  const Window* window = item.window();
  if (window == nullptr) return Status::normal;
  std::optional<PaneId> last = item.model().windows().last_pane(window->id);
  // The other of two panes was never active when it was made with split-window -d.
  if (!last && window->panes.size() == 2) last = window->panes[window->panes[0] == window->active ? 1 : 0];
  if (!last) return item.error("no last pane");
  if (item.args().has('e') || item.args().has('d')) return set_input(item, *last, item.args().has('d'));
  return go_to(item, *last);
}

Status run_last(Item& item) {
  return select_last(item);
}

Status mark(Item& item) {
  Model& model = item.model();
  const Target& target = item.target();
  const auto marked = model.links().mark();
  const bool same = marked && marked->session == *target.session && marked->index == *target.link &&
                    marked->pane == *target.pane;
  if (item.args().has('M') || same) {
    model.links().clear_mark();
  } else {
    model.links().set_mark({*target.session, *target.link, *target.pane});
  }
  item.ports().display.redraw_all();
  item.skip_after_hook();
  return Status::normal;
}

Status run_select(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  if (args.has('l')) return select_last(item);
  Pane* pane = item.pane();
  if (pane == nullptr || !item.target().valid()) return Status::normal;
  if (args.has('m') || args.has('M')) return mark(item);
  if (const auto style = args.get('P')) {
    for (const char* option : {"window-style", "window-active-style"}) {
      if (!pane->options.set(option, *style)) return item.error(fmt::format("bad style: {}", *style));
    }
    item.ports().display.redraw_all();
  }
  if (args.has('g')) {
    item.print(pane->options.string("window-style"));
    item.skip_after_hook();
    return Status::normal;
  }

  PaneId chosen = pane->id;
  static constexpr std::pair<char, Direction> kDirections[] = {
      {'L', Direction::left}, {'R', Direction::right}, {'U', Direction::up}, {'D', Direction::down}};
  for (const auto& [letter, direction] : kDirections) {
    if (!args.has(letter)) continue;
    const ZoomGuard zoom(model, pane->window, true);
    const auto found = neighbour(model, chosen, direction);
    if (!found) return Status::normal;
    chosen = *found;
    break;
  }
  if (args.has('e') || args.has('d')) return set_input(item, chosen, args.has('d'));
  if (const auto title = args.get('T')) {
    Pane* titled = model.pane(chosen);
    titled->title = item.expand(*title, item.target());
    item.ports().display.redraw_all();
    item.skip_after_hook();
    item.queue().submit_hook("pane-title-changed", find_from_pane(model, chosen), item.client_id(),
                             {{"hook_pane", to_string(chosen)}});
    return Status::normal;
  }
  const Window* window = model.window(pane->window);
  model::Client* client = item.client();
  if (client != nullptr && client->session && client->active_pane) {
    if (model.windows().active_for(*client, *window) == chosen) return Status::normal;
    client->active_panes[window->id] = chosen;
    item.ports().display.redraw_all();
    return Status::normal;
  }
  if (window->active == chosen) return Status::normal;
  return go_to(item, chosen);
}

/// An empty size is as wrong as any other nonsense.
std::string size_problem(const Error& error) {
  return error.text == "empty" ? "invalid" : error.text;
}

Status run_resize(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  const Pane* pane = item.pane();
  const Window* window = item.window();
  if (pane == nullptr || window == nullptr) return Status::normal;
  const PaneId id = pane->id;
  if (args.has('T')) {
    const int below = pane->size.rows - 1 - item.ports().screens.pane_facts(id).cursor_y;
    if (below > 0) item.ports().screens.trim_below_cursor(id, below);
    return Status::normal;
  }
  if (args.has('M')) {
    if (item.client_id() && item.client()->session) item.ports().keyboard.drag_border(*item.client_id());
    return Status::normal;
  }
  if (args.has('Z')) {
    if (!model.windows().unzoom(window->id)) model.windows().zoom(id);
    return Status::normal;
  }
  model.windows().unzoom(window->id);
  std::int64_t change = 1;
  if (!args.empty()) {
    const auto given = model::parse_number(args[0], 1, INT32_MAX);
    if (!given) return item.error("adjustment " + given.error().text);
    change = *given;
  }
  if (const auto width = args.get('x')) {
    const auto size = model::parse_size(item.expand(*width), 0, INT32_MAX, window->size.cols);
    if (!size) return item.error("width " + size_problem(size.error()));
    model.windows().resize_pane_to(id, Axis::horizontal,
                                   static_cast<int>(std::min<std::int64_t>(*size, kMaxSide)));
  }
  if (const auto height = args.get('y')) {
    const auto size = model::parse_size(item.expand(*height), 0, INT32_MAX, window->size.rows);
    if (!size) return item.error("height " + size_problem(size.error()));
    model.windows().resize_pane_to(id, Axis::vertical,
                                   static_cast<int>(std::min<std::int64_t>(*size, kMaxSide)));
  }
  const int by = static_cast<int>(std::min<std::int64_t>(change, kMaxSide));
  if (args.has('L')) {
    model.windows().resize_pane(id, Axis::horizontal, -by);
  } else if (args.has('R')) {
    model.windows().resize_pane(id, Axis::horizontal, by);
  } else if (args.has('U')) {
    model.windows().resize_pane(id, Axis::vertical, -by);
  } else if (args.has('D')) {
    model.windows().resize_pane(id, Axis::vertical, by);
  }
  return Status::normal;
}

Status run_pipe(Item& item) {
  const Args& args = item.args();
  Pane* pane = item.pane();
  if (pane == nullptr) return Status::normal;
  if (pane->dead) return item.error("target pane has exited");
  const bool had = !pane->pipe_command.empty();
  if (had) {
    (void)item.ports().panes.pipe_pane(pane->id, "", false, false, pane->pipe_umask);
    pane->pipe_command.clear();
  }
  if (args[0].empty() || (args.has('o') && had)) return Status::normal;
  const bool in = args.has('I');
  const bool out = args.has('O') || !in;
  const std::string command = expand_time(item.formats(), args[0]);
  const auto* client = item.client();
  const auto* session = item.session();
  const unsigned mask = client != nullptr && client->umask ? *client->umask
                        : session != nullptr               ? session->umask
                                                           : 022;
  auto piped = item.ports().panes.pipe_pane(pane->id, command, in, out, mask);
  if (!piped) return item.error(piped.error());
  pane->pipe_command = command;
  return Status::normal;
}

constexpr Flag kSplitFlags[] = {{'b', "before", "", "left of or above the target"},
                                {'c', "cwd", "start-directory", "directory that the program starts in"},
                                {'d', "detached", "", "do not go to the new pane"},
                                {'e', "env", "NAME=value", "set a variable for the program"},
                                {'f', "full", "", "as wide or high as the window"},
                                {'F', "format", "format", "what -P prints"},
                                {'h', "horizontal", "", "side by side"},
                                {'I', "stdin", "", "an empty pane that shows standard input"},
                                {'l', "size", "size", "lines or columns, or a percentage"},
                                {'p', "percentage", "percentage", "the same, as a percentage"},
                                {'P', "print", "", "print where the pane is"},
                                {'t', "target", "target-pane", "the pane to split"},
                                {'v', "vertical", "", "one above the other (the default)"},
                                {'Z', "zoom", "", "zoom the active pane afterwards"}};
constexpr Flag kKillFlags[] = {{'a', "all-others", "", "every pane of the window but this one"},
                               {'t', "target", "target-pane", "the pane"}};
constexpr Flag kSelectFlags[] = {{'D', "down", "", "the pane below"},
                                 {'d', "disable-input", "", "keys do not reach the pane"},
                                 {'e', "enable-input", "", "they do again"},
                                 {'g', "show-style", "", "print the pane's style"},
                                 {'L', "left", "", "the pane on the left"},
                                 {'l', "last", "", "the one that was active before"},
                                 {'M', "clear-mark", "", "clear the marked pane"},
                                 {'m', "mark", "", "mark the pane, or clear its mark"},
                                 {'P', "style", "style", "set the pane's style"},
                                 {'R', "right", "", "the pane on the right"},
                                 {'T', "title", "title", "set the pane's title"},
                                 {'t', "target", "target-pane", "the pane"},
                                 {'U', "up", "", "the pane above"},
                                 {'Z', "keep-zoom", "", "stay zoomed"}};
constexpr Flag kLastFlags[] = {{'d', "disable-input", "", "keys do not reach the pane"},
                               {'e', "enable-input", "", "they do again"},
                               {'t', "target", "target-window", "the window"},
                               {'Z', "keep-zoom", "", "stay zoomed"}};
constexpr Flag kResizeFlags[] = {{'D', "down", "", "lower border down"},
                                 {'L', "left", "", "border to the left"},
                                 {'M', "mouse", "", "follow the mouse"},
                                 {'R', "right", "", "border to the right"},
                                 {'T', "trim", "", "remove lines below the cursor"},
                                 {'t', "target", "target-pane", "the pane"},
                                 {'U', "up", "", "border up"},
                                 {'x', "width", "width", "columns, or a percentage of the window"},
                                 {'y', "height", "height", "lines, or a percentage of the window"},
                                 {'Z', "zoom", "", "fill the window, or stop that"}};
constexpr Flag kPipeFlags[] = {{'I', "input", "", "the command's output is typed into the pane"},
                               {'O', "output", "", "the pane's output goes to the command (the default)"},
                               {'o', "only-if-none", "", "stop a running pipe instead of replacing it"},
                               {'t', "target", "target-pane", "the pane"}};

constexpr TargetSpec kPane = {'t', TargetKind::pane, 0};

constexpr Entry kEntries[] = {
    {.name = "split-window",
     .alias = "splitw",
     .purpose = Purpose::panes,
     .args = {kSplitFlags, 0, -1},
     .usage = "[-bdefhIPvZ] [-c start-directory] [-e environment] [-F format] [-l size] [-t target-pane]"
              "[shell-command]",
     .summary = "Split a pane in two",
     .example = "sess split-window -h -l 30% htop",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_split},
    {.name = "kill-pane",
     .alias = "killp",
     .purpose = Purpose::panes,
     .args = {kKillFlags, 0, 0},
     .usage = "[-a] [-t target-pane]",
     .summary = "Close a pane and end its program",
     .example = "sess kill-pane -t %3",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_kill},
    {.name = "select-pane",
     .alias = "selectp",
     .purpose = Purpose::panes,
     .args = {kSelectFlags, 0, 0},
     .usage = "[-DdeLlMmRUZ] [-T title] [-t target-pane]",
     .summary = "Go to a pane",
     .example = "sess select-pane -L",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_select},
    {.name = "last-pane",
     .alias = "lastp",
     .purpose = Purpose::panes,
     .args = {kLastFlags, 0, 0},
     .usage = "[-deZ] [-t target-window]",
     .summary = "Go to the pane before",
     .example = "sess last-pane",
     .target = {'t', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run_last},
    {.name = "resize-pane",
     .alias = "resizep",
     .purpose = Purpose::panes,
     .args = {kResizeFlags, 0, 1},
     .usage = "[-DLMRTUZ] [-x width] [-y height] [-t target-pane] [adjustment]",
     .summary = "Make a pane larger or smaller",
     .example = "sess resize-pane -x 40%",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_resize},
    {.name = "pipe-pane",
     .alias = "pipep",
     .purpose = Purpose::panes,
     .args = {kPipeFlags, 0, 1},
     .usage = "[-IOo] [-t target-pane] [shell-command]",
     .summary = "Send what a pane prints to a command",
     .example = "sess pipe-pane -o 'cat >>pane.log'",
     .target = kPane,
     .flags = kAfterHook,
     .run = run_pipe},
};

}  // namespace

Entries pane_entries() {
  return kEntries;
}

}  // namespace sess::command
