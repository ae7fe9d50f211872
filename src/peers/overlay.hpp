// What lies over a client's view: a message in the last line, a question, or numbers over the panes; and a
// menu, which may stand over a question, and a popup. Plain state of one client; Prompts, Overlays and Popups
// work on it, Display draws it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/ports/overlays.hpp"
#include "command/ports/questions.hpp"
#include "input/line_editor.hpp"
#include "modes/menu.hpp"
#include "store/model_store.hpp"

namespace sess::command {
struct State;
}

namespace sess::peers {

struct Overlay {
  enum class Kind : std::uint8_t { none, message, prompt, panes } kind = Kind::none;
  std::string text;          ///< message or prompt (with #[styles])
  bool ignore_keys = false;  ///< panes: numbers are shown, keys go where they always go
  /// Told once, when it goes: what was answered, or that nothing was.
  std::function<void(std::optional<std::string>)> done;

  // A question's: how it is asked again after the server died, and what was answered before it.
  std::string again;
  std::vector<std::string> answers;
  bool more = false;  ///< another question follows

  // A prompt's.
  command::PromptRequest::Kind asks = command::PromptRequest::Kind::line;
  input::LineEditor line;
  std::string history;   ///< which history
  std::size_t back = 0;  ///< how far back in it; 0 is the line being typed
  std::string last;      ///< incremental: what was searched for before, which an empty line stands for
  std::function<void(const std::string&)> changed;
};

struct OpenMenu {
  modes::Menu menu;
  std::shared_ptr<const command::State> state;  ///< that the chosen command runs with
  std::function<void()> closed;                 ///< told once, after what was chosen has been submitted
  std::function<void(input::Key)>
      choose;  ///< in place of running a command; such a menu dies with the server
  command::BoxWords words = {};
};

/// A program in a box. Its terminal is among the panes' (panes::Terminals), though it is no pane of the
/// model.
struct OpenPopup {
  enum class Drag : std::uint8_t { none, move, size };

  model::PaneId terminal;
  std::string tty;
  render::Rect wanted;  ///< as it was placed; a smaller terminal moves and cuts it
  render::Rect area;
  store::SavedPopup how;  ///< what of it is written down
  bool running = true;
  int status = 0;
  Drag drag = Drag::none;
  int drag_row = 0, drag_col = 0;  ///< where in it the button went down
  std::function<void(Result<int>)> closed;

  [[nodiscard]] bool bordered() const { return lines != render::BoxLines::none; }
  render::BoxLines lines = render::BoxLines::single;
  /// Where its program is shown: all of it, or what the border leaves.
  [[nodiscard]] render::Rect inside() const {
    if (!bordered()) return area;
    return {area.row + 1, area.col + 1, area.rows - 2, area.cols - 2};
  }
};

}  // namespace sess::peers
