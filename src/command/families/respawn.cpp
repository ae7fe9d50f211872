// respawn-pane, respawn-window: start the program of a pane again, or another one in its place.
#include "command/language/item.hpp"
#include "command/families/spawn.hpp"

namespace sess::command {
namespace {

using model::Model;
using model::Pane;
using model::Window;

bool running(const Pane& pane) {
  return !pane.dead && pane.pid > 0;
}

Status respawn(Item& item, Pane& pane, const char* failure) {
  Model& model = item.model();
  const Args& args = item.args();
  const auto* session = item.session();
  if (session == nullptr) return Status::normal;
  if (!args.empty()) {
    pane.argv.clear();
    pane.shell_command.clear();
    if (args.size() == 1) {
      pane.shell_command = args[0];
    } else {
      pane.argv = args.strings();
    }
  }
  if (args.has('c')) pane.start_path = start_directory(item, args.get('c'), session);
  for (const std::string& variable : args.all('e')) pane.environment.put(variable);
  pane.empty = false;
  ProgramStart start = program_start(item, *session, pane);
  start.replace = true;
  const model::PaneId id = pane.id;
  const Waker waker = item.wait();
  item.ports().programs.start_program(id, std::move(start), [waker, failure](const Result<>& result) {
    waker([text = result ? std::string() : result.error().text, failure](Item& self) {
      return text.empty() ? Status::normal : self.error(std::string(failure) + ": " + text);
    });
  });
  model.windows().recalculate_size(pane.window);
  return Status::wait;
}

Status run_pane(Item& item) {
  Pane* pane = item.pane();
  const auto* session = item.session();
  if (pane == nullptr || session == nullptr) return Status::normal;
  if (running(*pane) && !item.args().has('k')) {
    return item.error(fmt::format("respawn pane failed: pane {}:{}.{} still active", session->name,
                                  *item.target().link, item.model().windows().pane_index(pane->id)));
  }
  return respawn(item, *pane, "respawn pane failed");
}

Status run_window(Item& item) {
  Model& model = item.model();
  Window* window = item.window();
  const auto* session = item.session();
  if (window == nullptr || session == nullptr) return Status::normal;
  for (const model::PaneId id : window->panes) {
    if (running(*model.pane(id)) && !item.args().has('k')) {
      return item.error(fmt::format("respawn window failed: window {}:{} still active", session->name,
                                    *item.target().link));
    }
  }
  const std::vector<model::PaneId> panes = window->panes;
  for (std::size_t i = 1; i < panes.size(); ++i) model.destroy_pane(panes[i]);
  (void)model.links().select_window(session->id, *item.target().link);
  return respawn(item, *model.pane(panes.front()), "respawn window failed");
}

constexpr Flag kPaneFlags[] = {{'c', "cwd", "start-directory", "directory that the program starts in"},
                               {'e', "env", "NAME=value", "set a variable for the program"},
                               {'k', "kill", "", "end what runs there"},
                               {'t', "target", "target-pane", "the pane"}};
constexpr Flag kWindowFlags[] = {{'c', "cwd", "start-directory", "directory that the program starts in"},
                                 {'e', "env", "NAME=value", "set a variable for the program"},
                                 {'k', "kill", "", "end what runs there"},
                                 {'t', "target", "target-window", "the window"}};

constexpr Entry kEntries[] = {
    {.name = "respawn-pane",
     .alias = "respawnp",
     .purpose = Purpose::panes,
     .args = {kPaneFlags, 0, -1},
     .usage = "[-k] [-c start-directory] [-e environment] [-t target-pane] [shell-command]",
     .summary = "Start a pane's program again",
     .example = "sess respawn-pane -k -t %3",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run_pane},
    {.name = "respawn-window",
     .alias = "respawnw",
     .purpose = Purpose::windows,
     .args = {kWindowFlags, 0, -1},
     .usage = "[-k] [-c start-directory] [-e environment] [-t target-window] [shell-command]",
     .summary = "Start a window's program again",
     .example = "sess respawn-window -k -t build:1",
     .target = {'t', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run_window},
};

}  // namespace

Entries respawn_entries() {
  return kEntries;
}

}  // namespace sess::command
