// Starting, listing and attaching, and many idle sessions: what they cost while nothing happens.
#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/text.hpp"

namespace sess::bench {

namespace {

constexpr Milliseconds kPutOff{2000};

const Argv kSleep{"/bin/sleep", "1000"};

double milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void measure_start(Context& context, Peer& peer) {
  std::vector<double> cold;
  std::vector<double> warm;
  for (int i = 0; i < context.settings.starts; ++i) {
    peer.end();
    cold.push_back(milliseconds(peer.start_session("first", kSleep)));
    for (int j = 0; j < 3; ++j) {
      warm.push_back(milliseconds(peer.start_session("more" + std::to_string(j), kSleep)));
    }
  }
  context.table.add("start-cold", peer.name(), median_of(cold));
  // Where each session has a daemon of its own there is no warm one.
  if (peer.one_daemon()) context.table.add("start-warm", peer.name(), median_of(warm));
  if (peer.list().empty()) return;
  std::vector<double> list;
  for (int i = 0; i < 3 * context.settings.starts; ++i) {
    list.push_back(milliseconds(run_timed(peer.list(), peer.env(), peer.list_status())));
  }
  context.table.add("list", peer.name(), median_of(list));
}

/// From the start of the client to the last character of the screen, which is there already.
void measure_attach(Context& context, Peer& peer) {
  peer.start_session("page", {context.load, "page"});
  std::vector<double> times;
  for (int i = 0; i <= context.settings.starts; ++i) {
    const auto start = Clock::now();
    Terminal terminal = peer.open_client("page");
    const double took = milliseconds(terminal.wait_for(kEndMark, Milliseconds(10'000)) - start);
    // The first client may change the session's size; from then on it stays.
    if (i > 0) times.push_back(took);
    terminal.drain();
    terminal.hang_up();
  }
  context.table.add("attach", peer.name(), median_of(times));
}

void measure_many(Context& context, Peer& peer) {
  const auto start = Clock::now();
  for (int i = 0; i < context.settings.sessions; ++i) peer.start_session("s" + std::to_string(i), kSleep);
  const auto started = Clock::now() - start;
  const auto pids = peer.daemon_pids();
  settle(pids, Milliseconds(10'000));
  if (const auto bytes = memory(pids)) context.table.add("many-memory", peer.name(), *bytes / 1024);
  // Idle is what comes after everything that was put off has been done: what is kept on disk is written a
  // moment later.
  rest(kPutOff);
  settle(pids, Milliseconds(10'000));
  const auto cpu = cpu_time(pids);
  const auto switches = voluntary_switches(pids);
  rest(context.settings.watch);
  context.table.add("many-start", peer.name(), milliseconds(started));
  context.table.add("many-cpu", peer.name(), milliseconds(cpu_time(pids) - cpu));
  context.table.add("many-wakeups", peer.name(), static_cast<double>(voluntary_switches(pids) - switches));
}

bool detaches(const Peer& peer) {
  return peer.detaches() && !peer.variant();
}

}  // namespace

std::vector<Measurement> session_measurements(const Settings& settings) {
  const std::string many = std::to_string(settings.sessions) + " sessions";
  const std::string idle = " while idle for " + std::to_string(settings.watch.count()) + " ms";
  return {
      {"start",
       {{"start-cold", "`new -d`, no daemon yet, ms"},
        {"start-warm", "`new -d`, daemon runs, ms"},
        {"list", "`ls`, ms"}},
       detaches,
       measure_start},
      {"attach",
       {{"attach", "attach to the first full screen, ms"}},
       [](const Peer& peer) { return peer.detaches(); },
       measure_attach},
      {"many",
       {{"many-start", many + ": all started, ms", 0},
        {"many-memory", many + ": memory, kB", 0},
        {"many-cpu", many + ": CPU" + idle + ", ms", 2},
        {"many-wakeups", many + ": wake-ups" + idle, 0}},
       detaches,
       measure_many},
  };
}

}  // namespace sess::bench
