#include "panes/history_budget.hpp"

#include "support/catch.hpp"

using namespace sess;
using model::PaneId;
using panes::HistoryBudget;

TEST_CASE("histories give nothing while they are within their budget together", "[panes][history-budget]") {
  HistoryBudget budget;
  budget.note(PaneId{1}, 600);
  budget.note(PaneId{2}, 400);
  CHECK(budget.total() == 1000);
  CHECK(budget.cuts({{PaneId{1}, false, 1}, {PaneId{2}, false, 2}}, 1000).empty());
  budget.note(PaneId{1}, 100);
  budget.forget(PaneId{2});
  CHECK(budget.total() == 100);
}

TEST_CASE(
    "who was looked at longest ago gives first, who is on a screen last, and somewhat more than is too much",
    "[panes][history-budget]") {
  HistoryBudget budget;
  for (const std::uint32_t pane : {1U, 2U, 3U, 4U}) budget.note(PaneId{pane}, 1000);
  const std::vector<HistoryBudget::Holder> holders = {
      {PaneId{1}, true, 1}, {PaneId{2}, false, 9}, {PaneId{3}, false, 4}, {PaneId{4}, true, 8}};
  const auto few = budget.cuts(holders, 3200);  // 800 too much, and 200 of slack
  REQUIRE(few.size() == 1);
  CHECK(few[0].pane == PaneId{3});
  CHECK(few[0].keep == 0);
  const auto more = budget.cuts(holders, 1600);
  REQUIRE(more.size() == 3);
  CHECK(more[1].pane == PaneId{2});
  CHECK(more[1].keep == 0);
  CHECK(more[2].pane == PaneId{1});
  CHECK(more[2].keep == 500);
  // Nothing at all is left when nothing may be.
  const auto all = budget.cuts(holders, 0);
  REQUIRE(all.size() == 4);
  CHECK(all[3].keep == 0);
}
