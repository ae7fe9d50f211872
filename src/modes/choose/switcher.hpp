// Switcher is the mode in which one types a few letters of where one wants to be: sessions, windows and jobs
// in one list, the best fit on top; Enter goes there, and starts a job that is stopped.
//
// Owns the letters and the list that they leave. What there is and how one gets there are its ports'
// business.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "model/style.hpp"
#include "modes/choose/fuzzy.hpp"
#include "modes/mode.hpp"

namespace sess::modes {

/// Somewhere to go.
struct Destination {
  std::string kind;       ///< "session", "window", "job": shown
  std::string name;       ///< "main", "main:1 vim", "backup"
  std::string state;      ///< "3 windows", "running 2h", "failed 5min ago"
  std::string last_line;  ///< of what it printed
  std::string command;    ///< what goes there
};

class SwitcherPorts {
 public:
  virtual ~SwitcherPorts() = default;
  /// In the order in which they are shown while nothing is typed.
  [[nodiscard]] virtual std::vector<Destination> destinations() const = 0;
  /// mode-style.
  [[nodiscard]] virtual model::Style switcher_style() const = 0;
  virtual void go(const std::string& command) = 0;
};

class Switcher final : public Mode {
 public:
  /// `ports` outlive it.
  Switcher(SwitcherPorts& ports, Size size);

  [[nodiscard]] std::string_view name() const override { return "switcher-mode"; }
  Outcome key(input::Key key) override;
  Outcome press(MouseAt at, input::MouseEvent event) override;
  void resize(Size size) override;
  void draw(render::Frame& frame, render::Rect area, const View& view) override;
  void formats(Formats&) override {}
  Outcome refresh() override;

 private:
  struct Row {
    std::size_t number;  ///< of destinations_
    Fit fit;
  };
  void search();
  void move(int by);
  [[nodiscard]] int shown() const { return std::max(0, size_.rows - 1); }
  Outcome go();
  void draw_all(render::Frame& frame, render::Rect area, const terminal::Style& base);
  void draw_row(render::Frame& frame, render::Rect area, const Row& row, const terminal::Style& style);

  SwitcherPorts& ports_;
  Size size_;
  std::string typed_;
  std::vector<Destination> destinations_;
  std::vector<Row> rows_;
  int current_ = 0;
  int offset_ = 0;
};

}  // namespace sess::modes
