// A private home for one test: HOME, the XDG directories and TMPDIR below one temporary directory, and the
// environment that points a program at them.
//
// Programs that a test starts may leave daemons behind. Each carries this home in its environment, which is
// how processes() finds them and how the destructor ends the ones that are left, before the directory goes.
//
// A daemon's standard error is /dev/null: in a build with sanitizers env() has their reports written into the
// home, and a home that held one when it goes prints it and makes the test program fail at its end.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sess::test {

/// While it lives, programs that are started with a home's variables and have sanitizers keep hardly any
/// freed memory: for tests of what a process takes. AddressSanitizer keeps 256 MB of it by itself
/// (quarantine_size_mb), as much as was freed in the time that a busy machine gave.
class SmallQuarantine {
 public:
  SmallQuarantine();
  ~SmallQuarantine();
  SmallQuarantine(const SmallQuarantine&) = delete;
  SmallQuarantine& operator=(const SmallQuarantine&) = delete;

 private:
  std::optional<std::string> before_;
};

class TempHome {
 public:
  /// The directory's name is `prefix` and six characters.
  explicit TempHome(const std::string& prefix = "/tmp/sess-test-");
  ~TempHome();
  TempHome(const TempHome&) = delete;
  TempHome& operator=(const TempHome&) = delete;

  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] std::string home() const { return root_ + "/home"; }
  [[nodiscard]] std::string runtime() const { return root_ + "/run"; }    ///< XDG_RUNTIME_DIR, mode 0700
  [[nodiscard]] std::string state() const { return root_ + "/state"; }    ///< XDG_STATE_HOME
  [[nodiscard]] std::string config() const { return root_ + "/config"; }  ///< XDG_CONFIG_HOME
  [[nodiscard]] std::string temporary() const { return root_ + "/tmp"; }  ///< TMPDIR

  /// A small, fixed environment ("K=V"): the directories above, PATH (with `bin` first when given), TERM
  /// xterm-256color, LANG C.UTF-8, SHELL /bin/sh, USER, LOGNAME. `extra` adds and replaces.
  [[nodiscard]] std::vector<std::string> env(const std::map<std::string, std::string>& extra = {},
                                             const std::string& bin = {}) const;

  /// Writes a file below the root (directories are made) and returns its path.
  std::string write(const std::string& relative, const std::string& content) const;

  /// Processes, other than this one, that were started with this home, dead ones excluded.
  [[nodiscard]] std::vector<pid_t> processes() const;

 private:
  void take_sanitizer_reports() const;

  std::string root_;
};

}  // namespace sess::test
