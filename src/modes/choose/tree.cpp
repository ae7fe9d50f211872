#include "modes/choose/tree.hpp"

#include <algorithm>
#include <array>

namespace sess::modes {
namespace {

using model::PaneId;
using model::Session;
using model::Window;
using model::Winlink;

constexpr std::array<std::string_view, 3> kOrders{"index", "name", "time"};
constexpr std::array<Action, 2> kActions{
    {{'x', false, "kill-pane -t '%%'"}, {'X', true, "kill-pane -t '%%'"}}};

std::string session_id(const Session& session) {
  return to_string(session.id);
}
std::string window_id(const Session& session, int link) {
  return fmt::format("{}:{}", to_string(session.id), link);
}
std::string pane_id(const Session& session, int link, PaneId pane) {
  return fmt::format("{}:{}.{}", to_string(session.id), link, to_string(pane));
}

/// Sorted as one of kOrders says: by `index`, by `name`, the latest first.
template <class Values, class Index, class Name, class Time>
void sort(Values& values, const Sorting& how, Index index, Name name, Time time) {
  std::stable_sort(values.begin(), values.end(), [&](const auto& a, const auto& b) {
    const auto& first = how.reversed ? b : a;
    const auto& second = how.reversed ? a : b;
    if (how.order == 1) return name(first) < name(second);
    if (how.order == 2 && time(first) != time(second)) return time(first) > time(second);
    return how.order == 2 ? name(first) < name(second) : index(first) < index(second);
  });
}

}  // namespace

std::span<const std::string_view> TreeKind::orders() const {
  return kOrders;
}
std::span<const Action> TreeKind::actions() const {
  return kActions;
}

/// Of a group one session is shown: the one that it is called from, else the first.
bool TreeKind::is_squashed(const Session& session) const {
  if (start_.all_of_group || session.group.empty()) return false;
  const auto members = model_.sessions().group_members(session.id);
  const bool own = std::find(members.begin(), members.end(), start_.session) != members.end();
  return session.id != (own ? start_.session : members.front());
}

void TreeKind::build(const Build& build) {
  std::vector<const Session*> sessions;
  for (const auto& [id, session] : model_.sessions()) {
    if (!is_squashed(session)) sessions.push_back(&session);
  }
  sort(
      sessions, build.sorting, [](const Session* s) { return s->id; },
      [](const Session* s) { return s->name; }, [](const Session* s) { return s->activity; });
  for (const Session* session : sessions) add_session(build, *session);
}

bool TreeKind::add_session(const Build& build, const Session& session) {
  Item item;
  item.id = session_id(session);
  item.name = session.name;
  item.subject.kind = Subject::Kind::session;
  item.subject.session = session.id;
  item.text = ports_.expand(build.format, item.subject, build.items.count());
  const int number = build.items.add(-1, std::move(item), start_.open != Open::sessions);

  std::vector<const Winlink*> links;
  for (const auto& [index, link] : session.windows) links.push_back(&link);
  const auto window = [&](const Winlink* link) { return model_.window(link->window); };
  sort(
      links, build.sorting, [](const Winlink* l) { return l->index; },
      [&](const Winlink* l) { return window(l)->name; },
      [&](const Winlink* l) { return window(l)->activity; });
  bool any = false;
  for (const Winlink* link : links) any = add_window(build, number, session, *link) || any;
  if (!any) build.items.drop(number);
  return any;
}

bool TreeKind::add_window(const Build& build, int parent, const Session& session, const Winlink& link) {
  const Window* window = model_.window(link.window);
  Item item;
  item.id = window_id(session, link.index);
  item.name = std::to_string(link.index);
  item.subject.kind = Subject::Kind::window;
  item.subject.session = session.id;
  item.subject.link = link.index;
  item.subject.pane = window->active;
  item.text = ports_.expand(build.format, item.subject, build.items.count());
  const int number = build.items.add(parent, std::move(item), start_.open == Open::all);

  std::vector<const model::Pane*> panes;
  for (const auto id : window->panes) {
    Subject subject;
    subject.kind = Subject::Kind::pane;
    subject.session = session.id;
    subject.link = link.index;
    subject.pane = id;
    if (build.passes(ports_, subject, build.items.count())) panes.push_back(model_.pane(id));
  }
  if (panes.empty()) {
    build.items.drop(number);
    return false;
  }
  if (window->panes.size() == 1) return true;
  sort(
      panes, build.sorting, [&](const model::Pane* p) { return model_.windows().pane_index(p->id); },
      [](const model::Pane* p) { return p->title; }, [](const model::Pane* p) { return p->active_order; });
  for (const auto* pane : panes) {
    Item row;
    row.id = pane_id(session, link.index, pane->id);
    row.name = std::to_string(model_.windows().pane_index(pane->id));
    row.subject.kind = Subject::Kind::pane;
    row.subject.session = session.id;
    row.subject.link = link.index;
    row.subject.pane = pane->id;
    row.text = ports_.expand(build.format, row.subject, build.items.count());
    build.items.add(number, std::move(row));
  }
  return true;
}

std::string TreeKind::first() const {
  const Session* session = model_.session(start_.session);
  if (session == nullptr) return {};
  if (start_.open == Open::sessions) return session_id(*session);
  const auto link = session->windows.find(start_.link);
  const Window* window = link == session->windows.end() ? nullptr : model_.window(link->second.window);
  if (start_.open == Open::windows || window == nullptr || window->panes.size() == 1) {
    return window_id(*session, start_.link);
  }
  return pane_id(*session, start_.link, start_.pane);
}

std::string TreeKind::target(const Item& item) const {
  const Subject& subject = item.subject;
  const Session* session = model_.session(subject.session);
  if (session == nullptr) return {};
  if (subject.kind == Subject::Kind::session) return fmt::format("={}:", session->name);
  if (subject.kind == Subject::Kind::window) return fmt::format("={}:{}.", session->name, subject.link);
  return fmt::format("={}:{}.{}", session->name, subject.link, to_string(subject.pane));
}

std::string_view TreeKind::command(const Action& action, const Item& item) const {
  if (item.subject.kind == Subject::Kind::session) return "kill-session -t '%%'";
  if (item.subject.kind == Subject::Kind::window) return "kill-window -t '%%'";
  return action.command;
}

std::string TreeKind::question(const Item& item) const {
  switch (item.subject.kind) {
    case Subject::Kind::session:
      return fmt::format("Kill session {}? ", item.name);
    case Subject::Kind::window:
      return fmt::format("Kill window {}? ", item.name);
    default:
      return fmt::format("Kill pane {}? ", item.name);
  }
}

bool TreeKind::key(Items& items, input::Key key, const Item& item) {
  if (key.mods != 0) return false;
  switch (key.code) {
    case '<':
      --shifted_;
      return true;
    case '>':
      ++shifted_;
      return true;
    case 'H': {
      const Session* session = model_.session(start_.session);
      if (session == nullptr) return true;
      items.set_open(session_id(*session), true);
      items.set_open(window_id(*session, start_.link), true);
      if (!items.choose(pane_id(*session, start_.link, start_.pane)))
        items.choose(window_id(*session, start_.link));
      return true;
    }
    case 'm':
      ports_.run("select-pane -m -t '%%'", target(item), item.subject);
      return true;
    case 'M':
      ports_.run("select-pane -M", {}, item.subject);
      return true;
    default:
      return false;
  }
}

bool TreeKind::matches(const Item& item, std::string_view text) const {
  const Session* session = model_.session(item.subject.session);
  if (session == nullptr) return false;
  if (item.subject.kind == Subject::Kind::session) return session->name.find(text) != std::string::npos;
  if (item.subject.kind == Subject::Kind::window) {
    const auto link = session->windows.find(item.subject.link);
    const Window* window = link == session->windows.end() ? nullptr : model_.window(link->second.window);
    return window != nullptr && window->name.find(text) != std::string::npos;
  }
  Subject subject = item.subject;
  return ports_.expand("#{pane_current_command}", subject, 0).find(text) != std::string::npos;
}

}  // namespace sess::modes
