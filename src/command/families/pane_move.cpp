// swap-pane, break-pane, join-pane and move-pane.
#include "command/families/geometry.hpp"
#include "command/language/item.hpp"
#include "command/families/pane_size.hpp"
#include "command/families/spawn.hpp"
#include "command/families/zoom.hpp"

namespace sess::command {
namespace {

using model::Model;
using model::Pane;
using model::PaneId;

Status run_swap(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  if (item.pane() == nullptr || item.window() == nullptr) return Status::normal;
  const PaneId to = item.pane()->id;
  const model::WindowId to_window = item.window()->id;
  const ZoomGuard zoom(model, to_window, args.has('Z'));
  std::optional<PaneId> from = item.source().pane;
  if (args.has('D') || args.has('U')) {
    from = pane_by_offset(*model.window(to_window), to, args.has('D') ? 1 : -1);
  }
  const Pane* source = from ? model.pane(*from) : nullptr;
  if (source == nullptr || *from == to) return Status::normal;
  std::optional<ZoomGuard> other;
  if (source->window != to_window) other.emplace(model, source->window, args.has('Z'));
  model.windows().swap_panes(*from, to, !args.has('d'));
  return Status::normal;
}

Status run_break(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  const Target& source = item.source();
  const Target& target = item.target();
  if (!source.valid() || !target.session) return Status::normal;
  Model::Break spec;
  spec.pane = *source.pane;
  spec.source = *source.session;
  spec.target = *target.session;
  if (target.index >= 0) spec.index = target.index;
  if ((args.has('a') || args.has('b')) && target.link) {
    const auto free = model.links().shuffle_up(spec.target, *target.link + (args.has('b') ? 0 : 1));
    if (!free) return Status::error;
    spec.index = *free;
  }
  if (const auto name = args.get('n')) spec.name = item.expand(*name, source);
  spec.select = !args.has('d');
  spec.now = item.ports().daemon.now();
  auto made = model.break_pane(spec);
  if (!made) return item.error(made.error());
  name_window(model, made->window);
  model.recalculate_sizes();
  const Target now = find_from_link(model, spec.target, made->index);
  if (!args.has('d')) item.state().current = now;
  print_created(item, now, "#{session_name}:#{window_index}.#{pane_index}");
  return Status::normal;
}

Status run_join(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  const Target& source = item.source();
  const Target& target = item.target();
  if (!source.valid() || !target.valid()) return Status::normal;
  model.windows().unzoom(*target.window);
  model.windows().unzoom(*source.window);
  if (*source.pane == *target.pane) return item.error("source and target panes must be different");
  const auto size = split_size(item, *model.window(*target.window), *model.pane(*target.pane), "size");
  if (!size) return item.error(size.error());
  Model::Join join;
  join.pane = *source.pane;
  join.beside = *target.pane;
  join.how.axis = args.has('h') ? model::Axis::horizontal : model::Axis::vertical;
  join.how.size = *size;
  join.how.before = args.has('b');
  join.how.full = args.has('f');
  join.select = !args.has('d');
  auto joined = model.join_pane(join);
  if (!joined) return item.error(joined.error());
  if (!args.has('d') && model.session(*target.session) != nullptr) {
    model.links().select_window(*target.session, *target.link);
    item.state().current = find_from_session(model, *target.session);
  }
  model.recalculate_sizes();
  return Status::normal;
}

constexpr Flag kSwapFlags[] = {{'d', "detached", "", "do not change which pane is active"},
                               {'D', "down", "", "with the next pane"},
                               {'s', "source", "src-pane", "one pane"},
                               {'t', "target", "dst-pane", "the other"},
                               {'U', "up", "", "with the previous pane"},
                               {'Z', "keep-zoom", "", "stay zoomed"}};
constexpr Flag kBreakFlags[] = {{'a', "after", "", "after the target window, moving others up"},
                                {'b', "before", "", "before it"},
                                {'d', "detached", "", "do not go to the new window"},
                                {'F', "format", "format", "what -P prints"},
                                {'n', "name", "window-name", "name of the new window"},
                                {'P', "print", "", "print where it is"},
                                {'s', "source", "src-pane", "the pane"},
                                {'t', "target", "dst-window", "where to"}};
constexpr Flag kJoinFlags[] = {{'b', "before", "", "left of or above the target"},
                               {'d', "detached", "", "do not go to it"},
                               {'f', "full", "", "as wide or high as the window"},
                               {'h', "horizontal", "", "side by side"},
                               {'l', "size", "size", "lines or columns, or a percentage"},
                               {'p', "percentage", "percentage", "the same, as a percentage"},
                               {'s', "source", "src-pane", "the pane"},
                               {'t', "target", "dst-pane", "beside this one"},
                               {'v', "vertical", "", "one above the other (the default)"}};

constexpr Entry kEntries[] = {
    {.name = "swap-pane",
     .alias = "swapp",
     .purpose = Purpose::panes,
     .args = {kSwapFlags, 0, 0},
     .usage = "[-dDUZ] [-s src-pane] [-t dst-pane]",
     .summary = "Exchange two panes",
     .example = "sess swap-pane -D",
     .source = {'s', TargetKind::pane, kFindDefaultMarked},
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_swap},
    {.name = "break-pane",
     .alias = "breakp",
     .purpose = Purpose::panes,
     .args = {kBreakFlags, 0, 0},
     .usage = "[-abdP] [-F format] [-n window-name] [-s src-pane] [-t dst-window]",
     .summary = "Give a pane a window of its own",
     .example = "sess break-pane -s %3",
     .source = {'s', TargetKind::pane, 0},
     .target = {'t', TargetKind::window, kFindWindowIndex},
     .flags = kAfterHook,
     .run = run_break},
    {.name = "join-pane",
     .alias = "joinp",
     .purpose = Purpose::panes,
     .args = {kJoinFlags, 0, 0},
     .usage = "[-bdfhv] [-l size] [-s src-pane] [-t dst-pane]",
     .summary = "Put a pane beside another",
     .example = "sess join-pane -h -s :2 -t :1",
     .source = {'s', TargetKind::pane, kFindDefaultMarked},
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_join},
    {.name = "move-pane",
     .alias = "movep",
     .purpose = Purpose::panes,
     .args = {kJoinFlags, 0, 0},
     .usage = "[-bdfhv] [-l size] [-s src-pane] [-t dst-pane]",
     .summary = "The same as join-pane",
     .example = "sess move-pane -s %3 -t %1",
     .source = {'s', TargetKind::pane, 0},
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_join},
};

}  // namespace

Entries pane_move_entries() {
  return kEntries;
}

}  // namespace sess::command
