// Commands that put a pane or client into a mode: copy-mode, clock-mode, menus, popups. What a
// mode does is the server's; a mode that it lacks is its error. They are rows here so that configurations
// that bind them load.
#include "command/families/given.hpp"

namespace sess::command {
namespace {

Result<ArgKind> any_kind(const Args&, std::size_t) {
  return ArgKind::commands_or_string;
}

Status run(Item& item) {
  if (item.pane() == nullptr) return Status::normal;
  if (item.entry().name == "copy-mode" && item.args().has('q')) {
    item.ports().panes.leave_modes(item.pane()->id);
    return Status::normal;
  }
  std::vector<std::string> given = given_arguments(item);
  if (item.entry().name == "copy-mode" && item.args().has('M'))
    given.push_back(item.state().event.mouse_event);
  auto entered = item.ports().panes.enter_mode(item.pane()->id, item.target_client_id(), item.entry().name, given);
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
constexpr Flag kMenuFlags[] = {{'c', "client", "target-client", "the client"},
                               {'O', "stay-open", "", "stays when the mouse button is released"},
                               {'t', "target", "target-pane", "the pane"},
                               {'T', "title", "title", "its title"},
                               {'x', "x", "position", "column"},
                               {'y', "y", "position", "line"}};
constexpr Flag kPopupFlags[] = {{'B', "no-border", "", "without border"},
                                {'b', "border", "border-lines", "lines of the border"},
                                {'C', "close", "", "close one that is open"},
                                {'c', "client", "target-client", "the client"},
                                {'d', "cwd", "start-directory", "directory that the program starts in"},
                                {'e', "env", "environment", "set a variable for the program"},
                                {'E', "exit", "", "close when the program ends"},
                                {'h', "height", "height", "lines"},
                                {'s', "style", "style", "its style"},
                                {'S', "border-style", "border-style", "its border's style"},
                                {'t', "target", "target-pane", "the pane"},
                                {'T', "title", "title", "its title"},
                                {'w', "width", "width", "columns"},
                                {'x', "x", "position", "column"},
                                {'y', "y", "position", "line"}};

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
    {.name = "display-menu",
     .alias = "menu",
     .purpose = Purpose::display,
     .args = {kMenuFlags, 1, -1, any_kind},
     .usage = "[-O] [-c target-client] [-t target-pane] [-T title] [-x position] [-y position] name key "
              "command ...",
     .summary = "Show a menu",
     .example = "sess display-menu -T Panes Zoom z 'resize-pane -Z'",
     .target = kPane,
     .flags = kAfterHook | kClientCFlag,
     .run = run},
    {.name = "display-popup",
     .alias = "popup",
     .purpose = Purpose::display,
     .args = {kPopupFlags, 0, -1},
     .usage =
         "[-BCE] [-b border-lines] [-c target-client] [-d start-directory] [-e environment] [-h height] "
         "[-s style] [-S border-style] [-t target-pane][-T title] [-w width] [-x position] [-y position] "
         "[shell-command]",
     .summary = "Run a command in a box above the panes",
     .example = "sess display-popup -E htop",
     .target = kPane,
     .flags = kAfterHook | kClientCFlag,
     .run = run},
};

}  // namespace

Entries mode_entries() {
  return kEntries;
}

}  // namespace sess::command
