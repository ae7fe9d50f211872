// The parts of a model by themselves: tables of nodes, what of them changed, events, clients.
#include "unit/model/fixture.hpp"

using namespace sess::model;

namespace {

struct Node {
  WindowId id;
  bool touched = false;
  int value = 0;
};

struct Nodes : NodeTable<WindowId, Node> {
  using NodeTable::add;
  using NodeTable::erase;
  using NodeTable::insert;
  using NodeTable::set_next;
  using NodeTable::take_changed;
  using NodeTable::take_id;
};

using Ids = std::vector<WindowId>;

bool nothing_changed(const Model& model) {
  return model.sessions().changed().empty() && model.windows().changed().empty() &&
         model.panes().changed().empty();
}

}  // namespace

TEST_CASE("a table names what was made, looked up for writing, or ended, and each once", "[model]") {
  Nodes nodes;
  const WindowId first = nodes.add(nodes.take_id()).id;
  const WindowId second = nodes.add(nodes.take_id()).id;
  CHECK(nodes.take_changed() == Ids{first, second});
  CHECK(std::as_const(nodes).find(first)->value == 0);
  CHECK(nodes.changed().empty());
  nodes.find(second)->value = 1;
  nodes.find(second)->value = 2;
  CHECK(nodes.take_changed() == Ids{second});
  nodes.erase(first);
  CHECK(nodes.take_changed() == Ids{first});
  CHECK(nodes.find(first) == nullptr);
  CHECK(nodes.changed().empty());
}

TEST_CASE("a node of a checkpoint keeps its id, which is given to no other", "[model]") {
  Nodes nodes;
  REQUIRE(nodes.insert({.id = WindowId{7}}) != nullptr);
  CHECK(nodes.insert({.id = WindowId{7}, .value = 3}) == nullptr);
  CHECK(nodes.find(WindowId{7})->value == 0);
  CHECK(nodes.take_id() == WindowId{8});
}

TEST_CASE("what is only read is not written down again", "[model]") {
  Fixture f;
  const SessionId s = f.session("a");
  const PaneId pane = f.split(f.pane_of(s));
  const WindowId window = f.model.current_window(s)->id;
  Client& client = f.model.clients().add("/dev/pts/0", f.now);
  f.model.clients().attach(client.id, s, f.now);
  client.active_pane = true;
  client.active_panes[window] = pane;
  f.model.links().set_mark({s, 0, pane});
  f.model.recalculate_sizes();
  static_cast<void>(f.model.take_changes());

  const Model& model = f.model;
  CHECK(model.links().mark());
  CHECK(model.links().sessions_with(window).size() == 1);
  CHECK(model.links().count(window) == 1);
  CHECK(model.links().free_index(s) == 1);
  CHECK(model.windows().active_for(client, *model.window(window)) == pane);
  CHECK(model.windows().pane_index(pane) == 1);
  CHECK(model.sessions().named("a") != nullptr);
  CHECK(model.latest_session() == model.session(s));
  CHECK(nothing_changed(model));
  f.model.recalculate_sizes();  // to the same size
  CHECK(nothing_changed(model));
}

TEST_CASE("a mark ends with its pane, and follows its window", "[model]") {
  Fixture f;
  const SessionId s = f.session("a");
  const SessionId other = f.session("b");
  const PaneId pane = f.split(f.pane_of(s));
  Links& links = f.model.links();
  links.set_mark({s, 0, pane});
  Links::Link link;
  link.source = s;
  link.target = other;
  link.target_index = 4;
  REQUIRE(links.link_window(link));
  REQUIRE(links.mark());
  CHECK(links.mark()->session == other);
  CHECK(links.mark()->index == 4);
  f.model.destroy_pane(pane);
  CHECK_FALSE(links.mark());
}

TEST_CASE("events name the nodes as they were, and run no hooks while quiet", "[model]") {
  Fixture f;
  const SessionId s = f.session("a");
  static_cast<void>(f.model.events().take());
  f.model.events().set_quiet(true);
  f.model.windows().rename(f.model.current_window(s)->id, "w");
  f.model.events().set_quiet(false);
  f.model.destroy_session(s);
  const auto events = f.model.events().take();
  REQUIRE(events.size() >= 2);
  CHECK(events[0].kind == Event::Kind::window_renamed);
  CHECK(events[0].window_name == "w");
  CHECK_FALSE(events[0].hooks);
  CHECK(events[1].kind == Event::Kind::session_closed);
  CHECK(events[1].session_name == "a");
  CHECK(events[1].hooks);
  CHECK(f.model.events().take().empty());
}

TEST_CASE("clients say which sessions are looked at, and who was active last", "[model]") {
  Fixture f;
  const SessionId a = f.session("a");
  const SessionId b = f.session("b");
  Clients& clients = f.model.clients();
  const ClientId one = clients.add("one", f.now).id;
  const ClientId two = clients.add("two", f.now).id;
  CHECK(clients.looked_at().empty());
  CHECK(clients.latest() == nullptr);
  clients.attach(one, a, f.now);
  clients.attach(two, b, f.now);
  CHECK(clients.looked_at() == std::set<SessionId>{a, b});
  CHECK(clients.latest()->id == two);
  clients.note_activity(one, f.now);
  CHECK(clients.latest()->id == one);
  CHECK(clients.latest(b)->id == two);
  clients.remove(one);
  CHECK(clients.latest()->id == two);
  CHECK(f.model.current_window(a)->latest == std::nullopt);
}
