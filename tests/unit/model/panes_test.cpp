// Panes in windows: splitting, ending, moving, zooming; what the server is told.
#include "model/size_policy.hpp"
#include "unit/model/fixture.hpp"

using namespace sess;
using namespace sess::model;

TEST_CASE("a split that has no room changes nothing, not even the zoom", "[model]") {
  Fixture f;
  const auto s = f.session("s", {3, 80});
  const PaneId first = f.pane_of(s);
  f.split(first);
  REQUIRE(f.model.windows().zoom(first));
  Windows::NewSplit spec;
  spec.beside = first;
  CHECK(f.model.windows().split_pane(spec).error().text == "no space for new pane");
  CHECK(f.model.current_window(s)->zoomed);
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("a zoomed window shows its active pane and keeps its layout", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  const PaneId first = f.pane_of(s);
  CHECK_FALSE(f.model.windows().zoom(first));
  const PaneId second = f.split(first);
  const Window& window = *f.model.current_window(s);
  const std::string layout = window.layout.text();
  (void)f.model.events().take();
  REQUIRE(f.model.windows().zoom(second));
  CHECK(f.reported(Event::Kind::pane_resized));
  CHECK(window.active == second);
  CHECK(f.model.pane(second)->size == Size{24, 80});
  CHECK(window.layout.text() == layout);
  CHECK(f.model.windows().visible_layout(window).text().substr(5) == "80x24,0,0,1");
  f.model.windows().resize(window.id, {10, 40});
  CHECK(f.model.pane(second)->size == Size{10, 40});
  CHECK(f.model.validate() == kNothing);
  CHECK(f.model.windows().unzoom(window.id));
  CHECK_FALSE(f.model.windows().unzoom(window.id));
  CHECK(f.model.pane(second)->size.rows < 10);
}

TEST_CASE("a pane split off behind a zoomed one has the window's size until panes are laid out", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  const PaneId first = f.pane_of(s);
  const PaneId second = f.split(first);
  const Window& window = *f.model.current_window(s);
  REQUIRE(f.model.windows().zoom(first, second));
  CHECK(f.model.pane(first)->size == Size{24, 80});
  CHECK(f.model.pane(second)->size == Size{24, 80});
  CHECK(f.model.pane(second)->top == 0);
  CHECK(f.model.validate() == kNothing);
  REQUIRE(f.model.windows().unzoom(window.id));
  CHECK(f.model.pane(second)->size.rows < 24);
  REQUIRE(f.model.windows().zoom(first));
  CHECK(f.model.pane(second)->size.rows < 24);
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("a pane that ends hands its activity to the one active before", "[model]") {
  Fixture f;
  const auto s = f.session("s", {50, 80});
  const PaneId a = f.pane_of(s);
  const PaneId b = f.split(a);
  const PaneId c = f.split(b);
  const WindowId w = f.model.current_window(s)->id;
  CHECK(f.model.windows().select_pane(w, c));
  CHECK_FALSE(f.model.windows().select_pane(w, c));
  CHECK(f.model.windows().select_pane(w, b));
  CHECK(f.model.windows().last_pane(w) == c);
  f.model.destroy_pane(b);
  CHECK(f.model.window(w)->active == c);
  f.model.destroy_pane(c);
  CHECK(f.model.window(w)->active == a);
  (void)f.model.events().take();
  f.model.destroy_pane(a);
  CHECK(f.model.sessions().empty());
  CHECK(f.reported(Event::Kind::pane_closed));
}

TEST_CASE("a pane broken out takes its options to the new window", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  const PaneId a = f.pane_of(s);
  const PaneId b = f.split(a);
  REQUIRE(f.model.current_window(s)->options.set("window-style", "fg=red"));
  CHECK(f.model.pane(b)->options.string("window-style") == "fg=red");
  Model::Break spec;
  spec.pane = b;
  spec.source = s;
  spec.target = s;
  spec.name = "out";
  const auto made = f.model.break_pane(spec);
  REQUIRE(made);
  CHECK(made->index == 1);
  CHECK(f.model.window(made->window)->name == "out");
  CHECK_FALSE(f.model.window(made->window)->options.flag("automatic-rename"));
  CHECK(f.model.pane(b)->options.string("window-style") == "default");
  CHECK(f.model.pane(b)->size == Size{24, 80});
  CHECK(f.windows(s) == "0:@0- 1:@1*");
  spec.index = 0;
  CHECK(f.model.break_pane(spec).error().text == "index in use: 0");
  spec.index = 9;
  CHECK(f.model.break_pane(spec)->window == made->window);
  CHECK(f.windows(s) == "0:@0- 9:@1*");
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("joining the only pane of a window ends that window", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  const PaneId a = f.pane_of(s);
  const auto other = f.window(s);
  Model::Join join;
  join.pane = other.pane;
  join.beside = a;
  join.how.axis = Axis::horizontal;
  join.how.size = 20;
  REQUIRE(f.model.join_pane(join));
  CHECK(f.model.window(other.window) == nullptr);
  CHECK(f.windows(s) == "0:@0*");
  CHECK(f.model.window(WindowId{0})->active == other.pane);
  CHECK(f.model.pane(other.pane)->size == Size{24, 20});
  join.beside = join.pane;
  CHECK(f.model.join_pane(join).error().text == "source and target panes must be different");
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("panes swapped between windows exchange places, sizes and parents", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  const PaneId a = f.pane_of(s);
  const PaneId b = f.split(a);
  const auto other = f.window(s, std::nullopt, {10, 20});
  f.model.windows().swap_panes(b, other.pane, true);
  CHECK(f.model.pane(b)->window == other.window);
  CHECK(f.model.pane(b)->size == Size{10, 20});
  CHECK(f.model.window(other.window)->active == b);
  CHECK(f.model.window(WindowId{0})->active == other.pane);
  CHECK(f.model.windows().pane_index(other.pane) == 1);
  CHECK(f.model.windows().pane_at(WindowId{0}, 1)->id == other.pane);
  CHECK(f.model.windows().pane_at(WindowId{0}, 2) == nullptr);
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("next-layout goes on from the last one, and a layout string is applied or refused", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  const WindowId w = f.model.current_window(s)->id;
  f.split(f.pane_of(s));
  const std::string before = f.model.window(w)->layout.text();
  CHECK(f.model.windows().next_layout(w) == Preset::even_horizontal);
  CHECK(f.model.window(w)->old_layout == before);
  CHECK(f.model.windows().next_layout(w) == Preset::even_vertical);
  CHECK(f.model.windows().previous_layout(w) == Preset::even_horizontal);
  CHECK(f.model.windows().apply_layout(w, "foo").error().text == "invalid layout: foo");
  REQUIRE(f.model.windows().apply_layout(w, before));
  CHECK(f.model.window(w)->layout.text() == before);
  CHECK(f.model.validate() == kNothing);
}

// -- sizes
// ---------------------------------------------------------------------------------------------------

TEST_CASE("a policy chooses among what clients say", "[model][size]") {
  const std::vector<SizeVote> votes{{{24, 80}, false}, {{50, 60}, true}};
  CHECK(choose_size(WindowSize::smallest, votes, std::nullopt) == Size{24, 60});
  CHECK(choose_size(WindowSize::largest, votes, std::nullopt) == Size{50, 80});
  CHECK(choose_size(WindowSize::latest, votes, std::nullopt) == Size{50, 60});
  CHECK(choose_size(WindowSize::manual, votes, Size{1, 2}) == Size{1, 2});
  CHECK(choose_size(WindowSize::manual, votes, std::nullopt) == std::nullopt);
  CHECK(choose_size(WindowSize::largest, {}, std::nullopt) == std::nullopt);
  const std::vector<SizeVote> one{{{24, 80}, false}};
  CHECK(choose_size(WindowSize::latest, one, std::nullopt) == Size{24, 80});
  const std::vector<SizeVote> strangers{{{24, 80}, false}, {{50, 60}, false}};
  CHECK(choose_size(WindowSize::latest, strangers, std::nullopt) == std::nullopt);
}

TEST_CASE("the status line takes its rows once there is more than one window or pane", "[model][size]") {
  Fixture f;
  const auto s = f.session("s");
  const auto lines = [&] { return status_lines(f.model, *f.model.session(s)); };
  CHECK(lines() == 0);
  const PaneId second = f.split(f.pane_of(s));
  CHECK(lines() == 1);
  f.model.destroy_pane(second);
  CHECK(lines() == 0);
  const auto window = f.window(s);
  CHECK(lines() == 1);
  f.model.destroy_window(window.window);
  REQUIRE(f.model.session(s)->options.set("status", "3"));
  CHECK(lines() == 3);
  REQUIRE(f.model.session(s)->options.set("status", "off"));
  CHECK(lines() == 0);
}

TEST_CASE("windows follow the client that was active last; who ignores sizes counts only among his like",
          "[model][size]") {
  Fixture f;
  const auto s = f.session("s");
  const auto add = [&](Size size) {
    Client& client = f.model.clients().add("c", f.now);
    client.size = size;
    f.model.clients().attach(client.id, s, f.now);
    f.model.recalculate_sizes();
    return client.id;
  };
  const auto size = [&] { return f.model.current_window(s)->size; };
  const auto one = add({30, 100});
  CHECK(size() == Size{30, 100});
  const auto two = add({40, 90});
  CHECK(size() == Size{40, 90});
  f.model.clients().note_activity(one, f.now);
  f.model.recalculate_sizes();
  CHECK(size() == Size{30, 100});
  REQUIRE(f.model.globals().window.set("window-size", "smallest"));
  f.model.recalculate_sizes();
  CHECK(size() == Size{30, 90});
  f.model.client(two)->ignore_size = true;
  f.model.recalculate_sizes();
  CHECK(size() == Size{30, 100});
  f.model.client(one)->ignore_size = true;
  f.model.recalculate_sizes();
  CHECK(size() == Size{30, 90});
  f.model.client(one)->suspended = true;
  f.model.recalculate_sizes();
  CHECK(size() == Size{40, 90});
  f.model.clients().remove(one);
  f.model.clients().remove(two);
  f.model.recalculate_sizes();
  CHECK(size() == Size{40, 90});
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("when the client that was active last is gone, the one before it decides a window's size",
          "[model][size]") {
  Fixture f;
  const auto s = f.session("s");
  const auto add = [&](Size size) {
    Client& client = f.model.clients().add("c", f.now);
    client.size = size;
    f.model.clients().attach(client.id, s, f.now);
    f.model.recalculate_sizes();
    return client.id;
  };
  const auto size = [&] {
    f.model.recalculate_sizes();
    return f.model.current_window(s)->size;
  };
  const auto one = add({24, 80});
  const auto two = add({30, 100});
  const auto three = add({20, 60});
  SECTION("it detaches") {
    f.model.clients().detach(three);
    CHECK(size() == Size{30, 100});
    add({22, 70});
    f.model.clients().note_activity(one, f.now);
    f.model.clients().note_activity(two, f.now);
    f.model.clients().remove(two);
    CHECK(size() == Size{24, 80});
  }
  SECTION("it is suspended") {
    f.model.client(three)->suspended = true;
    CHECK(size() == Size{30, 100});
    f.model.client(three)->suspended = false;
    CHECK(size() == Size{20, 60});
  }
  SECTION("it does not count for sizes any more") {
    f.model.client(three)->ignore_size = true;
    CHECK(size() == Size{30, 100});
  }
  SECTION("it goes to another session") {
    const auto other = f.session("other");
    f.model.clients().attach(three, other, f.now);
    CHECK(size() == Size{30, 100});
    CHECK(f.model.current_window(other)->size == Size{20, 60});
  }
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("aggressive-resize asks only clients that look at the window", "[model][size]") {
  Fixture f;
  const auto s = f.session("s");
  const auto other = f.window(s, std::nullopt, {20, 70});
  Client& client = f.model.clients().add("c", f.now);
  client.size = {30, 100};
  f.model.clients().attach(client.id, s, f.now);
  REQUIRE(f.model.globals().window.set("aggressive-resize", "on"));
  f.model.recalculate_sizes();
  CHECK(f.model.window(WindowId{0})->size == Size{29, 100});
  CHECK(f.model.window(other.window)->size == Size{20, 70});
}

TEST_CASE("a new window has its client's size, or default-size", "[model][size]") {
  Fixture f;
  const auto s = f.session("s");
  const Session* session = f.model.session(s);
  CHECK(new_window_size(f.model, nullptr, session) == Size{24, 80});
  REQUIRE(f.model.session(s)->options.set("default-size", "132x43"));
  CHECK(new_window_size(f.model, nullptr, session) == Size{43, 132});
  REQUIRE(f.model.session(s)->options.set("default-size", "0x99999"));
  CHECK(new_window_size(f.model, nullptr, session) == Size{24, 80});
  Client& client = f.model.clients().add("c", f.now);
  client.size = {30, 100};
  CHECK(new_window_size(f.model, &client, session) == Size{30, 100});
  CHECK(new_window_size(f.model, &client, nullptr) == Size{30, 100});
  client.size = {60000, 60000};
  CHECK(new_window_size(f.model, &client, session) == Size{kMaxSide, kMaxSide});
}

TEST_CASE("a pane is found by its terminal, before and after it was written down, and by whoever has it now",
          "[model]") {
  Fixture f;
  const auto first = f.pane_of(f.session("one"));
  const auto second = f.pane_of(f.session("two"));
  f.model.pane(first)->tty = "/dev/pts/1";
  CHECK(f.model.panes().on("/dev/pts/1")->id == first);
  static_cast<void>(f.model.take_changes());
  CHECK(f.model.panes().on("/dev/pts/1")->id == first);
  CHECK(f.model.panes().on("/dev/pts/2") == nullptr);
  // The program of the first ends; the kernel gives its terminal's number to another.
  f.model.pane(first)->dead = true;
  CHECK(f.model.panes().on("/dev/pts/1") == nullptr);
  f.model.pane(second)->tty = "/dev/pts/1";
  CHECK(f.model.panes().on("/dev/pts/1")->id == second);
  static_cast<void>(f.model.take_changes());
  CHECK(f.model.panes().on("/dev/pts/1")->id == second);
  f.model.pane(second)->tty = "/dev/pts/2";  // respawned
  CHECK(f.model.panes().on("/dev/pts/1") == nullptr);
  CHECK(f.model.panes().on("/dev/pts/2")->id == second);
  static_cast<void>(f.model.take_changes());
  f.model.destroy_pane(second);
  CHECK(f.model.panes().on("/dev/pts/2") == nullptr);
  CHECK(f.model.panes().on("/dev/pts/1") == nullptr);
}
