#include "peers/session_watch.hpp"

#include <utility>
#include <vector>

namespace sess::peers {
namespace {

/// Clients dial again at once when a server has died; one that is not back by then does not come.
constexpr std::chrono::seconds kReturnTime{10};

}  // namespace

SessionWatch::SessionWatch(os::Loop& loop, model::Model& model, Acts acts)
    : loop_(loop), model_(model), acts_(std::move(acts)), returns_(loop, [this] { on_returns_over(); }) {}

void SessionWatch::on_activity(model::SessionId id) {
  const model::Session* session = std::as_const(model_).session(id);
  const std::chrono::seconds limit(session != nullptr ? session->options.number("lock-after-time") : 0);
  if (limit.count() <= 0) {
    idle_.erase(id);
    return;
  }
  auto& timer = idle_[id];
  if (!timer) timer = std::make_unique<os::Timer>(loop_, [this, id] { lock(id); });
  timer->start(limit);
}

void SessionWatch::on_lock_time_changed() {
  for (const auto& [id, session] : model_.sessions()) {
    if (model_.clients().attached_count(id) > 0) on_activity(id);
  }
}

void SessionWatch::lock(model::SessionId session) {
  for (const auto* client : model_.clients().of(session)) {
    if (!client->suspended) acts_.lock(client->id);
  }
}

void SessionWatch::expect_return(model::SessionId session) {
  awaited_[session] = std::chrono::steady_clock::now() + kReturnTime;
  if (!returns_.armed()) returns_.start(kReturnTime);
}

void SessionWatch::on_returns_over() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(awaited_, [&](const auto& entry) {
    if (entry.second > now) return false;
    left_ = left_ || model_.clients().attached_count(entry.first) == 0;
    return true;
  });
  if (!awaited_.empty()) returns_.start(kReturnTime);
}

void SessionWatch::sweep() {
  if (!std::exchange(left_, false)) return;
  std::vector<model::SessionId> over;
  for (const auto& [id, session] : model_.sessions()) {
    const bool ends = session.options.flag("destroy-unattached") && model_.clients().attached_count(id) == 0;
    if (ends && !awaited_.contains(id) && !acts_.is_kept(session)) over.push_back(id);
  }
  for (const auto id : over) model_.destroy_session(id);
}

}  // namespace sess::peers
