// Commands that let somebody choose from a list: choose-tree, choose-client, choose-buffer, switcher. What
// the list is and does is the server's mode.
#include "command/families/given.hpp"

namespace sess::command {
namespace {

Result<ArgKind> any_kind(const Args&, std::size_t) {
  return ArgKind::commands_or_string;
}

Status run(Item& item) {
  if (item.pane() == nullptr) return Status::normal;
  auto entered = item.ports().panes.enter_mode(item.pane()->id, item.target_client_id(), item.entry().name,
                                               given_arguments(item));
  return entered ? Status::normal : item.error(entered.error());
}

constexpr Flag kFormat = {'F', "format", "format", "what to show for each"};
constexpr Flag kFilter = {'f', "filter", "filter", "only those for which this format is true"};
constexpr Flag kKeyFormat = {'K', "key-format", "key-format", "the key of each"};
constexpr Flag kNoPreview = {'N', "no-preview", "", "without preview"};
constexpr Flag kOrder = {'O', "order", "sort-order", "how they are ordered"};
constexpr Flag kReverse = {'r', "reverse", "", "in reverse order"};
constexpr Flag kTargetPane = {'t', "target", "target-pane", "the pane"};
constexpr Flag kZoom = {'Z', "zoom", "", "zoom the pane"};

constexpr Flag kListFlags[] = {kFormat, kFilter,  kKeyFormat,  kNoPreview,
                               kOrder,  kReverse, kTargetPane, kZoom};
constexpr Flag kTreeFlags[] = {kFormat,
                               kFilter,
                               {'G', "groups", "", "all sessions of a group"},
                               kKeyFormat,
                               kNoPreview,
                               kOrder,
                               kReverse,
                               {'s', "sessions", "", "with closed sessions"},
                               kTargetPane,
                               {'w', "windows", "", "with closed windows"},
                               kZoom};

constexpr Flag kCustomizeFlags[] = {kFormat, kFilter, kNoPreview, kTargetPane, kZoom};
constexpr Flag kSwitcherFlags[] = {kTargetPane, kZoom};

constexpr TargetSpec kPane = {'t', TargetKind::pane, 0};

constexpr Entry kEntries[] = {
    {.name = "choose-tree",
     .alias = "",
     .purpose = Purpose::display,
     .args = {kTreeFlags, 0, 1, any_kind},
     .usage = "[-GNrswZ] [-F format] [-f filter] [-K key-format] [-O sort-order] [-t target-pane] [template]",
     .summary = "Choose a session, window or pane from a list",
     .example = "sess choose-tree -s",
     .target = kPane,
     .flags = kAfterHook,
     .run = run},
    {.name = "choose-client",
     .alias = "",
     .purpose = Purpose::display,
     .args = {kListFlags, 0, 1, any_kind},
     .usage = "[-NrZ] [-F format] [-f filter] [-K key-format] [-O sort-order] [-t target-pane] [template]",
     .summary = "Choose a client from a list",
     .example = "sess choose-client",
     .target = kPane,
     .flags = kAfterHook,
     .run = run},
    {.name = "choose-buffer",
     .alias = "",
     .purpose = Purpose::buffers,
     .args = {kListFlags, 0, 1, any_kind},
     .usage = "[-NrZ] [-F format] [-f filter] [-K key-format] [-O sort-order] [-t target-pane] [template]",
     .summary = "Choose a buffer from a list",
     .example = "sess choose-buffer",
     .target = kPane,
     .flags = kAfterHook,
     .run = run},
    {.name = "switcher",
     .alias = "",
     .purpose = Purpose::display,
     .args = {kSwitcherFlags, 0, 0},
     .usage = "[-Z] [-t target-pane]",
     .summary = "Go to a session, window or job by a few letters",
     .example = "sess switcher -Z",
     .target = kPane,
     .flags = kAfterHook,
     .run = run,
     .ours = true},
    {.name = "customize-mode",
     .alias = "",
     .purpose = Purpose::options,
     .args = {kCustomizeFlags, 0, 0},
     .usage = "[-NZ] [-F format] [-f filter] [-t target-pane]",
     .summary = "Look at options and keys, and change them",
     .example = "sess customize-mode",
     .target = kPane,
     .flags = kAfterHook,
     .run = run},
};

}  // namespace

std::vector<std::string> given_arguments(const Item& item) {
  std::vector<std::string> out;
  for (const Flag& flag : item.entry().args.flags) {
    const int count = item.args().count(flag.letter);
    if (flag.letter == 't' || count == 0) continue;
    if (flag.value_name.empty()) {
      out.push_back(std::string("-") + flag.letter);
      continue;
    }
    for (const std::string& value : item.args().all(flag.letter)) {
      out.push_back(std::string("-") + flag.letter);
      out.push_back(value);
    }
  }
  for (std::string& argument : item.args().strings()) out.push_back(std::move(argument));
  return out;
}

Entries choose_entries() {
  return kEntries;
}

}  // namespace sess::command
