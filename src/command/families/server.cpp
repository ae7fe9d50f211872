// start-server, kill-server, list-commands, show-messages, server-access, debug (`debug compare` is a program
// of its own, cli/debug.cpp, which the client runs: its words are here for help, manual and completion).
#include "command/families/listing.hpp"
#include "command/families/terminal_list.hpp"
#include "command/format/format.hpp"
#include "command/language/help.hpp"
#include "command/language/item.hpp"
#include "command/ports/debug.hpp"

namespace sess::command {
namespace {

// Letters of options that have a long form only.
enum LongOnly : char { kAfter = kJsonFlag + 1, kFrom };

Status run_start(Item&) {
  return Status::normal;
}

Status run_kill(Item& item) {
  // Whoever got the answer finds everything saved.
  const Waker waker = item.wait();
  item.ports().daemon.end_server([waker] { waker(Status::normal); });
  return Status::wait;
}

/// The server that is asked ends over it; its client asks the next one, which is told so by --after.
Status run_upgrade(Item& item) {
  const ServerFacts& facts = item.ports().facts;
  const Args& args = item.args();
  if (const auto asked = args.get(kAfter);
      asked && facts.after_upgrade && *asked != std::to_string(facts.start_count)) {
    if (!facts.not_upgraded.empty()) {
      return item.error(fmt::format("not upgraded: {}; sess {} goes on", facts.not_upgraded, facts.version));
    }
    const auto from = args.get_or(kFrom, facts.version);
    item.print(from == facts.version ? fmt::format("sess {} runs anew", from)
                                     : fmt::format("upgraded from sess {} to {}", from, facts.version));
    return Status::normal;
  }
  if (item.client() != nullptr && !item.client()->session) {
    item.ports().clients.resume_with(*item.client_id(),
                                     {"upgrade-server", "--after", std::to_string(facts.start_count),
                                      "--from", std::string(args.get_or(kFrom, facts.version))},
                                     false);
  }
  const Waker waker = item.wait();
  item.ports().daemon.upgrade([waker](const std::string& why) {
    waker([why](Item& self) { return self.error("not upgraded: " + why); });
  });
  return Status::wait;
}

Status run_list(Item& item) {
  std::string text =
      command_list(item.formats(), item.args().get_or('F', ""), item.args()[0], item.dialect());
  if (text.empty()) return Status::normal;
  text.pop_back();  // print() ends the line
  item.print(text);
  return Status::normal;
}

/// show-messages -T: what is known of the terminal of each client that has one.
void print_terminals(Item& item) {
  int number = 0;
  for (const auto& [id, client] : item.model().clients()) {
    if (!client.session || client.control) continue;
    const std::string features = item.ports().clients.term_features(id);
    const bool rgb = ("," + features + ",").find(",RGB,") != std::string::npos;
    item.print(fmt::format("Terminal {}: {} for {}, flags={:#x}:\n{}", number++, client.term, client.tty,
                           rgb ? 0x30 : 0x20, terminal_capabilities(features)));
  }
}

/// show-messages -J: the shell commands that run.
void print_shells(Item& item, bool after_others) {
  const auto running = item.ports().shells.running_shells();
  if (after_others && !running.empty()) item.print("");
  int number = 0;
  for (const auto& shell : running) {
    item.print(
        fmt::format("Job {}: {} [fd={}, pid={}, status=0]", number++, shell.command, shell.fd, shell.pid));
  }
}

Status run_messages(Item& item) {
  if (item.args().has('t') && !item.target_client_id()) {
    return item.error(fmt::format("can't find client: {}", item.args().get_or('t', "")));
  }
  // tmux's log is a client's, and so is what asks for it.
  if (item.dialect() == Dialect::tmux && !item.target_client_id()) return item.error("no current client");
  if (item.args().has('T')) print_terminals(item);
  if (item.args().has('J')) print_shells(item, item.args().has('T'));
  if (item.args().has('T') || item.args().has('J')) return Status::normal;
  for (const std::string& line : item.ports().messages.message_log()) item.print(line);
  return Status::normal;
}

/// Only its owner may use a server: who else would be let in could do all that the owner can. So there is
/// nobody to list, and adding somebody is an error that says so.
Status run_access(Item& item) {
  const Args& args = item.args();
  const ServerFacts& facts = item.ports().facts;
  if (args.has('l')) {
    if (facts.uid != 0) item.print(facts.user + " (W)");
    return Status::normal;
  }
  if (args.empty()) return item.error("missing user argument");
  const std::string name = item.expand(args[0]);
  const auto uid = item.ports().files.uid_of(name);
  if (!uid) return item.error("unknown user: " + name);
  if (*uid == 0 || *uid == facts.uid) return item.error(name + " owns the server, can't change access");
  if (args.has('a') && args.has('d')) return item.error("-a and -d cannot be used together");
  if (args.has('r') && args.has('w')) return item.error("-r and -w cannot be used together");
  if (!args.has('a')) return item.error(fmt::format("user {} not found", name));
  return item.error(fmt::format("user {} not added: only {} may use this server", name, facts.user));
}

Status trace(Item& item, DebugPort& debug) {
  const auto* client = item.client();
  if (client == nullptr || client->session || client->control)
    return item.error("debug trace is for the command line");
  std::optional<ClientId> of;
  if (const auto name = item.args().get('c')) {
    of = item.target_client_id();
    if (!of) return item.error(fmt::format("can't find client: {}", *name));
  }
  debug.trace(*item.client_id(), of, [waker = item.wait()] { waker(Status::normal); });
  return Status::wait;
}

Status run_debug(Item& item) {
  DebugPort* debug = item.ports().debug;
  if (debug == nullptr) return item.error("nothing to look at here");
  const std::string what(item.args()[0]);
  if (what == "trace") return trace(item, *debug);
  if (what == "state") {
    item.print(debug->state());
    return Status::normal;
  }
  if (what == "compare") return item.error("debug compare is for the command line, before any other command");
  return item.error(fmt::format("debug takes trace, state, compare or replay, not '{}'", what));
}

constexpr Flag kAccessFlags[] = {{'a', "add", "", "let a user in: not possible"},
                                 {'d', "deny", "", "let a user in no longer"},
                                 {'l', "list", "", "list the users who may use the server"},
                                 {'r', "read-only", "", "looking only"},
                                 {'t', "target", "target-pane", "the pane that formats are about"},
                                 {'w', "write", "", "writing too"}};
constexpr Flag kUpgradeFlags[] = {
    {kAfter, "after", "number", {}},  // asked again by a client, of the server with this number
    {kFrom, "from", "version", {}}};  // what that server's code was
constexpr Flag kListFlags[] = {{'F', "format", "format", "what to print for each"}};
constexpr Flag kMessageFlags[] = {{'J', "jobs", "", "running shell commands"},
                                  {'T', "terminals", "", "the clients' terminals"},
                                  {'t', "target", "target-client", "the client"}};

constexpr Flag kDebugFlags[] = {{'c', "client", "target-client", "trace: the messages of this client alone"},
                                {'o', "output", "file", "compare: where a test of what differs is written"},
                                {'s', "size", "columns-x-rows", "replay: the screen's size (80x24)"},
                                {'t', "target", "target-pane", "compare: the pane"}};

constexpr Entry kEntries[] = {
    {.name = "start-server",
     .alias = "start",
     .purpose = Purpose::server,
     .args = {{}, 0, 0},
     .usage = "",
     .summary = "Start the daemon when it does not run",
     .example = "sess start-server",
     .flags = kStartServer,
     .run = run_start},
    {.name = "kill-server",
     .alias = "",
     .purpose = Purpose::server,
     .args = {{}, 0, 0},
     .usage = "",
     .summary = "End every session, every program and the daemon",
     .example = "sess kill-server",
     .run = run_kill},
    {.name = "upgrade-server",
     .alias = "upgrade",
     .purpose = Purpose::server,
     .args = {kUpgradeFlags, 0, 0},
     .usage = "",
     .summary = "Go on with the installed code, with every program",
     .example = "sess upgrade",
     .run = run_upgrade,
     .ours = true},
    {.name = "list-commands",
     .alias = "lscm",
     .purpose = Purpose::server,
     .args = {kListFlags, 0, 1},
     .usage = "[-F format] [command]",
     .summary = "List commands and their flags",
     .example = "sess list-commands",
     .flags = kStartServer | kReadOnly | kAfterHook,
     .repeatable = kReads,
     .run = run_list},
    {.name = "show-messages",
     .alias = "showmsgs",
     .purpose = Purpose::server,
     .args = {kMessageFlags, 0, 0},
     .usage = "[-JT] [-t target-client]",
     .summary = "Show the messages that were shown",
     .example = "sess show-messages",
     .flags = kReadOnly | kAfterHook | kClientTFlag | kClientCanFail,
     .repeatable = kReads,
     .run = run_messages},
    {.name = "server-access",
     .alias = "",
     .purpose = Purpose::server,
     .args = {kAccessFlags, 0, 1},
     .usage = "[-adlrw] [-t target-pane] [user]",
     .summary = "Show who may use the server",
     .example = "sess server-access -l",
     .target = {'t', TargetKind::pane, kFindCanFail},
     .run = run_access},
    {.name = "debug",
     .alias = "",
     .purpose = Purpose::server,
     .args = {kDebugFlags, 1, 1, nullptr, true},
     .usage = "[-c target-client] [-o file] [-s columns-x-rows] [-t target-pane] trace|state|compare|replay "
              "[file]",
     .summary = "Show messages as they come and go, states, or a pane beside libvterm's",
     .example = "sess debug trace",
     .flags = kReadOnly | kClientCFlag | kClientCanFail,
     .repeatable = kReads,
     .run = run_debug,
     .ours = true},
};

}  // namespace

Entries server_entries() {
  return kEntries;
}

}  // namespace sess::command
