// A client that is shown what the server draws: several panes, a status line, a message, or a window of another
// size than its terminal. Frames go on the alternate screen, as differences, paced to what the terminal takes: at
// once after idle, never more than sixty a second, and none while the last one is still on its way.
//
// It owns the frame that the terminal shows; what is drawn into the next one is the owner's (scene.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "render/diff.hpp"
#include "render/features.hpp"
#include "render/frame.hpp"
#include "server/connection.hpp"
#include "server/flow_window.hpp"

namespace sess::server {

class ComposedView {
 public:
  using Time = FlowWindow::Time;
  using Draw = std::function<void(render::Frame&)>;

  ComposedView(Connection& connection, FlowWindow& flow, const render::TerminalFeatures& features);

  /// Enters the alternate screen. `before`: bytes that leave what the terminal showed; `behind`: bytes that, after the
  /// alternate screen was left for good, put the cursor below what the main screen shows.
  void enter(std::string_view before, std::string_view behind, const render::TerminalModes& modes, Time now);
  /// Bytes that leave it again.
  [[nodiscard]] std::string leave() const;
  /// The same for good: what the client does to its terminal at the end.
  [[nodiscard]] std::string undo() const { return leave() + behind_; }
  void set_modes(const render::TerminalModes& modes, Time now);

  /// Something that is drawn changed.
  void invalidate() { dirty_ = true; }
  /// The terminal's contents are not known any more (resize, continued): draw all of it.
  void forget() {
    shown_.reset();
    dirty_ = true;
  }
  /// Draws and sends if something changed and the pace allows. Call at the end of a turn.
  void turn(Size size, Time now, const Draw& draw);
  [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

 private:
  Connection& connection_;
  FlowWindow& flow_;
  const render::TerminalFeatures& features_;
  render::TerminalModes modes_;
  std::string behind_;
  std::optional<render::Frame> shown_;
  bool dirty_ = true;
  Time drawn_at_{};
  std::size_t drawn_bytes_ = 0;  ///< of the last frame: small ones follow each other faster
  std::optional<Time> deadline_;
};

}  // namespace sess::server
