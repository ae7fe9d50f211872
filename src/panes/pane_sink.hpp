// What a pane's emulator says while it is fed, told to the pane's observer; replies to the program are kept
// until the pane takes them.
//
// Quiet while what was parsed before is replayed, and while sess itself prints: then nobody hears of
// anything, and nothing is answered. Knows nothing of the journal.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "panes/pane_observer.hpp"
#include "terminal/act/emulator.hpp"

namespace sess::panes {

class PaneSink final : public terminal::Sink {
 public:
  /// `pane` is only handed on.
  PaneSink(PaneIo& pane, PaneObserver& observer) : pane_(pane), observer_(&observer) {}

  [[nodiscard]] PaneObserver& observer() { return *observer_; }
  void set_observer(PaneObserver& observer) { observer_ = &observer; }
  [[nodiscard]] bool quiet() const { return quiet_; }
  void set_quiet(bool quiet) { quiet_ = quiet; }
  /// Of what was said since the last call.
  [[nodiscard]] std::string take_replies() { return std::exchange(replies_, {}); }

  void on_reply(std::string_view bytes) override {
    if (!quiet_) replies_.append(bytes);
  }
  void on_bell() override {
    if (!quiet_) observer_->on_pane_bell(pane_);
  }
  void on_title() override {
    if (!quiet_) observer_->on_pane_title(pane_);
  }
  void on_clipboard(std::string_view selection, std::string_view base64) override {
    if (!quiet_) observer_->on_pane_clipboard(pane_, selection, base64);
  }
  void on_notification(int kind, std::string_view title, std::string_view body) override {
    if (!quiet_) observer_->on_pane_notification(pane_, kind, title, body);
  }
  void on_window_name(std::string_view name) override {
    if (!quiet_) observer_->on_pane_window_name(pane_, name);
  }
  bool on_passthrough(std::string_view bytes) override {
    return quiet_ || observer_->on_pane_passthrough(pane_, bytes);
  }

 private:
  PaneIo& pane_;
  PaneObserver* observer_;
  std::string replies_;
  bool quiet_ = false;
};

}  // namespace sess::panes
