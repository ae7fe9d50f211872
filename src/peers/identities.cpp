#include "peers/identities.hpp"

#include <map>
#include <set>
#include <utility>

namespace sess::peers {

/// A window that nobody looks at waits until somebody does: each change costs a checkpoint.
void Identities::follow() {
  if (!std::exchange(stale_, false)) return;
  std::map<model::WindowId, std::vector<const RemoteClient*>> viewers;
  std::set<model::WindowId> current;
  for (const auto& [id, client] : remote_) {
    const model::Client* seen = model_.client(id);
    const model::Session* session =
        client->phase == RemoteClient::Phase::attached && seen != nullptr && seen->session
            ? model_.session(*seen->session)
            : nullptr;
    if (session == nullptr || seen->control) continue;
    for (const auto& [index, link] : session->windows) viewers[link.window].push_back(client.get());
    if (const auto* link = session->current_link()) current.insert(link->window);
  }
  // Nobody looks and nobody did: all panes have what they had.
  if (viewers.empty() && !std::exchange(looked_at_, false)) return;
  looked_at_ = !viewers.empty();
  for (const auto& [id, io] : terminals_) {
    const model::Pane* pane = model_.pane(id);
    if (pane == nullptr) continue;
    terminal::Identity identity = io->emulator().identity();
    const auto of = viewers.find(pane->window);
    if (of == viewers.end()) {
      identity.lacks = 0;
    } else if (current.count(pane->window) > 0) {
      see_with(*pane, of->second, identity);
    }
    io->set_identity(identity);
  }
}

void Identities::see_with(const model::Pane& pane, const std::vector<const RemoteClient*>& viewers,
                          terminal::Identity& identity) const {
  identity.kitty_keyboard = identity.sixel = true;
  identity.lacks = 0;
  const RemoteClient* latest = viewers.front();
  for (const RemoteClient* one : viewers) {
    identity.kitty_keyboard = identity.kitty_keyboard && one->features.kitty_keyboard;
    identity.sixel = identity.sixel && one->features.sixel;
    identity.lacks |= one->features.lacks;
    if (model_.client(one->id)->activity_order >= model_.client(latest->id)->activity_order) latest = one;
  }
  const auto& features = latest->features;
  const model::Client& seen = *model_.client(latest->id);
  if (features.foreground) identity.fg = features.foreground;
  if (features.background) identity.bg = features.background;
  if (const auto dark = features.dark()) {
    identity.theme = *dark ? terminal::Identity::Theme::dark : terminal::Identity::Theme::light;
  }
  identity.pixel_width = static_cast<std::uint16_t>(seen.xpixel * pane.size.cols);
  identity.pixel_height = static_cast<std::uint16_t>(seen.ypixel * pane.size.rows);
}

}  // namespace sess::peers
