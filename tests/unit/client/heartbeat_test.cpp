#include "client/remote/heartbeat.hpp"

#include "support/catch.hpp"

using namespace sess::client::remote;
using namespace std::chrono_literals;

TEST_CASE("a link is asked once when it is quiet and counts as dead after three seconds", "[client]") {
  const Heartbeat::Time start{};
  Heartbeat heart(start);
  CHECK_FALSE(heart.beat_due(start + 1599ms));
  CHECK(heart.deadline() == start + 1600ms);
  CHECK(heart.beat_due(start + 1600ms));
  CHECK_FALSE(heart.beat_due(start + 1700ms));
  CHECK_FALSE(heart.next_beat());
  CHECK_FALSE(heart.silent(start + 2999ms));
  CHECK(heart.deadline() == start + 3000ms);
  CHECK(heart.silent(start + 3000ms));
  heart.heard(start + 3100ms);
  CHECK_FALSE(heart.round_trip());  // what comes after a silence says nothing about the way
  CHECK(heart.beat_due(start + 4700ms));
  heart.heard(start + 4850ms);
  CHECK(heart.round_trip() == Heartbeat::Duration(150ms));
  CHECK_FALSE(heart.silent(start + 7000ms));
}

TEST_CASE("a link in doubt gets a few of its round trips, and no less than a busy machine needs",
          "[client]") {
  const Heartbeat::Time start{};
  const auto patience_at = [&](Heartbeat::Duration round_trip) {
    Heartbeat heart(start);
    REQUIRE(heart.beat_due(start + 1600ms));
    heart.heard(start + 1600ms + round_trip);
    const auto later = start + 60s;
    heart.doubt(later);
    CHECK_FALSE(heart.silent(later));
    return heart.deadline() - later;
  };
  CHECK(patience_at(10ms) == 500ms);
  CHECK(patience_at(200ms) == 850ms);
  CHECK(patience_at(1s) == 1200ms);
  Heartbeat unknown(start);
  unknown.doubt(start);
  CHECK(unknown.deadline() == start + 1200ms);
}
