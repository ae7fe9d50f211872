#include "client/remote/redial.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sess::client::remote;
using namespace std::chrono_literals;
using Action = Redial::Action;
using Failure = Redial::Failure;
using Poke = Redial::Poke;
using Waits = Redial::Waits;

TEST_CASE("during silence an unanswered attempt is made anew at a steady pace", "[client]") {
  const Redial::Time start{};
  Redial redial;
  CHECK_FALSE(redial.deadline());
  redial.begin(start);
  for (int i = 0; i < 30; ++i) {
    const auto now = start + i * Redial::kPace;
    REQUIRE(redial.due(now) == Action::dial);
    redial.dialled(now);
    CHECK(redial.due(now + Redial::kPace - 1ms) == Action::none);
  }
  // One that ends at once is no reason to be quicker, and none to be slower.
  auto now = start + 30 * Redial::kPace;
  redial.dialled(now);
  redial.failed(now + 5ms, Failure::unanswered, 0.5);
  CHECK(redial.deadline() == now + Redial::kPace);
}

TEST_CASE("an answered attempt is left alone while it gets on or waits for a person", "[client]") {
  const Redial::Time start{};
  Redial redial;
  redial.begin(start);
  redial.dialled(start);
  redial.progress(start + 1s, Waits::for_network);
  CHECK(redial.due(start + 5s) == Action::none);
  redial.progress(start + 5s, Waits::for_network);
  CHECK(redial.due(start + 9s) == Action::none);
  redial.poke(start + 9s, Poke::person);
  CHECK(redial.due(start + 9s) == Action::none);
  redial.asking(true);
  CHECK(redial.due(start + 500s) == Action::none);
  redial.asking(false);
  CHECK(redial.due(start + 500s) == Action::dial);
}

TEST_CASE("a log-in that waits for a person without a question has a minute, on one network", "[client]") {
  const Redial::Time start{};
  Redial redial;
  redial.begin(start);
  redial.dialled(start);
  redial.progress(start + 1s, Waits::for_person);
  redial.poke(start + 50s, Poke::person);
  CHECK(redial.due(start + 60s) == Action::none);
  CHECK(redial.due(start + 61s) == Action::dial);
  redial.dialled(start + 61s);
  redial.progress(start + 62s, Waits::for_person);
  redial.poke(start + 66s, Poke::network);
  CHECK(redial.due(start + 66s) == Action::none);
  redial.poke(start + 67s, Poke::network);
  CHECK(redial.due(start + 67s) == Action::dial);
}

TEST_CASE("only failures of the machine that answered make attempts rarer, up to ten seconds", "[client]") {
  Redial::Time now{};
  Redial redial;
  redial.begin(now);
  std::vector<Redial::Duration> waits;
  for (int i = 0; i < 8; ++i) {
    redial.dialled(now);
    redial.failed(now, Failure::answered, 0.5);
    waits.push_back(*redial.deadline() - now);
    // A person who types does not make it quicker; another network does.
    redial.poke(now, Poke::person);
    CHECK(*redial.deadline() - now == waits.back());
    now += waits.back();
  }
  CHECK(waits.front() == 500ms);
  CHECK(waits[1] == 1s);
  CHECK(waits.back() == 10s);
  redial.dialled(now);
  redial.failed(now, Failure::answered, 0.0);
  redial.poke(now, Poke::network);
  CHECK(redial.due(now) == Action::dial);
  redial.over();
  redial.begin(now);
  CHECK(redial.due(now) == Action::dial);
}

TEST_CASE("after a refused log-in nothing is tried before a key is pressed", "[client]") {
  const Redial::Time start{};
  Redial redial;
  redial.begin(start);
  redial.dialled(start);
  redial.failed(start + 1s, Failure::refused, 0.5);
  CHECK(redial.blocked());
  CHECK_FALSE(redial.deadline());
  redial.poke(start + 100s, Poke::network);
  CHECK_FALSE(redial.deadline());
  redial.poke(start + 100s, Poke::person);
  CHECK(redial.due(start + 100s) == Action::dial);
}

TEST_CASE("a key replaces an attempt that had its time, and no younger one", "[client]") {
  const Redial::Time start{};
  Redial redial;
  redial.begin(start);
  redial.dialled(start);
  redial.poke(start + 100ms, Poke::person);
  CHECK(redial.due(start + 100ms) == Action::none);
  redial.poke(start + 700ms, Poke::person);
  CHECK(redial.due(start + 700ms) == Action::dial);
}
