#include "modes/menu.hpp"

#include "support/catch.hpp"

using namespace sess;
using modes::Menu;
using Verdict = modes::Menu::Verdict;

namespace {

input::Key key(char c) {
  return {static_cast<std::uint32_t>(c), 0};
}

std::vector<modes::MenuEntry> entries() {
  return {{"One", key('a'), "one"},
          {"", {}, ""},
          {"-Two", key('b'), "two"},
          {"Three", key('c'), "three"},
          {"Four", {}, "four"}};
}

Menu menu(Menu::Options options = {}) {
  return Menu("title", entries(), 2, 10, options);
}

input::Mouse at(int row, int col, input::MouseAction action, std::uint8_t button = 1) {
  input::Mouse mouse;
  mouse.row = row;
  mouse.col = col;
  mouse.action = action;
  mouse.button = button;
  return mouse;
}

constexpr auto kPress = input::MouseAction::press;
constexpr auto kRelease = input::MouseAction::release;
constexpr auto kMotion = input::MouseAction::motion;

}  // namespace

TEST_CASE("a menu is as wide as its widest text, with a border and a blank at each side", "[menu]") {
  CHECK(Menu::size_of("title", entries()) == Size{7, 9});
  CHECK(Menu::size_of("", {{"-a longer one", {}, ""}}) == Size{3, 16});
  CHECK(Menu::size_of("#[bold]a title that is longer", entries()).cols == 26);
}

TEST_CASE("keys step over lines and what cannot be chosen, round and round", "[menu]") {
  Menu m = menu();
  CHECK(m.choice() == 0);
  CHECK(m.key(key('j')) == Verdict::redraw);
  CHECK(m.choice() == 3);
  static_cast<void>(m.key({input::code::kDown, 0}));
  static_cast<void>(m.key({input::code::kDown, 0}));
  CHECK(m.choice() == 0);
  static_cast<void>(m.key(key('k')));
  CHECK(m.choice() == 4);
  static_cast<void>(m.key(key('g')));
  CHECK(m.choice() == 0);
  CHECK(m.key({input::code::kEnter, 0}) == Verdict::chosen);
  CHECK(m.chosen().command == "one");
}

TEST_CASE("an entry's key chooses it, one that cannot be chosen has none", "[menu]") {
  Menu m = menu();
  CHECK(m.key(key('b')) == Verdict::nothing);
  CHECK(m.key(key('c')) == Verdict::chosen);
  CHECK(m.chosen().command == "three");
  for (const input::Key end :
       {key('q'), input::Key{input::code::kEscape, 0}, input::Key{'c', input::mod::kCtrl}}) {
    CHECK(m.key(end) == Verdict::close);
  }
}

TEST_CASE("a menu in which nothing can be chosen has no choice and no endless search", "[menu]") {
  Menu m("", {{"-a", {}, ""}, {"", {}, ""}}, 0, 0, {});
  for (const char c : std::string_view("jkgG")) CHECK(m.key(key(c)) == Verdict::redraw);
  CHECK(m.key({input::code::kNPage, 0}) == Verdict::redraw);
  CHECK(m.key({input::code::kEnter, 0}) == Verdict::close);
}

TEST_CASE("a menu begins with the entry that is asked for, or the next one that can be chosen", "[menu]") {
  const auto begun = [](int choice) {
    Menu m = menu();
    m.begin_with(choice);
    return m.choice();
  };
  CHECK(begun(0) == 0);
  CHECK(begun(1) == 3);
  CHECK(begun(2) == 3);
  CHECK(begun(4) == 4);
  CHECK(begun(5) == 4);
  CHECK(begun(-1) == Menu::kNothing);
  Menu late("", {{"One", {}, ""}, {"-Two", {}, ""}, {"-Three", {}, ""}}, 0, 0, {});
  late.begin_with(1);
  CHECK(late.choice() == 0);
  late.begin_with(9);
  CHECK(late.choice() == 0);
  Menu none("", {{"-One", {}, ""}}, 0, 0, {});
  none.begin_with(0);
  CHECK(none.choice() == Menu::kNothing);
}

TEST_CASE("the button that opened a menu chooses where it is released", "[menu]") {
  Menu::Options options;
  options.mouse = true;
  Menu m = menu(options);
  CHECK(m.choice() == Menu::kNothing);
  CHECK(m.mouse(at(6, 12, kMotion, 3)) == Verdict::redraw);
  CHECK(m.choice() == 3);
  CHECK(m.mouse(at(6, 13, kRelease, 3)) == Verdict::chosen);
  Menu other = menu(options);
  CHECK(other.mouse(at(20, 40, kRelease, 3)) == Verdict::close);
}

TEST_CASE("a menu that stays open is chosen from by a click, and ended by one beside it", "[menu]") {
  Menu::Options options;
  options.mouse = options.stay_open = true;
  Menu m = menu(options);
  CHECK(m.mouse(at(1, 1, kRelease, 3)) == Verdict::nothing);
  CHECK(m.mouse(at(5, 12, kPress)) == Verdict::nothing);
  CHECK(m.mouse(at(3, 12, kMotion, 0)) == Verdict::redraw);
  CHECK(m.mouse(at(3, 12, kPress)) == Verdict::chosen);
  Menu other = menu(options);
  CHECK(other.mouse(at(20, 40, kPress)) == Verdict::close);
}

TEST_CASE("Tab goes through candidates and ends them, as BSpace does", "[menu]") {
  Menu::Options options;
  options.tab = true;
  Menu m("", {{"a", key('0'), ""}, {"b", key('1'), ""}}, 0, 0, options);
  CHECK(m.key({input::code::kTab, 0}) == Verdict::redraw);
  CHECK(m.choice() == 1);
  CHECK(m.key({input::code::kTab, 0}) == Verdict::close);
  CHECK(m.key({input::code::kBSpace, 0}) == Verdict::close);
  CHECK(menu().key({input::code::kTab, 0}) == Verdict::nothing);
}

TEST_CASE("a menu draws its border, lines, dim and chosen entries", "[menu]") {
  render::Frame frame({12, 30});
  modes::MenuLook look;
  look.chosen = render::style_on({}, "reverse");
  menu().draw(frame, look);
  CHECK(frame.text(2) == "          ┌─title─┐");
  CHECK(frame.text(3) == "          │ One   │");
  CHECK(frame.text(4) == "          ├───────┤");
  CHECK(frame.text(5) == "          │ Two   │");
  CHECK(frame.text(8) == "          └───────┘");
}
