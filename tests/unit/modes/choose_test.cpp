// The list of a chooser, and the fuzzy search of the switcher, without a screen.
#include "modes/choose/fuzzy.hpp"
#include "modes/choose/items.hpp"
#include "modes/choose/switcher.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::modes;

namespace {

int add(Items& items, int parent, const std::string& id, bool open = false) {
  Item item;
  item.id = item.name = id;
  return items.add(parent, std::move(item), open);
}

/// a(a1 a2) b(b1) c
void build(Items& items, bool with_a2 = true, bool open = true) {
  items.begin();
  const int a = add(items, -1, "a", open);
  add(items, a, "a1");
  if (with_a2) add(items, a, "a2");
  const int b = add(items, -1, "b", open);
  add(items, b, "b1");
  add(items, -1, "c");
  items.end();
  items.set_height(10);
}

std::string shown(const Items& items) {
  std::string out;
  for (int i = 0; i < items.lines(); ++i) {
    if (i > 0) out += ' ';
    out += (i == items.current_line() ? ">" : "") + items.line(i).name;
  }
  return out;
}

struct Places final : SwitcherPorts {
  std::vector<Destination> all;
  std::vector<std::string> went;
  [[nodiscard]] std::vector<Destination> destinations() const override { return all; }
  [[nodiscard]] model::Style switcher_style() const override { return {}; }
  void go(const std::string& command) override { went.push_back(command); }
};

void type(Switcher& switcher, std::string_view text) {
  for (const char c : text) switcher.key({static_cast<std::uint32_t>(static_cast<unsigned char>(c)), 0});
}

std::vector<std::string> rows(Switcher& switcher, Size size) {
  render::Frame frame(size);
  switcher.draw(frame, {0, 0, size.rows, size.cols}, {});
  std::vector<std::string> out;
  for (int row = 0; row < size.rows; ++row) out.push_back(frame.text(row));
  return out;
}

}  // namespace

TEST_CASE("a row keeps being the current one when the list is built anew", "[choose]") {
  Items items;
  build(items);
  CHECK(shown(items) == ">a a1 a2 b b1 c");
  CHECK(items.choose("b1"));
  build(items, false);
  CHECK(shown(items) == "a a1 b >b1 c");
  // One that is gone leaves its place to the one behind it.
  CHECK(items.choose("a1"));
  items.down(Items::Ends::stop);
  build(items);
  CHECK(items.choose("a2"));
  build(items, false);
  CHECK(shown(items) == "a a1 >b b1 c");
}

TEST_CASE("closing a row that has nothing open below closes what it is in", "[choose]") {
  Items items;
  build(items);
  items.choose("a2");
  items.close_current();
  CHECK(shown(items) == ">a b b1 c");
  items.open_current();
  CHECK(shown(items) == ">a a1 a2 b b1 c");
  items.open_current();
  CHECK(shown(items) == "a >a1 a2 b b1 c");
  items.open_all(false);
  CHECK(shown(items) == "a >b c");  // the line stays
}

TEST_CASE("a row is not tagged together with what it is in", "[choose]") {
  Items items;
  build(items);
  items.choose("a1");
  items.toggle_tag();
  items.choose("a");
  items.toggle_tag();
  REQUIRE(items.chosen().size() == 1);
  CHECK(items.chosen().front().name == "a");
  items.choose("a2");
  items.toggle_tag();
  REQUIRE(items.chosen().size() == 1);
  CHECK(items.chosen().front().name == "a2");
  items.tag_all();
  CHECK(items.tagged() == 3);
  build(items, false);
  CHECK(items.tagged() == 3);
  items.begin();
  items.end();
  CHECK(items.tagged() == 0);
  CHECK(items.empty());
  CHECK(items.current() == nullptr);
}

TEST_CASE("a search finds closed rows, opens them and goes round", "[choose]") {
  Items items;
  build(items, true, false);
  CHECK(shown(items) == ">a b c");
  const auto named = [](std::string_view name) {
    return [name](const Item& item) { return item.name.find(name) != std::string::npos; };
  };
  CHECK(items.search(true, named("b1")));
  CHECK(shown(items) == "a b >b1 c");
  CHECK(items.search(true, named("a")));
  CHECK(items.current()->name == "a");
  CHECK(items.search(false, named("1")));
  CHECK(items.current()->name == "b1");
  CHECK_FALSE(items.search(true, named("nowhere")));
}

TEST_CASE("letters fit in their order, and best where words begin", "[choose]") {
  CHECK(fuzzy_fit("wb", "web-backend"));
  CHECK_FALSE(fuzzy_fit("bw", "web"));
  CHECK(fuzzy_fit("", "anything"));
  CHECK_FALSE(fuzzy_fit("longer than it", "x"));
  const auto score = [](std::string_view pattern, std::string_view text) {
    return fuzzy_fit(pattern, text).value().score;
  };
  CHECK(score("wb", "web-backend") > score("wb", "swab"));
  CHECK(score("main", "main") > score("main", "my-amazing-inn"));
  CHECK(score("log", "log") > score("log", "catalog"));
  // Words may stand in any order; capitals tell themselves apart.
  CHECK(fuzzy_fit("end web", "web-backend"));
  CHECK(fuzzy_fit("web", "WEB"));
  CHECK_FALSE(fuzzy_fit("Web", "web"));
  CHECK(fuzzy_fit("wb", "web-backend")->at == std::vector<std::size_t>{0, 4});
  const std::string endless(100'000, 'a');
  CHECK(fuzzy_fit(std::string(100, 'a'), endless));
}

TEST_CASE("the switcher goes to what fits best, and starts what is stopped", "[choose]") {
  Places places;
  places.all = {{"session", "notes", "1 window", "$ ", "go notes"},
                {"session", "backend", "3 windows", "listening on 80", "go backend"},
                {"job", "backup", "failed 5min ago", "no space left", "start backup"}};
  const Size size{6, 60};
  Switcher switcher(places, size);
  CHECK(rows(switcher, size)[0].starts_with("> "));
  CHECK(rows(switcher, size)[0].ends_with("3/3"));
  CHECK(rows(switcher, size)[1].starts_with("session  notes"));
  type(switcher, "bku");
  CHECK(rows(switcher, size)[1] == "job      backup  failed 5min ago  no space left");
  CHECK(rows(switcher, size)[2].empty());
  CHECK(switcher.key({input::code::kEnter, 0}) == Outcome::leave);
  CHECK(places.went == std::vector<std::string>{"start backup"});
  switcher.key({'u', input::mod::kCtrl});
  type(switcher, "listening");  // what it printed last
  CHECK(switcher.key({input::code::kEnter, 0}) == Outcome::leave);
  CHECK(places.went.back() == "go backend");
  switcher.key({'u', input::mod::kCtrl});
  type(switcher, "zzz");
  CHECK(rows(switcher, size)[0].ends_with("0/3"));
  CHECK(switcher.key({input::code::kEnter, 0}) == Outcome::leave);
  CHECK(places.went.size() == 2);
}

TEST_CASE("the switcher keeps the row while the world changes, in any size", "[choose]") {
  Places places;
  for (int i = 0; i < 50; ++i)
    places.all.push_back({"session", "s" + std::to_string(i), "", "", "go " + std::to_string(i)});
  Switcher switcher(places, {5, 20});
  for (int i = 0; i < 10; ++i) switcher.key({input::code::kDown, 0});
  CHECK(rows(switcher, {5, 20})[4].starts_with("session  s10"));
  switcher.refresh();
  CHECK(switcher.key({input::code::kEnter, 0}) == Outcome::leave);
  CHECK(places.went.back() == "go 10");
  for (const Size size : {Size{1, 1}, Size{2, 3}, Size{40, 200}}) {
    switcher.resize(size);
    CHECK(rows(switcher, size).size() == size.rows);
  }
  places.all.clear();
  switcher.refresh();
  switcher.key({input::code::kDown, 0});
  CHECK(switcher.key({input::code::kEnter, 0}) == Outcome::leave);
}
