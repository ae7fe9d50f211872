// A pane's observer that wants to hear of nothing: for tests of what stands beside panes.
#pragma once

#include <cstddef>
#include <string_view>

#include "panes/pane_io.hpp"

namespace sess::test {

class SilentObserver final : public panes::PaneObserver {
 public:
  /// `budget`: bytes that a pane reads in a turn.
  explicit SilentObserver(std::size_t budget) : budget_(budget) {}

  [[nodiscard]] std::size_t read_budget() const override { return budget_; }
  void on_pane_output(panes::PaneIo&) override {}
  void on_pane_bell(panes::PaneIo&) override {}
  void on_pane_title(panes::PaneIo&) override {}
  void on_pane_clipboard(panes::PaneIo&, std::string_view, std::string_view) override {}
  void on_pane_notification(panes::PaneIo&, int, std::string_view, std::string_view) override {}
  void on_pane_window_name(panes::PaneIo&, std::string_view) override {}
  bool on_pane_passthrough(panes::PaneIo&, std::string_view) override { return false; }
  void on_pane_eof(panes::PaneIo&) override {}
  void on_pane_bytes(panes::PaneIo&, std::string_view) override {}

 private:
  std::size_t budget_;
};

}  // namespace sess::test
