// Steps across sessions, windows, panes and clients; what reads a checkpoint back is in checkpoint.cpp.
#include "model/model.hpp"

#include <algorithm>
#include <set>

#include "model/size_policy.hpp"

namespace sess::model {

Model::Model()
    : events_(sessions_, windows_),
      panes_(events_, order_),
      windows_(panes_, events_, order_, globals_.window,
               [this](const Window& window) { return window_size(*this, window); }),
      sessions_(events_, order_, globals_.session),
      links_(sessions_, windows_, events_),
      clients_(sessions_, windows_, links_, events_, order_) {}

const Session* Model::latest_session(Attachment attachment, std::optional<SessionId> except) const {
  const std::set<SessionId> looked_at = clients_.looked_at();
  // Every command asks: what is passed over are the sessions of clients, which are few beside all.
  if (attachment == Attachment::attached) {
    const Session* best = nullptr;
    for (const auto id : looked_at) {
      const Session* one = session(id);
      if (id == except || one == nullptr) continue;
      if (best == nullptr || one->activity_order > best->activity_order) best = one;
    }
    return best;
  }
  return sessions_.latest([&](SessionId id) {
    return id != except && !(attachment == Attachment::unattached && looked_at.contains(id));
  });
}

// -- sessions
// ------------------------------------------------------------------------------------------------

Result<Session*> Model::create_session(const NewSession& spec) {
  auto made = sessions_.make(spec.name, spec.group, spec.now);
  if (!made) return made;
  (*made)->start_path = spec.start_path;
  if (!spec.group.empty()) links_.join_group((*made)->id, spec.group);
  return made;
}

const Session* Model::heir_of(const Session& session) const {
  const auto policy = session.options.choice("detach-on-destroy");
  if (policy == "on" || sessions_.size() < 2) return nullptr;
  if (policy == "off") return latest_session(Attachment::any, session.id);
  if (policy == "no-detached") return latest_session(Attachment::unattached, session.id);
  const auto all = sessions_.by_name();
  const auto at = static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(), [&](const Session* s) { return s->id == session.id; }) -
      all.begin());
  return all[(policy == "next" ? at + 1 : at + all.size() - 1) % all.size()];
}

void Model::destroy_session(SessionId id) {
  const Session* found = session(id);
  if (found == nullptr) return;
  clients_.leave(id, heir_of(*found));
  events_.report(Event::Kind::session_closed, id, std::nullopt, std::nullopt, found->name);
  const std::vector<WindowId> held = links_.drop_all(*found);
  sessions_.erase(*found);
  for (const WindowId window : held) links_.close_unlinked(window);
}

// -- windows
// -------------------------------------------------------------------------------------------------

Result<Model::Created> Model::create_window(const NewWindow& spec) {
  Session* in = session(spec.session);
  if (in == nullptr) return fail(ErrorCode::not_found, "can't find session: {}", to_string(spec.session));
  bool select = spec.select || in->windows.empty();
  std::optional<WindowId> replaced;
  if (spec.index && in->windows.contains(*spec.index)) {
    if (!spec.replace) return fail(ErrorCode::already_exists, "index {} in use", *spec.index);
    replaced = in->windows.at(*spec.index).window;
    select = select || in->current == *spec.index;
    links_.drop(*in, *spec.index);
  }
  const auto index = links_.free_target(*in, spec.index);
  if (!index) return pass(index.error());
  const Window& made = windows_.make(spec.size, spec.name, spec.pane);
  const Created created{*index, made.id, made.active};
  links_.add(*in, *index, made.id);
  if (select) links_.set_current(*in, *index);
  links_.synchronize_group(spec.session);
  if (replaced) links_.close_unlinked(*replaced);
  return created;
}

void Model::destroy_window(WindowId id) {
  if (window(id) == nullptr) return;
  std::vector<SessionId> holders;
  for (const Session* session : links_.sessions_with(id)) holders.push_back(session->id);
  for (const SessionId holder : holders) {
    while (const Winlink* found = links_.find(holder, id)) unlink_window(holder, found->index);
    links_.renumber_if_wanted(holder);
  }
  links_.close_unlinked(id);
}

void Model::unlink_window(SessionId id, int index) {
  Session* found = session(id);
  if (found == nullptr || !found->windows.contains(index)) return;
  const WindowId window = found->windows.at(index).window;
  if (!links_.detach(*found, index)) {
    for (const SessionId member : sessions_.group_members(id)) destroy_session(member);
  }
  links_.close_unlinked(window);
}

Result<int> Model::move_window(const Links::Link& link) {
  auto index = links_.link_window(link);
  if (index) unlink_window(link.source, link.source_index);
  return index;
}

// -- panes
// ---------------------------------------------------------------------------------------------------

void Model::destroy_pane(PaneId id) {
  const Pane* found = pane(id);
  if (found == nullptr) return;
  Window& window = windows_.of(*found);
  if (window.panes.size() == 1) return destroy_window(window.id);
  windows_.end_pane(id, window);
}

Result<> Model::join_pane(const Join& join) {
  Pane* moving = pane(join.pane);
  const Pane* beside = pane(join.beside);
  if (moving == nullptr || beside == nullptr) {
    return fail(ErrorCode::not_found, "can't find pane: {}",
                to_string(moving == nullptr ? join.pane : join.beside));
  }
  if (moving == beside) {
    return fail(ErrorCode::invalid_argument, "source and target panes must be different");
  }
  const Window& from = windows_.of(*moving);
  if (auto joined = windows_.join(*moving, join.beside, windows_.of(*beside), join.how, join.select);
      !joined) {
    return joined;
  }
  if (from.panes.empty()) destroy_window(from.id);
  return {};
}

Result<Model::Created> Model::break_pane(const Break& spec) {
  Pane* moving = pane(spec.pane);
  Session* target = session(spec.target);
  if (moving == nullptr || target == nullptr) {
    return fail(ErrorCode::not_found, "can't find pane: {}", to_string(spec.pane));
  }
  Window& from = windows_.of(*moving);
  const auto name_it = [&](const Window& window) {
    if (!spec.name.empty()) windows_.set_name(window.id, spec.name);
  };
  if (from.panes.size() == 1) {
    const Winlink* place = links_.find(spec.source, from.id);
    if (place == nullptr) return fail(ErrorCode::not_found, "can't find window: {}", to_string(from.id));
    from.zoomed = false;
    const auto index = move_window({spec.source, place->index, spec.target, spec.index, false, spec.select});
    if (!index) return pass(index.error());
    name_it(from);
    return Created{*index, from.id, spec.pane};
  }
  const auto index = links_.free_target(*target, spec.index);
  if (!index) return pass(index.error());
  const Window& made = windows_.break_out(*moving, spec.now);
  name_it(made);
  const Created created{*index, made.id, spec.pane};
  links_.add(*target, *index, made.id);
  if (spec.select) links_.set_current(*target, *index);
  links_.synchronize_group(spec.target);
  return created;
}

void Model::recalculate_sizes() {
  std::set<WindowId> seen;
  for (const auto& [client_id, client] : clients_) {
    const Session* looked_at = client.session ? std::as_const(sessions_).find(*client.session) : nullptr;
    if (looked_at == nullptr) continue;
    for (const auto& [index, link] : looked_at->windows) seen.insert(link.window);
  }
  for (const WindowId id : seen) windows_.recalculate_size(id);
}

// -- checkpoint
// ----------------------------------------------------------------------------------------------

Model::Changes Model::take_changes() {
  return {sessions_.take_changed(), windows_.take_changed(), panes_.take_changed()};
}

Model::NextIds Model::next_ids() const {
  return {sessions_.next(), windows_.next(), panes_.next(), clients_.next(), order_.next()};
}

void Model::set_next_ids(const NextIds& next) {
  sessions_.set_next(next.session);
  windows_.set_next(next.window);
  panes_.set_next(next.pane);
  clients_.set_next(next.client);
  order_.set_next(next.activity);
}

}  // namespace sess::model
