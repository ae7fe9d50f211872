#include "model/size_policy.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "model/model.hpp"
#include "model/number.hpp"

namespace sess::model {

namespace {

WindowSize policy_of(const Options& window_options) {
  return static_cast<WindowSize>(window_options.number("window-size"));
}

bool holds(const Session& session, WindowId window) {
  return std::any_of(session.windows.begin(), session.windows.end(),
                     [&](const auto& entry) { return entry.second.window == window; });
}

/// A client's terminal without its status lines.
Size usable(const Model& model, const Client& client, const Session& session) {
  Size size = client.size;
  if (client.control) return size;
  const int lines = status_lines(model, session);
  size.rows = static_cast<std::uint16_t>(std::max(1, size.rows - lines));
  return size;
}

bool gone(const Client& client) {
  return !client.session || client.suspended || client.exiting;
}

}  // namespace

std::optional<Size> choose_size(WindowSize policy, std::span<const SizeVote> votes,
                                std::optional<Size> manual) {
  if (policy == WindowSize::manual) return manual;
  std::optional<Size> best;
  for (const SizeVote& vote : votes) {
    if (policy == WindowSize::latest && votes.size() > 1 && !vote.latest) continue;
    if (!best) {
      best = vote.size;
    } else if (policy == WindowSize::largest) {
      best = Size{std::max(best->rows, vote.size.rows), std::max(best->cols, vote.size.cols)};
    } else {
      best = Size{std::min(best->rows, vote.size.rows), std::min(best->cols, vote.size.cols)};
    }
  }
  return best;
}

int status_lines(const Model& model, const Session& session) {
  const auto status = session.options.choice("status");
  if (status == "off") return 0;
  if (status == "on") return 1;
  if (status != "auto") return static_cast<int>(session.options.number("status"));
  if (session.windows.size() > 1) return 1;
  const Winlink* link = session.current_link();
  const Window* window = link == nullptr ? nullptr : model.window(link->window);
  return window != nullptr && window->panes.size() > 1 ? 1 : 0;
}

bool counts_for_size(const Model& model, const Client& client) {
  if (gone(client) || (client.control && !client.size_given && client.window_sizes.empty())) return false;
  if (!client.ignore_size) return true;
  return std::none_of(model.clients().begin(), model.clients().end(),
                      [](const auto& entry) { return !gone(entry.second) && !entry.second.ignore_size; });
}

std::optional<Size> window_size(const Model& model, const Window& window) {
  const bool current_only = window.options.flag("aggressive-resize");
  std::vector<SizeVote> votes;
  std::optional<std::uint64_t> newest;  // of activity; who was active in the window counts above all others
  for (const auto& [id, client] : model.clients()) {
    if (!counts_for_size(model, client)) continue;
    const Session* session = model.session(*client.session);
    if (session == nullptr) continue;
    const Winlink* current = session->current_link();
    const bool looks =
        current_only ? current != nullptr && current->window == window.id : holds(*session, window.id);
    if (!looks) continue;
    const auto own = client.window_sizes.find(window.id);
    if (own == client.window_sizes.end() && client.control && !client.size_given) continue;
    const auto order =
        window.latest == id ? std::numeric_limits<std::uint64_t>::max() : client.activity_order;
    votes.push_back(SizeVote{own != client.window_sizes.end() ? own->second : usable(model, client, *session),
                             !newest || order > *newest});
    if (!votes.back().latest) continue;
    for (auto& vote : std::span(votes).first(votes.size() - 1)) vote.latest = false;
    newest = order;
  }
  return choose_size(policy_of(window.options), votes, window.manual_size);
}

Size new_window_size(const Model& model, const Client* client, const Session* session) {
  const WindowSize policy = policy_of(model.globals().window);
  const auto own_size = [&](const Client& of) {
    return session == nullptr ? of.size : usable(model, of, *session);
  };
  const bool own = client != nullptr && !(client->control && !client->size_given);
  if (policy == WindowSize::latest && own) return clamp(own_size(*client));

  std::vector<SizeVote> votes;
  if (policy != WindowSize::manual) {
    std::optional<ClientId> latest;
    std::uint64_t order = 0;
    for (const auto& [id, other] : model.clients()) {
      if (!counts_for_size(model, other) || session == nullptr || other.session != session->id) continue;
      votes.push_back(SizeVote{usable(model, other, *session), false});
      if (!latest || other.activity_order > order) {
        for (auto& vote : votes) vote.latest = false;
        votes.back().latest = true;
        latest = id;
        order = other.activity_order;
      }
    }
    const bool counted = own && client->session && session != nullptr && client->session == session->id;
    if (own && !counted) votes.push_back(SizeVote{own_size(*client), false});
  }
  if (const auto size = choose_size(policy, votes, std::nullopt)) return clamp(*size);
  const Options& options = session == nullptr ? model.globals().session : session->options;
  return parse_dimensions(options.string("default-size")).value_or(Size{});
}

}  // namespace sess::model
