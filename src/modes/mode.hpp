// Mode is what lies over a pane's screen and takes its keys: copy mode, view mode, a clock, a chooser.
//
// A mode gets keys or commands (send-keys -X), draws itself into the pane's part of a frame and tells its
// formats. It knows no client, no descriptor and no command: what it wants done it asks of the ports that it
// was made with. Its owner (display/pane_modes) makes it, hands it what happens, and ends it when it says so.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "input/key.hpp"
#include "render/frame.hpp"

namespace sess::modes {

/// What is to be done after a key or a command.
enum class Outcome : std::uint8_t { nothing, redraw, leave };

/// Where the mouse is in the pane. `wheel`: a turn of the wheel, which points at nothing.
struct MouseAt {
  int row = 0;
  int col = 0;
  bool wheel = false;
};

struct Request {
  std::span<const std::string>
      arguments;   ///< the command's name first; none: only `repeat` is kept, for the next
  int repeat = 0;  ///< 0: not given
  std::optional<MouseAt> mouse;
};

/// Which part of the pane is drawn where, as render::PaneView has it.
struct View {
  int top = 0;
  int left = 0;
  terminal::Style base;
  bool has_cursor = false;
};

using Formats = std::vector<std::pair<std::string, std::string>>;

class Mode {
 public:
  virtual ~Mode() = default;
  Mode() = default;
  Mode(const Mode&) = delete;
  Mode& operator=(const Mode&) = delete;

  /// "copy-mode": pane_mode.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The key table that its keys are looked up in; empty: it takes them itself.
  [[nodiscard]] virtual std::string_view key_table() const { return {}; }
  /// The error is what the user reads.
  virtual Result<Outcome> command(const Request&) { return fail(ErrorCode::unavailable, "not in a mode"); }
  virtual Outcome key(input::Key) { return Outcome::nothing; }
  /// The mouse in the pane, for a mode without a key table.
  virtual Outcome press(MouseAt, input::MouseEvent) { return Outcome::nothing; }
  /// What it shows of the model may be another.
  virtual Outcome refresh() { return Outcome::nothing; }
  /// A button that was pressed here moves. Nothing when no drag was begun.
  virtual Outcome drag(MouseAt) { return Outcome::nothing; }
  /// The pane has another size.
  virtual void resize(Size size) = 0;
  /// Another part of a long count, or the like, until it says false: there is no more to do. Call again in
  /// another turn.
  virtual bool work() { return false; }

  /// Draws `area`, all of it.
  virtual void draw(render::Frame& frame, render::Rect area, const View& view) = 0;
  virtual void formats(Formats& out) = 0;
  [[nodiscard]] virtual std::string search_string() const { return {}; }
  /// Whether it has to be drawn anew when another minute begins.
  [[nodiscard]] virtual bool shows_time() const { return false; }
};

}  // namespace sess::modes
