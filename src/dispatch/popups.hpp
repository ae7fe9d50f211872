// Popups: a program in a box over a client's panes, on a terminal of its own.
//
// Owns them, by the client's token: a popup is there again when its client is, after a lost connection as
// after a server's death. The program is the keeper's like any pane's, its terminal one of panes::Terminals,
// but no pane of the model. It ends with its box; a client that detaches takes its popup along, one that
// stays away for kAwayLimit, too.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "command/language/queue.hpp"
#include "command/ports/overlays.hpp"
#include "input/event.hpp"
#include "keeper/message.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/loop.hpp"
#include "panes/terminals.hpp"
#include "peers/remote_clients.hpp"
#include "store/model_store.hpp"

namespace sess::store {
class Checkpoint;
}

namespace sess::dispatch {

using peers::OpenPopup;
using peers::RemoteClient;
using peers::RemoteClients;
using store::Checkpoint;

class Keyboard;
class Overlays;

class Popups final : public panes::PaneObserver {
 public:
  struct Parts {
    os::Loop& loop;
    os::Clock& clock;
    model::Model& model;
    command::Queue& queue;
    RemoteClients& remote;
    panes::Terminals& terminals;
    Checkpoint& checkpoint;
    Keyboard& keyboard;
    Overlays& overlays;
  };
  /// Makes a terminal of a program that the keeper started.
  using Take = std::function<Result<>(keeper::Spawned)>;
  /// A popup's program that becomes a pane's.
  struct NewPane {
    model::PaneId terminal;
    model::PaneId beside;
    model::Axis axis;
    std::int64_t pid;
    std::string tty;
  };
  /// What others do: of the programs, of the clients.
  struct Acts {
    std::function<void(model::PaneId, Size, command::ProgramStart, Take, std::function<void(Result<>)>)>
        start;
    std::function<void(model::PaneId)> end;
    std::function<void(model::ClientId, std::string_view)> copy;
    std::function<void(model::ClientId, std::string_view)> say;
    std::function<Result<>(const NewPane&)> make_pane;
  };
  Popups(const Parts& parts, Acts acts);

  static constexpr std::chrono::hours kAwayLimit{24};

  void open(RemoteClient& client, command::PopupRequest request, std::function<void(Result<int>)> closed);
  /// The client's popup goes, if it has one; its program is hung up.
  void close(RemoteClient& client);

  // What its client does. False: there is no popup, it is for somebody else.
  bool on_key(RemoteClient& client, const input::Event& event);
  bool on_mouse(RemoteClient& client, const input::Mouse& mouse);
  /// A paste, or bytes that nobody knows.
  bool on_typed(RemoteClient& client, const input::Event& event);
  void on_resize(RemoteClient& client);
  /// Its connection is gone; it may come back.
  void on_away(RemoteClient& client);
  void on_back(RemoteClient& client);
  /// True: it was a popup's.
  bool on_exited(const keeper::Exited& exited);

  // The start-up path: what the last server wrote down, each program that the keeper has, and the end of
  // those.
  void restore(const std::vector<store::SavedClient>& clients);
  /// True: it is a popup's. One that has ended is then told with on_exited().
  bool take_up(keeper::Program& program, panes::PaneIo::Recovery how);
  void recovered();

  // PaneObserver
  [[nodiscard]] std::size_t read_budget() const override { return parts_.terminals.read_budget(); }
  void on_pane_output(panes::PaneIo& pane) override;
  void on_pane_bell(panes::PaneIo& pane) override;
  void on_pane_title(panes::PaneIo& /*pane*/) override {}
  void on_pane_clipboard(panes::PaneIo& pane, std::string_view selection, std::string_view base64) override;
  void on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title,
                            std::string_view body) override;
  void on_pane_window_name(panes::PaneIo& /*pane*/, std::string_view /*name*/) override {}
  bool on_pane_passthrough(panes::PaneIo& /*pane*/, std::string_view /*bytes*/) override { return false; }
  void on_pane_eof(panes::PaneIo& pane) override { parts_.terminals.note_printed(pane.id()); }
  void on_pane_bytes(panes::PaneIo& /*pane*/, std::string_view /*bytes*/) override {}

 private:
  using Popups_ = std::map<model::ClientToken, std::unique_ptr<OpenPopup>>;
  Result<> take(model::PaneId terminal, UniqueFd master, UniqueFd journal,
                std::optional<panes::PaneIo::Recovery> how);
  [[nodiscard]] Popups_::iterator find(model::PaneId terminal);
  [[nodiscard]] RemoteClient* client_of(model::ClientToken token) const;
  void end(Popups_::iterator popup, Result<int> status);
  void place(OpenPopup& popup, Size terminal);
  void redraw(RemoteClient& client);
  void drag(RemoteClient& client, const input::Mouse& mouse);
  void open_menu(RemoteClient& client, const input::Mouse& mouse);
  void choose(model::ClientId client, input::Key key);
  void make_pane(RemoteClient& client, model::Axis axis);
  void send_aside(const panes::PaneIo& pane, std::string_view bytes);

  Parts parts_;
  Acts acts_;
  Popups_ popups_;
  std::map<model::ClientToken, std::chrono::steady_clock::time_point> away_;
  os::Timer away_timer_;
};

}  // namespace sess::dispatch
