// Parts of the machine that a test has to itself: a mount namespace in which directories such as /run are
// empty, so that a cron or a systemd of the machine is neither seen nor disturbed. And programs that run as
// long as the test does.
#pragma once

#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "support/home.hpp"
#include "support/process.hpp"
#include "support/pty.hpp"
#include "support/wait.hpp"

namespace sess::test {

/// A program with a terminal of its own; told to end, and waited for, with the test.
class Starter {
 public:
  Starter(const std::vector<std::string>& argv, const std::vector<std::string>& env) : pty_(argv, env) {}
  ~Starter() {
    pty_.signal(SIGTERM);
    static_cast<void>(pty_.wait_exit());
  }
  Starter(const Starter&) = delete;
  Starter& operator=(const Starter&) = delete;
  [[nodiscard]] pid_t pid() const { return pty_.pid(); }

 private:
  Pty pty_;
};

/// Holds a mount namespace after a shell has run `mounts` in it. Needs root.
class PrivateMounts {
 public:
  PrivateMounts(const TempHome& home, const std::vector<std::string>& env, const std::string& mounts)
      : ready_(home.root() + "/mounted"),
        holder_({"/usr/bin/unshare", "-m", "/bin/sh", "-c",
                 "mount --make-rprivate / && " + mounts + " && touch " + ready_ + " && exec sleep 1000"},
                env) {}
  [[nodiscard]] static bool possible() {
    return ::geteuid() == 0 &&
           run({"/usr/bin/unshare", "-m", "/bin/true"}, {"PATH=/usr/bin:/bin"}).status.success();
  }
  [[nodiscard]] bool mounted() const {
    return wait_until([&] { return ::access(ready_.c_str(), F_OK) == 0; });
  }
  /// The words that run a program inside.
  [[nodiscard]] std::vector<std::string> inside(const std::vector<std::string>& argv) const {
    std::vector<std::string> words{"/usr/bin/nsenter", "-m", "-t", std::to_string(holder_.pid()), "--"};
    words.insert(words.end(), argv.begin(), argv.end());
    return words;
  }

 private:
  std::string ready_;
  Starter holder_;
};

}  // namespace sess::test
