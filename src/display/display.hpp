// What each client is shown: which view fits it (direct or composed), and what a composed view draws.
//
// Called once a turn, when everything else has been decided. Owns what only drawing needs: panes in the
// middle of a synchronized update, where a status line has its ranges, the timer of status-interval.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/display.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/synchronized.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"
#include "render/format_draw.hpp"

namespace sess::peers {
class Identities;
}

namespace sess::display {

using peers::Identities;
using peers::RemoteClient;
using peers::RemoteClients;

class PaneModes;

class Display final : public command::DisplayPort {
 public:
  using Time = views::FlowWindow::Time;

  Display(os::Loop& loop, os::Clock& clock, model::Model& model, command::Queue& queue, RemoteClients& remote,
          panes::Terminals& terminals, PaneModes& pane_modes, Identities& identities)
      : clock_(clock),
        model_(model),
        queue_(queue),
        remote_(remote),
        terminals_(terminals),
        pane_modes_(pane_modes),
        identities_(identities),
        status_timer_(loop,
                      [this] {
                        if (status_shown_) remote_.redraw_all();
                      }),
        minute_timer_(loop, [this] { remote_.redraw_all(); }) {}

  /// Sends every client what is new.
  void update();
  /// Takes up what the terminal of a client that came back shows; update() goes on from there.
  void resume_view(RemoteClient& client, const protocol::Resume& resume);
  /// Somebody else may write on the terminal now: it is shown everything anew when it is back. A client
  /// that tells how far its terminal got has dropped what it was sent since.
  void put_away_view(RemoteClient& client, const std::optional<protocol::PaneScrolled>& told = std::nullopt);
  /// The terminal was away: of the pane that its main screen shows, no line that came until now may be left
  /// out.
  void owe_shown(RemoteClient& client);
  /// The last of what is shown, and the way back. What lies over a pane that was shown directly goes first:
  /// the terminal keeps the pane's newest lines.
  void leave_view(RemoteClient& client);
  /// The pane is gone: who saw it directly is sent its last bytes.
  void pane_closed(model::PaneId pane);
  /// Where a status line of a client's has what, as it was drawn last.
  [[nodiscard]] const std::vector<render::Range>* status_ranges(model::ClientId client,
                                                                std::size_t line) const;

  void redraw(model::ClientId client) override;
  void redraw_all() override { remote_.redraw_all(); }
  [[nodiscard]] std::optional<model::Viewport> view(model::ClientId client) const override;
  Result<> move_view(model::ClientId client, int dx, int dy) override;

 private:
  void update_display(RemoteClient& client, Time now);
  void follow_status_interval();
  void run_hidden_status();
  void decide_view(RemoteClient& client, Time now);
  [[nodiscard]] bool shows_clock(const RemoteClient& client);
  [[nodiscard]] model::Pane* direct_pane(RemoteClient& client);
  void note_lacked_mode(RemoteClient& client);
  [[nodiscard]] static bool lacks_mode(const RemoteClient& client, const panes::PaneIo& pane);
  [[nodiscard]] views::DirectView::Options direct_options(model::ClientId client, model::PaneId pane);
  void show_directly(RemoteClient& client, panes::PaneIo& io, Time now);
  void show_last(RemoteClient& client, Time now);
  void show_title(RemoteClient& client, Time now);
  void remember_direct(RemoteClient& client, Time now);
  void ask_features(RemoteClient& client, Time now);
  [[nodiscard]] render::TerminalModes composed_modes(RemoteClient& client);
  void send_attached(RemoteClient& client, protocol::AttachMode mode, model::PaneId pane, bool resumed);

  // drawing.cpp
  [[nodiscard]] render::Rect window_area(const RemoteClient& client, Size terminal);
  [[nodiscard]] static render::Rect place_of(const model::Pane& pane, const render::Rect& area, int top,
                                             int left);
  void draw(RemoteClient& client, render::Frame& frame, const render::Frame* shown_before, Time now);
  void draw_pane(RemoteClient& client, const model::Pane& pane, const panes::PaneIo& io, render::Frame& frame,
                 const render::Rect& shown, int top, int left);
  [[nodiscard]] bool draw_echo(RemoteClient& client, render::Frame& frame, Time now);
  void draw_prompt(RemoteClient& client, render::Frame& frame, int row);
  void draw_popup(RemoteClient& client, const peers::OpenPopup& popup, render::Frame& frame);
  void draw_boxes(RemoteClient& client, render::Frame& frame);
  std::string expand(const RemoteClient& client, std::string_view format);
  void set_status_ranges(model::ClientId client, int line, std::vector<render::Range> ranges);

  os::Clock& clock_;
  model::Model& model_;
  command::Queue& queue_;
  RemoteClients& remote_;
  panes::Terminals& terminals_;
  PaneModes& pane_modes_;
  Identities& identities_;
  panes::SynchronizedPanes synchronized_panes_;
  std::map<model::ClientId, std::vector<std::vector<render::Range>>> status_ranges_;
  os::Timer status_timer_;  ///< status-interval, while a status line is shown, or would run commands
  bool status_shown_ = false;
  os::Timer minute_timer_;  ///< the next minute, while a clock is shown
};

}  // namespace sess::display
