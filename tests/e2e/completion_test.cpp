// Completion in bash, zsh and fish on a terminal: what TAB writes, before a daemon runs and while one does.
#include <unistd.h>

#include <fstream>

#include "rig.hpp"

using namespace sess::test;

namespace {

/// A shell with the completion of this tree and the programs under test first on its PATH.
struct Shell {
  std::string name;
  std::vector<std::string> argv;
};

std::vector<Shell> shells(const Rig& rig) {
  const std::string completion = test_data() + "/../contrib/completion";
  const std::string root = rig.home().root();
  std::ofstream(root + "/bashrc") << "PS1='Z> '\nbind 'set bell-style none'\nsource " << completion
                                  << "/sess.bash\n";
  std::ofstream(root + "/.zshrc") << "PS1='Z> '\nsetopt no_beep\nfpath=(" << completion
                                  << " $fpath)\nautoload -Uz compinit\ncompinit -D\n";
  std::ofstream(root + "/init.fish") << "function fish_prompt; echo -n 'Z> '; end\nset -g "
                                        "fish_autosuggestion_enabled 0\nset fish_greeting\nsource "
                                     << completion << "/sess.fish\n";
  return {{"bash", {"/bin/bash", "--noprofile", "--rcfile", root + "/bashrc", "-i"}},
          {"zsh", {"/usr/bin/zsh", "-i"}},
          {"fish", {"/usr/bin/fish", "--no-config", "-i", "-C", "source " + root + "/init.fish"}}};
}

/// Types a line with a TAB at its end in a new shell and waits for what stands on the screen then.
bool completes(const Rig& rig, const Shell& shell, const std::string& line, const std::string& expected) {
  auto env = rig.env({{"PATH", test_bin() + ":/usr/bin:/bin"},
                      {"ZDOTDIR", rig.home().root()},
                      {"TERM", "xterm"},
                      {"LC_ALL", "C.UTF-8"}});
  Attached terminal(shell.argv, env, {40, 110});
  if (!terminal.wait_for_text("Z>")) {
    UNSCOPED_INFO(shell.name << ": no prompt\n" << terminal.screen());
    return false;
  }
  terminal.type(line + "\t");
  const bool found = terminal.wait_for_text(expected, Milliseconds(8000));
  if (!found) UNSCOPED_INFO(shell.name << ": '" << line << "' shows\n" << terminal.screen());
  return found;
}

}  // namespace

TEST_CASE("TAB completes commands, flags and options where no daemon runs", "[e2e][completion]") {
  Rig rig;
  for (const auto& shell : shells(rig)) {
    if (::access(shell.argv[0].c_str(), X_OK) != 0) {
      WARN(shell.name << " is not installed");
      continue;
    }
    CHECK(completes(rig, shell, "sess at", "sess attach-session"));
    CHECK(completes(rig, shell, "sess set -g status-l", "status-left"));
    CHECK(completes(rig, shell, "sess debug tr", "sess debug trace"));
    CHECK(completes(rig, shell, "sess set -g sta", "sess set -g status"));
    CHECK(completes(rig, shell, "sess run --re\t", "--requires"));  // of several: the second TAB lists them
    CHECK(completes(rig, shell, "sess run --rest", "--restart"));
    CHECK(completes(rig, shell, "sess run --restart on", "on-failure"));
    // No session, no job: nothing is put there and nothing waits.
    CHECK(completes(rig, shell, "sess attach -t \tnone", "sess attach -t none"));
    CHECK(completes(rig, shell, "sess logs \tnone", "sess logs none"));
    CHECK(rig.keeper() == 0);
  }
}

TEST_CASE("TAB completes sessions and jobs, and jobs still when the daemon has gone", "[e2e][completion]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "한글세션", "sleep 1000"});
  rig.ask({"run", "-d", "-s", "training", "--", "echo begun; sleep 1000"});
  for (const auto& shell : shells(rig)) {
    if (::access(shell.argv[0].c_str(), X_OK) != 0) continue;
    CHECK(completes(rig, shell, "sess attach -t 한", "attach -t 한글세션"));
    CHECK(completes(rig, shell, "sess kill-session 한", "kill-session 한글세션"));
    CHECK(completes(rig, shell, "sess logs tr", "logs training"));
    CHECK(completes(rig, shell, "sess logs ", "logs training"));
    CHECK(completes(rig, shell, "sess at", "sess attach-session"));
    CHECK(completes(rig, shell, "sess set -g sta", "sess set -g status"));
    CHECK(completes(rig, shell, "sess run --re\t", "--requires"));  // of several: the second TAB lists them
  }
  rig.ask({"kill-server"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  for (const auto& shell : shells(rig)) {
    if (::access(shell.argv[0].c_str(), X_OK) != 0) continue;
    CHECK(completes(rig, shell, "sess logs tr", "logs training"));
  }
}
