// Another size: the main screen is rewrapped, the alternate one cropped or extended.
//
// The screen's rows are joined into logical lines, with the open line from the history in front, and wrapped
// to the new width. Blank rows below the text are given up first when there are too many rows; then rows
// leave at the top into the history. When there are too few, lines come back from the history. Cost: the
// screen and the lines that cross its top, never the history. Lives for one resize; Core calls it.
#pragma once

#include <string_view>
#include <vector>

#include "base/size.hpp"
#include "terminal/act/page.hpp"
#include "terminal/act/pool_use.hpp"
#include "terminal/act/position.hpp"
#include "terminal/act/screens.hpp"

namespace sess::terminal {

class Rewrap {
 public:
  Rewrap(Screens& screens, PoolUse& pools, Page& page, Position& position)
      : screens_(screens), pools_(pools), page_(page), position_(position) {}
  void run(Size to);

 private:
  using Line = Screens::Line;
  void resize_main(Size to);
  void resize_alternate(Size to);
  [[nodiscard]] bool pull_line(Line& line);
  static void pull_marks(Line& line, std::string_view text, const std::vector<LineMark>& marks,
                         std::size_t count);
  void append_cells(std::vector<Cell>& cells, std::string_view text, const Style& style);

  Screens& screens_;
  PoolUse& pools_;
  Page& page_;
  Position& position_;
};

}  // namespace sess::terminal
