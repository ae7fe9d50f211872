// Commands that put a pane into a mode: copy-mode, clock-mode. What a mode does is the server's.
#include "command/families/given.hpp"

namespace sess::command {
namespace {

Status run(Item& item) {
  if (item.pane() == nullptr) return Status::normal;
  if (item.entry().name == "copy-mode" && item.args().has('q')) {
    item.ports().panes.leave_modes(item.pane()->id);
    return Status::normal;
  }
  std::vector<std::string> given = given_arguments(item);
  if (item.entry().name == "copy-mode" && !item.state().event.mouse_event.empty())
    given.push_back(item.state().event.mouse_event);
  auto entered =
      item.ports().panes.enter_mode(item.pane()->id, item.target_client_id(), item.entry().name, given);
  return entered ? Status::normal : item.error(entered.error());
}

constexpr Flag kCopyFlags[] = {{'d', "page-down", "", "one page down at once"},
                               {'e', "exit-at-bottom", "", "leave at the end of the history"},
                               {'H', "hide-position", "", "do not show the position"},
                               {'M', "mouse", "", "begin a selection with the mouse"},
                               {'s', "source", "src-pane", "look at this pane"},
                               {'t', "target", "target-pane", "the pane"},
                               {'u', "page-up", "", "one page up at once"},
                               {'q', "quit", "", "leave all modes"}};
constexpr Flag kPaneFlag[] = {{'t', "target", "target-pane", "the pane"}};
constexpr TargetSpec kPane = {'t', TargetKind::pane, 0};

constexpr Entry kEntries[] = {
    {.name = "copy-mode",
     .alias = "",
     .purpose = Purpose::input,
     .args = {kCopyFlags, 0, 0},
     .usage = "[-deHMuq] [-s src-pane] [-t target-pane]",
     .summary = "Look at a pane's history, select and copy",
     .example = "sess copy-mode -u",
     .target = kPane,
     .flags = kReadOnly | kAfterHook,
     .run = run},
    {.name = "clock-mode",
     .alias = "",
     .purpose = Purpose::display,
     .args = {kPaneFlag, 0, 0},
     .usage = "[-t target-pane]",
     .summary = "Show a clock in a pane",
     .example = "sess clock-mode",
     .target = kPane,
     .flags = kAfterHook,
     .run = run},
};

}  // namespace

Entries mode_entries() {
  return kEntries;
}

}  // namespace sess::command
