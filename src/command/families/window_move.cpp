// link-window, move-window, swap-window.
#include "command/language/item.hpp"

namespace sess::command {
namespace {

using model::Links;
using model::Model;
using model::Session;

/// Where the source's link is after others moved up.
int source_index(const Model& model, const Target& source) {
  const Session* session = model.session(*source.session);
  const auto it = session->windows.find(*source.link);
  const bool moved = it == session->windows.end() || it->second.window != *source.window;
  return moved ? *source.link + 1 : *source.link;
}

Status run_place(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  const bool move = item.entry().name == "move-window";
  if (move && args.has('r')) {
    auto target = find_target(item.find_context(), args.get('t'), TargetKind::session);
    if (!target) return item.error(target.error());
    model.links().renumber_windows(*target->session);
    model.recalculate_sizes();
    return Status::normal;
  }
  auto target = find_target(item.find_context(), args.get('t'), TargetKind::window, kFindWindowIndex);
  if (!target) return item.error(target.error());
  if (!item.source().valid() || !target->session) return Status::normal;

  Links::Link link;
  link.source = *item.source().session;
  link.target = *target->session;
  if (target->index >= 0) link.target_index = target->index;
  link.replace = args.has('k');
  link.select = !args.has('d');
  if ((args.has('a') || args.has('b')) && target->link) {
    const auto free = model.links().shuffle_up(link.target, *target->link + (args.has('b') ? 0 : 1));
    if (!free) return Status::error;
    link.target_index = *free;
  }
  link.source_index = source_index(model, item.source());
  const auto placed = move ? model.move_window(link) : model.links().link_window(link);
  if (!placed) return item.error(placed.error());
  if (move && !args.has('s') && model.session(link.source) != nullptr)
    model.links().renumber_if_wanted(link.source);
  model.recalculate_sizes();
  return Status::normal;
}

Status run_swap(Item& item) {
  const Target& from = item.source();
  const Target& to = item.target();
  if (!from.valid() || !to.valid()) return Status::normal;
  auto swapped = item.model().links().swap_windows(*from.session, *from.link, *to.session, *to.link,
                                                   item.args().has('d'));
  if (!swapped) return item.error(swapped.error());
  item.model().recalculate_sizes();
  return Status::normal;
}

constexpr Flag kLinkFlags[] = {{'a', "after", "", "after the target, moving others up"},
                               {'b', "before", "", "before the target"},
                               {'d', "detached", "", "do not go to it"},
                               {'k', "kill", "", "end a window that has the index already"},
                               {'s', "source", "src-window", "the window"},
                               {'t', "target", "dst-window", "where to"}};
constexpr Flag kMoveFlags[] = {{'a', "after", "", "after the target, moving others up"},
                               {'b', "before", "", "before the target"},
                               {'d', "detached", "", "do not go to it"},
                               {'k', "kill", "", "end a window that has the index already"},
                               {'r', "renumber", "", "number the session's windows without gaps instead"},
                               {'s', "source", "src-window", "the window"},
                               {'t', "target", "dst-window", "where to"}};
constexpr Flag kSwapFlags[] = {{'d', "follow", "", "the session's current window follows the swap"},
                               {'s', "source", "src-window", "one window"},
                               {'t', "target", "dst-window", "the other"}};

constexpr Entry kEntries[] = {
    {.name = "link-window",
     .alias = "linkw",
     .purpose = Purpose::windows,
     .args = {kLinkFlags, 0, 0},
     .usage = "[-abdk] [-s src-window] [-t dst-window]",
     .summary = "Show a window in another session as well",
     .example = "sess link-window -s build:1 -t other:",
     .source = {'s', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run_place},
    {.name = "move-window",
     .alias = "movew",
     .purpose = Purpose::windows,
     .args = {kMoveFlags, 0, 0},
     .usage = "[-abdkr] [-s src-window] [-t dst-window]",
     .summary = "Move a window to another index or session",
     .example = "sess move-window -s build:1 -t build:5",
     .source = {'s', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run_place},
    {.name = "swap-window",
     .alias = "swapw",
     .purpose = Purpose::windows,
     .args = {kSwapFlags, 0, 0},
     .usage = "[-d] [-s src-window] [-t dst-window]",
     .summary = "Exchange two windows",
     .example = "sess swap-window -s :1 -t :2",
     .source = {'s', TargetKind::window, kFindDefaultMarked},
     .target = {'t', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run_swap},
};

}  // namespace

Entries window_move_entries() {
  return kEntries;
}

}  // namespace sess::command
