// What `make_compat` wrote down, made alive again: memories, terminals and programs as the recorded daemon
// had them, given to the sessd of this build as if it were the newer one of an upgrade.
//
// All of it happens in namespaces of its own, because the recorded state names its programs by pid: the same
// pids are made there, nobody else is near, and everything ends with the first process. Where such namespaces
// may not be made, run_inside() says so. Layouts are those of the release that was recorded, not of this
// build.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace sess::test {

/// One command of a file `expected` with what it must answer.
struct Expectation {
  std::string command;                 ///< shell text behind "sess -S SOCKET"
  std::vector<std::string> lines;      ///< the whole answer
  std::vector<std::string> contained;  ///< instead: texts that are somewhere in it
};
[[nodiscard]] std::vector<Expectation> read_expectations(const std::string& path);
[[nodiscard]] std::string read_whole(const std::string& path);

/// In the inner process: where the recorded daemon's files are now, and how to run commands.
class Revived {
 public:
  explicit Revived(std::string home, std::string programs);

  [[nodiscard]] std::string socket() const { return home_ + "/socket"; }
  [[nodiscard]] const std::string& home() const { return home_; }
  /// Runs `sess -S SOCKET LINE` by the shell: its standard output, without the last newline.
  [[nodiscard]] std::string ask(const std::string& line) const;
  /// Asks all of them: one line for each that is answered otherwise, with both texts; "" when all is as it
  /// was.
  [[nodiscard]] std::string differences(const std::vector<Expectation>& expectations) const;
  /// Waits for the daemon's first answer.
  [[nodiscard]] bool answers() const;

 private:
  std::string home_;
  std::string programs_;
};

enum class From {
  handover,  ///< memories, terminals, programs: the daemon goes on
  disk,      ///< only the files of the state directory: another daemon, after a reboot
};

/// Brings the recording to life and runs `body` beside it, in a process of its own. Returns what body
/// returned, or what went wrong on the way; "SKIP …" where namespaces may not be made.
[[nodiscard]] std::string run_inside(const std::string& recording, From from,
                                     const std::function<std::string(const Revived&)>& body);

}  // namespace sess::test
