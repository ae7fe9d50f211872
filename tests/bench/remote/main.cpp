// sess_bench_remote: `sess ssh` beside ssh + `sess attach`, ssh + tmux and mosh over one bad network, as a
// Markdown table.
//
//   --only NAMES    keys, loss, drawn, slow, beside, password, interrupt, bytes, outage, network, sleep, cuts
//   --ways NAMES    sess, plain, tmux, mosh
//   --rtt NUMBERS   of keys, milliseconds (0,50,100,150,300,500)
//   --rounds N      of lines typed, interrupts, cuts (8, 3, 100 as they come; N for all of them)
//
// Relays carry all of it (tests/support/relay, datagrams): TCP on both sides, so a lost packet is a late one;
// of mosh's datagrams it is a lost one.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "bench/remote/site.hpp"
#include "bench/remote/typist.hpp"
#include "bench/table.hpp"
#include "bench/terminal.hpp"
#include "bench/words.hpp"

namespace sess::bench {
namespace {

using test::Attached;
using namespace std::chrono_literals;

struct Plan {
  std::vector<std::string> only;
  std::vector<Way> ways{Way::sess, Way::plain, Way::tmux, Way::mosh};
  std::vector<int> round_trips{0, 50, 100, 150, 300, 500};
  int rounds = 0;
  [[nodiscard]] bool wants(const std::string& name) const {
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
  }
  [[nodiscard]] int rounds_or(int usual) const { return rounds > 0 ? rounds : usual; }
};

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Rows in the order of their first value.
class Report {
 public:
  void add(const std::string& row, Way way, std::string value) {
    fmt::print(stderr, "{} | {} | {}\n", row, name_of(way), value);
    if (values_.find(row) == values_.end()) rows_.push_back(row);
    values_[row][way] = std::move(value);
  }
  [[nodiscard]] std::string markdown(const std::vector<Way>& ways) const {
    std::string out = "| |";
    for (const Way way : ways) out += " " + name_of(way) + " |";
    out += "\n|---|";
    for (std::size_t i = 0; i < ways.size(); ++i) out += "---|";
    for (const auto& row : rows_) {
      out += "\n| " + row + " |";
      for (const Way way : ways) {
        const auto found = values_.at(row).find(way);
        out += (found == values_.at(row).end() ? " – |" : " " + found->second + " |");
      }
    }
    return out + "\n";
  }

 private:
  std::vector<std::string> rows_;
  std::map<std::string, std::map<Way, std::string>> values_;
};

class Bench {
 public:
  Bench(const Plan& plan, const std::string& bin) : plan_(plan), bin_(bin), site_(bin) {}

  void run() {
    for (const Way way : plan_.ways) {
      if (plan_.wants("keys"))
        for (const int rtt : plan_.round_trips) attempt(way, [&] { keys(way, rtt, 0, Shape::plain); });
      if (plan_.wants("loss")) attempt(way, [&] { keys(way, 100, 20, Shape::plain); });
      if (plan_.wants("drawn")) attempt(way, [&] { keys(way, 150, 0, Shape::drawn); });
      if (plan_.wants("slow")) attempt(way, [&] { keys(way, 150, 0, Shape::slow); });
      if (plan_.wants("beside")) attempt(way, [&] { keys(way, 200, 0, Shape::beside); });
      if (plan_.wants("password")) attempt(way, [&] { password(way); });
      if (plan_.wants("interrupt")) {
        for (const char* flood : {"yes", "seq 1 1000000000"}) attempt(way, [&] { interrupt(way, flood); });
      }
      if (plan_.wants("bytes")) attempt(way, [&] { bytes(way); });
      if (plan_.wants("outage"))
        for (const auto after : {After::woken, After::dead}) attempt(way, [&] { outage(way, after); });
      if (plan_.wants("network")) attempt(way, [&] { network(way); });
      if (plan_.wants("sleep")) attempt(way, [&] { sleep(way); });
      if (plan_.wants("cuts")) attempt(way, [&] { cuts(way); });
    }
  }
  [[nodiscard]] std::string markdown() const { return report_.markdown(plan_.ways); }

 private:
  enum class Shape { plain, drawn, slow, beside };
  /// What TCP connections do after an outage: go on when TCP sends again, or never, as behind a NAT that has
  /// forgotten them.
  enum class After { woken, dead };

  template <class Work>
  void attempt(Way way, const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", name_of(way), error.what());
    }
    site_.end_sessions();
  }

  /// Lines typed by somebody fast.
  void keys(Way way, int rtt, int loss, Shape shape) {
    auto terminal = site_.open(way, shape == Shape::drawn    ? Screen::status_line
                                    : shape == Shape::beside ? Screen::panes
                                                             : Screen::plain);
    const std::string mux = way == Way::tmux || way == Way::mosh ? "tmux" : bin_ + "/sess";
    std::string label = fmt::format("keys, {} ms", rtt);
    if (loss > 0) label += fmt::format(", {} % lost", loss / 10);
    if (shape == Shape::drawn) label += ", with a status line";
    if (shape == Shape::slow) label += ", a slow typist";
    site_.network().set_delay(test::Milliseconds(rtt / 2));
    site_.network().set_loss(loss, std::max<test::Milliseconds>(200ms, test::Milliseconds(rtt)));
    if (shape == Shape::beside) {
      label = fmt::format("keys beside a flooding pane, 64 kB/s, {} ms", rtt);
      site_.network().set_rate(64'000);
      terminal->type(mux + " split-window -d -v yes\r");
      if (!terminal->wait_for_text("\ny")) throw Failure("no flood beside");
    }
    const auto calm = [&] { terminal->wait_until([] { return false; }, 500ms); };
    calm();
    site_.command(*terminal, "clear");
    calm();
    Typist typist(*terminal, shape == Shape::slow ? 600ms : 120ms);
    const int lines = plan_.rounds_or(shape == Shape::slow ? 2 : 8);
    for (int line = 0; line < lines; ++line) typist.type_line(30);
    const auto& result = typist.result();
    report_.add(label + ": p50 / p90 / p99, ms", way,
                fmt::format("{:.1f} / {:.1f} / {:.0f}", quantile(result.delays, 0.5),
                            quantile(result.delays, 0.9), quantile(result.delays, 0.99)));
    report_.add(label + ": at once, wrong, %", way,
                fmt::format("{:.1f}, {:.2f}", typist.at_once(12), 100.0 * result.wrong / result.keys));
  }

  /// What is shown of what is typed where nothing is echoed.
  void password(Way way) {
    auto terminal = site_.open(way);
    site_.network().set_delay(75ms);
    site_.command(*terminal, "# echo");
    int shown = 0;
    for (int round = 0; round < plan_.rounds_or(3); ++round) {
      terminal->type("read -rs -p 'Password: ' word; echo\r");
      if (!terminal->wait_for_text("Password:")) throw Failure("no question");
      const int row = terminal->oracle().cursor_row();
      for (const char c : std::string("Geh-heim")) {
        terminal->type(std::string(1, c));
        terminal->wait_until(
            [&] {
              if (terminal->oracle().row(row) != "Password:") ++shown;
              return false;
            },
            100ms);
      }
      terminal->type("\r");
      if (!terminal->wait_until([&] { return at_prompt(*terminal); })) throw Failure("no prompt");
      site_.command(*terminal, "clear");
    }
    report_.add("characters of a password shown", way, std::to_string(shown));
  }

  /// From Ctrl-C to the shell's prompt.
  void interrupt(Way way, const std::string& flood) {
    auto terminal = site_.open(way);
    site_.network().set_delay(100ms);
    site_.network().set_rate(64'000);
    std::vector<double> times;
    for (int round = 0; round < plan_.rounds_or(3); ++round) {
      terminal->type(flood + "\r");
      terminal->wait_until([] { return false; }, 4000ms);
      const auto start = Clock::now();
      terminal->type("\x03");
      if (!terminal->wait_until([&] { return at_prompt(*terminal); }, 60s))
        throw Failure("Ctrl-C has no effect");
      times.push_back(since(start));
      terminal->wait_until([] { return false; }, 1000ms);
    }
    report_.add(fmt::format("Ctrl-C in `{}`, 64 kB/s, 200 ms: median / worst, s", flood), way,
                fmt::format("{:.2f} / {:.2f}", median_of(times), quantile(times, 1)));
  }

  static std::string question(const std::string& word) { return "echo " + word + "$((6*7))\r"; }

  /// How long after `start` the question was answered, "ended" or "never" (in a minute).
  std::string answered_after(Attached& terminal, const std::string& word, Clock::time_point start) {
    const bool shown =
        terminal.wait_until([&] { return terminal.shows(word + "42") || terminal.pty().closed(); }, 60s);
    if (shown && !terminal.pty().closed()) return fmt::format("{:.2f}", since(start));
    return shown ? "ended" : "never";
  }
  void rest(Attached& terminal, test::Milliseconds time) {
    terminal.wait_until([] { return false; }, time);
  }

  /// Nothing arrives for a while, in either direction; somebody types at once.
  void outage(Way way, After after) {
    auto terminal = site_.open(way);
    auto& network = site_.network();
    network.set_delay(25ms);
    rest(*terminal, 2000ms);
    const auto start = Clock::now();
    after == After::woken ? network.interrupt() : network.vanish();
    terminal->type(question("kept"));
    const bool told = terminal->wait_until(
        [&] { return terminal->shows("no answer from") || terminal->shows("mosh: Last"); }, 13s);
    const std::string name = after == After::woken ? "outage of 13 s" : "outage of 13 s, the connection dead";
    report_.add(name + ": told after, s", way, told ? fmt::format("{:.2f}", since(start)) : "never");
    terminal->wait_until([&] { return Clock::now() - start >= 13s; }, 13s);
    const auto back = Clock::now();
    network.restore();
    report_.add(name + ": back after it, s", way, answered_after(*terminal, "kept", back));
  }

  /// The old connection carries nothing any more, a new one does.
  void network(Way way) {
    auto terminal = site_.open(way);
    site_.network().set_delay(25ms);
    rest(*terminal, 2000ms);
    const auto start = Clock::now();
    site_.network().vanish();
    rest(*terminal, 20ms);
    site_.network().restore();
    terminal->type(question("new"));
    report_.add("new network: back after, s", way, answered_after(*terminal, "new", start));
  }

  /// The machine sleeps, and wakes on another network.
  void sleep(Way way) {
    auto terminal = site_.open(way);
    site_.network().set_delay(25ms);
    rest(*terminal, 2000ms);
    ::kill(terminal->pty().pid(), SIGSTOP);
    site_.network().vanish();
    rest(*terminal, 6000ms);
    site_.network().restore();
    const auto start = Clock::now();
    ::kill(terminal->pty().pid(), SIGCONT);
    terminal->type(question("woke"));
    report_.add("after sleep: back after, s", way, answered_after(*terminal, "woke", start));
  }

  /// Whether a screen shows what the counter left: from the first row one number after the other, the last
  /// number, its last word, and the cursor's row (below which a peer may have a line of its own).
  static bool shows_the_end(Attached& terminal, long last) {
    auto& screen = terminal.oracle();
    int row = 0;
    for (long expected = 0; row < screen.size().rows; ++row) {
      long number = 0;
      if (std::sscanf(screen.row(row).c_str(), "count %ld ", &number) != 1) break;
      if (row > 0 && number != expected) return false;
      if (number == last) break;
      expected = number + 1;
    }
    const int left = screen.size().rows - row;
    return (left == 3 || left == 4) && screen.row(row + 1).starts_with("count done") &&
           screen.row(row + 2).empty();
  }

  /// Cuts and freezes while somebody types and numbered lines come.
  void cuts(Way way) {
    auto terminal = site_.open(way);
    const std::string stop = site_.home().root() + "/stop";
    site_.command(*terminal, "stty -echo");
    terminal->type("clear; PS1=; " + bin_ + "/e2e_counter count 0 500 /dev/null " + stop + " &\r");
    if (!terminal->wait_for_text("count ")) throw Failure("no flood");
    std::vector<double> times;
    int lost_keys = 0;
    const auto connections = site_.network().connections();
    const long before = site_.log_ins();
    const auto begin = Clock::now();
    const int rounds = plan_.rounds_or(100);
    for (int round = 0; round < rounds; ++round) {
      const std::string file = stop + "." + std::to_string(round);
      terminal->type("touch " + file.substr(0, 5));
      const bool cut = round % 2 == 0;
      cut ? site_.network().cut() : site_.network().freeze();
      terminal->type(file.substr(5) + "\r");
      if (!cut) {
        terminal->wait_until([] { return false; }, round % 4 == 1 ? 700ms : 3600ms);
        site_.network().thaw();
      }
      const auto start = Clock::now();
      if (terminal->wait_until([&] { return std::filesystem::exists(file) || terminal->pty().closed(); }) &&
          std::filesystem::exists(file)) {
        times.push_back(since(start));
      } else if (terminal->pty().closed()) {
        return report_.add(fmt::format("{} cuts and freezes: keys lost, lines missing, doubled", rounds), way,
                           fmt::format("ends at cut {}", round + 1));
      } else {
        ++lost_keys;
      }
      terminal->wait_until([] { return false; }, 300ms);
      (void)site_.log_ins();  // sshd is read
    }
    const double minutes = since(begin) / 60;
    const long log_ins = site_.log_ins() - before;
    const auto attempts = site_.network().connections() - connections;
    site_.home().write("stop", "");
    if (!terminal->wait_for_text("count done")) throw Failure("the counter does not end");
    long last = 0, expected = 1, missing = 0, doubled = 0;
    for (int row = 0; row < terminal->oracle().size().rows; ++row) {
      long number = 0;
      if (std::sscanf(terminal->oracle().row(row).c_str(), "count %ld", &number) == 1)
        last = std::max(last, number);
    }
    const bool right = last > 0 && shows_the_end(*terminal, last);
    terminal->type("kill %1; wait; clear; stty echo; PS1='in$ '\r");
    terminal->wait_until([&] { return at_prompt(*terminal); });
    auto lines = terminal->oracle().scrollback();
    for (const auto& line : lines) {
      long number = 0;
      if (std::sscanf(line.c_str(), "count %ld", &number) != 1) continue;
      if (number < expected) ++doubled;
      if (number > expected) missing += number - expected;
      expected = std::max(expected, number + 1);
    }
    // The last ones stood on the screen that was cleared, or scrolled off before.
    missing += std::max(0L, last + 1 - expected - terminal->oracle().size().rows);
    expected = std::max(expected, last + 1);
    report_.add(fmt::format("{} cuts and freezes: keys lost, lines missing, doubled", rounds), way,
                fmt::format("{}, {} of {}, {}", lost_keys, missing, expected - 1, doubled));
    report_.add("… last screen", way, right ? "right" : "wrong");
    report_.add("… back: p50 / most, s", way,
                fmt::format("{:.2f} / {:.2f}", quantile(times, 0.5), quantile(times, 1)));
    if (way != Way::mosh) {
      report_.add("… log-ins; attempts (in all; a minute)", way,
                  fmt::format("{}, {:.0f}; {}, {:.0f}", log_ins, static_cast<double>(log_ins) / minutes,
                              attempts, static_cast<double>(attempts) / minutes));
    }
    terminal->type("exit\r");
    terminal->wait_exit();
    const bool clean = terminal->wait_until([&] { return site_.helpers().empty(); }, 10s);
    report_.add("… left behind", way,
                clean ? "nothing" : fmt::format("{} processes", site_.helpers().size()));
  }

  void bytes(Way way) {
    auto terminal = site_.open(way);
    site_.network().set_delay(50ms);
    terminal->wait_until([] { return false; }, 2000ms);
    auto before = site_.network().bytes();
    for (int i = 0; i < 200; ++i) {
      terminal->type(std::string(1, static_cast<char>(i == 0 ? '#' : 'a' + i % 26)));
      terminal->wait_until([] { return false; }, 120ms);
    }
    terminal->wait_until([] { return false; }, 500ms);
    report_.add("200 typed characters, kB", way, kilobytes(site_.network().bytes() - before));
    before = site_.network().bytes();
    terminal->wait_until([] { return false; }, 60s);
    report_.add("an idle minute, kB", way, kilobytes(site_.network().bytes() - before));
    if (way != Way::sess) return;
    site_.network().set_delay(10ms);
    terminal->type("\x03");
    terminal->wait_until([] { return false; }, 1000ms);
    before = site_.network().bytes();
    site_.network().cut();
    terminal->type(question("cut"));
    (void)answered_after(*terminal, "cut", Clock::now());
    report_.add("a cut with its log-in, kB", way, kilobytes(site_.network().bytes() - before));
  }
  static std::string kilobytes(std::int64_t bytes) {
    return fmt::format("{:.1f}", static_cast<double>(bytes) / 1000);
  }

  Plan plan_;
  std::string bin_;
  Site site_;
  Report report_;
};

bool parse(int argc, char** argv, Plan& plan) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    const auto values = split_words(argv[i + 1]);
    if (word == "--only") {
      plan.only = values;
    } else if (word == "--rounds") {
      plan.rounds = std::max(1, std::atoi(argv[i + 1]));
    } else if (word == "--rtt") {
      plan.round_trips.clear();
      for (const auto& value : values) plan.round_trips.push_back(std::atoi(value.c_str()));
    } else if (word == "--ways") {
      plan.ways.clear();
      for (const auto& value : values)
        plan.ways.push_back(value == "plain"  ? Way::plain
                            : value == "tmux" ? Way::tmux
                            : value == "mosh" ? Way::mosh
                                              : Way::sess);
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

}  // namespace
}  // namespace sess::bench

int main(int argc, char** argv) {
  using namespace sess::bench;
  Plan plan;
  if (!parse(argc, argv, plan)) {
    std::fprintf(stderr,
                 "usage: sess_bench_remote [--only NAMES] [--ways NAMES] [--rtt NUMBERS] [--rounds N]\n");
    return 2;
  }
  return supervise(std::chrono::hours(1), [&] {
    try {
      Bench bench(plan, std::filesystem::read_symlink("/proc/self/exe").parent_path());
      bench.run();
      std::fputs(bench.markdown().c_str(), stdout);
      return 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      return 1;
    }
  });
}
