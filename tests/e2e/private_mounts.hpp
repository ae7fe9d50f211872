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
  /// With processes of their own, whatever runs inside ends with it.
  enum class Processes { shared, own };

  PrivateMounts(const TempHome& home, const std::vector<std::string>& env, const std::string& mounts,
                Processes processes = Processes::shared)
      : ready_(home.root() + "/mounted"),
        own_(processes == Processes::own),
        holder_(words(own_,
                      "mount --make-rprivate / && " + mounts + " && touch " + ready_ + " && exec sleep 1000"),
                env) {}
  [[nodiscard]] static bool possible() {
    return ::geteuid() == 0 && run(words(true, "exit 0"), {"PATH=/usr/bin:/bin"}).status.success();
  }
  [[nodiscard]] bool mounted() const {
    return wait_until([&] { return ::access(ready_.c_str(), F_OK) == 0; });
  }
  /// The words that run a program inside.
  [[nodiscard]] std::vector<std::string> inside(const std::vector<std::string>& argv) const {
    std::string target = std::to_string(holder_.pid());
    if (own_) target = run({"pgrep", "-P", target}, {"PATH=/usr/bin:/bin"}).out;
    while (!target.empty() && target.back() == '\n') target.pop_back();
    std::vector<std::string> all{"/usr/bin/nsenter", "-m", "-t", target};
    if (own_) all.emplace_back("-p");
    all.emplace_back("--");
    all.insert(all.end(), argv.begin(), argv.end());
    return all;
  }

 private:
  static std::vector<std::string> words(bool own, const std::string& script) {
    std::vector<std::string> all{"/usr/bin/unshare", "-m"};
    if (own) all.insert(all.end(), {"-p", "--fork", "--kill-child", "--mount-proc"});
    all.insert(all.end(), {"/bin/sh", "-c", script});
    return all;
  }

  std::string ready_;
  bool own_;
  Starter holder_;
};

}  // namespace sess::test
