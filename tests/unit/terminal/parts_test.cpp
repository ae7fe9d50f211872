// The parts of the terminal that hold state of their own, each made alone.
#include <string>

#include "support/catch.hpp"
#include "terminal/act/colors.hpp"
#include "terminal/act/mode_set.hpp"
#include "terminal/act/names.hpp"
#include "terminal/act/pen.hpp"
#include "terminal/act/pool_use.hpp"
#include "terminal/act/position.hpp"
#include "terminal/act/screens.hpp"
#include "terminal/act/tab_stops.hpp"

using namespace sess;
using namespace sess::terminal;

TEST_CASE("tab stops: the n-th one either way, none beyond the limit", "[parts]") {
  TabStops stops;
  CHECK(stops.next(0, 1, 79) == 8);
  CHECK(stops.next(3, 2, 79) == 16);
  CHECK(stops.next(70, 5, 79) == 79);
  CHECK(stops.previous(17, 2, 0) == 8);
  CHECK(stops.previous(17, 9, 4) == 4);
  stops.clear(8);
  stops.set(11);
  CHECK(stops.next(0, 1, 79) == 11);
  ByteWriter out;
  stops.save(out);
  TabStops back;
  ByteReader in(out.bytes());
  back.restore(in);
  CHECK(in.ok());
  CHECK(back.next(0, 1, 79) == 11);
}

TEST_CASE("names: the stack gives back one title, the other or both", "[parts]") {
  Names names;
  CHECK_FALSE(names.pop(0));
  names.set_title("first", true, true);
  names.push();
  names.set_title("second", true, true);
  CHECK(names.pop(2));
  CHECK(names.title() == "first");
  CHECK(names.icon() == "second");
  CHECK(names.set_directory("file://host/a%20b"));
  CHECK(names.directory() == "/a b");
  CHECK_FALSE(names.set_directory("relative"));
  CHECK_FALSE(names.set_directory("file:///a%00b"));
  names.reset();
  CHECK(names.title() == "first");
  CHECK(names.directory() == "/a b");
}

TEST_CASE("colours: the program's before the user's before xterm's", "[parts]") {
  Colors colors;
  Settings settings;
  CHECK(colors.set_palette("1;?", "\a", settings) == "\x1b]4;1;rgb:cdcd/0000/0000\a");
  settings.palette[1] = Color::rgb(1, 2, 3);
  CHECK(colors.set_palette("1;?", "\a", settings) == "\x1b]4;1;rgb:0101/0202/0303\a");
  CHECK(colors.set_palette("1;#fff", "\a", settings).empty());
  CHECK(colors.chosen(1, settings) == Color::rgb(0xF0, 0xF0, 0xF0));
  colors.reset_palette("1");
  CHECK(colors.chosen(1, settings) == Color::rgb(1, 2, 3));
  CHECK(colors.set_dynamic(11, "?", "\a", Identity{}).empty());
}

TEST_CASE("modes: XTRESTORE names only what has changed since XTSAVE", "[parts]") {
  ModeSet modes;
  CHECK(modes.private_state(2004) == ModeSet::State::reset);
  CHECK(modes.private_state(9999) == ModeSet::State::unknown);
  CHECK_FALSE(modes.recall(2004));
  modes.set_private(2004, true);
  modes.keep(2004);
  CHECK_FALSE(modes.recall(2004));
  modes.set_private(2004, false);
  CHECK(modes.recall(2004) == true);
  modes.set_private(1003, true);
  modes.set_private(1000, false);  // any of the numbers ends tracking
  CHECK(modes.now().mouse == MouseTracking::none);
}

TEST_CASE("the position keeps within its margins, and origin mode counts from them", "[parts]") {
  Screens screens({24, 80});
  ModeSet modes;
  Position position(screens, modes.now());
  Csi token;
  token.count = 2;
  token.params[0] = 5;
  token.params[1] = 10;
  position.set_margins(token);
  position.move_to(6, 3);
  position.up(20);
  CHECK(position.at() == Place{4, 3, false});
  position.down(20);
  CHECK(position.at().row == 9);
  modes.set(&Modes::origin, true);
  position.move_to_origin(0, 0);
  CHECK(position.at() == Place{4, 0, false});
  CHECK(position.origin_row() == 0);
  position.move_to_origin(99, 99);
  CHECK(position.at() == Place{9, 79, false});
}

TEST_CASE("a pen has one number for one style, and erases in its background", "[parts]") {
  Screens screens({2, 4});
  Pen pen;
  PoolUse pools(screens, pen);
  CHECK(pen.number(pools) == 0);
  CHECK(pen.erased(pools) == kBlank);
  Style red;
  red.bg = Color::indexed(1);
  pen.change(red);
  CHECK(pen.held() == 0);
  const auto number = pen.number(pools);
  CHECK(number != 0);
  CHECK(pools.style(number) == red);
  CHECK(pen.erased(pools).style == number);
  pen.change();
  CHECK(pen.number(pools) == 0);
}
