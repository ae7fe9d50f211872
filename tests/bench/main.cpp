// sess_bench: drives sess and every installed peer alternately through a real pseudo-terminal and prints
// medians and ratios as a Markdown table.
//
//   --quick         a fifth of the work      --only NAMES    detached, attached, echo, interrupt,
//   panes, panes-echo, start, attach, memory,
//   --smoke         hardly any: does it run?                 history, resize, many, jobs, copy-mode, control
//                                                           (comma-separated)
//   --rounds N      median of N              --peers NAMES   pty, tmux, screen, dtach, sess, sess-composed
//   --readme FILE   replaces the table between the marks in FILE
//   --old DIR       peers "old" and "old-composed": another build's programs, in the same run
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "bench/measure.hpp"
#include "bench/proc.hpp"
#include "bench/supervise.hpp"
#include "bench/words.hpp"

namespace sess::bench {

namespace {

struct CommandLine {
  Settings settings;
  std::vector<std::string> only;
  std::vector<std::string> peers;
  std::string readme;
  std::string old;
  bool smoke = false;
};

bool parse(int argc, char** argv, CommandLine& line) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--quick") {
      line.settings = {1, 8, 150, Milliseconds(1000), 4, 20'000, 40, Milliseconds(1000)};
    } else if (word == "--smoke") {
      line.settings = {1, 1, 10, Milliseconds(100), 1, 1'000, 3, Milliseconds(50)};
      line.smoke = true;
    } else if (word == "--rounds" && has_value) {
      line.settings.rounds = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--only" && has_value) {
      line.only = split_words(argv[++i]);
    } else if (word == "--peers" && has_value) {
      line.peers = split_words(argv[++i]);
    } else if (word == "--readme" && has_value) {
      line.readme = argv[++i];
    } else if (word == "--old" && has_value) {
      line.old = std::filesystem::absolute(argv[++i]);
    } else {
      std::fprintf(stderr,
                   "usage: sess_bench [--quick | --smoke] [--rounds N] [--only NAMES] [--peers NAMES] "
                   "[--old DIR] [--readme FILE]\n");
      return false;
    }
  }
  return true;
}

std::string machine() {
  std::ifstream in("/proc/cpuinfo");
  std::string model = "unknown CPU";
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("model name", 0) == 0) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  utsname system{};
  ::uname(&system);
  const std::string release = system.release;
  const auto first = release.find('.');
  return fmt::format("{} cores of {}, Linux {}", std::thread::hardware_concurrency(), model,
                     release.substr(0, release.find_first_not_of("0123456789", first + 1)));
}

/// Processes that wanted a CPU during the last minute: what else the machine did says how far to trust the
/// numbers.
double load_average() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 ? load : 0;
}

std::string heading(const std::vector<std::unique_ptr<Peer>>& peers, const Settings& settings, double load) {
  const std::time_t now = std::time(nullptr);
  char date[16];
  std::strftime(date, sizeof date, "%Y-%m-%d", std::localtime(&now));
  std::string versions;
  for (const auto& peer : peers) {
    if (!peer->version().empty()) versions += (versions.empty() ? "" : ", ") + peer->version();
  }
  return fmt::format("{}, {}: {}; medians of {}; load average before {:.1f}.\n\n", date, machine(), versions,
                     settings.rounds, load);
}

int run(const CommandLine& line) {
  const std::string bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto peers = find_peers(line.peers, bin, line.old);
  const double load = load_average();
  Table table;
  Context context{line.settings, bin + "/sess_bench_load", table};
  std::vector<Measurement> measurements;
  for (const auto& group : {throughput_measurements(), latency_measurements(), pane_measurements(),
                            session_measurements(line.settings), job_measurements(line.settings),
                            memory_measurements(line.settings), mode_measurements(line.settings)}) {
    measurements.insert(measurements.end(), group.begin(), group.end());
  }
  int failures = 0;
  for (const Measurement& measurement : measurements) {
    if (!line.only.empty() &&
        std::find(line.only.begin(), line.only.end(), measurement.name) == line.only.end())
      continue;
    for (const Row& row : measurement.rows) table.add_row(row);
    std::set<const Peer*> failed;  // not again in the next round
    for (int round = 0; round < line.settings.rounds; ++round) {
      for (const auto& peer : peers) {
        if (!measurement.fits(*peer) || failed.count(peer.get()) != 0) continue;
        try {
          peer->configure(0);
          measurement.run(context, *peer);
        } catch (const std::exception& error) {
          std::fprintf(stderr, "%s, %s: %s\n", peer->name().c_str(), measurement.rows[0].title.c_str(),
                       error.what());
          failed.insert(peer.get());
          // A peer that stalls on a busy machine says nothing about sess.
          if (peer->name().starts_with("sess")) ++failures;
        }
        peer->end();
      }
      std::fprintf(stderr, "%s: round %d of %d\n", measurement.rows[0].title.c_str(), round + 1,
                   line.settings.rounds);
    }
  }
  std::vector<std::string> names;
  for (const auto& peer : peers) names.push_back(peer->name());
  const std::string text = heading(peers, line.settings, load) + table.markdown(names);
  std::fputs(text.c_str(), stdout);
  if (!line.readme.empty() && !replace_in_file(line.readme, text)) {
    std::fprintf(stderr, "%s has no marks for the table\n", line.readme.c_str());
    return 1;
  }
  return line.smoke && failures > 0 ? 1 : 0;
}

}  // namespace

}  // namespace sess::bench

int main(int argc, char** argv) {
  sess::bench::CommandLine line;
  if (!sess::bench::parse(argc, argv, line)) return 2;
  const std::chrono::seconds limit(line.smoke ? 170 : 3600);
  return sess::bench::supervise(limit, [&] { return sess::bench::run(line); });
}
