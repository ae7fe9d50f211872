// A client that is shown what the server draws: several panes, a status line, a message, or a window of
// another size than its terminal. Frames go on the alternate screen, as differences, paced to what the
// terminal takes: at once after idle, never more than sixty a second, and none while the last one is still on
// its way. Between two frames only the echo of a key is drawn: what the pane that was typed into shows,
// alone.
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
#include "views/connection.hpp"
#include "views/flow_window.hpp"

namespace sess::views {

class ComposedView {
 public:
  using Time = FlowWindow::Time;
  /// Draws all of a frame; `shown` is what the terminal shows, null when that is not known.
  using Draw = std::function<void(render::Frame& frame, const render::Frame* shown)>;
  /// Draws only what a key may have changed over the frame that is shown; false: that is not possible now.
  using DrawEcho = std::function<bool(render::Frame& frame)>;

  ComposedView(Connection& connection, FlowWindow& flow, const render::TerminalFeatures& features);

  /// Enters the alternate screen. `before`: bytes that leave what the terminal showed; `behind`: bytes that,
  /// after the alternate screen was left for good, put the cursor below what the main screen shows.
  void enter(std::string_view before, std::string_view behind, const render::TerminalModes& modes, Time now);
  /// Bytes that leave it again.
  [[nodiscard]] std::string leave() const;
  /// The same for good: what the client does to its terminal at the end.
  [[nodiscard]] std::string undo() const { return leave() + behind_; }
  void set_modes(const render::TerminalModes& modes, Time now);

  /// Something that is drawn changed.
  void invalidate() {
    dirty_ = true;
    echo_shown_ = false;
  }
  /// The terminal's contents are not known any more (resize, continued): draw all of it.
  void forget() {
    shown_.reset();
    invalidate();
  }
  /// Whether what the pane that is typed into shows is on its way to the terminal.
  [[nodiscard]] bool shows_echo() const { return !dirty_ || echo_shown_; }
  /// The user typed: for a moment what this changes does not wait for the next frame.
  void expect_echo(Time now) { typed_at_ = now; }
  /// Draws and sends if something changed and the pace allows. Call at the end of a turn.
  void turn(Size size, Time now, const Draw& draw, const DrawEcho& draw_echo);
  [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

 private:
  [[nodiscard]] std::chrono::nanoseconds frame_interval() const;
  [[nodiscard]] bool send_echo(Size size, Time now, const DrawEcho& draw_echo);

  Connection& connection_;
  FlowWindow& flow_;
  const render::TerminalFeatures& features_;
  render::TerminalModes modes_;
  std::string behind_;
  std::optional<render::Frame> shown_;
  bool dirty_ = true;
  bool echo_shown_ = false;  ///< dirty, but for the pane that is typed into
  Time drawn_at_{};
  std::size_t drawn_bytes_ = 0;    ///< of the last frame: small ones follow each other faster
  std::optional<Time> typed_at_;   ///< a key's echo is expected
  std::optional<Time> whole_due_;  ///< one was sent alone: when the rest of the frame follows
  std::optional<Time> deadline_;
};

}  // namespace sess::views
