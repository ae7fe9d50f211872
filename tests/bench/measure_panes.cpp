// What drawing several panes costs: a flood in one of two panes with a status line, and the echo of a key
// beside sixteen panes that flood a large terminal. Only peers that draw panes, with a status line; and for
// the flood the bare PTY, read by somebody who does nothing else: more than that no terminal takes from a
// program.
#include <random>

#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/text.hpp"

namespace sess::bench {

namespace {

constexpr int kFlooding = 16;
constexpr std::size_t kHistoryLines = 2000;  // tmux's default, so that memory is compared alike
constexpr Size kLargeTerminal{100, 300};

bool draws(const Peer& peer) {
  return !peer.command({}).empty() && (peer.variant() || peer.name() == "tmux");
}

void split(const Peer& peer, const Argv& program) {
  Argv words{"split-window", "-d"};
  words.insert(words.end(), program.begin(), program.end());
  run_timed(peer.command(words), peer.env());
}

Terminal open_two(const Peer& peer, const Argv& program) {
  peer.start_session("load", program);
  split(peer, {"/bin/sleep", "1000"});
  return peer.open_client("load");
}

/// From the key that starts the flood to its end mark on the terminal; the daemon's memory when it is over.
void measure_two(Context& context, Peer& peer, Load load) {
  peer.configure(kHistoryLines);
  const std::string result = Context::result_file(peer);
  const Argv program{context.load, "flood", load_name(load), std::to_string(context.settings.megabytes),
                     result};
  Terminal terminal = peer.detaches() ? open_two(peer, program) : peer.open("load", program);
  terminal.wait_for(kReadyMark);
  terminal.drain();
  const auto start = terminal.type("g");
  const auto end = terminal.wait_for(kEndMark, Milliseconds(120'000));
  const LoadReport report = wait_for_report(result);
  context.table.add("panes-" + load_name(load), peer.name(),
                    report.bytes / 1e6 / std::chrono::duration<double>(end - start).count());
  if (load != Load::ascii || !peer.detaches()) return;
  const auto pids = peer.daemon_pids({terminal.pid()});
  settle(pids, Milliseconds(10'000));
  if (const auto bytes = memory(pids)) context.table.add("panes-memory", peer.name(), *bytes / 1024);
}

/// Single characters through a program that echoes them, at irregular times, while all panes around it flood.
void measure_many(Context& context, Peer& peer) {
  const std::string result = Context::result_file(peer);
  peer.start_session("echo", {context.load, "echo"});
  run_timed(peer.command({"resize-window", "-x", "300", "-y", "99"}), peer.env());
  for (int i = 0; i < kFlooding; ++i) {
    // More than it gets rid of: it ends with its terminal.
    split(peer, {context.load, "now", "ascii", "1000000", result + std::to_string(i)});
    run_timed(peer.command({"select-layout", "tiled"}), peer.env());
  }
  Terminal terminal = peer.open_client("echo", kLargeTerminal);
  terminal.type("g");
  // Over the ready mark: drawn anew it would be taken for an echo.
  terminal.read_for(Milliseconds(500));
  terminal.type("\r" + std::string(kReadyMark.size() + 1, ' ') + "\r");
  if (terminal.read_for(Milliseconds(1000)) < kFlooding * 1000) throw Failure("the panes do not flood");
  std::vector<double> times;
  std::minstd_rand random(1);
  for (int i = 0; i < context.settings.echoes; ++i) {
    terminal.read_for(Milliseconds(5 + random() % 20));
    // In the place of the one before: a pane that is drawn anew shows no older character that could be taken
    // for it.
    const std::string_view key = std::string_view("~@#").substr(static_cast<std::size_t>(i % 3), 1);
    terminal.forget();
    const auto sent = terminal.type("\r" + std::string(key));
    times.push_back(
        std::chrono::duration<double, std::milli>(terminal.wait_for(key, Milliseconds(10'000)) - sent)
            .count());
  }
  context.table.add("panes-echo-50", peer.name(), quantile(times, 0.50));
  context.table.add("panes-echo-99", peer.name(), quantile(times, 0.99));
}

}  // namespace

std::vector<Measurement> pane_measurements() {
  std::vector<Measurement> list;
  const std::pair<Load, std::string> kLoads[] = {
      {Load::ascii, "ASCII log"}, {Load::colour, "coloured log"}, {Load::hangul, "Korean text"}};
  for (const auto& [load, title] : kLoads) {
    Measurement one{"panes",
                    {{"panes-" + load_name(load), "two panes and status line, " + title + ", MB/s"}},
                    [](const Peer& peer) { return draws(peer) || !peer.detaches(); },
                    [kind = load](Context& context, Peer& peer) { measure_two(context, peer, kind); }};
    if (load == Load::ascii) one.rows.push_back({"panes-memory", "memory of the daemon then, kB", 0});
    list.push_back(std::move(one));
  }
  list.push_back({"panes-echo",
                  {{"panes-echo-50", "echo among 16 flooding panes of 300 x 100, p50 ms", 2},
                   {"panes-echo-99", "the same, p99 ms", 2}},
                  draws,
                  measure_many});
  return list;
}

}  // namespace sess::bench
