// Memory of the daemon (Pss of all its processes): idle sessions, and lines that scrolled off; and how long a
// new size takes with that many lines.
#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/text.hpp"

namespace sess::bench {

namespace {

constexpr int kFurther = 20;
constexpr double kCellsPerLine = 76;  ///< what the load program writes

double settled_memory(const Peer& peer, const std::vector<pid_t>& clients = {}) {
  const auto pids = peer.daemon_pids(clients);
  settle(pids, Milliseconds(10'000));
  const auto bytes = memory(pids);
  if (!bytes) throw Failure("the memory of its processes cannot be read");
  return *bytes;
}

void measure_sessions(Context& context, Peer& peer) {
  peer.start_session("first", {"/bin/sleep", "1000"});
  const double first = settled_memory(peer);
  for (int i = 0; i < kFurther; ++i) peer.start_session("more" + std::to_string(i), {"/bin/sleep", "1000"});
  const double all = settled_memory(peer);
  context.table.add("memory-first", peer.name(), first / 1024);
  context.table.add("memory-further", peer.name(), (all - first) / 1024 / kFurther);
}

void measure_history(Context& context, Peer& peer, Load load) {
  const int lines = context.settings.history_lines;
  const std::string result = Context::result_file(peer);
  const auto with_lines = [&](int count) {
    peer.start_session("lines", {context.load, "lines", load_name(load), std::to_string(count), result});
    wait_for_report(result);
    const double bytes = settled_memory(peer);
    peer.end();
    return bytes;
  };
  // The same program without lines, in the default configuration: screen takes the memory when a session
  // starts.
  const double before = with_lines(0);
  peer.configure(static_cast<std::size_t>(lines) + 1000);
  context.table.add("history-" + load_name(load), peer.name(),
                    (with_lines(lines) - before) / (kCellsPerLine * lines));
}

void measure_resize(Context& context, Peer& peer) {
  peer.configure(static_cast<std::size_t>(context.settings.history_lines) + 1000);
  const std::string result = Context::result_file(peer);
  peer.start_session(
      "full", {context.load, "lines", "ascii", std::to_string(context.settings.history_lines), result});
  wait_for_report(result);
  Terminal terminal = peer.open_client("full");
  terminal.wait_for(kEndMark);
  terminal.drain(Milliseconds(200));
  std::vector<double> times;
  for (int i = 0; i < context.settings.starts; ++i) {
    const auto cols = static_cast<std::uint16_t>(i % 2 == 0 ? 120 : 80);
    const auto start = terminal.resize({24, cols});
    times.push_back(std::chrono::duration<double, std::milli>(
                        terminal.wait_for(kResizeMark, Milliseconds(20'000)) - start)
                        .count());
    terminal.drain(Milliseconds(100));
  }
  context.table.add("resize", peer.name(), median_of(times));
}

bool emulates(const Peer& peer) {
  return peer.emulates() && !peer.variant();
}

}  // namespace

std::vector<Measurement> memory_measurements(const Settings& settings) {
  std::vector<Measurement> list{{"memory",
                                 {{"memory-first", "memory of the first idle session, kB", 0},
                                  {"memory-further", "memory of each further one, kB", 1}},
                                 [](const Peer& peer) { return peer.detaches() && !peer.variant(); },
                                 measure_sessions}};
  const std::pair<Load, std::string> kinds[] = {
      {Load::ascii, "plain"}, {Load::colour, "coloured"}, {Load::hangul, "Hangul"}};
  for (const auto& [load, title] : kinds) {
    list.push_back({"history",
                    {{"history-" + load_name(load), "history, bytes per cell, " + title, 2}},
                    emulates,
                    [kind = load](Context& context, Peer& peer) { measure_history(context, peer, kind); }});
  }
  list.push_back({"resize",
                  {{"resize",
                    "new size with " + std::to_string(settings.history_lines) +
                        " lines of history until the program has answered, ms",
                    1}},
                  [](const Peer& peer) { return peer.emulates(); },
                  measure_resize});
  return list;
}

}  // namespace sess::bench
