#include "command/families/attach.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command/format/format.hpp"
#include "command/ports/jobs.hpp"
#include "command/ports/restore.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/spawn.hpp"
#include "job/name.hpp"

namespace sess::command {
namespace {

using model::Client;
using model::Session;

}  // namespace

std::vector<std::string> default_command(const model::Model& model) {
  return {model.sessions().empty() ? "new-session" : "attach-session"};
}

std::string nested(const Item& item) {
  if (item.dialect() == Dialect::tmux) return "sessions should be nested with care, unset $TMUX to force";
  return "sessions should be nested with care, unset $SESS to force; sess switch-client NAME goes to another "
         "session";
}

bool is_nested(const Item& item) {
  const Client* client = item.client();
  if (client == nullptr || client->session) return false;
  if (item.dialect() == Dialect::tmux) {
    // As tmux has it: told by the terminal, and $TMUX says whether it matters.
    const auto& panes = item.model().panes();
    return !client->environment.value("TMUX").value_or("").empty() && !client->tty.empty() &&
           std::any_of(panes.begin(), panes.end(),
                       [&](const auto& one) { return one.second.tty == client->tty; });
  }
  const auto around = client->environment.value("SESS");
  return around && !around->empty() && around->substr(0, around->find(',')) == item.ports().facts.socket_path;
}

void update_environment(Item& item, Session& session) {
  const Client* client = item.client();
  if (client == nullptr) return;
  std::vector<std::string> patterns;
  for (const auto& [index, pattern] : session.options.array("update-environment"))
    patterns.push_back(pattern);
  session.environment.update(patterns, client->environment);
}

std::vector<std::string> split_flags(std::string_view text) {
  std::vector<std::string> flags;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (comma > 0) flags.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return flags;
}

namespace {

/// There is none to attach to, and how the ones before come back.
std::string no_sessions(const Item& item) {
  auto* restore = item.ports().restore;
  const std::size_t count =
      item.dialect() == Dialect::tmux || restore == nullptr ? 0 : restore->offered_count();
  if (count == 0) return "no sessions";
  return fmt::format("no sessions; {} earlier one{} can be restored: sess restore", count,
                     count == 1 ? "" : "s");
}

}  // namespace

Status attach_to(Item& item, const Target& target, const AttachSpec& spec) {
  model::Model& model = item.model();
  const Client* client = item.client();
  if (model.sessions().empty()) return item.error(no_sessions(item));
  if (client == nullptr) return Status::normal;
  if (is_nested(item)) return item.error(nested(item));
  const model::ClientId id = client->id;

  Session* session = target.session ? model.session(*target.session) : nullptr;
  if (session == nullptr) return item.error("no current session");
  if (!client->session) {
    if (auto can = item.ports().clients.can_attach(id); !can)
      return item.error("open terminal failed: " + can.error().text);
  }
  if (target.window && target.pane) model.windows().select_pane(*target.window, *target.pane);
  if (target.link) (void)model.links().select_window(session->id, *target.link);
  if (spec.working_directory) session->start_path = item.expand(*spec.working_directory, target);
  if (!spec.keep_environment) update_environment(item, *session);

  AttachOptions options;
  if (spec.flags) options.flags = split_flags(*spec.flags);
  if (spec.read_only) options.flags.insert(options.flags.end(), {"read-only", "ignore-size"});
  const model::SessionId session_id = session->id;
  if (auto attached = item.ports().clients.attach(id, session_id, options); !attached)
    return item.error(attached.error());
  if (spec.detach_others || spec.kill_parents) {
    const auto reason = spec.kill_parents ? DetachReason::detached_parent : DetachReason::detached;
    std::vector<ClientId> others;
    for (const Client* other : model.clients().of(session_id)) others.push_back(other->id);
    for (const ClientId other : others) {
      if (other != id) item.ports().clients.detach(other, reason);
    }
    item.ports().clients.detach_absent(session_id);
  }
  item.state().current = target;
  return Status::normal;
}

namespace {

/// What to say of a session that is not there because its job is over; nothing for any other.
std::string ended_job(const Item& item, std::string_view name) {
  JobPort* jobs = item.ports().jobs;
  if (jobs == nullptr || !job::check_name(name)) return "";
  const auto view = jobs->find(std::string(name));
  if (!view || view->session || !view->job.exit) return "";
  return fmt::format("job {0} has ended: it {1} {2}; sess logs {0} shows what it printed", name,
                     view->job.exit->text(), ago(view->job.ended, item.ports().daemon.now()));
}

Status run_attach(Item& item) {
  const Args& args = item.args();
  const auto text = args.get('t');
  if (item.model().sessions().empty()) {
    const auto hint = text ? ended_job(item, *text) : "";
    return item.error(hint.empty() ? no_sessions(item) : hint);
  }
  const bool precise = text && text->find_first_of(":.") != std::string_view::npos;
  const FindContext context = item.find_context();
  auto target = precise ? find_target(context, text, TargetKind::pane)
                        : find_target(context, text, TargetKind::session, kFindPreferUnattached);
  if (!target) {
    const auto hint = text ? ended_job(item, *text) : "";
    return hint.empty() ? item.error(target.error()) : item.error(hint);
  }
  return attach_to(
      item, *target,
      {args.has('d'), args.has('x'), args.has('r'), args.has('E'), args.get('c'), args.get('f')});
}

Status run_detach(Item& item) {
  const Args& args = item.args();
  model::Model& model = item.model();
  const Ports& ports = item.ports();
  const auto shell_command = args.get('E');
  const auto reason = args.has('P') ? DetachReason::detached_parent : DetachReason::detached;
  const auto leave = [&](ClientId id) {
    if (shell_command) {
      ports.clients.detach_and_exec(id, *shell_command);
    } else {
      ports.clients.detach(id, reason);
    }
  };
  std::vector<ClientId> leaving;
  if (args.has('s')) {
    if (!item.source().session) return Status::normal;
    for (const Client* client : model.clients().of(*item.source().session)) leaving.push_back(client->id);
    ports.clients.detach_absent(item.source().session);
  } else if (args.has('a')) {
    for (const auto& [id, client] : model.clients()) {
      if (client.session && id != item.target_client_id()) leaving.push_back(id);
    }
    ports.clients.detach_absent(std::nullopt);
  } else if (item.target_client_id()) {
    leaving.push_back(*item.target_client_id());
  }
  for (const ClientId id : leaving) leave(id);
  return Status::stop;
}

Status run_suspend(Item& item) {
  const Client* client = item.target_client();
  if (client != nullptr && client->session && !client->control) item.ports().clients.suspend(client->id);
  return Status::normal;
}

Status run_lock(Item& item) {
  std::vector<ClientId> locked;
  for (const auto& [id, client] : item.model().clients()) {
    if (!client.session) continue;
    const std::string_view name = item.entry().name;
    if (name == "lock-client" && id != item.target_client_id()) continue;
    if (name == "lock-session" && client.session != item.target().session) continue;
    locked.push_back(id);
  }
  for (const ClientId id : locked) item.ports().clients.lock(id);
  return Status::normal;
}

constexpr Flag kAttachFlags[] = {
    {'c', "cwd", "working-directory", "change the session's working directory"},
    {'d', "detach-others", "", "detach the session's other clients"},
    {'E', "keep-environment", "", "do not apply update-environment"},
    {'f', "client-flags", "flags", "client flags, separated by commas"},
    {'r', "read-only", "", "look only: keys do not reach the programs"},
    {'t', "target", "target-session", "the session, or a window or pane of it"},
    {'x', "kill-others", "", "as -d, and hang up their shells"},
};
constexpr Flag kDetachFlags[] = {
    {'a', "all-others", "", "every client but the target"},
    {'E', "exec", "shell-command", "replace the client by this command"},
    {'s', "session", "target-session", "every client of this session"},
    {'t', "target", "target-client", "the client"},
    {'P', "kill-parent", "", "hang up the client's shell too"},
};
constexpr Flag kClientFlag[] = {{'t', "target", "target-client", "the client"}};
constexpr Flag kSessionFlag[] = {{'t', "target", "target-session", "the session"}};

constexpr Entry kEntries[] = {
    {.name = "attach-session",
     .alias = "attach",
     .purpose = Purpose::sessions,
     .args = {kAttachFlags, 0, 0},
     .usage = "[-dErx] [-c working-directory] [-f flags] [-t target-session]",
     .summary = "Show a session in this terminal",
     .example = "sess attach -t build",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_attach},
    {.name = "detach-client",
     .alias = "detach",
     .purpose = Purpose::sessions,
     .args = {kDetachFlags, 0, 0},
     .usage = "[-aP] [-E shell-command] [-s target-session] [-t target-client]",
     .summary = "Leave a session; its programs go on",
     .example = "sess detach -s build",
     .source = {'s', TargetKind::session, kFindCanFail},
     .flags = kReadOnly | kClientTFlag,
     .run = run_detach},
    {.name = "suspend-client",
     .alias = "suspendc",
     .purpose = Purpose::sessions,
     .args = {kClientFlag, 0, 0},
     .usage = "[-t target-client]",
     .summary = "Stop a client as C-z stops a program",
     .example = "sess suspend-client",
     .flags = kClientTFlag,
     .run = run_suspend},
    {.name = "lock-server",
     .alias = "lock",
     .purpose = Purpose::sessions,
     .args = {{}, 0, 0},
     .usage = "",
     .summary = "Run lock-command in every client",
     .example = "sess lock-server",
     .flags = kAfterHook,
     .run = run_lock},
    {.name = "lock-session",
     .alias = "locks",
     .purpose = Purpose::sessions,
     .args = {kSessionFlag, 0, 0},
     .usage = "[-t target-session]",
     .summary = "Run lock-command in a session's clients",
     .example = "sess lock-session -t build",
     .target = {'t', TargetKind::session, 0},
     .flags = kAfterHook,
     .run = run_lock},
    {.name = "lock-client",
     .alias = "lockc",
     .purpose = Purpose::sessions,
     .args = {kClientFlag, 0, 0},
     .usage = "[-t target-client]",
     .summary = "Run lock-command in one client",
     .example = "sess lock-client",
     .flags = kAfterHook | kClientTFlag,
     .run = run_lock},
};

}  // namespace

Entries attach_entries() {
  return kEntries;
}

}  // namespace sess::command
