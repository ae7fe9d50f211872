#include "base/duration.hpp"

#include "support/catch.hpp"

using namespace sess;
using std::chrono::milliseconds;

TEST_CASE("durations are read as systemd.time(7) writes them", "[duration]") {
  CHECK(parse_duration("90").value() == milliseconds(90'000));
  CHECK(parse_duration("1min 30s").value() == milliseconds(90'000));
  CHECK(parse_duration("0.5s").value() == milliseconds(500));
  CHECK(parse_duration("2h").value() == milliseconds(7'200'000));
}

TEST_CASE("a bad duration is refused with its text", "[duration]") {
  for (const char* text : {"", "abc", "5x", "1.2.3s", "999999999999w"}) {
    const auto got = parse_duration(text);
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error().text.find(text) != std::string::npos);
  }
}

TEST_CASE("durations print with their two largest units", "[duration]") {
  CHECK(format_duration(milliseconds(200'000)) == "3min 20s");
  CHECK(format_duration(milliseconds(850)) == "850ms");
  CHECK(format_duration(milliseconds(0)) == "0s");
}
