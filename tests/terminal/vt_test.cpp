#include <algorithm>

#include "behaviour.hpp"
#include "play.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/vterm_compat.hpp"

using namespace sess::test;

namespace {

const std::vector<Behaviour>& behaviours() {
  static const std::vector<Behaviour> all = load_behaviours(test_data() + "/terminal");
  return all;
}

std::string as_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

using Mark = std::string Behaviour::*;

/// Plays all of them. What a mark lists as different must differ, so that the list is never longer than the
/// truth.
void check_all(const char* how, std::vector<std::string> (*play)(const Behaviour&), Mark mark) {
  for (const Behaviour& behaviour : behaviours()) {
    INFO(behaviour.file << ":" << behaviour.line << ": " << behaviour.title << " (" << how << ")");
    const auto found = play(behaviour);
    if ((behaviour.*mark).empty()) {
      CHECK(as_text(found) == "");
    } else {
      INFO("listed as different: " << behaviour.*mark);
      CHECK_FALSE(found.empty());
    }
  }
}

/// The lists about libvterm are those of 0.1; a later version may have come closer.
void check_oracle(const char* how, std::vector<std::string> (*play)(const Behaviour&), Mark mark) {
  for (const Behaviour& behaviour : behaviours()) {
    if (!behaviour.only_sess.empty()) continue;
    if (mark != &Behaviour::oracle_differs && !behaviour.oracle_differs.empty()) continue;
    INFO(behaviour.file << ":" << behaviour.line << ": " << behaviour.title << " (" << how << ")");
    const auto found = play(behaviour);
    std::string listed = behaviour.*mark;
#if !SESS_VTERM_WHOLE_STRINGS
    if (listed.empty() && mark == &Behaviour::oracle_differs) listed = behaviour.later_oracle_differs;
#endif
    if (listed.empty()) {
      CHECK(as_text(found) == "");
      continue;
    }
    INFO("listed as different: " << listed);
#if SESS_VTERM_WHOLE_STRINGS
    CHECK_FALSE(found.empty());
#else
    if (found.empty()) WARN(behaviour.title << ": does not differ any more");
#endif
  }
}

}  // namespace

TEST_CASE("every behaviour holds when its bytes come at once", "[vt]") {
  check_all(
      "whole", [](const Behaviour& b) { return play_on_sess(b, Feeding::whole); }, &Behaviour::sess_gap);
}

TEST_CASE("every behaviour holds when its bytes come one at a time", "[vt]") {
  check_all(
      "bytes", [](const Behaviour& b) { return play_on_sess(b, Feeding::bytes); }, &Behaviour::sess_gap);
}

TEST_CASE("every behaviour holds with a checkpoint at every token boundary", "[vt]") {
  check_all(
      "token checkpoints", [](const Behaviour& b) { return play_on_sess(b, Feeding::token_checkpoints); },
      &Behaviour::sess_gap);
}

TEST_CASE("every behaviour holds with a checkpoint after every byte", "[vt]") {
  check_all(
      "byte checkpoints", [](const Behaviour& b) { return play_on_sess(b, Feeding::byte_checkpoints); },
      &Behaviour::sess_gap);
}

TEST_CASE("an attaching terminal is painted as every behaviour left the screen", "[vt]") {
  check_all("painted", play_painted, &Behaviour::paint_gap);
}

TEST_CASE("an independent terminal agrees with every behaviour but the listed ones", "[vt][oracle]") {
  check_oracle("oracle", play_on_oracle, &Behaviour::oracle_differs);
}

TEST_CASE("an attaching independent terminal shows what every behaviour left", "[vt][oracle]") {
  check_oracle("painted on the oracle", play_painted_on_oracle, &Behaviour::oracle_paint_differs);
}

TEST_CASE("most behaviours are checked by an independent terminal", "[vt]") {
  const auto& all = behaviours();
  const auto without = std::count_if(all.begin(), all.end(), [](const Behaviour& behaviour) {
    return !behaviour.only_sess.empty() || !behaviour.oracle_differs.empty();
  });
  CHECK(without * 3 < static_cast<std::ptrdiff_t>(all.size()));
}

TEST_CASE("behaviours have titles of their own", "[vt]") {
  std::vector<std::string> titles;
  for (const Behaviour& behaviour : behaviours()) titles.push_back(behaviour.title);
  std::sort(titles.begin(), titles.end());
  const auto twice = std::adjacent_find(titles.begin(), titles.end());
  CHECK((twice == titles.end() ? std::string() : *twice) == "");
  CHECK(titles.size() >= 200);
}

TEST_CASE("what cannot be read in a behaviour is an error with its line", "[vt]") {
  using sess::test::contains_text;
  CHECK_THROWS_WITH(parse_behaviours("f", "== t\nin \"a"), contains_text("f:2: a string has no end"));
  CHECK_THROWS_WITH(parse_behaviours("f", "== t\nin \"\\q\""), contains_text("f:2: unknown escape"));
  CHECK_THROWS_WITH(parse_behaviours("f", "== t\nbogus 1"), contains_text("f:2: unknown line"));
  CHECK_THROWS_WITH(parse_behaviours("f", "== t\nin \"a\""), contains_text("f:1: expects nothing"));
  CHECK_THROWS_WITH(parse_behaviours("f", "row 0 \"\""), contains_text("f:1: a behaviour begins"));
  CHECK_THROWS_WITH(parse_behaviours("f", "== t\nattr 0,0 blod"), contains_text("f:2: unknown attribute"));
}

TEST_CASE("a behaviour that does not hold is noticed by every way of playing it", "[vt]") {
  const auto wrong =
      parse_behaviours("f", "== t\nin \"ab\"\nrow 0 \"ac\"\ncursor 0,1\nattr 0,0 bold\n").front();
  CHECK(play_on_sess(wrong, Feeding::whole).size() == 3);
  CHECK(play_on_sess(wrong, Feeding::byte_checkpoints).size() == 3);
  CHECK(play_on_oracle(wrong).size() == 3);
  const auto silent = parse_behaviours("f", "== t\nin \"\\a\\e[5n\"\nrow 0 \"\"\n").front();
  CHECK(play_on_sess(silent, Feeding::whole).size() == 2);
}
