// Reconstructions of kinds of configuration that people publish, each with the scripts that it brings along:
// a framework that writes its keys anew, a theme in modules, a plugin manager, segments between arrows,
// status lines of shell commands, hooks. They load without a line and are drawn as tmux draws them, cell by
// cell.
#include <algorithm>

#include "twin.hpp"

using namespace sess::test;

namespace {

std::string place() {
  return test_data() + "/e2e/configurations";
}

/// Both are alike but for what the configuration does; its scripts find their server as $HOME/mux.
std::string begin(const std::string& name) {
  return Twin::plain_config() + "source-file '" + place() + "/" + name + ".conf'\n";
}

void write_mux(Twin& twin) {
  const std::string path = twin.rig().home().home() + "/mux";
  const auto written = run({"/bin/sh", "-c",
                            "printf '#!/bin/sh\\nif [ -n \"$SESS\" ]; then exec %s \"$@\"; fi\\nexec tmux "
                            "\"$@\"\\n' \"$1\" >\"$0\"; "
                            "chmod +x \"$0\"",
                            path, Rig::bin("sess")},
                           twin.rig().env());
  REQUIRE(written.status.success());
}

/// What both show in the end, with the time that shell commands of a status line need.
void check_alike(Twin& twin, const std::string& step) {
  const auto differences = twin.differences();
  INFO(step << ": " << differences << "\n" << twin.screens());
  CHECK(differences.empty());
}

}  // namespace

TEST_CASE("published kinds of configuration load without a line and are drawn as tmux 3.3a draws",
          "[configurations]") {
  const std::string name =
      GENERATE(as<std::string>{}, "framework", "theme", "manager", "powerline", "byobu", "hooks");
  INFO(name);
  Twin twin(begin(name));
  write_mux(twin);
  if (twin.tmux_version() != "tmux 3.3a\n") {
    WARN("this machine has no tmux 3.3a to compare with");
    return;
  }
  twin.attach({"new-session", "-s", "main"}, {24, 110});
  check_alike(twin, "attached");
  CHECK(twin.rig().ask({"show-messages"}) == "");
  const std::vector<std::string> steps{
      "split-window -h",       "split-window -v",
      "select-pane -t 0",      "resize-pane -Z",
      "resize-pane -Z",        "new-window",
      "rename-window other",   "previous-window",
      "rename-session work",   "set-option -g @mine text",
      "display-message shown", "kill-pane",
      "next-window",           "kill-window",
  };
  for (const auto& step : steps) {
    const auto both = twin.run_line(step);
    CHECK(without_advice(both.sess.err, both.tmux.err) == both.tmux.err);
    check_alike(twin, step);
  }
  twin.type("\x02");
  check_alike(twin, "the prefix");
  const auto keys = twin.run({"list-keys"});
  std::string ours = keys.sess.out;
  // The keys that tmux lacks, and two of its version 3.6.
  for (const std::string own :
       {"bind-key    -T copy-mode    C-l                  send-keys -X cursor-centre-vertical\n",
        "bind-key    -T copy-mode    M-l                  send-keys -X cursor-centre-horizontal\n",
        "bind-key    -T prefix       g                    switcher -Z\n",
        "bind-key    -T copy-mode    /                    command-prompt -T search -p \"(search down)\" { "
        "send-keys -X search-forward \"%%\" }\n",
        "bind-key    -T copy-mode    ?                    command-prompt -T search -p \"(search up)\" { "
        "send-keys -X search-backward \"%%\" }\n"}) {
    if (const auto at = ours.find(own); at != std::string::npos) ours.erase(at, own.size());
  }
  CHECK(ours == keys.tmux.out);
  // What list-keys says is what makes these keys again.
  twin.rig().ask({"run-shell",
                  "\"$HOME/mux\" list-keys >\"$HOME/again\"; for t in prefix root copy-mode copy-mode-vi; do "
                  "\"$HOME/mux\" unbind-key -a -T $t; done; \"$HOME/mux\" source-file \"$HOME/again\""});
  CHECK(twin.rig().ask({"list-keys"}) + "\n" == keys.sess.out);
}
