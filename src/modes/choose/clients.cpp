#include "modes/choose/clients.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "modes/choose/boxes.hpp"

namespace sess::modes {
namespace {

constexpr std::array<std::string_view, 4> kOrders{"name", "size", "creation", "activity"};
constexpr std::array<Action, 6> kActions{{{'d', false, "detach-client -t '%%'"},
                                          {'D', true, "detach-client -t '%%'"},
                                          {'x', false, "detach-client -P -t '%%'"},
                                          {'X', true, "detach-client -P -t '%%'"},
                                          {'z', false, "suspend-client -t '%%'"},
                                          {'Z', true, "suspend-client -t '%%'"}}};

}  // namespace

std::span<const std::string_view> ClientKind::orders() const {
  return kOrders;
}
std::span<const Action> ClientKind::actions() const {
  return kActions;
}

void ClientKind::build(const Build& build) {
  std::vector<const model::Client*> clients;
  for (const auto& [id, client] : model_.clients()) {
    if (client.session && !client.exiting) clients.push_back(&client);
  }
  std::stable_sort(clients.begin(), clients.end(), [&](const model::Client* a, const model::Client* b) {
    const model::Client& first = build.sorting.reversed ? *b : *a;
    const model::Client& second = build.sorting.reversed ? *a : *b;
    const auto size = [](const model::Client& client) {
      return std::pair(client.size.cols, client.size.rows);
    };
    if (build.sorting.order == 1 && size(first) != size(second)) return size(first) < size(second);
    if (build.sorting.order == 2 && first.created != second.created) return first.created > second.created;
    if (build.sorting.order == 3 && first.activity != second.activity)
      return first.activity > second.activity;
    return first.name < second.name;
  });
  for (const auto* client : clients) {
    Item item;
    item.id = to_string(client->id);
    item.name = client->name;
    item.subject.kind = Subject::Kind::client;
    item.subject.client = client->id;
    if (!build.passes(ports_, item.subject, build.items.count())) continue;
    item.text = ports_.expand(build.format, item.subject, build.items.count());
    build.items.add(-1, std::move(item));
  }
}

void ClientKind::draw_preview(render::Frame& frame, render::Rect area, const Item& item) {
  const model::Client* client = model_.client(item.subject.client);
  const model::Session* session =
      client != nullptr && client->session ? model_.session(*client->session) : nullptr;
  const model::Winlink* link = session != nullptr ? session->current_link() : nullptr;
  if (link == nullptr) return;
  auto [lines, top] = ports_.status(client->id);
  if (lines >= area.rows) lines = 0;
  const int at = top ? lines : 0;
  draw_screen(frame, {area.row + at, area.col, area.rows - 2 - lines, area.cols},
              ports_.screen(model_.window(link->window)->active));
  std::string line;
  for (int i = 0; i < area.cols; ++i) line += "─";
  frame.put_text(area.row + (at != 0 ? 2 : area.rows - 1 - lines), area.col, area.cols, line, 0);
  if (lines > 0) {
    ports_.draw_status(frame, {area.row + (at != 0 ? 0 : area.rows - lines), area.col, lines, area.cols},
                       client->id);
  }
}

}  // namespace sess::modes
