// A client that shows one pane directly: the program's own bytes, cleaned, straight to the user's terminal.
//
// It pulls from the pane's ring at its own pace, so a slow client costs no memory and slows nobody. While the
// terminal keeps up it gets every byte (following). When it falls too far behind, what it did not get is
// dropped at a token boundary; it is shown the current screen each time it has taken the last one (skipping),
// and once the flood is over it catches up: history lines at the pace of its link, the screen behind each
// portion of them, until it follows again. When that takes long it goes on with the newest lines, as many as
// an attach replays; only what came while the client was away (a link that stood still or is another one, a
// client that was stopped) is owed whole. Decisions only look at offsets, lines and at FlowWindow; bytes come
// from terminal/.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "views/connection.hpp"
#include "views/flow_window.hpp"
#include "panes/pane_io.hpp"
#include "terminal/show/relay.hpp"

namespace sess::views {

class DirectView {
 public:
  using Time = FlowWindow::Time;

  struct Options {
    std::uint64_t history_lines = 2000;  ///< replayed at attach
    terminal::RelayPolicy policy = {};
    bool tell_scrolled = false;  ///< the client understands it (protocol::kScrolledOff)
  };

  /// Pane, connection and flow outlive the view.
  DirectView(Connection& connection, FlowWindow& flow, panes::PaneIo& pane, Options options);

  /// What the user has changed meanwhile; the screen is drawn again when it shows there.
  void set_options(const Options& options);
  /// What leaves the terminal as a shell expects it.
  [[nodiscard]] std::string undo() const;
  /// In the middle of a picture: nothing may come between its bytes.
  [[nodiscard]] bool in_picture() const { return relay_->in_stream(); }

  /// A terminal that shows something else: scroll it away, then history, screen, modes. With `from` the
  /// history begins there: its scrollback has what was before. Lines before `owed` are sent whole.
  void paint(Size client, Time now, const std::optional<Scrolled>& from = std::nullopt,
             std::uint64_t owed = 0);
  /// A terminal that shows this pane up to `offset` already, `past` bytes beyond it included, and whose
  /// scrollback has `scrolled` of it. False: the ring does not reach back; catch_up() instead.
  /// What falls behind from there on is left out only from `owed` on, as in catch_up().
  bool resume(std::uint64_t offset, std::uint64_t past, const Scrolled& scrolled, std::uint64_t owed = 0);
  /// A terminal that showed this pane until `from` had scrolled off and was then used for something else (a
  /// composed view), resized or away: what scrolled off since, then the screen. Of the lines before `owed`
  /// (numbered as in the history) none that the history holds is left out. turn() goes on with it.
  void catch_up(Scrolled from, Time now, std::uint64_t owed = 0);
  /// The screen again, once the terminal has what was printed so far (after a resize, an outage).
  void repaint() { repaint_due_ = true; }

  /// Takes what is new. Call at the end of every turn in which the pane printed or the client acknowledged.
  void turn(Time now);

  /// The program or the session ends: everything that the terminal has not got, whatever the window says.
  void finish(Time now);
  /// When turn() has to be called even if nothing happens: the next screen of a flood is due.
  [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

  /// How much of the pane is in the terminal's scrollback: for catch_up() after something else was shown.
  [[nodiscard]] const Scrolled& scrolled() const { return scrolled_; }
  [[nodiscard]] panes::PaneIo& pane() const { return pane_; }
  /// Lines before this one may not be left out: for catch_up(), too.
  [[nodiscard]] std::uint64_t owed() const { return owed_; }
  [[nodiscard]] bool skipping() const { return skipping_; }
  [[nodiscard]] bool catching_up() const { return catching_up_; }
  /// Everything that was printed is on its way to the terminal.
  [[nodiscard]] bool is_current() const { return !skipping_ && !catching_up_ && fed_ >= pane_.boundary(); }
  /// Bytes of output that were never sent as they were.
  [[nodiscard]] std::uint64_t discarded() const { return discarded_; }

 private:
  void follow(Time now);
  void feed_up_to(std::uint64_t offset);
  [[nodiscard]] bool feed_plain(std::uint64_t offset);
  void send_relayed(Time now);
  [[nodiscard]] std::optional<Scrolled> told();
  [[nodiscard]] std::optional<Scrolled> told_if_new();
  void skip(Time now);
  void draw_again(Time now);
  void go_on(Time now);
  void finish_catching_up(Time now);
  bool send_missing(Time now, std::size_t portion);
  void leave_out(const Scrolled& up_to, Time now);
  [[nodiscard]] std::string screen_again();
  void start_skipping();
  void synchronize();
  void update_undo();
  [[nodiscard]] std::string defaults() const;
  [[nodiscard]] bool misses_much(Scrolled at) const;
  [[nodiscard]] std::uint64_t patience() const;
  [[nodiscard]] std::chrono::nanoseconds frame_interval() const;
  /// In the middle of a picture that is larger than the ring: nothing can be sent before it ends.
  [[nodiscard]] bool inside_long_picture() const { return pane_.boundary() < pane_.journal().oldest(); }

  Connection& connection_;
  FlowWindow& flow_;
  panes::PaneIo& pane_;
  Options options_;
  std::unique_ptr<terminal::Relay> relay_;
  std::uint64_t fed_ = 0;     ///< stream offset up to which the relay was fed
  std::uint64_t hidden_ = 0;  ///< bytes that the relay still yields but the client has (after resume)
  bool skipping_ = false;
  bool catching_up_ = false;  ///< scrolled_ is what the terminal has; lines, then the screen are to follow
  std::uint64_t owed_ = 0;
  std::uint64_t end_ = 0;  ///< of the history, when it was set out
  Time whole_until_{};     ///< from then on only what is owed
  bool calm_ = false;      ///< while skipping: the screen that the flood left was shown
  bool repaint_due_ = false;
  Scrolled scrolled_;             ///< in the terminal's scrollback
  std::optional<Scrolled> told_;  ///< to the client, the last time
  std::uint64_t shown_ = 0;       ///< while skipping: offset of the screen shown last
  std::size_t shown_bytes_ = 0;   ///< what that screen took
  std::uint64_t discarded_ = 0;
  Time shown_at_{};
  std::optional<Time> deadline_;
  std::optional<terminal::Modes> undo_for_;
  bool undo_palette_ = false;
  bool undo_guard_ = false;
  std::string before_repaint_;  ///< takes back what former options asked of the terminal
};

/// Where an orderly end leaves the cursor: below what the pane shows, so that the shell's prompt overwrites
/// nothing and no line is empty. (A program on the alternate screen: wherever the terminal's main screen had
/// it.)
[[nodiscard]] std::string below_screen(const terminal::Screen& screen);

}  // namespace sess::views
