#include "panes/typed_input.hpp"

#include <array>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace sess::panes;
using sess::model::ClientToken;
using sess::model::InputPosition;

TEST_CASE(
    "what is handled ends in the middle of a frame, and only the rest of it is taken when it comes again",
    "[input]") {
  TypedFrames frames;
  CHECK(frames.receive(1, "abc") == "abc");
  CHECK(frames.receive(2, "de\x1b") == "de\x1b");
  frames.consume(5);
  CHECK(frames.position() == InputPosition{1, 2, 0});

  TypedFrames next;
  next.resume(frames.position());
  CHECK(next.receive(1, "abc").empty());
  CHECK(next.receive(2, "de\x1b") == "\x1b");
  CHECK(next.receive(3, "f") == "f");
  next.consume(1);
  CHECK(next.position() == InputPosition{2, 0, 0});
  next.consume(1);
  CHECK(next.position() == InputPosition{3, 0, 0});
  CHECK(next.receive(3, "f").empty());
}

TEST_CASE("frames that begin anywhere and frames without bytes are counted, too", "[input]") {
  TypedFrames frames;
  CHECK(frames.receive(700, "x") == "x");
  CHECK(frames.receive(701, "").empty());
  frames.consume(1);
  CHECK(frames.position() == InputPosition{701, 0, 0});
  CHECK(frames.waiting() == 0);
  frames.consume(100);
  CHECK(frames.position() == InputPosition{701, 0, 0});
}

TEST_CASE("a note holds once it is published, and what held before holds until then", "[input]") {
  std::uint64_t used = 0;
  std::vector<InputPositions::Place> places(2);
  InputPositions table(used, std::span(places).first(1), std::span(places).last(1));
  table.note(77, {4, 2, InputPosition::in_prefix}, 0);
  CHECK_FALSE(table.find(77, 0));
  REQUIRE(table.find(77, 1));
  CHECK(*table.find(77, 1) == InputPosition{4, 2, InputPosition::in_prefix});

  table.note(77, {5, 0, 0}, 1);  // its server dies before it is published
  CHECK(table.find(77, 1)->frame == 4);
  table.forget_after(1);
  table.note(78, {9, 0, 0}, 1);
  CHECK(table.find(77, 2)->frame == 4);
  CHECK(table.find(78, 2)->frame == 9);
}

TEST_CASE("a full table forgets who typed longest ago", "[input]") {
  std::uint64_t used = 0;
  std::array<InputPositions::Place, 3> places{};
  InputPositions table(used, std::span(places).first(2), std::span(places).last(1));
  std::uint64_t published = 0;
  for (ClientToken token = 100; token < 103; ++token) table.note(token, {token, 0, 0}, published++);
  table.note(100, {200, 0, 0}, published++);
  table.note(103, {1, 0, 0}, published++);
  CHECK(table.find(100, published)->frame == 200);
  CHECK_FALSE(table.find(101, published));
  CHECK(table.find(102, published)->frame == 102);
  CHECK(table.find(103, published)->frame == 1);
}
