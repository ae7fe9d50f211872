// How many bytes a second a program gets rid of, with nobody attached and with a client on a fast terminal,
// and what that costs the daemon.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/text.hpp"

namespace sess::bench {

namespace {

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Program to daemon: the time until its last byte was taken. The CPU is counted until the daemon has come to
/// rest.
void measure_detached(Context& context, Peer& peer, Load load) {
  const std::string result = Context::result_file(peer);
  // A session beside it, so that a daemon for all is there before and after.
  if (peer.one_daemon()) peer.start_session("rest", {"/bin/sleep", "1000"});
  const auto before = cpu_time(peer.daemon_pids());
  peer.start_session(
      "load", {context.load, "now", load_name(load), std::to_string(context.settings.megabytes), result});
  const LoadReport report = wait_for_report(result);
  const auto pids = peer.daemon_pids();
  settle(pids, Milliseconds(10'000));
  const double cpu = seconds(cpu_time(pids) - before);
  const double megabytes = report.bytes / 1e6;
  context.table.add("detached-" + load_name(load), peer.name(), megabytes / report.seconds);
  context.table.add("cpu-" + load_name(load), peer.name(), 100 * cpu / megabytes);
}

/// Program to terminal: from the key that starts it to the end mark in the client's output.
void measure_attached(Context& context, Peer& peer, Load load) {
  const std::string result = Context::result_file(peer);
  Terminal terminal = peer.open(
      "load", {context.load, "flood", load_name(load), std::to_string(context.settings.megabytes), result});
  terminal.wait_for(kReadyMark);
  terminal.drain();
  const auto start = terminal.type("g");
  const auto end = terminal.wait_for(kEndMark, Milliseconds(120'000));
  const LoadReport report = wait_for_report(result);
  context.table.add("attached-" + load_name(load), peer.name(), report.bytes / 1e6 / seconds(end - start));
}

std::string title(Load load) {
  switch (load) {
    case Load::ascii:
      return "ASCII log";
    case Load::light:
      return "log with coloured levels";
    case Load::colour:
      return "coloured log";
    case Load::hangul:
      return "Korean text";
    case Load::japanese:
      return "Japanese text";
    case Load::emoji:
      return "emoji";
    case Load::compiler:
      return "a compiler's output";
    case Load::repaint:
      return "full-screen repaint";
  }
  return "";
}

}  // namespace

LoadReport wait_for_report(const std::string& path, Milliseconds patience) {
  const auto end = Clock::now() + patience;
  while (!std::filesystem::exists(path)) {
    if (Clock::now() > end) throw Failure("the program did not come to its end");
    rest(Milliseconds(2));
  }
  std::ifstream in(path);
  long long nanoseconds = 0;
  long long stopped = 0;
  LoadReport report;
  in >> report.bytes >> nanoseconds >> stopped;
  report.seconds = static_cast<double>(nanoseconds) / 1e9;
  report.stopped = Clock::time_point(std::chrono::nanoseconds(stopped));
  std::filesystem::remove(path);
  return report;
}

std::vector<Measurement> throughput_measurements() {
  std::vector<Measurement> list;
  for (const Load load : kAllLoads) {
    list.push_back({"detached",
                    {{"detached-" + load_name(load), "detached, " + title(load) + ", MB/s"}},
                    [](const Peer& peer) { return peer.detaches() && !peer.variant(); },
                    [load](Context& context, Peer& peer) { measure_detached(context, peer, load); }});
  }
  for (const Load load : kAllLoads) {
    list.push_back({"attached",
                    {{"attached-" + load_name(load), "attached, " + title(load) + ", MB/s"}},
                    [](const Peer&) { return true; },
                    [load](Context& context, Peer& peer) { measure_attached(context, peer, load); }});
  }
  // Filled by the detached runs.
  Measurement cpu{"detached", {}, [](const Peer&) { return false; }, [](Context&, Peer&) {}};
  for (const Load load : kAllLoads) {
    cpu.rows.push_back({"cpu-" + load_name(load), "CPU s of the daemon per 100 MB, " + title(load), 2});
  }
  list.push_back(cpu);
  return list;
}

}  // namespace sess::bench
