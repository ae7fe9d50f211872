// What the server keeps about one connected client beside the model's Client: its connection, what it said in
// hello, how far its terminal and its input got, and what it is shown. Plain state, which Connections,
// Clients, Keyboard and Display work on.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.hpp"
#include "input/decoder.hpp"
#include "input/gestures.hpp"
#include "model/ids.hpp"
#include "os/descriptor.hpp"
#include "os/loop.hpp"
#include "os/memory/reserve.hpp"
#include "panes/typed_input.hpp"
#include "peers/overlay.hpp"
#include "protocol/message.hpp"
#include "render/features.hpp"
#include "render/rect.hpp"
#include "views/composed.hpp"
#include "views/connection.hpp"
#include "views/direct.hpp"
#include "views/flow_window.hpp"
#include "views/scrollback.hpp"

namespace sess::peers {

/// Descriptors that are left for commands when attachments have used up the others, so that something can
/// still be ended; and of these, the ones that no connection gets: what a command itself opens.
inline constexpr std::size_t kForCommands = 10;
inline constexpr std::size_t kForOpening = 6;
/// Whether one more client may attach: what commands need remains.
inline bool room_to_attach() {
  return os::descriptors_free(kForCommands) && os::memory_left();
}

/// More are refused.
inline constexpr std::size_t kMaxClients = 1000;

struct RemoteClient {
  enum class Phase : std::uint8_t {
    greeting,  ///< hello is awaited
    idle,      ///< welcomed; command is awaited
    command,   ///< its command runs
    attached,  ///< shows a session
    ending,    ///< the last frames are on their way
  };

  explicit RemoteClient(os::Loop& loop, model::ClientId client)
      : id(client),
        escape_timer(loop, [this] { on_timer(escape_timer_expired); }),
        echo_timer(loop, [] {}),  // the turn's end looks again
        frame_timer(loop, [this] { on_timer(frame_due); }),
        message_timer(loop, [this] { on_timer(message_over); }),
        key_timer(loop, [this] { on_timer(key_table_over); }),
        click_timer(loop, [this] { on_timer(clicks_over); }) {}

  /// Bytes for a command client's standard output (1) or error (2).
  void print(std::uint8_t stream, std::string_view bytes) {
    if (phase != Phase::command) return;
    while (!bytes.empty()) {
      const auto part = bytes.substr(0, protocol::kMaxChunk);
      connection->send(protocol::encode(protocol::Print{stream, part}));
      bytes.remove_prefix(part.size());
    }
  }
  /// All that it shows is to be sent again.
  void redraw() {
    display_stale = true;
    if (composed) composed->forget();
    repaint_due = true;
  }

  model::ClientId id;
  model::ClientToken token = 0;
  std::unique_ptr<views::Connection> connection;
  protocol::Hello hello;
  Phase phase = Phase::greeting;
  int exit_status = 0;
  std::string request;       ///< names its command, also when it comes again after a server died under it
  bool asked_again = false;  ///< it does

  // What its terminal is shown.
  views::FlowWindow flow;
  std::unique_ptr<views::DirectView> direct;
  std::unique_ptr<views::ComposedView> composed;
  views::Scrollback scrollback;      ///< of the panes that it does not show directly now
  std::optional<std::string> title;  ///< direct: what set-titles made it, while it is on
  render::TerminalFeatures features;
  std::string told_features;  ///< by -T and the user's options: counts more than what the terminal answers
  bool features_asked = false;
  bool lacked_mode = false;  ///< the pane that it looks at had a mode on that its terminal lacks
  struct Drawn {
    std::map<model::PaneId, render::Rect> panes;  ///< where on the terminal
    int top = 0, left = 0;                        ///< of the window
  };
  Drawn drawn;  ///< the last whole frame
  std::set<model::PaneId>
      held_back;              ///< printed in the middle of a synchronized update, to be drawn after it
  bool repaint_due = false;   ///< direct: the screen again, once the pane has its size
  bool display_stale = true;  ///< which view fits has to be decided again
  bool suspended = false;
  std::uint32_t pauses = 0;        ///< how often it was
  bool for_command = false;        ///< it has one of the last descriptors: not for an attachment
  std::string job;                 ///< sess run: the exit status is this job's when its session ends
  std::vector<std::string> flags;  ///< -f flags that the model has no field for

  // What was typed.
  input::Decoder decoder;
  input::Gestures gestures;
  bool dragging_border = false;  ///< resize-pane -M: a border follows the mouse until the button is released
  int drag_row = 0, drag_col = 0;
  std::optional<model::PaneId> selecting_in;  ///< its copy mode's selection follows the mouse
  int press_row = 0, press_col = 0;           ///< of the window, where the button went down
  panes::TypedFrames frames;                  ///< what was received, and how far it is handled
  std::string held;                           ///< encoded for the program, not yet in its journal
  model::PaneId held_for;                     ///< the pane that it is for
  bool held_alone = false;                    ///< and for no other: a mouse report
  bool stalled = false;                 ///< held does not fit: nothing behind it is handled until it does
  std::optional<input::Decoder> ahead;  ///< stalled for a while: looks for the key that leaves in what waits
  bool ahead_prefix = false;
  model::InputPosition event_begin;  ///< where the event that is being handled begins
  model::InputPosition accepted;     ///< everything before is in a journal, or is written down with the model
  bool unsaved = false;              ///< keys changed what the model's memory keeps of this client
  std::uint64_t acknowledged = 0;    ///< last frame acknowledged
  struct Echo {
    std::uint64_t frame = 0;   ///< whose acknowledgement waits for what its program prints
    model::PaneId pane;        ///< that it runs in
    std::uint64_t parsed = 0;  ///< of the pane's output before
    std::chrono::steady_clock::time_point since{};
  };
  Echo echo;  ///< of one that does not list kEcho only the frame, and since when it waits
  bool ack_due = false;
  std::chrono::steady_clock::time_point last_key;
  bool pasting = false;    ///< keys come faster than assume-paste-time
  bool in_prefix = false;  ///< the prefix was pressed: the next key is looked up in its table
  bool repeating = false;  ///< and after a repeatable binding, for repeat-time

  // A message, a prompt or a text that lies over what is shown.
  Overlay overlay;
  std::unique_ptr<OpenMenu> menu;
  OpenPopup* popup = nullptr;  ///< Popups'
  /// Whether something lies over the panes, so that they are drawn.
  [[nodiscard]] bool covered() const {
    return overlay.kind != Overlay::Kind::none || menu != nullptr || popup != nullptr;
  }

  // Its standard input, for load-buffer - and the like.
  std::string stdin_data;
  std::function<void(Result<std::string>)> stdin_done;

  os::Timer escape_timer, echo_timer, frame_timer, message_timer, key_timer, click_timer;
  std::function<void()> escape_timer_expired, frame_due, message_over, key_table_over, clicks_over;

 private:
  static void on_timer(const std::function<void()>& action) {
    if (action) action();
  }
};

}  // namespace sess::peers
