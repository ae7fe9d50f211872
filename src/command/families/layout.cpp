// select-layout, next-layout, previous-layout.
#include "command/language/item.hpp"

namespace sess::command {
namespace {

using model::Model;
using model::Window;

Status run(Item& item) {
  Model& model = item.model();
  const Args& args = item.args();
  Window* window = item.window();
  if (window == nullptr || item.pane() == nullptr) return Status::normal;
  const std::string_view name = item.entry().name;
  const std::string before = window->old_layout;
  const std::string now = window->layout.text();
  model.windows().unzoom(window->id);

  if (name == "next-layout" || args.has('n')) {
    model.windows().next_layout(window->id);
  } else if (name == "previous-layout" || args.has('p')) {
    model.windows().previous_layout(window->id);
  } else if (args.has('E')) {
    model.windows().spread_panes(item.pane()->id);
  } else {
    std::string wanted = args.empty() ? (args.has('o') ? before : std::string()) : args[0];
    std::optional<model::Preset> preset;
    if (!args.has('o')) preset = args.empty() ? window->last_preset : model::find_preset(wanted);
    if (preset) {
      model.windows().arrange(window->id, *preset);
    } else if (!wanted.empty()) {
      if (auto applied = model.windows().apply_layout(window->id, wanted); !applied)
        return item.error(applied.error());
    } else {
      return Status::normal;
    }
  }
  window->old_layout = now;
  model.recalculate_sizes();
  return Status::normal;
}

constexpr Flag kSelectFlags[] = {{'E', "spread", "", "make the pane and its neighbours equally large"},
                                 {'n', "next", "", "the next layout"},
                                 {'o', "undo", "", "the layout before the last change"},
                                 {'p', "previous", "", "the previous layout"},
                                 {'t', "target", "target-pane", "the window"}};
constexpr Flag kFlags[] = {{'t', "target", "target-window", "the window"}};

constexpr Entry kEntries[] = {
    {.name = "select-layout",
     .alias = "selectl",
     .purpose = Purpose::panes,
     .args = {kSelectFlags, 0, 1},
     .usage = "[-Enop] [-t target-pane] [layout-name]",
     .summary = "Arrange the panes of a window",
     .example = "sess select-layout main-vertical",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook,
     .run = run},
    {.name = "next-layout",
     .alias = "nextl",
     .purpose = Purpose::panes,
     .args = {kFlags, 0, 0},
     .usage = "[-t target-window]",
     .summary = "Arrange them in the next layout",
     .example = "sess next-layout",
     .target = {'t', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run},
    {.name = "previous-layout",
     .alias = "prevl",
     .purpose = Purpose::panes,
     .args = {kFlags, 0, 0},
     .usage = "[-t target-window]",
     .summary = "Arrange them in the previous layout",
     .example = "sess previous-layout",
     .target = {'t', TargetKind::window, 0},
     .flags = kAfterHook,
     .run = run},
};

}  // namespace

Entries layout_entries() {
  return kEntries;
}

}  // namespace sess::command
