// switch-client, refresh-client.
#include <algorithm>

#include "command/families/attach.hpp"
#include "command/language/item.hpp"
#include "command/families/zoom.hpp"
#include "input/key_tables.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

using model::Session;

/// The session beside another in order of name, wrapping around; null when it is the only one.
Session* beside(model::Model& model, std::optional<model::SessionId> from, int step) {
  const auto sessions = model.sessions().by_name();
  const auto at =
      std::find_if(sessions.begin(), sessions.end(), [&](const Session* s) { return from == s->id; });
  if (at == sessions.end() || sessions.size() < 2) return nullptr;
  const auto n = static_cast<std::ptrdiff_t>(sessions.size());
  return model.session(sessions[static_cast<std::size_t>((at - sessions.begin() + step + n) % n)]->id);
}

Status run_switch(Item& item) {
  const Args& args = item.args();
  model::Model& model = item.model();
  model::Client* client = item.target_client();
  if (client == nullptr) return Status::normal;
  const ClientId id = client->id;
  const auto text = args.get('t');
  const bool precise = text && (text->find_first_of(":.%") != std::string_view::npos || *text == "=");
  auto target = precise ? find_target(item.find_context(), text, TargetKind::pane)
                        : find_target(item.find_context(), text, TargetKind::session, kFindPreferUnattached);
  if (!target) return item.error(target.error());

  if (args.has('r')) {
    const bool on = !client->read_only;
    (void)item.ports().clients.set_client_flag(id, on ? "read-only" : "!read-only");
    (void)item.ports().clients.set_client_flag(id, on ? "ignore-size" : "!ignore-size");
  }
  if (const auto table = args.get('T')) {
    if (!item.ports().keys.has_table(*table))
      return item.error(fmt::format("table {} doesn't exist", *table));
    item.ports().keyboard.set_key_table(id, *table);
    return Status::normal;
  }

  Session* session = nullptr;
  if (args.has('n')) {
    session = beside(model, client->session, 1);
    if (session == nullptr) return item.error("can't find next session");
  } else if (args.has('p')) {
    session = beside(model, client->session, -1);
    if (session == nullptr) return item.error("can't find previous session");
  } else if (args.has('l')) {
    session = client->last_session ? model.session(*client->last_session) : nullptr;
    if (session == nullptr) return item.error("can't find last session");
  } else {
    if (!item.client_id()) return Status::normal;
    session = model.session(*target->session);
    if (const auto* window = target->window ? model.window(*target->window) : nullptr;
        window != nullptr && target->pane && window->active != *target->pane) {
      const ZoomGuard zoom(model, window->id, args.has('Z'));
      model.windows().select_pane(window->id, *target->pane);
    }
    if (session != nullptr && target->link) {
      model.links().select_window(session->id, *target->link);
      item.state().current = find_from_session(model, session->id);
    }
  }
  if (session == nullptr) return Status::normal;
  if (!args.has('E')) {
    std::vector<std::string> patterns;
    for (const auto& [index, pattern] : session->options.array("update-environment"))
      patterns.push_back(pattern);
    session->environment.update(patterns, client->environment);
  }
  auto switched = item.ports().clients.attach(id, session->id, {});
  return switched ? Status::normal : item.error(switched.error());
}

Status run_refresh(Item& item) {
  const Args& args = item.args();
  const Ports& ports = item.ports();
  const auto* client = item.target_client();
  if (client == nullptr) return Status::normal;
  const ClientId id = client->id;
  if (args.has('c') || args.has('L') || args.has('R') || args.has('U') || args.has('D')) {
    std::int64_t change = 1;
    if (!args.empty()) {
      const auto given = model::parse_number(args[0], 1, INT32_MAX);
      if (!given) return item.error("adjustment " + given.error().text);
      change = *given;
    }
    const int by = static_cast<int>(std::min<std::int64_t>(change, kMaxSide));
    const int dx = args.has('L') ? -by : args.has('R') ? by : 0;
    const int dy = args.has('U') ? -by : args.has('D') ? by : 0;
    auto moved = args.has('c') ? ports.display.move_view(id, 0, 0) : ports.display.move_view(id, dx, dy);
    return moved ? Status::normal : item.error(moved.error());
  }
  if (args.has('l')) {
    auto asked = ports.clients.refresh_special(id, 'l', "");
    return asked ? Status::normal : item.error(asked.error());
  }
  if (const auto flags = args.get('F') ? args.get('F') : args.get('f')) {
    for (const auto& flag : split_flags(*flags)) {
      // As in tmux this is not the way to write again; switch-client -r is.
      if (flag == "!read-only" && client->read_only) continue;
      if (auto set = ports.clients.set_client_flag(id, flag); !set) return item.error(set.error());
    }
  }
  if (args.has('A') || args.has('B')) {
    if (!client->control) return item.error("not a control client");
    for (const char letter : {'A', 'B'}) {
      for (const std::string& value : args.all(letter)) {
        if (auto done = ports.clients.refresh_special(id, letter, value); !done)
          return item.error(done.error());
      }
    }
    return Status::normal;
  }
  if (const auto size = args.get('C')) {
    if (!client->control) return item.error("not a control client");
    if (size->substr(0, 1) == "@") {
      auto done = ports.clients.refresh_special(id, 'C', *size);
      return done ? Status::normal : item.error(done.error());
    }
    const auto wanted = model::parse_dimensions(*size);
    if (!wanted) return item.error("bad size argument");
    ports.clients.set_client_size(id, *wanted);
    return Status::normal;
  }
  ports.display.redraw(id);
  return Status::normal;
}

constexpr Flag kSwitchFlags[] = {{'c', "client", "target-client", "the client"},
                                 {'E', "keep-environment", "", "do not apply update-environment"},
                                 {'l', "last", "", "to the session before"},
                                 {'n', "next", "", "to the next session"},
                                 {'p', "previous", "", "to the previous session"},
                                 {'r', "read-only", "", "look only, or no longer"},
                                 {'t', "target", "target-session", "to this session, window or pane"},
                                 {'T', "table", "key-table", "the next key is looked up in this table"},
                                 {'Z', "keep-zoom", "", "stay zoomed"}};
constexpr Flag kRefreshFlags[] = {
    {'A', "pane", "pane:state", "control mode: a pane's output on, off, pause, continue"},
    {'B', "subscribe", "name:what:format", "control mode: tell when a format changes"},
    {'c', "follow-cursor", "", "the view follows the cursor again"},
    {'C', "size", "XxY", "control mode: the client's size"},
    {'D', "down", "", "move the view down"},
    {'f', "client-flags", "flags", "client flags, separated by commas"},
    {'F', "old-client-flags", "flags", "the same"},
    {'l', "clipboard", "", "ask the terminal for its clipboard"},
    {'L', "left", "", "move the view left"},
    {'R', "right", "", "move the view right"},
    {'S', "status", "", "the status line only"},
    {'t', "target", "target-client", "the client"},
    {'U', "up", "", "move the view up"}};

constexpr Entry kEntries[] = {
    {.name = "switch-client",
     .alias = "switchc",
     .purpose = Purpose::sessions,
     .args = {kSwitchFlags, 0, 0},
     .usage = "[-ElnprZ] [-c target-client] [-t target-session] [-T key-table]",
     .summary = "Show another session",
     .example = "sess switch-client -t build",
     .flags = kReadOnly | kClientCFlag,
     .run = run_switch},
    {.name = "refresh-client",
     .alias = "refresh",
     .purpose = Purpose::display,
     .args = {kRefreshFlags, 0, 1},
     .usage = "[-cDlLRSU] [-A pane:state] [-B name:what:format] [-C XxY] [-f flags] [-t target-client] "
              "[adjustment]",
     .summary = "Draw a client again",
     .example = "sess refresh-client -S",
     .flags = kAfterHook | kClientTFlag,
     .run = run_refresh},
};

}  // namespace

Entries client_entries() {
  return kEntries;
}

}  // namespace sess::command
