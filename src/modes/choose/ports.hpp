// What a chooser asks of the world: formats, commands, questions, and what its previews show.
//
// Implemented by display/choosers, by a fake in the tests. Everything is named by Subject, values that stay
// right when what they name has gone: the world then answers with nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "model/style.hpp"
#include "render/frame.hpp"

namespace sess::terminal {
class Screen;
}

namespace sess::modes {

/// What a row of a list stands for: formats are expanded over it, commands run where it is.
struct Subject {
  enum class Kind : std::uint8_t { none, session, window, pane, client, buffer } kind = Kind::none;
  model::SessionId session;  ///< of a session, a window or a pane
  int link = 0;              ///< index of the window in the session
  model::PaneId pane;
  model::ClientId client;
  std::string buffer;                                      ///< its name
  std::vector<std::pair<std::string, std::string>> facts;  ///< format variables of its own
};

struct BufferFacts {
  std::string name;
  std::size_t size = 0;
  std::uint64_t order = 0;  ///< growing
};

struct Question {
  std::string prompt;
  std::string initial;
  std::string history = "search";
  bool single_key = false;
};

class ChooserPorts {
 public:
  virtual ~ChooserPorts() = default;
  /// mode-style, as it is now.
  [[nodiscard]] virtual model::Style style() const = 0;
  /// A colour option of a session.
  [[nodiscard]] virtual model::Style colour(model::SessionId session, bool active) const = 0;
  [[nodiscard]] virtual std::string expand(std::string_view format, const Subject& subject,
                                           int line) const = 0;
  /// Runs a command line; `target` is put in the place of its %% and %1.
  virtual void run(std::string_view command, std::string_view target, const Subject& subject) = 0;
  /// In the status line of whoever uses the mode. Is not answered when it is cancelled or there is nobody.
  virtual void ask(Question question, std::function<void(const std::string&)> answer) = 0;

  /// Null: the pane has no terminal.
  [[nodiscard]] virtual const terminal::Screen* screen(model::PaneId pane) const = 0;
  /// Newest first.
  [[nodiscard]] virtual std::vector<BufferFacts> buffers() const = 0;
  [[nodiscard]] virtual std::string_view buffer(std::string_view name) const = 0;
  /// A client's status lines, and whether they are at the top; they are drawn from (row, col) on.
  struct Status {
    int lines = 0;
    bool top = false;
  };
  [[nodiscard]] virtual Status status(model::ClientId client) const = 0;
  virtual void draw_status(render::Frame& frame, render::Rect area, model::ClientId client) const = 0;
};

}  // namespace sess::modes
