// list-sessions, list-windows, list-panes, list-clients.
#include "command/families/listing.hpp"

namespace sess::command {
namespace {

using enum JsonField::Kind;
using model::Session;

constexpr JsonField kSessionFields[] = {
    {text, "session_id"},
    {text, "session_name"},
    {number, "session_windows"},
    {number, "session_attached"},
    {number, "session_created"},
    {number, "session_activity"},
    {number, "session_last_attached"},
    {text, "session_path"},
    {text, "session_group"},
};
constexpr JsonField kWindowFields[] = {
    {text, "session_id"},        {text, "session_name"},   {text, "window_id"},
    {number, "window_index"},    {text, "window_name"},    {boolean, "window_active"},
    {text, "window_raw_flags"},  {number, "window_panes"}, {number, "window_width"},
    {number, "window_height"},   {text, "window_layout"},  {boolean, "window_zoomed_flag"},
    {number, "window_activity"},
};
constexpr JsonField kPaneFields[] = {
    {text, "session_id"},        {text, "session_name"},
    {text, "window_id"},         {number, "window_index"},
    {text, "pane_id"},           {number, "pane_index"},
    {boolean, "pane_active"},    {number, "pane_pid"},
    {text, "pane_tty"},          {text, "pane_title"},
    {number, "pane_width"},      {number, "pane_height"},
    {number, "pane_left"},       {number, "pane_top"},
    {boolean, "pane_dead"},      {number, "pane_dead_status"},
    {text, "pane_dead_signal"},  {text, "pane_current_command"},
    {text, "pane_current_path"}, {text, "pane_start_command"},
    {number, "history_size"},    {number, "history_bytes"},
};
constexpr JsonField kClientFields[] = {
    {text, "client_name"},        {text, "client_tty"},
    {number, "client_pid"},       {text, "client_session"},
    {number, "client_width"},     {number, "client_height"},
    {text, "client_termname"},    {text, "client_user"},
    {boolean, "client_readonly"}, {boolean, "client_control_mode"},
    {number, "client_created"},   {number, "client_activity"},
    {number, "client_written"},   {text, "client_flags"},
};

constexpr Listing kSessions = {
    "#{session_name}: #{session_windows} windows (created #{t:session_created})#{?session_grouped, (group ,}"
    "#{session_group}#{?session_grouped,),}#{?session_attached, (attached),}",
    kSessionFields,
    "session_name",
    "session_activity",
    "session_windows",
    "session_id"};
constexpr std::string_view kWindowTail =
    "#{window_index}: #{window_name}#{window_raw_flags} (#{window_panes} panes) "
    "[#{window_width}x#{window_height}] "
    "[layout #{window_layout}] #{window_id}#{?window_active, (active),}";
constexpr std::string_view kAllWindows =
    "#{session_name}:#{window_index}: #{window_name}#{window_raw_flags} (#{window_panes} panes) "
    "[#{window_width}x#{window_height}] ";
constexpr std::string_view kPaneLine =
    "#{pane_index}: [#{pane_width}x#{pane_height}] [history #{history_size}/#{history_limit}, "
    "#{history_bytes} bytes] "
    "#{pane_id}#{?pane_active, (active),}#{?pane_dead, (dead),}";
constexpr std::string_view kClientLine =
    "#{client_tty}: #{session_name} [#{client_width}x#{client_height} #{client_termname}] "
    "#{?#{!=:#{client_uid},#{uid}},[user #{?client_user,#{client_user},#{client_uid},}] ,}"
    "#{?client_flags,(,}#{client_flags}#{?client_flags,),}";

FormatContext row(const Item& item, const Target& target, TargetKind kind) {
  FormatContext context = item.formats(target);
  context.client = std::nullopt;
  context.kind = kind;
  context.jobs = false;
  return context;
}

void add_windows(const Item& item, const Session& session, std::vector<FormatContext>& rows) {
  for (const auto& [index, link] : session.windows) {
    rows.push_back(row(item, find_from_link(item.model(), session.id, index), TargetKind::window));
  }
}

void add_panes(const Item& item, const Session& session, int index, std::vector<FormatContext>& rows) {
  Target target = find_from_link(item.model(), session.id, index);
  const auto* window = target.window ? item.model().window(*target.window) : nullptr;
  if (window == nullptr) return;
  for (const model::PaneId pane : window->panes) {
    target.pane = pane;
    rows.push_back(row(item, target, TargetKind::pane));
  }
}

Status run_sessions(Item& item) {
  std::vector<FormatContext> rows;
  for (const Session* session : item.model().sessions().by_name()) {
    rows.push_back(row(item, find_from_session(item.model(), session->id), TargetKind::session));
  }
  return print_listing(item, kSessions, std::move(rows));
}

Status run_windows(Item& item) {
  std::vector<FormatContext> rows;
  const bool all = item.args().has('a');
  if (all) {
    for (const Session* session : item.model().sessions().by_name()) add_windows(item, *session, rows);
  } else if (const Session* session = item.session()) {
    add_windows(item, *session, rows);
  }
  return print_listing(item,
                       {all ? kAllWindows : kWindowTail, kWindowFields, "window_name", "window_activity",
                        "window_panes", "window_index"},
                       std::move(rows));
}

Status run_panes(Item& item) {
  std::vector<FormatContext> rows;
  std::string line;
  if (item.args().has('a')) {
    line = "#{session_name}:#{window_index}.";
    for (const Session* session : item.model().sessions().by_name()) {
      for (const auto& [index, link] : session->windows) add_panes(item, *session, index, rows);
    }
  } else if (const Session* session = item.session()) {
    if (item.args().has('s')) {
      line = "#{window_index}.";
      for (const auto& [index, link] : session->windows) add_panes(item, *session, index, rows);
    } else if (item.target().link) {
      add_panes(item, *session, *item.target().link, rows);
    }
  }
  line += kPaneLine;
  return print_listing(item, {line, kPaneFields, "pane_title", "window_activity", "pane_width", "pane_index"},
                       std::move(rows));
}

Status run_clients(Item& item) {
  std::vector<FormatContext> rows;
  for (const auto& [id, client] : item.model().clients()) {
    if (!client.session || (item.args().has('t') && client.session != item.target().session)) continue;
    FormatContext context = row(item, find_from_session(item.model(), *client.session), TargetKind::none);
    context.client = id;
    rows.push_back(std::move(context));
  }
  return print_listing(
      item, {kClientLine, kClientFields, "client_name", "client_activity", "client_width", "client_created"},
      std::move(rows));
}

constexpr Flag kSessionFlags[] = {
    {'F', "format", "format", "what to print for each"},
    {'f', "filter", "filter", "only those for which this format is true"},
    {'O', "order", "order", "name, time, size or index"},
    {'r', "reverse", "", "in reverse order"},
    {kJsonFlag, "json", "", "print JSON"},
};
constexpr Flag kWindowFlags[] = {
    {'a', "all", "", "of every session"},
    {'F', "format", "format", "what to print for each"},
    {'f', "filter", "filter", "only those for which this format is true"},
    {'O', "order", "order", "name, time, size or index"},
    {'r', "reverse", "", "in reverse order"},
    {'t', "target", "target-session", "the session"},
    {kJsonFlag, "json", "", "print JSON"},
};
constexpr Flag kPaneFlags[] = {
    {'a', "all", "", "of every session"},
    {'s', "session", "", "the target is a session: all its panes"},
    {'F', "format", "format", "what to print for each"},
    {'f', "filter", "filter", "only those for which this format is true"},
    {'O', "order", "order", "name, time, size or index"},
    {'r', "reverse", "", "in reverse order"},
    {'t', "target", "target-window", "the window"},
    {kJsonFlag, "json", "", "print JSON"},
};
constexpr Flag kClientFlags[] = {
    {'F', "format", "format", "what to print for each"},
    {'f', "filter", "filter", "only those for which this format is true"},
    {'O', "order", "order", "name, time, size or index"},
    {'r', "reverse", "", "in reverse order"},
    {'t', "target", "target-session", "only clients of this session"},
    {kJsonFlag, "json", "", "print JSON"},
};

constexpr Entry kEntries[] = {
    {.name = "list-sessions",
     .alias = "ls",
     .purpose = Purpose::sessions,
     .args = {kSessionFlags, 0, 0},
     .usage = "[-F format] [-f filter]",
     .summary = "List the sessions",
     .example = "sess ls --json",
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_sessions},
    {.name = "list-windows",
     .alias = "lsw",
     .purpose = Purpose::windows,
     .args = {kWindowFlags, 0, 0},
     .usage = "[-a] [-F format] [-f filter] [-t target-session]",
     .summary = "List windows",
     .example = "sess list-windows -a",
     .target = {'t', TargetKind::session, 0},
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_windows},
    {.name = "list-panes",
     .alias = "lsp",
     .purpose = Purpose::panes,
     .args = {kPaneFlags, 0, 0},
     .usage = "[-as] [-F format] [-f filter] [-t target-window]",
     .summary = "List panes",
     .example = "sess list-panes -a -F '#{pane_id} #{pane_current_command}'",
     .target = {'t', TargetKind::window, 0},
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_panes},
    {.name = "list-clients",
     .alias = "lsc",
     .purpose = Purpose::sessions,
     .args = {kClientFlags, 0, 0},
     .usage = "[-F format] [-t target-session]",
     .summary = "List who is attached",
     .example = "sess list-clients",
     .target = {'t', TargetKind::session, 0},
     .flags = kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_clients},
};

}  // namespace

Entries list_entries() {
  return kEntries;
}

}  // namespace sess::command
