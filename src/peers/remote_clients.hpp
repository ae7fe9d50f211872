// The connected clients, by the id that the model knows them by. Owns them; what is done to many at once is
// here.
#pragma once

#include <map>
#include <memory>

#include "peers/remote_client.hpp"

namespace sess::peers {

class RemoteClients {
 public:
  using Map = std::map<model::ClientId, std::unique_ptr<RemoteClient>>;

  /// Null: it has gone.
  [[nodiscard]] RemoteClient* find(model::ClientId id) const {
    const auto it = clients_.find(id);
    return it == clients_.end() ? nullptr : it->second.get();
  }
  RemoteClient& add(std::unique_ptr<RemoteClient> client) {
    auto& place = clients_[client->id];
    place = std::move(client);
    return *place;
  }
  void erase(model::ClientId id) { clients_.erase(id); }
  void clear() { clients_.clear(); }
  [[nodiscard]] bool empty() const { return clients_.empty(); }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  [[nodiscard]] Map::const_iterator begin() const { return clients_.begin(); }
  [[nodiscard]] Map::const_iterator end() const { return clients_.end(); }

  /// Which view fits each is to be decided again.
  void display_changed() {
    for (auto& [id, client] : clients_) client->display_stale = true;
  }
  /// The same, and what is drawn is drawn anew.
  void redraw_all() {
    for (auto& [id, client] : clients_) {
      client->display_stale = true;
      if (client->composed) client->composed->invalidate();
    }
  }
  void flush() {
    for (auto& [id, client] : clients_) {
      if (client->connection) client->connection->flush();
    }
  }

 private:
  Map clients_;
};

}  // namespace sess::peers
