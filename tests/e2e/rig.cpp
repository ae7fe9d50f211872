#include "rig.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sess::test {

Rig::Rig() = default;

Rig::~Rig() {
  // In order where that works; the home ends what is left.
  const pid_t daemon = keeper();
  if (daemon <= 0) return;
  ::kill(daemon, SIGCONT);
  sess({"kill-server"});
}

std::vector<std::string> Rig::env(Variables extra) const {
  extra.emplace("SESS_TMPDIR", home_.temporary());
  return home_.env(extra, test_bin());
}

std::string Rig::socket() const {
  return home_.temporary() + "/sess-" + std::to_string(::geteuid()) + "/default";
}

Outcome Rig::sess(const Arguments& arguments, const Variables& extra) const {
  Arguments argv{bin("sess")};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run(argv, env(extra));
}

std::string Rig::ask(const Arguments& arguments) const {
  auto outcome = sess(arguments);
  INFO("sess " << arguments.front() << ": " << outcome.err);
  REQUIRE(outcome.status.success());
  while (!outcome.out.empty() && outcome.out.back() == '\n') outcome.out.pop_back();
  return outcome.out;
}

std::unique_ptr<Attached> Rig::terminal(const Arguments& arguments, Size size, const Variables& extra) const {
  Arguments argv{bin("sess")};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return std::make_unique<Attached>(argv, env(extra), size, home_.home());
}

pid_t Rig::keeper() const {
  const auto found = processes_named(home_, "sessd: keeper");
  return found.empty() ? 0 : found.front();
}

pid_t Rig::server() const {
  const auto found = processes_named(home_, "sessd: server");
  return found.empty() ? 0 : found.front();
}

pid_t Rig::kill_server(int signo) const {
  const pid_t old = server();
  REQUIRE(old > 0);
  REQUIRE(::kill(old, signo) == 0);
  pid_t next = 0;
  REQUIRE(wait_until([&] { return (next = server()) > 0 && next != old; }));
  return next;
}

std::vector<std::string> Rig::history(const std::string& target) const {
  // Hundreds of megabytes with sanitizers beside other tests.
  constexpr Milliseconds kPatient{300'000};
  auto outcome = run({bin("sess"), "capture-pane", "-p", "-J", "-S", "-", "-t", target}, env(), {}, kPatient);
  INFO(outcome.err << (outcome.timed_out ? "timed out" : ""));
  REQUIRE(outcome.status.success());
  auto lines = split_lines(outcome.out);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string status_field(pid_t pid, std::string_view name) {
  for (const auto& line : split_lines(read_file("/proc/" + std::to_string(pid) + "/status"))) {
    if (!std::string_view(line).starts_with(name) || line[name.size()] != ':') continue;
    const auto at = line.find_first_not_of(" \t", name.size() + 1);
    return at == std::string::npos ? "" : line.substr(at);
  }
  return {};
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;  // unlike iterators it does not throw when the process behind a /proc file ends
  content << in.rdbuf();
  return content.str();
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<pid_t> processes_named(const TempHome& home, std::string_view name) {
  std::vector<pid_t> found;
  for (const pid_t pid : home.processes()) {
    if (read_file("/proc/" + std::to_string(pid) + "/comm") == std::string(name) + "\n") found.push_back(pid);
  }
  return found;
}

std::string check_counter(const std::vector<std::string>& lines, std::string_view prefix, long first,
                          long least) {
  long expected = first;
  const std::string start = std::string(prefix) + " ";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    if (line == start + "done") break;
    if (!line.starts_with(start)) {
      if (expected == first) continue;  // what was there before it started
      return "line " + std::to_string(i) + " is no line of " + start + ": '" + line + "' after " +
             std::to_string(expected - 1);
    }
    std::istringstream fields(line.substr(start.size()));
    long number = 0, time = -1;
    fields >> number >> time;
    const bool last = i + 1 == lines.size();
    if (last && (time < 0 || number != expected)) break;  // was being written
    if (number != expected || time < 0) {
      return "line " + std::to_string(i) + " is '" + line + "', expected number " + std::to_string(expected);
    }
    ++expected;
  }
  if (expected - first < least) return "only " + std::to_string(expected - first) + " lines";
  return {};
}

}  // namespace sess::test
