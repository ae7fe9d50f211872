// Menus over a client's panes: opening them where a command says, their keys and mouse, what their choice
// runs.
//
// A menu lives in its client (overlay.hpp), is drawn by Display, and is there again when the server has died.
#pragma once

#include <functional>
#include <optional>

#include "command/language/queue.hpp"
#include "command/ports/overlays.hpp"
#include "input/event.hpp"
#include "model/model.hpp"
#include "peers/remote_clients.hpp"
#include "store/model_store.hpp"

namespace sess::display {
class Display;
}
namespace sess::store {
class Checkpoint;
}

namespace sess::dispatch {

using display::Display;
using peers::OpenMenu;
using peers::RemoteClient;
using peers::RemoteClients;
using store::Checkpoint;

class Keyboard;
class Popups;

class Overlays final : public command::OverlayPort {
 public:
  Overlays(model::Model& model, command::Queue& queue, RemoteClients& remote, Checkpoint& checkpoint,
           Display& display, Keyboard& keyboard, Popups& popups)
      : model_(model),
        queue_(queue),
        remote_(remote),
        checkpoint_(checkpoint),
        display_(display),
        keyboard_(keyboard),
        popups_(popups) {}

  /// A key or a report of the mouse while something lies over the panes. False: it does what it always does.
  bool on_key(RemoteClient& client, const input::Event& event);
  bool on_mouse(RemoteClient& client, const input::Mouse& mouse);
  /// The terminal has another size: a menu goes, as it may lie outside now.
  void on_resize(RemoteClient& client);
  /// The menu that lay there when the server before this one died.
  void open_again(RemoteClient& client, const store::SavedMenu& saved);

  [[nodiscard]] std::optional<command::Surroundings> surroundings(
      model::ClientId client, std::optional<model::WindowId> window) const override;
  void open_menu(model::ClientId client, command::MenuRequest request, std::function<void()> closed) override;
  void open_popup(model::ClientId client, command::PopupRequest request,
                  std::function<void(Result<int>)> closed) override;
  void close_overlay(model::ClientId client) override;
  [[nodiscard]] Size menu_size(const command::MenuRequest& request) const override;
  /// A menu that is no command's, at this place or as near as it fits; `choose` gets the key of the entry.
  void open(RemoteClient& client, std::vector<modes::MenuEntry> entries, int row, int col,
            modes::Menu::Options options, std::function<void(input::Key)> choose);

 private:
  void show(RemoteClient& client, std::unique_ptr<OpenMenu> menu);
  void act(RemoteClient& client, modes::Menu::Verdict verdict);
  void close_menu(RemoteClient& client, bool run);

  model::Model& model_;
  command::Queue& queue_;
  RemoteClients& remote_;
  Checkpoint& checkpoint_;
  Display& display_;
  Keyboard& keyboard_;
  Popups& popups_;
};

/// What of a menu outlives the server: all of it but who waits for it.
[[nodiscard]] store::SavedMenu saved_menu(const OpenMenu& open);

}  // namespace sess::dispatch
