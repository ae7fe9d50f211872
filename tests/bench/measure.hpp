// The measurements: each fills some rows of the table for one peer, once a round. The driver goes round the
// peers and then round again, so that what the machine does meanwhile meets all of them.
//
// A measurement starts with no process of the peer and may leave any: the driver ends them. It throws Failure
// when the peer cannot do it or takes too long.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/peer.hpp"
#include "bench/table.hpp"

namespace sess::bench {

/// How much is done; the driver's --quick and --smoke make it less.
struct Settings {
  int rounds = 3;
  int megabytes = 24;  ///< a flood
  int echoes = 400;
  Milliseconds flood{2000};  ///< how long the slow client is flooded before Ctrl-C
  int starts = 10;           ///< of sessions, listings, attaches
  int history_lines = 100'000;
  int sessions = 200;        ///< idle ones, and quick jobs
  Milliseconds watch{5000};  ///< how long idle sessions are watched
};

struct Context {
  Settings settings;
  std::string load;  ///< path of sess_bench_load
  Table& table;

  /// A place for the load program's report.
  [[nodiscard]] static std::string result_file(const Peer& peer) { return peer.home().root() + "/result"; }
};

/// What the load program says at its end.
struct LoadReport {
  double bytes = 0;
  double seconds = 0;
  Clock::time_point stopped;
};

/// Waits for the report, reads and removes it. Throws Failure at the deadline.
LoadReport wait_for_report(const std::string& path, Milliseconds patience = Milliseconds(120'000));

struct Measurement {
  std::string name;  ///< what --only takes
  std::vector<Row> rows;
  std::function<bool(const Peer&)> fits;
  std::function<void(Context&, Peer&)> run;
};

std::vector<Measurement> throughput_measurements();
std::vector<Measurement> latency_measurements();
std::vector<Measurement> pane_measurements();
std::vector<Measurement> memory_measurements(const Settings& settings);
std::vector<Measurement> session_measurements(const Settings& settings);
std::vector<Measurement> job_measurements(const Settings& settings);
std::vector<Measurement> mode_measurements(const Settings& settings);

}  // namespace sess::bench
