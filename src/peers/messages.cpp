#include "peers/messages.hpp"

#include "base/log.hpp"
#include "base/printable.hpp"
#include "peers/control_clients.hpp"
#include "store/checkpoint.hpp"

namespace sess::peers {
namespace {

using Phase = RemoteClient::Phase;

}  // namespace

void Messages::log(std::string_view text) {
  lines_.add(fmt::format("{}: {}", user_, text),
             static_cast<std::size_t>(model_.globals().server.number("message-limit")));
}

void Messages::report(const std::string& text) {
  log::info("{}", text);
  std::vector<model::ClientId> attached;
  for (const auto& [id, client] : remote_) {
    if (client->phase == RemoteClient::Phase::attached) attached.push_back(id);
  }
  if (attached.empty()) {
    log(text);
  }
  for (const auto id : attached) show_message(id, text, std::chrono::milliseconds(-1));
  checkpoint_.changed();
}

void Messages::show(RemoteClient& client, std::string_view text, std::chrono::milliseconds duration) {
  Overlay overlay;
  overlay.kind = Overlay::Kind::message;
  overlay.text = text;
  set_overlay(client, std::move(overlay));
  if (duration.count() > 0) client.message_timer.start(duration);
}

void Messages::set_overlay(RemoteClient& client, Overlay overlay) {
  if (client.overlay.done) client.overlay.done(std::nullopt);
  client.message_timer.stop();
  client.overlay = std::move(overlay);
  if (client.overlay.kind != Overlay::Kind::message) checkpoint_.changed();  // it is written down
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
}

void Messages::clear_overlay(RemoteClient& client) {
  if (client.overlay.kind == Overlay::Kind::none) return;
  client.message_timer.stop();
  const auto done = std::move(client.overlay.done);
  if (client.overlay.kind != Overlay::Kind::message) checkpoint_.changed();
  client.overlay = {};
  if (done) done(std::nullopt);  // its time is over: whoever waits for an answer goes on without
  client.display_stale = true;
  if (client.composed) client.composed->invalidate();
}

void Messages::show_message(model::ClientId id, std::string_view text, std::chrono::milliseconds duration) {
  log(text);
  RemoteClient* client = remote_.find(id);
  if (client == nullptr || client->phase != Phase::attached) return;
  if (control_clients_.has(id)) {
    return control_clients_.notify(id, fmt::format("%message {}", printable(text)));
  }
  if (duration.count() < 0) {
    const model::Client* seen = model_.client(id);
    const model::Session* session = model_.session(*seen->session);
    duration = std::chrono::milliseconds(session->options.number("display-time"));
  }
  show(*client, text, duration);
}

void Messages::show_text(model::ClientId id, std::string_view text) {
  RemoteClient* client = remote_.find(id);
  if (client == nullptr || client->phase != Phase::attached) return;
  if (control_clients_.has(id)) return control_clients_.print(id, text);
  const model::Client* seen = model_.client(id);
  if (const auto* window = seen->session ? model_.current_window(*seen->session) : nullptr) {
    texts_.show_text(window->active, id, text);
    checkpoint_.changed();
  }
}

void Messages::show_again(model::ClientId id, std::string_view text) {
  const model::Client* seen = model_.client(id);
  const auto* window = seen != nullptr && seen->session ? model_.current_window(*seen->session) : nullptr;
  if (window == nullptr || !texts_.shown_text(window->active).empty()) return;  // another client has shown it
  text.remove_suffix(text.ends_with('\n') ? 1 : 0);
  show_text(id, text);
}

std::vector<std::string> Messages::message_log() const {
  const auto& lines = lines_.lines();
  return {lines.begin(), lines.end()};
}

}  // namespace sess::peers
