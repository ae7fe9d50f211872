// A terminal for unit tests: an emulator with its store, what it said to its owner, and short ways to look at
// it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "terminal/show/capture.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/relay.hpp"

namespace sess::terminal {

/// Writes down every event; replies separately.
class Notes : public Sink {
 public:
  std::string replies;
  std::vector<std::string> events;

  void on_reply(std::string_view bytes) override { replies += bytes; }
  void on_bell() override { events.emplace_back("bell"); }
  void on_clipboard(std::string_view selection, std::string_view data) override {
    events.push_back("clipboard " + std::string(selection) + " " + std::to_string(data.size()));
  }
  void on_notification(int kind, std::string_view title, std::string_view body) override {
    events.push_back("notify " + std::to_string(kind) + " " + std::string(title) + "|" + std::string(body));
  }
  void on_progress(Progress progress) override {
    events.push_back("progress " + std::to_string(static_cast<int>(progress.state)) + " " +
                     std::to_string(progress.percent));
  }
  void on_prompt_mark(char kind, std::optional<int> status) override {
    events.push_back(std::string("prompt ") + kind + (status ? " " + std::to_string(*status) : ""));
  }
};

struct Machine {
  HeapSegmentStore store;
  Notes notes;
  std::unique_ptr<Emulator> emulator;

  explicit Machine(Size size = {24, 80}) : emulator(std::make_unique<Emulator>(size, store, notes)) {}

  Machine& feed(std::string_view bytes) {
    emulator->feed(bytes);
    return *this;
  }
  [[nodiscard]] const Screen& screen() const { return emulator->screen(); }
  [[nodiscard]] std::string replies() { return std::exchange(notes.replies, {}); }
  /// Row r without trailing spaces.
  [[nodiscard]] std::string row(int r) const {
    CaptureOptions options;
    options.start = r;
    options.end = r;
    std::string text = capture(screen(), options);
    text.pop_back();
    return text;
  }
  /// History and screen, rows joined with their continuations.
  [[nodiscard]] std::string everything() const {
    CaptureOptions options;
    options.start = CaptureOptions::kHistoryStart;
    options.join = true;
    return capture(screen(), options);
  }
  [[nodiscard]] std::pair<int, int> cursor() const { return {screen().cursor().row, screen().cursor().col}; }
  [[nodiscard]] const Cell& cell(int r, int c) const { return screen().row(r)[static_cast<std::size_t>(c)]; }
  [[nodiscard]] const Style& style(int r, int c) const { return screen().style(cell(r, c).style); }
  [[nodiscard]] std::string text(int r, int c) const {
    std::string out;
    screen().append_text(out, cell(r, c));
    return out;
  }
  [[nodiscard]] std::string saved() const {
    ByteWriter out;
    emulator->save(out);
    return out.take();
  }
  /// Replaces the emulator by one that is restored from its own checkpoint.
  void crash() {
    const std::string bytes = saved();
    emulator.reset();
    ByteReader in(bytes);
    auto restored = Emulator::restore(in, store, notes);
    REQUIRE(restored);
    REQUIRE(in.at_end());
    emulator = std::move(*restored);
  }
};

}  // namespace sess::terminal
