// What the tests of long jobs share: sess as a child that goes on beside the test, and questions about jobs.
//
// A Running owns its process: what is not waited for is killed with it. The questions go through the real
// command line
// (`sess status --json` and the like) of the Rig they are given; they know nothing of the daemon's inside.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "rig.hpp"

namespace sess::test {

/// `sess` as a child of its own, while the test goes on; a pipe takes what it prints.
class Running {
 public:
  Running(const Rig& rig, const Rig::Arguments& arguments) {
    out_ = rig.home().root() + "/out-" + std::to_string(++count_);
    std::string line = "exec " + Rig::bin("sess");
    for (const auto& word : arguments) line += " '" + word + "'";
    line += " >" + out_ + " 2>" + out_ + ".err </dev/null";
    const auto env = rig.env();
    const std::vector<std::string> argv{"/bin/sh", "-c", line};
    auto words = c_strings(argv);
    auto variables = c_strings(env);
    pid_ = ::fork();
    if (pid_ == 0) exec_child(words.data(), variables.data(), "/bin/sh", 2);
  }
  ~Running() {
    if (reaped_) return;
    ::kill(pid_, SIGKILL);
    ExitStatus status;
    reap(pid_, status, kPatience);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// What a shell would say; -1 when it does not end.
  int wait() {
    ExitStatus status;
    reaped_ = reap(pid_, status, kPatience);
    if (!reaped_) return -1;
    return status.signal() != 0 ? 128 + status.signal() : status.code();
  }
  [[nodiscard]] std::string out() const { return read_file(out_); }
  [[nodiscard]] std::string err() const { return read_file(out_ + ".err"); }

 private:
  static inline int count_ = 0;
  std::string out_;
  pid_t pid_ = -1;
  bool reaped_ = false;
};

inline void release(const Rig& rig) {
  std::ofstream(rig.home().root() + "/go") << "\n";
}

inline long records(const Rig& rig) {
  const auto listed = run({"/bin/sh", "-c", "ls \"$XDG_STATE_HOME/sess/records\" | wc -l"}, rig.env());
  return std::stol(listed.out);
}

inline std::string job_state(const Rig& rig, const std::string& name) {
  const auto json = rig.sess({"status", "--json", name}).out;
  const auto at = json.find("\"state\":\"");
  return at == std::string::npos ? "" : json.substr(at + 9, json.find('"', at + 9) - at - 9);
}

}  // namespace sess::test
