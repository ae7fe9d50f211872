#include "panes/focus.hpp"

#include "support/catch.hpp"

using namespace sess;
using Change = panes::PaneFocus::Change;
using Changes = std::vector<Change>;

namespace {

struct World {
  model::Model model;
  panes::PaneFocus focus;

  model::SessionId session(const std::string& name) {
    model::Model::NewSession spec;
    spec.name = name;
    const auto id = model.create_session(spec).value()->id;
    window(id);
    return id;
  }
  model::PaneId window(model::SessionId session) {
    model::Model::NewWindow spec;
    spec.session = session;
    spec.size = {24, 80};
    REQUIRE(model.create_window(spec));
    return active(session);
  }
  model::PaneId split(model::PaneId beside) {
    model::Windows::NewSplit spec;
    spec.beside = beside;
    return model.windows().split_pane(spec).value()->id;
  }
  model::PaneId active(model::SessionId session) { return model.current_window(session)->active; }
  model::ClientId client(model::SessionId session) {
    const auto id = model.clients().add("client", {}).id;
    model.clients().attach(id, session, {});
    return id;
  }
};

}  // namespace

TEST_CASE("the pane that a client looks at has the focus, and another one takes it away", "[focus]") {
  World world;
  const auto session = world.session("one");
  const auto first = world.active(session);
  CHECK(world.focus.update(world.model).empty());
  const auto client = world.client(session);
  CHECK(world.focus.update(world.model) == Changes{{first, true}});
  CHECK(world.focus.update(world.model).empty());
  const auto second = world.split(first);
  world.model.windows().select_pane(world.model.current_window(session)->id, second);
  CHECK(world.focus.update(world.model) == Changes{{first, false}, {second, true}});
  world.model.client(client)->focused = false;
  CHECK(world.focus.update(world.model) == Changes{{second, false}});
  world.model.client(client)->focused = true;
  CHECK(world.focus.update(world.model) == Changes{{second, true}});
}

TEST_CASE("a pane keeps the focus while any client looks at it, and one that is gone loses none", "[focus]") {
  World world;
  const auto session = world.session("one");
  const auto other = world.session("two");
  const auto first = world.active(session);
  const auto second = world.split(first);
  const auto one = world.client(session);
  const auto two = world.client(session);
  CHECK(world.focus.update(world.model) == Changes{{first, true}});
  world.model.client(one)->focused = false;
  CHECK(world.focus.update(world.model).empty());
  world.model.clients().attach(two, other, {});
  CHECK(world.focus.update(world.model) == Changes{{first, false}, {world.active(other), true}});
  world.model.client(one)->focused = true;
  CHECK(world.focus.update(world.model) == Changes{{first, true}});
  world.model.destroy_pane(first);
  CHECK(world.focus.update(world.model) == Changes{{second, true}});
}
