// Copy mode over a long history: entering, paging, the first hit of a search, from what is typed or asked to
// what the terminal shows; what ten copy modes take; and how soon a program in control mode has the first
// screen. Beside tmux.
#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/text.hpp"

namespace sess::bench {

namespace {

constexpr int kModes = 10;
constexpr int kWindows = 20;
/// Stands once, in the oldest line.
constexpr std::string_view kNeedle = "oldest@line";

bool has_modes(const Peer& peer) {
  return !peer.command({}).empty() && !peer.variant();
}

/// A program that has printed so many lines of a log below the needle, and then reports where one asks.
Argv log_of(int lines, const std::string& result = "/dev/null") {
  return {"/bin/sh", "-c",
          "echo " + std::string(kNeedle) +
              "; seq -f 'Nov 26 21:00:00 host daemon[4711]: request %.0f took 12 ms' 1 " +
              std::to_string(lines) + "; echo '" + std::string(kEndMark) + "'; echo 1 1 1 > " + result +
              "; exec sleep 1000"};
}

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void measure_copy_mode(Context& context, Peer& peer) {
  const int lines = context.settings.history_lines;
  peer.configure(static_cast<std::size_t>(lines) + 1000);
  peer.start_session("log", log_of(lines));
  Terminal terminal = peer.open_client("log");
  terminal.wait_for(kEndMark);
  terminal.drain(Milliseconds(200));
  std::map<std::string, std::vector<double>> times;
  for (int i = 0; i < context.settings.starts; ++i) {
    const auto watch = [&](const std::string& row, std::string_view mark, const auto& act) {
      terminal.drain();
      terminal.forget();
      const Clock::time_point start = Clock::now();
      act();
      times[row].push_back(milliseconds(terminal.wait_for(mark) - start));
    };
    const auto ask = [&](const Argv& words) { run_timed(peer.command(words), peer.env()); };
    watch("copy-enter", "[0/", [&] { terminal.type("\x02["); });
    watch("copy-page", "[2", [&] { terminal.type("\x1b[5~"); });
    watch("copy-text", kNeedle, [&] {
      ask({"send-keys", "-X", "search-backward-text", std::string(kNeedle)});
    });
    ask({"send-keys", "-X", "history-bottom"});
    watch("copy-regex", kNeedle, [&] { ask({"send-keys", "-X", "search-backward", "old[a-f]st@l.ne"}); });
    ask({"send-keys", "-X", "cancel"});
  }
  for (const auto& [row, samples] : times) context.table.add(row, peer.name(), median_of(samples));
}

void measure_ten(Context& context, Peer& peer) {
  const int lines = context.settings.history_lines / kModes;
  peer.configure(static_cast<std::size_t>(lines) + 1000);
  const std::string result = Context::result_file(peer);
  const auto ask = [&](const Argv& words) { run_timed(peer.command(words), peer.env()); };
  for (int i = 0; i < kModes; ++i) {
    const Argv program = log_of(lines, result);
    if (i == 0) {
      peer.start_session("log", program);
    } else {
      Argv words{"new-window", "-d"};
      words.insert(words.end(), program.begin(), program.end());
      ask(words);
    }
    wait_for_report(result);
  }
  const auto memory_now = [&] {
    const auto pids = peer.daemon_pids();
    settle(pids, Milliseconds(10'000));
    const auto bytes = memory(pids);
    if (!bytes) throw Failure("the memory of its processes cannot be read");
    return *bytes;
  };
  const double before = memory_now();
  for (int i = 0; i < kModes; ++i) ask({"copy-mode", "-u", "-t", ":" + std::to_string(i)});
  context.table.add("copy-memory", peer.name(), (memory_now() - before) / 1024);
}

void measure_control(Context& context, Peer& peer) {
  peer.start_session("many", log_of(100));
  for (int i = 1; i < kWindows; ++i)
    run_timed(peer.command({"new-window", "-d", "exec sleep 1000"}), peer.env());
  std::vector<double> times;
  for (int i = 0; i < context.settings.starts; ++i) {
    const Clock::time_point start = Clock::now();
    Terminal terminal(peer.command({"-C", "attach-session", "-t", "many"}), peer.env());
    terminal.type("list-windows\ncapture-pane -p\n");
    times.push_back(milliseconds(terminal.wait_for(kEndMark) - start));
    terminal.hang_up();
  }
  context.table.add("control-attach", peer.name(), median_of(times));
}

}  // namespace

std::vector<Measurement> mode_measurements(const Settings& settings) {
  const std::string over = " over " + std::to_string(settings.history_lines) + " lines, ms";
  return {{"copy-mode",
           {{"copy-enter", "copy mode opened" + over},
            {"copy-page", "copy mode, a page up" + over},
            {"copy-text", "copy mode, a text found" + over},
            {"copy-regex", "copy mode, a regular expression found" + over}},
           has_modes,
           measure_copy_mode},
          {"copy-mode",
           {{"copy-memory",
             "memory of ten copy modes over " + std::to_string(settings.history_lines / kModes) +
                 " lines each, kB",
             0}},
           has_modes,
           measure_ten},
          {"control",
           {{"control-attach", "control mode, first screen of a session with 20 windows, ms"}},
           has_modes,
           measure_control}};
}

}  // namespace sess::bench
