#include "client/attach/status_reports.hpp"

#include "support/catch.hpp"

using sess::client::StatusReports;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("little output is taken at once and asks nothing; much is taken when the terminal says so",
          "[reports]") {
  StatusReports reports;
  const StatusReports::Time now{};
  CHECK_FALSE(reports.due(4000, now));
  CHECK(reports.reached(4000, now) == 4000);
  REQUIRE(reports.due(5000, now));
  reports.asked(5004, now);
  CHECK(reports.reached(5004, now) == 4000);
  REQUIRE(reports.due(9200, now));
  reports.asked(9204, now);
  CHECK(reports.reached(10'000, now) == 4000);
  CHECK(reports.filter("\033[0n").empty());
  CHECK(reports.reached(10'000, now) == 5004);
  CHECK(reports.filter("\033[0n").empty());
  CHECK(reports.reached(10'000, now) == 10'000);
}

TEST_CASE("as many answers as were asked are taken out of what is typed, wherever they are split",
          "[reports]") {
  for (std::size_t cut = 0; cut <= 12; ++cut) {
    StatusReports reports;
    reports.asked(5000, {});
    reports.asked(10'000, {});
    const std::string typed = "a\033[0n\033[A\033[0nb\033[0n";
    std::string out = reports.filter(typed.substr(0, cut));
    out += reports.filter(typed.substr(cut));
    CHECK(out == "a\033[Ab\033[0n");  // the third is somebody's typing
    CHECK_FALSE(reports.awaited());
    CHECK_FALSE(reports.holds_part());
  }
}

TEST_CASE("Escape is held back only while an answer is awaited, and given up after a moment", "[reports]") {
  StatusReports reports;
  CHECK(reports.filter("\033") == "\033");
  reports.asked(5000, {});
  CHECK(reports.filter("\033").empty());
  REQUIRE(reports.holds_part());
  CHECK(reports.take_part() == "\033");
  CHECK_FALSE(reports.holds_part());
}

TEST_CASE("a terminal that does not answer is asked no more, and what it answers late is still no typing",
          "[reports]") {
  StatusReports reports;
  StatusReports::Time now{};
  reports.asked(5000, now);
  now += seconds(9);
  CHECK(reports.reached(20'000, now) == 0);
  now += seconds(2);
  CHECK(reports.reached(20'000, now) == 20'000);
  CHECK_FALSE(reports.due(100'000, now));
  CHECK(reports.filter("\033[0n").empty());
  CHECK(reports.due(100'000, now));
}
