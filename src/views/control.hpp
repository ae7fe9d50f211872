// A client in control mode: lines for a program instead of a picture for a person.
//
// What a command prints is kept until the command has ended and leaves as one block, so that no notification
// is ever inside one, however long the command waits. What a command causes is told behind its block, unless
// that takes longer than kHold: then others are not kept waiting. Output of panes is pulled from their rings
// at the client's own pace: one that does not read costs a bounded queue and slows nobody. When a ring has
// overtaken it, the pane is paused; once it reads again (or, with pause-after, asks for it) it is told so and
// gets the history lines that it missed and the screen. Owns no descriptor; the connection outlives it. Lines
// are those of tmux 3.3a's control mode (tmux(1)).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/scrolled.hpp"
#include "panes/pane_io.hpp"
#include "views/connection.hpp"

namespace sess::views {

/// A pane's bytes as %output has them: what is below a space, and the backslash, as \ooo.
void append_escaped(std::string& out, std::string_view bytes);

class ControlView {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Lookup = std::function<panes::PaneIo*(model::PaneId)>;

  /// Beyond it no pane's output and no notification is queued.
  static constexpr std::size_t kMostQueued = 256 * 1024;

  /// How long notifications and output wait for the end of a block.
  static constexpr std::chrono::milliseconds kHold{200};

  explicit ControlView(Connection& connection) : connection_(connection) {}

  // A command's block. Several can be open, when one waits and a hook's command runs meanwhile; body()
  // belongs to the one that was begun or gone on with last.
  void begin(std::uint64_t number, std::string_view line, Time now);
  void go_on(std::uint64_t number) { current_ = number; }
  void end(std::uint64_t number, std::string_view line);
  /// One or more lines, without the last newline. Outside a block it is a message.
  void body(std::string_view text);

  /// A notification's line. Dropped, and noted, when too much waits for the client.
  void notify(std::string_view line);
  /// Until when what is not a block is held back; the owner calls turn() then.
  [[nodiscard]] std::optional<Time> held_until() const { return hold_until_; }
  /// Notifications were dropped and there is room again: once, the owner tells how everything is now.
  [[nodiscard]] bool take_missed();

  // Panes. One that is not known has no output; a pane is known from a stream offset on.
  void add(model::PaneId pane, std::uint64_t offset) { panes_.try_emplace(pane, Pane{.offset = offset}); }
  void forget(model::PaneId pane);
  [[nodiscard]] bool knows(model::PaneId pane) const { return panes_.contains(pane); }
  void printed(model::PaneId pane, Time now, std::uint64_t parsed);

  // refresh-client -A. Panes that are not known are left alone.
  void turn_off(model::PaneId pane);
  void turn_on(const panes::PaneIo& pane);
  void pause(model::PaneId pane);
  void go_on_with(const panes::PaneIo& pane);

  /// None: %output and no pauses by age; else %extended-output, and a pane whose oldest byte waited longer is
  /// paused.
  void set_pause_after(std::optional<std::chrono::seconds> age) { pause_after_ = age; }
  void set_no_output(bool on) { no_output_ = on; }

  /// Queues what there is room for; every pane gets its share. Call at the end of each turn.
  void turn(Time now, const Lookup& pane);

 private:
  enum class State : std::uint8_t { on, off, paused, overtaken };
  struct Mark {
    std::uint64_t end;  ///< stream offset
    Time when;
  };
  struct Pane {
    std::uint64_t offset = 0;  ///< everything before was sent
    State state = State::on;
    std::optional<Scrolled> scrolled = {};  ///< what had scrolled off at the offset, while it is behind
    std::deque<Mark> marks = {};            ///< when what was not sent was printed; coarse when there is much
  };

  [[nodiscard]] bool room() const { return connection_.queued() + held_.size() < kMostQueued; }
  void let_go();
  [[nodiscard]] Time printed_at(const Pane& pane, Time now) const;
  void send(std::string_view text);
  void send_output(model::PaneId id, const Pane& pane, std::string_view bytes, Time now);
  bool send_some(model::PaneId id, Pane& pane, const panes::PaneIo& io, Time now);
  void catch_up(model::PaneId id, Pane& pane, const panes::PaneIo& io, Time now);
  void pause(model::PaneId id, Pane& pane, State state);
  void restart(Pane& pane, std::uint64_t offset);

  Connection& connection_;
  std::map<std::uint64_t, std::string> blocks_;
  std::optional<std::uint64_t> current_;
  std::optional<Time> hold_until_;
  std::string held_;  ///< notifications
  std::map<model::PaneId, Pane> panes_;
  std::set<model::PaneId> behind_;  ///< have more than was sent
  std::optional<std::chrono::seconds> pause_after_;
  bool no_output_ = false;
  bool missed_ = false;
};

}  // namespace sess::views
