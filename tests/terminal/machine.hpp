// The product's emulator with everything it needs, for tests that look at it from outside.
//
// Owns store, sink, relay and emulator; can be taken through a checkpoint at any byte.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "behaviour.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/show/relay.hpp"
#include "terminal/screen/segment_store.hpp"

namespace sess::test {

/// Keeps what the emulator said.
class RecordingSink : public terminal::Sink {
 public:
  void on_reply(std::string_view bytes) override { replies += bytes; }
  void on_bell() override { ++bells; }
  void on_clipboard(std::string_view selection, std::string_view base64) override;
  void on_notification(int kind, std::string_view title, std::string_view body) override;
  void on_progress(terminal::Progress progress) override;
  void on_prompt_mark(char kind, std::optional<int> exit_status) override;
  void on_window_name(std::string_view name) override {
    events.push_back("window-name " + std::string(name));
  }
  void on_working_directory() override { events.emplace_back("directory"); }

  std::string replies;
  std::uint64_t bells = 0;
  std::vector<std::string> events;
};

class Machine {
 public:
  explicit Machine(Size size);

  void feed(std::string_view bytes);
  /// Saves, restores and throws the old emulator away. Returns why that failed; saving the restored one must
  /// give the same bytes.
  std::string through_checkpoint();
  [[nodiscard]] std::string saved() const;

  [[nodiscard]] std::string row(int r) const;  ///< without trailing blanks
  [[nodiscard]] std::string cell_text(const terminal::Cell& cell) const;
  [[nodiscard]] Look look(const terminal::Cell& cell) const;
  /// History's lines, the open one included.
  [[nodiscard]] std::vector<std::string> history() const;
  /// All of the visible state in words, for comparing two machines.
  [[nodiscard]] std::string picture() const;

  [[nodiscard]] terminal::Emulator& emulator() { return *emulator_; }
  [[nodiscard]] const terminal::Screen& screen() const { return emulator_->screen(); }
  [[nodiscard]] RecordingSink& sink() { return sink_; }
  /// What direct clients were sent, once from a relay that passes whole what the emulator found plain and
  /// once from one that decodes all.
  std::string relayed;
  std::string relayed_alone;

 private:
  terminal::HeapSegmentStore store_;
  RecordingSink sink_;
  std::unique_ptr<terminal::Emulator> emulator_;
  terminal::Relay relay_;
  terminal::Relay alone_;
};

}  // namespace sess::test
