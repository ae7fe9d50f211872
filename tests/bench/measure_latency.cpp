// How long a person waits: the echo of a key, quiet and beside a flood in another session, and Ctrl-C in a
// flood on a terminal behind a slow link.
#include <random>

#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/text.hpp"

namespace sess::bench {

namespace {

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// Round trips of single characters through a program that echoes in raw mode, with irregular rests between
/// them, so that a peer's own rhythm is met at every phase.
std::vector<double> echo_times(Context& context, Terminal& terminal) {
  std::vector<double> times;
  std::minstd_rand random(1);
  for (int i = 0; i < context.settings.echoes; ++i) {
    terminal.drain(Milliseconds(2 + random() % 7));
    const std::string_view key = std::string_view("~@#").substr(static_cast<std::size_t>(i % 3), 1);
    const auto sent = terminal.type(key);
    times.push_back(milliseconds(terminal.wait_for(key, Milliseconds(10'000)) - sent));
  }
  return times;
}

void measure_echo(Context& context, Peer& peer, bool flooded) {
  if (flooded) {
    const std::string flood = peer.home().root() + "/flood";
    peer.start_session(
        "flood",
        {"/bin/sh", "-c", "while :; do timeout 60 " + context.load + " now ascii 4000 " + flood + "; done"});
  }
  Terminal terminal = peer.open("echo", {context.load, "echo"});
  terminal.wait_for(kReadyMark);
  terminal.type("g");
  terminal.drain();
  const auto times = echo_times(context, terminal);
  const std::string kind = flooded ? "flood" : "quiet";
  context.table.add("echo-" + kind + "-50", peer.name(), quantile(times, 0.50));
  context.table.add("echo-" + kind + "-99", peer.name(), quantile(times, 0.99));
}

/// A terminal that takes 64 kB/s: when the program gets the signal, when the person sees that it has stopped,
/// and how fast the program ran meanwhile.
void measure_interrupt(Context& context, Peer& peer) {
  constexpr std::size_t kLink = 64'000;
  const std::string result = Context::result_file(peer);
  Terminal terminal = peer.open("flood", {context.load, "forever", "ascii", result});
  terminal.wait_for(kReadyMark);
  terminal.drain();
  terminal.type("g");
  terminal.read_slowly(kLink, context.settings.flood, {});
  const auto pressed = terminal.type("\003");
  const auto seen = terminal.read_slowly(kLink, Milliseconds(30'000), kEndMark);
  if (!seen) throw Failure("Ctrl-C was not seen within 30 s");
  const LoadReport report = wait_for_report(result);
  context.table.add("interrupt-seen", peer.name(), milliseconds(*seen - pressed));
  context.table.add("interrupt-got", peer.name(), milliseconds(report.stopped - pressed));
  context.table.add("interrupt-rate", peer.name(), report.bytes / 1e6 / report.seconds);
}

}  // namespace

std::vector<Measurement> latency_measurements() {
  return {
      {"echo",
       {{"echo-quiet-50", "echo, quiet, p50 ms", 2}, {"echo-quiet-99", "echo, quiet, p99 ms", 2}},
       [](const Peer&) { return true; },
       [](Context& context, Peer& peer) { measure_echo(context, peer, false); }},
      {"echo",
       {{"echo-flood-50", "echo beside a flood, p50 ms", 2},
        {"echo-flood-99", "echo beside a flood, p99 ms", 2}},
       [](const Peer& peer) { return peer.detaches(); },
       [](Context& context, Peer& peer) { measure_echo(context, peer, true); }},
      {"interrupt",
       {{"interrupt-seen", "Ctrl-C in a flood, terminal at 64 kB/s: seen after ms", 0},
        {"interrupt-got", "the same: the program has it after ms", 1},
        {"interrupt-rate", "the program meanwhile, MB/s", 1}},
       [](const Peer&) { return true; },
       measure_interrupt},
  };
}

}  // namespace sess::bench
