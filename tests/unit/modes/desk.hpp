// A copy mode over a terminal that a test feeds, with ports that remember what they were asked.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "modes/copy/mode.hpp"
#include "modes/text/pane_lines.hpp"
#include "support/catch.hpp"
#include "terminal/act/emulator.hpp"

namespace sess::modes {

struct Desk final : CopyPorts {
  explicit Desk(Size size) : emulator(size, store, sink) {}

  void feed(std::string_view bytes) { emulator.feed(bytes); }
  void enter(CopyOptions how = {}) {
    const auto& screen = emulator.screen();
    mode = std::make_unique<CopyMode>(std::make_unique<PaneLines>(screen, screen.size(), false),
                                      Place{screen.cursor().row, screen.cursor().col}, how, *this, last);
  }
  Outcome send(std::initializer_list<std::string> words, int repeat = 0) {
    const std::vector<std::string> arguments(words);
    Request request;
    request.arguments = arguments;
    request.repeat = repeat;
    auto outcome = mode->command(request);
    REQUIRE(outcome);
    return *outcome;
  }
  std::string format(std::string_view name) {
    Formats all;
    mode->formats(all);
    for (const auto& [key, value] : all) {
      if (key == name) return value;
    }
    return {};
  }
  std::string cursor() { return format("copy_cursor_x") + "," + format("copy_cursor_y"); }
  render::Frame drawn() {
    const Size size = emulator.screen().size();
    render::Frame frame(size);
    mode->draw(frame, {0, 0, size.rows, size.cols}, {0, 0, {}, true});
    return frame;
  }

  [[nodiscard]] CopySettings settings() const override { return options; }
  [[nodiscard]] std::string expand(std::string_view format) const override { return std::string(format); }
  void copy(std::string text, std::string_view) override { copied.push_back(std::move(text)); }
  void append(std::string text) override {
    if (copied.empty()) copied.emplace_back();
    copied.back() += text;
  }
  void pipe(std::string_view command, std::string text) override {
    piped.emplace_back(std::string(command), std::move(text));
  }

  terminal::HeapSegmentStore store;
  terminal::NullSink sink;
  terminal::Emulator emulator;
  CopySettings options{.vi = true,
                       .word_separators = R"(!"#$%&'()*+,-./:;<=>?@[\]^`{|}~)",
                       .copy_command = {},
                       .mode = {},
                       .selection = {},
                       .position = {},
                       .position_format = {},
                       .match = {},
                       .current_match = {},
                       .mark = {},
                       .numbers = LineNumbers::off,
                       .number = {},
                       .current_number = {}};
  LastSearch last;
  std::unique_ptr<CopyMode> mode;
  std::vector<std::string> copied;
  std::vector<std::pair<std::string, std::string>> piped;
};

}  // namespace sess::modes
