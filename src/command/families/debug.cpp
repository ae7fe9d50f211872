// debug: what the server is told and tells, and where it stands. `debug compare` is a program of its own
// (cli/debug.cpp), which the client runs; its words are here for help, manual and completion.
#include "command/language/item.hpp"
#include "command/ports/debug.hpp"

namespace sess::command {
namespace {

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
  return item.error(fmt::format("debug takes trace, state or compare, not '{}'", what));
}

constexpr Flag kFlags[] = {{'c', "client", "target-client", "trace: the messages of this client alone"},
                           {'o', "output", "file", "compare: where a test of what differs is written"},
                           {'t', "target", "target-pane", "compare: the pane"}};

constexpr Entry kEntries[] = {
    {.name = "debug",
     .alias = "",
     .purpose = Purpose::server,
     .args = {kFlags, 1, 1, nullptr, true},
     .usage = "[-c target-client] [-o file] [-t target-pane] trace|state|compare",
     .summary = "Show messages as they come and go, states, or a pane beside libvterm's",
     .example = "sess debug trace",
     .flags = kReadOnly | kClientCFlag | kClientCanFail,
     .repeatable = kReads,
     .run = run_debug,
     .ours = true},
};

}  // namespace

Entries debug_entries() {
  return kEntries;
}

}  // namespace sess::command
