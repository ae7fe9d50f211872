// What sess draws with several windows, panes and a status line is what tmux draws for the same commands:
// cell by cell on an independent terminal. twin/scenes.txt says what is done, twin/differences.txt what
// differs and why.
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "twin.hpp"

using namespace sess::test;

namespace {

struct Scene {
  std::string name;
  std::vector<std::string> steps;
};

std::vector<Scene> read_scenes() {
  std::vector<Scene> scenes;
  for (const auto& line : split_lines(read_file(TEST_SCENES "/scenes.txt"))) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("scene ")) {
      scenes.push_back({line.substr(6), {}});
    } else {
      REQUIRE_FALSE(scenes.empty());
      scenes.back().steps.push_back(line);
    }
  }
  return scenes;
}

/// "scene / step" → what differs there; a step that comes again in its scene is "scene / step (2)" and so on.
std::map<std::string, std::string> read_differences() {
  std::map<std::string, std::string> known;
  std::string at;
  for (const auto& line : split_lines(read_file(TEST_SCENES "/differences.txt"))) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("  ")) {
      known[at] = line.substr(2);
    } else {
      at = line;
    }
  }
  return known;
}

std::string keys(const std::string& text) {
  static const std::map<std::string, std::string> kNamed = {
      {"Enter", "\r"},    {"Escape", "\x1b"}, {"Space", " "},      {"Tab", "\t"},     {"Up", "\x1b[A"},
      {"Down", "\x1b[B"}, {"Left", "\x1b[D"}, {"Right", "\x1b[C"}, {"BSpace", "\x7f"}};
  std::string out;
  for (const auto& word : split_words(text)) {
    if (const auto named = kNamed.find(word); named != kNamed.end()) {
      out += named->second;
    } else if (word.size() == 3 && word.starts_with("C-")) {
      out += static_cast<char>(word[2] & 0x1f);
    } else {
      out += word;
    }
  }
  return out;
}

/// A shell that is typed to before its prompt is there echoes in another order: where a cursor is shown, what
/// is typed waits until it stands behind a prompt.
bool behind_prompt(Attached& terminal) {
  Oracle& screen = terminal.oracle();
  const int row = screen.cursor_row(), col = screen.cursor_col();
  return !screen.cursor_visible() || (col >= 2 && screen.cell(row, col - 2).text == "$");
}

void perform(Twin& twin, std::string step) {
  if (step.starts_with("type ")) {
    for (Attached* terminal : {&twin.tmux(), &twin.sess()}) {
      terminal->wait_until([&] { return behind_prompt(*terminal); }, Milliseconds(5000));
    }
    return twin.type(keys(step.substr(5)));
  }
  if (step.starts_with("resize ") && step.find('-') == std::string::npos) {
    const auto words = split_words(step);
    return twin.resize(
        {static_cast<std::uint16_t>(std::stoi(words[1])), static_cast<std::uint16_t>(std::stoi(words[2]))});
  }
  if (!step.empty()) twin.run_line(step);
}

}  // namespace

TEST_CASE("what is drawn for tmux's commands is what tmux draws", "[composed]") {
  const char* only = std::getenv("TWIN_ONLY");
  auto known = read_differences();
  const char* given = std::getenv("TWIN_PATIENCE");
  const Milliseconds patience = given != nullptr ? Milliseconds(std::atoi(given)) : kPatience;
  std::size_t compared = 0, equal = 0;
  for (const auto& scene : read_scenes()) {
    if (only != nullptr && scene.name.find(only) == std::string::npos) continue;
    Twin twin(Twin::plain_config());
    twin.attach({"new-session", "-s", "twin", "-n", "first"}, {24, 80});
    // A prompt on both before anything is compared or typed.
    twin.tmux().wait_for_text("$");
    twin.sess().wait_for_text("$");
    std::map<std::string, int> times;
    for (const auto& line : scene.steps) {
      const bool compares = line.starts_with("= ");
      const std::string step = compares ? line.substr(2) : line;
      perform(twin, step);
      if (!compares) continue;
      ++compared;
      std::string name = scene.name + " / " + step;
      if (const int time = ++times[step]; time > 1) name += " (" + std::to_string(time) + ")";
      const auto expected = known.find(name);
      const std::string wanted = expected == known.end() ? "" : expected->second;
      const std::string found = twin.differences(wanted, 0, patience);
      equal += found.empty() ? 1 : 0;
      if (std::getenv("TWIN_SHOW") != nullptr && !found.empty()) {
        std::cout << name << "\n  " << found << "\n" << twin.screens() << std::endl;
      }
      INFO(name << "\n" << twin.screens());
      CHECK(found == wanted);
      if (expected != known.end()) known.erase(expected);
    }
  }
  if (only == nullptr) {
    for (const auto& [name, what] : known)
      FAIL_CHECK("listed in differences.txt, but never compared: " << name);
  }
  std::cout << equal << " of " << compared << " compared screens are equal\n";
}
