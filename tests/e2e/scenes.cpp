#include "scenes.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>

namespace sess::test {
namespace {

struct Scene {
  std::string name;
  std::vector<std::string> steps;
};

std::vector<Scene> read_scenes(const std::string& file) {
  std::vector<Scene> scenes;
  for (const auto& line : split_lines(read_file(test_data() + "/e2e/twin/" + file))) {
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
std::map<std::string, std::string> read_differences(const std::string& file) {
  std::map<std::string, std::string> known;
  std::string at;
  for (const auto& line : split_lines(read_file(test_data() + "/e2e/twin/" + file))) {
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
    } else if (word.size() == 3 && word.starts_with("M-")) {
      out += std::string("\x1b") + word[2];
    } else {
      out += word;
    }
  }
  return out;
}

/// A shell that is typed to before its prompt is there echoes in another order: where a cursor is shown, what
/// is typed waits until it stands behind a prompt. In the last row the status line's own prompts stand.
bool behind_prompt(Attached& terminal) {
  Oracle& screen = terminal.oracle();
  const int row = screen.cursor_row(), col = screen.cursor_col();
  if (row == screen.size().rows - 1) return true;
  if (!screen.cursor_visible()) return true;
  for (int at = col - 2; at >= 0 && screen.cell(row, at).text != "│"; --at) {
    if (screen.cell(row, at).text == "$") return true;
  }
  return false;
}

/// A report of the mouse (SGR, from 1): button 0 is the left one, 64 and 65 are the wheel.
std::string mouse(int button, const std::string& col, const std::string& row, char end) {
  return "\033[<" + std::to_string(button) + ";" + col + ";" + row + end;
}

/// "click COLUMN ROW", "wheel up COLUMN ROW", "drag COLUMN ROW COLUMN ROW"; nothing for anything else.
std::string mouse(const std::vector<std::string>& words) {
  if (words[0] == "click") return mouse(0, words[1], words[2], 'M') + mouse(0, words[1], words[2], 'm');
  if (words[0] == "wheel") return mouse(words[1] == "up" ? 64 : 65, words[2], words[3], 'M');
  if (words[0] != "drag") return "";
  return mouse(0, words[1], words[2], 'M') + mouse(32, words[1], words[2], 'M') +
         mouse(32, words[3], words[4], 'M') + mouse(0, words[3], words[4], 'm');
}

void perform(Twin& twin, std::string step) {
  if (step.starts_with("type ")) {
    wait_for_prompts(twin);
    return twin.type(keys(step.substr(5)));
  }
  if (step.starts_with("resize ") && step.find('-') == std::string::npos) {
    const auto words = split_words(step);
    return twin.resize(
        {static_cast<std::uint16_t>(std::stoi(words[1])), static_cast<std::uint16_t>(std::stoi(words[2]))});
  }
  if (const auto report = mouse(split_words(step)); !report.empty()) {
    // Both have to listen first.
    for (Attached* terminal : {&twin.tmux(), &twin.sess()}) {
      terminal->wait_until([&] { return terminal->oracle().mouse() != OracleMouse::none; });
    }
    // A second press within 300 ms is a double click for tmux, wherever it is.
    static auto last = std::chrono::steady_clock::time_point{};
    const auto double_click_over = [] { return std::chrono::steady_clock::now() - last > Milliseconds(400); };
    twin.tmux().wait_until(double_click_over);
    last = std::chrono::steady_clock::now();
    return twin.type(report);
  }
  twin.run_line(step);
  // What a new pane's shell writes first would else come while something lies over it.
  wait_for_prompts(twin);
}

/// One step of a scene that was compared.
struct Compared {
  std::string name;
  std::string wanted;  ///< the difference that is listed, or none
  std::string found;
  std::string screens;  ///< both, when they differ
};
struct Played {
  std::vector<Compared> steps;
  bool yardstick_is_stuck = false;
};

Played play(const Scene& scene, const std::map<std::string, std::string>& known) {
  const char* given = std::getenv("TWIN_PATIENCE");
  const Milliseconds patience = given != nullptr ? Milliseconds(std::atoi(given)) : kPatience;
  Played played;
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
    Compared one;
    one.name = scene.name + " / " + step;
    if (const int time = ++times[step]; time > 1) one.name += " (" + std::to_string(time) + ")";
    if (const auto expected = known.find(one.name); expected != known.end()) one.wanted = expected->second;
    one.found = twin.differences(one.wanted, 0, patience);
    if (!one.found.empty()) one.screens = twin.screens();
    const bool differs = one.found != one.wanted;
    played.steps.push_back(std::move(one));
    if (differs && twin.tmux_is_stuck()) {
      played.yardstick_is_stuck = true;
      break;
    }
  }
  return played;
}

}  // namespace

std::string Pair::same() {
  const auto found = twin.differences();
  if (!found.empty()) UNSCOPED_INFO(twin.screens());
  return found;
}

void Pair::bind(const std::string& key, const std::string& command) {
  twin.run(split_words("bind-key -n " + key + " " + command));
}

void wait_for_prompts(Twin& twin) {
  const auto began = std::chrono::steady_clock::now();
  do {
    bool behind = true;
    for (Attached* terminal : {&twin.tmux(), &twin.sess()}) {
      behind = terminal->wait_until([&] { return behind_prompt(*terminal); }, Milliseconds(100)) && behind;
    }
    if (!behind) {
      // No shell reads what is typed in a mode.
      const auto mode = twin.run_line("display-message -p '#{pane_in_mode}'");
      if (mode.tmux.out == "1\n" && mode.sess.out == "1\n") return;
      continue;
    }
    if (!twin.tmux().oracle().cursor_visible() || !twin.sess().oracle().cursor_visible()) return;
    // What a terminal shows may be older than the pane that the keys go to: there is no prompt yet in column
    // 0.
    const auto column = twin.run_line("display-message -p '#{cursor_x}'");
    if (column.tmux.out != "0\n" && column.sess.out != "0\n") return;
  } while (std::chrono::steady_clock::now() - began < Milliseconds(5000));
}

void play_scenes(const std::string& scenes, const std::string& differences) {
  const char* only = std::getenv("TWIN_ONLY");
  auto known = read_differences(differences);
  std::size_t compared = 0, equal = 0;
  for (const auto& scene : read_scenes(scenes)) {
    if (only != nullptr && scene.name.find(only) == std::string::npos) continue;
    // A yardstick that has lost an event is of no use: the scene is played again.
    Played played = play(scene, known);
    for (int again = 0; again < 3 && played.yardstick_is_stuck; ++again) played = play(scene, known);
    for (const auto& step : played.steps) {
      ++compared;
      equal += step.found.empty() ? 1 : 0;
      if (std::getenv("TWIN_SHOW") != nullptr && !step.found.empty()) {
        std::cout << step.name << "\n  " << step.found << "\n" << step.screens << std::endl;
      }
      INFO(step.name << "\n" << (step.found == step.wanted ? "" : step.screens));
      CHECK(step.found == step.wanted);
      known.erase(step.name);
    }
  }
  if (only == nullptr) {
    for (const auto& [name, what] : known)
      FAIL_CHECK("listed in " << differences << ", but never compared: " << name);
  }
  std::cout << equal << " of " << compared << " compared screens are equal\n";
}

}  // namespace sess::test
