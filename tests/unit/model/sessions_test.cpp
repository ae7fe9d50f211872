// Sessions, groups, windows and their links.
#include "unit/model/fixture.hpp"

using namespace sess;
using namespace sess::model;

using Moved = Links::Moved;

TEST_CASE("a session without a name takes the next free number", "[model]") {
  Fixture f;
  CHECK(f.model.session(f.session("1"))->name == "1");
  CHECK(f.model.session(f.session(""))->name == "2");
  Model::NewSession twice;
  twice.name = "1";
  CHECK(f.model.create_session(twice).error().text == "duplicate session: 1");
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("renaming a session refuses a taken or empty name and its own is nothing", "[model]") {
  Fixture f;
  const auto a = f.session("a");
  f.session("b");
  CHECK(f.model.sessions().rename(a, "b").error().text == "duplicate session: b");
  CHECK(f.model.sessions().rename(a, "").error().text == "invalid session: ");
  (void)f.model.events().take();
  CHECK(f.model.sessions().rename(a, "a"));
  CHECK_FALSE(f.reported(Event::Kind::session_renamed));
  CHECK(f.model.sessions().rename(a, "c.d"));
  CHECK(f.model.sessions().named("c_d") == f.model.session(a));
  CHECK(f.reported(Event::Kind::session_renamed));
}

TEST_CASE("windows take the first free index from base-index", "[model]") {
  Fixture f;
  REQUIRE(f.model.globals().session.set("base-index", "1"));
  const auto s = f.session("s");
  f.window(s, 3);
  CHECK(f.window(s).index == 2);
  CHECK(f.window(s).index == 4);
  CHECK(f.windows(s) == "1:@0* 2:@2 3:@1 4:@3");
  Model::NewWindow taken;
  taken.session = s;
  taken.index = 3;
  CHECK(f.model.create_window(taken).error().text == "index 3 in use");
  taken.replace = true;
  CHECK(f.model.create_window(taken)->index == 3);
  CHECK(f.model.window(WindowId{1}) == nullptr);
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("replacing the current window makes the new one current", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  Model::NewWindow spec;
  spec.session = s;
  spec.index = 0;
  spec.replace = true;
  REQUIRE(f.model.create_window(spec));
  CHECK(f.windows(s) == "0:@1*");
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("selecting remembers where one was; next and previous go round", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  f.window(s);
  f.window(s);
  CHECK(f.model.links().select_window(s, 2) == Moved::changed);
  CHECK(f.windows(s) == "0:@0- 1:@1 2:@2*");
  CHECK(f.model.links().select_window(s, 2) == Moved::no_change);
  CHECK(f.model.links().select_window(s, 9) == Moved::none);
  CHECK(f.model.links().next_window(s) == Moved::changed);
  CHECK(f.windows(s) == "0:@0* 1:@1 2:@2-");
  CHECK(f.model.links().previous_window(s) == Moved::changed);
  CHECK(f.model.links().last_window(s) == Moved::changed);
  CHECK(f.windows(s) == "0:@0* 1:@1 2:@2-");
}

TEST_CASE("next-window -a stops at windows with an alert, and looking ends it everywhere", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  f.window(s);
  const auto third = f.window(s);
  const auto other = f.session("other");
  REQUIRE(f.model.links().link_window({s, third.index, other, 7, false, false}));
  CHECK(f.model.links().next_window(s, Links::Alerts::only) == Moved::none);
  f.model.links().find(s, 2)->bell = true;
  f.model.links().find(other, 7)->bell = true;
  CHECK(f.model.links().next_window(s, Links::Alerts::only) == Moved::changed);
  CHECK(f.model.session(s)->current == 2);
  CHECK_FALSE(f.model.links().find(other, 7)->alerted());
}

TEST_CASE("a window that ends gives way to the last one, then to the one before", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  f.window(s);
  f.window(s);
  f.window(s);
  f.model.links().select_window(s, 1);
  f.model.links().select_window(s, 3);
  f.model.destroy_window(WindowId{3});
  CHECK(f.windows(s) == "0:@0- 1:@1* 2:@2");
  f.model.destroy_window(WindowId{0});
  f.model.links().select_window(s, 2);
  f.model.destroy_window(WindowId{1});
  CHECK(f.windows(s) == "2:@2*");
  (void)f.model.events().take();
  f.model.destroy_window(WindowId{2});
  CHECK(f.windows(s) == "gone");
  CHECK(f.reported(Event::Kind::session_closed));
  CHECK(f.model.panes().empty());
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("renumber-windows closes gaps when a window ends", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  REQUIRE(f.model.globals().session.set("renumber-windows", "on"));
  f.window(s);
  f.window(s);
  f.model.links().select_window(s, 2);
  f.model.destroy_window(WindowId{0});
  CHECK(f.windows(s) == "0:@1 1:@2*");
  f.model.links().select_window(s, 0);
  CHECK(f.windows(s) == "0:@1* 1:@2-");
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("a window linked into two sessions ends in both, and unlinked from one lives in the other",
          "[model]") {
  Fixture f;
  const auto a = f.session("a");
  const auto b = f.session("b");
  CHECK(f.model.links().link_window({a, 0, b, 0, false, true}).error().text == "index in use: 0");
  CHECK(f.model.links().link_window({a, 0, a, 0, false, true}).error().text == "same index: 0");
  REQUIRE(f.model.links().link_window({a, 0, b, std::nullopt, false, false}) == 1);
  REQUIRE(f.model.links().link_window({a, 0, a, 5, false, false}) == 5);
  CHECK(f.model.links().count(WindowId{0}) == 3);
  CHECK(f.model.links().sessions_with(WindowId{0}).size() == 2);
  f.model.unlink_window(a, 0);
  CHECK(f.windows(a) == "5:@0*");
  f.model.unlink_window(a, 5);
  CHECK(f.windows(a) == "gone");
  CHECK(f.windows(b) == "0:@1* 1:@0");
  REQUIRE(f.model.links().link_window({b, 1, b, 0, true, false}) == 0);
  CHECK(f.windows(b) == "0:@0* 1:@0");
  CHECK(f.model.window(WindowId{1}) == nullptr);
  f.model.destroy_window(WindowId{0});
  CHECK(f.model.sessions().empty());
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("moving the only window away ends its session, and its clients go where the option says",
          "[model]") {
  Fixture f;
  const auto a = f.session("a");
  const auto b = f.session("b");
  const auto c = f.session("c");
  const auto client = f.model.clients().add("/dev/pts/1", f.now).id;
  f.model.clients().attach(client, b, f.now);
  f.model.clients().attach(client, a, f.now);
  CHECK(f.model.client(client)->last_session == b);
  REQUIRE(f.model.globals().session.set("detach-on-destroy", "off"));
  f.model.sessions().note_activity(c, f.now);
  REQUIRE(f.model.move_window({a, 0, b, 4, false, true}) == 4);
  CHECK(f.windows(a) == "gone");
  CHECK(f.windows(b) == "0:@1- 4:@0*");
  CHECK(f.model.client(client)->session == c);
  REQUIRE(f.model.globals().session.set("detach-on-destroy", "on"));
  (void)f.model.events().take();
  f.model.destroy_session(c);
  CHECK_FALSE(f.model.client(client)->attached());
  CHECK(f.reported(Event::Kind::client_session_lost));
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("detach-on-destroy previous and next go by name", "[model]") {
  Fixture f;
  f.session("a");
  const auto m = f.session("m");
  const auto z = f.session("z");
  const auto client = f.model.clients().add("tty", f.now).id;
  f.model.clients().attach(client, m, f.now);
  REQUIRE(f.model.globals().session.set("detach-on-destroy", "next"));
  f.model.destroy_session(m);
  CHECK(f.model.client(client)->session == z);
  REQUIRE(f.model.globals().session.set("detach-on-destroy", "no-detached"));
  f.model.destroy_session(z);
  CHECK(f.model.session(*f.model.client(client)->session)->name == "a");
}

TEST_CASE("swapped windows keep their places' flags and the mark follows", "[model]") {
  Fixture f;
  const auto a = f.session("a");
  f.window(a);
  const auto b = f.session("b");
  f.model.links().set_mark({a, 0, f.model.window(WindowId{0})->active});
  REQUIRE(f.model.links().swap_windows(a, 0, b, 0, false));
  CHECK(f.windows(a) == "0:@2* 1:@1");
  CHECK(f.windows(b) == "0:@0*");
  REQUIRE(f.model.links().mark());
  CHECK(f.model.links().mark()->session == b);
  REQUIRE(f.model.links().swap_windows(a, 0, a, 1, true));
  CHECK(f.windows(a) == "0:@1- 1:@2*");
  f.model.destroy_session(b);
  CHECK_FALSE(f.model.links().mark());
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("shuffling makes room and everything that names an index follows", "[model]") {
  Fixture f;
  const auto s = f.session("s");
  f.window(s, 1);
  f.window(s, 2);
  f.window(s, 5);
  f.model.links().select_window(s, 5);
  f.model.links().select_window(s, 1);
  CHECK(f.model.links().shuffle_up(s, 1) == 1);
  CHECK(f.windows(s) == "0:@0 2:@1* 3:@2 5:@3-");
  CHECK(f.model.links().shuffle_up(s, 4) == 4);
  CHECK(f.model.validate() == kNothing);
  f.model.links().renumber_windows(s);
  CHECK(f.windows(s) == "0:@0 1:@1* 2:@2 3:@3-");
}

TEST_CASE("sessions of a group share windows but not the current one", "[model]") {
  Fixture f;
  const auto a = f.session("a");
  f.model.links().join_group(a, "g");
  f.window(a);
  const auto b = f.empty_session("", "g");
  CHECK(f.model.session(b)->name == "g-1");
  CHECK(f.windows(b) == "0:@0* 1:@1");
  f.model.links().select_window(b, 1);
  CHECK(f.model.session(a)->current == 0);
  f.window(b, 7);
  CHECK(f.windows(a) == "0:@0* 1:@1 7:@2");
  CHECK(f.model.links().link_window({a, 0, b, 9, false, true}).error().text == "sessions are grouped");
  CHECK(f.model.links().swap_windows(a, 0, b, 1, false).error().text ==
        "can't move window, sessions are grouped");
  f.model.destroy_window(WindowId{1});
  CHECK(f.windows(a) == "0:@0* 7:@2");
  CHECK(f.windows(b) == "0:@0* 7:@2");
  f.model.destroy_session(a);
  CHECK(f.windows(b) == "0:@0* 7:@2");
  CHECK(f.model.sessions().groups() == std::vector<std::string>{"g"});
  CHECK(f.model.validate() == kNothing);
  const auto c = f.empty_session("c", "g");
  f.model.destroy_window(WindowId{0});
  f.model.destroy_window(WindowId{2});
  CHECK(f.windows(b) == "gone");
  CHECK(f.windows(c) == "gone");
  CHECK(f.model.windows().empty());
}

TEST_CASE("a session that has windows does not join a group that has others", "[model]") {
  Fixture f;
  const auto a = f.session("a");
  f.model.links().join_group(a, "g");
  const auto b = f.session("b");
  f.model.links().join_group(b, "g");
  CHECK(f.model.session(b)->group.empty());
  CHECK(f.windows(b) == "0:@1*");
  CHECK(f.model.validate() == kNothing);
}

TEST_CASE("the most recently active session and client are known", "[model]") {
  Fixture f;
  const auto a = f.session("a");
  const auto b = f.session("b");
  CHECK(f.model.latest_session()->id == b);
  f.model.sessions().note_activity(a, f.now);
  CHECK(f.model.latest_session()->id == a);
  CHECK(f.model.latest_session(Model::Attachment::any, a)->id == b);
  CHECK(f.model.clients().latest() == nullptr);
  const auto one = f.model.clients().add("1", f.now).id;
  const auto two = f.model.clients().add("2", f.now).id;
  f.model.clients().attach(one, b, f.now);
  f.model.clients().attach(two, b, f.now);
  f.model.clients().note_activity(one, f.now);
  CHECK(f.model.clients().latest(b)->id == one);
  CHECK(f.model.clients().latest(a) == nullptr);
  CHECK(f.model.latest_session(Model::Attachment::unattached)->id == a);
  CHECK(f.model.window(WindowId{1})->latest == one);
  f.model.clients().remove(one);
  CHECK_FALSE(f.model.window(WindowId{1})->latest);
  CHECK(f.model.clients().attached_count(b) == 1);
  CHECK(f.model.validate() == kNothing);
}
