// A text of sess's own (what list-keys and run-shell print) as Lines: view mode looks through it.
#pragma once

#include "modes/text/lines.hpp"

namespace sess::modes {

class TextLines final : public Lines {
 public:
  explicit TextLines(Size size);

  /// Adds lines; a tab goes to the next column that 8 divides, other control characters are left out.
  void append(std::string_view text);

  void visit(int from, int to, bool backward, const See& see, const Wants& wants) const override;
  [[nodiscard]] int begin_of(int number) const override;
  Spot renew(Size size, Spot spot) override;

 protected:
  void make_row(int number, Row& out) const override;

 private:
  void wrap();
  [[nodiscard]] std::size_t line_of(int row) const;

  std::vector<std::string> lines_;
  std::vector<int> rows_;  ///< the first row of each
};

}  // namespace sess::modes
