// One daemon of the real binaries in a home of its own, and terminals in front of it.
//
// Owns the home; everything that was started with it ends with it. Knows the daemon's processes by what the
// kernel says of them, not by what the daemon says of itself.
#pragma once

#include <sys/types.h>

#include <csignal>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/attached.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/process.hpp"
#include "support/paths.hpp"

namespace sess::test {

class Rig {
 public:
  using Arguments = std::vector<std::string>;
  using Variables = std::map<std::string, std::string>;

  Rig();
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  ~Rig();

  [[nodiscard]] const TempHome& home() const { return home_; }
  [[nodiscard]] std::vector<std::string> env(Variables extra = {}) const;
  [[nodiscard]] static std::string bin(const std::string& name) { return test_bin() + "/" + name; }
  [[nodiscard]] std::string socket() const;

  /// Runs `sess ARGUMENTS` to its end.
  Outcome sess(const Arguments& arguments, const Variables& extra = {}) const;
  /// The same, which must succeed: what it printed, without the last newline.
  std::string ask(const Arguments& arguments) const;
  /// `sess ARGUMENTS` on a terminal.
  std::unique_ptr<Attached> terminal(const Arguments& arguments, Size size = {24, 80},
                                     const Variables& extra = {}) const;

  /// Pids from /proc; 0 when there is none.
  [[nodiscard]] pid_t keeper() const;
  [[nodiscard]] pid_t server() const;
  /// Sends the signal to the server and waits until another one stands in its place.
  pid_t kill_server(int signo = SIGKILL) const;

  /// capture-pane of everything from the oldest history line to the end of the screen, blank lines at the end
  /// cut.
  [[nodiscard]] std::vector<std::string> history(const std::string& target) const;

 private:
  TempHome home_;
};

/// Fields of a status file: `status_field(pid, "PPid")`; empty when the process is gone.
std::string status_field(pid_t pid, std::string_view name);
/// The file's whole content; empty when it cannot be read.
std::string read_file(const std::string& path);
std::vector<std::string> split_lines(std::string_view text);
/// Live processes with this command name (/proc/PID/comm) that carry the home in their environment.
std::vector<pid_t> processes_named(const TempHome& home, std::string_view name);

/// What is wrong with the numbered lines of one e2e_counter: "" when `PREFIX 1`, `PREFIX 2`, … stand there in
/// order from `first` on without a gap or a repetition, and end with at least `least` lines.
std::string check_counter(const std::vector<std::string>& lines, std::string_view prefix, long first,
                          long least);

}  // namespace sess::test
