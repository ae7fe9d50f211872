#include "far.hpp"

#include <algorithm>
#include <filesystem>

namespace sess::test {

namespace fs = std::filesystem;

Far::Far(const Mounts& mounts) : login(rig, there(), prepare(mounts)) {
  fs::create_directories(rig.home().root() + "/here");
}

const PrivateMounts* Far::prepare(const Mounts& mounts) {
  fs::create_directories(rig.home().home() + "/.local/bin");
  fs::create_symlink(Rig::bin("sess"), rig.home().home() + "/.local/bin/sess");
  if (!mounts) return nullptr;
  mounted.emplace(rig.home(), rig.env(), mounts(rig));
  REQUIRE(mounted->mounted());
  return &*mounted;
}

Rig::Variables Far::here() const {
  const auto path = login.bin() + ":" + test_bin() + ":/usr/local/bin:/usr/bin:/bin";
  return {{"SESS_TMPDIR", rig.home().root() + "/here"}, {"PATH", path}};
}

Link::Link(const Mounts& mounts) : far(mounts), relay(far.login.port()) {
  far.login.configure(relay.port());
  far.rig.home().write("config/sess/sess.conf", "set -g status off\nset -g history-limit 100000\n");
}

void Link::attach(const Rig::Arguments& options) {
  Rig::Arguments words{"ssh", "far", "-s", "app", "env", "PS1=in$ ", "bash", "--norc", "--noprofile"};
  words.insert(words.begin() + 1, options.begin(), options.end());
  terminal = far.rig.terminal(words, {24, 80}, far.here());
  REQUIRE(terminal->wait_for_text("in$"));
}

void Link::expect_answer(const std::string& number) {
  terminal->type("echo key " + number + "$((6*7))\r");
  CHECK(terminal->wait_for_text("key " + number + "42"));
}

std::vector<pid_t> Link::helpers() const {
  auto found = processes_named(far.rig.home(), "ssh");
  const auto proxies = processes_named(far.rig.home(), "sess");
  found.insert(found.end(), proxies.begin(), proxies.end());
  return found;
}

std::vector<std::string> Link::lines(const std::string& word) {
  auto all = terminal->oracle().scrollback();
  for (const auto& line : split_lines(terminal->screen())) all.push_back(line);
  all.erase(std::remove_if(all.begin(), all.end(), [&](const auto& line) { return !line.starts_with(word); }),
            all.end());
  return all;
}

void Link::expect_clean_end() {
  terminal->type("\rexit\r");
  REQUIRE(terminal->wait_exit());
  CHECK(wait_until([&] { return helpers().empty() && relay.open() == 0; }));
}

}  // namespace sess::test
