// What commands print is what tmux prints: twin/commands.txt is run in both, line by line on one set-up, and
// output, errors and exit codes are compared. twin/command-differences.txt says what differs and why.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

#include "twin.hpp"

using namespace sess::test;

namespace {

/// Lines that only one of the two printed: "-" tmux's, "+" ours.
std::vector<std::string> difference(const std::string& theirs, const std::string& ours) {
  auto a = split_lines(theirs);
  auto b = split_lines(ours);
  std::vector<std::string> out;
  for (const auto& line : a) {
    const auto at = std::find(b.begin(), b.end(), line);
    if (at == b.end()) {
      out.push_back("-" + line);
    } else {
      b.erase(at);
    }
  }
  for (const auto& line : b) out.push_back("+" + line);
  if (out.empty() && theirs != ours) out.emplace_back("the order");
  return out;
}

std::map<std::string, std::vector<std::string>> read_known() {
  std::map<std::string, std::vector<std::string>> known;
  std::string at;
  for (const auto& line : split_lines(read_file(test_data() + "/e2e/twin/command-differences.txt"))) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("  ")) {
      known[at].push_back(line.substr(2));
    } else {
      at = line;
      known[at];
    }
  }
  return known;
}

std::string join(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "  " + line + "\n";
  return out;
}

}  // namespace

TEST_CASE("commands print what tmux's print and end with its exit codes", "[language]") {
  Twin twin(Twin::plain_config());
  const auto version = twin.tmux_version();
  if (version != "tmux 3.3a\n") {
    std::cout << "SKIP language: the texts and the list of differences are those of tmux 3.3a, here is "
              << version;
    return;
  }
  twin.attach({"new-session", "-s", "twin", "-n", "first"}, {24, 80});
  twin.tmux().wait_for_text("$");
  twin.sess().wait_for_text("$");
  auto known = read_known();
  std::size_t compared = 0, equal = 0;
  for (const auto& line : split_lines(read_file(test_data() + "/e2e/twin/commands.txt"))) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto both = twin.run_line(line);
    auto found = difference(both.tmux.out, both.sess.out);
    for (auto& item : difference(both.tmux.err, without_advice(both.sess.err, both.tmux.err)))
      found.push_back("error " + item);
    if (both.tmux.status.code() != both.sess.status.code()) {
      found.push_back("status " + std::to_string(both.tmux.status.code()) + " here " +
                      std::to_string(both.sess.status.code()));
    }
    ++compared;
    equal += found.empty() ? 1 : 0;
    const auto expected = known.find(line);
    if (std::getenv("TWIN_SHOW") != nullptr && !found.empty())
      std::cout << line << "\n" << join(found) << std::endl;
    INFO(line);
    CHECK(join(found) == (expected == known.end() ? "" : join(expected->second)));
    if (expected != known.end()) known.erase(expected);
  }
  for (const auto& [name, what] : known)
    FAIL_CHECK("listed in command-differences.txt, but never compared: " << name);
  std::cout << equal << " of " << compared << " commands print the same\n";
}

TEST_CASE("pipe-pane and #() have the umask of the client, and a sess in them finds its daemon",
          "[language]") {
  Rig rig;
  const std::string place = rig.home().root();
  const auto as = [&](const std::string& mask, const std::string& command) {
    return run({"/bin/sh", "-c", "umask " + mask + "; exec " + Rig::bin("sess") + " -L own " + command},
               rig.env());
  };
  const auto mode = [&](const std::string& name) {
    return run({"stat", "-c", "%a", place + "/" + name}, rig.env()).out;
  };
  REQUIRE(as("022", "new-session -d -s app 'exec cat'").status.success());
  REQUIRE(as("077", "pipe-pane -t app 'cat >" + place + "/piped'").status.success());
  CHECK(wait_until([&] { return mode("piped") == "600\n"; }));
  REQUIRE(as("027", "display-message -p -t app '#(touch " + place + "/status)'").status.success());
  CHECK(wait_until([&] { return mode("status") == "640\n"; }));
  REQUIRE(as("022", "display-message -p -t app '#(" + Rig::bin("sess") + " set -g @found yes)'")
              .status.success());
  CHECK(wait_until([&] { return as("022", "show-options -gv @found").out == "yes\n"; }));
  as("022", "kill-server");
}
