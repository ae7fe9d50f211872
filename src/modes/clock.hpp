// clock-mode: the time in large digits over a pane, until a key is pressed.
//
// Made and drawn by display/pane_modes; knows the time only as the text that it is given when it draws.
#pragma once

#include <functional>
#include <string>

#include "modes/mode.hpp"
#include "render/style.hpp"

namespace sess::modes {

class ClockMode final : public Mode {
 public:
  struct Look {
    std::string time;  ///< "12:34", " 1:05 PM"
    model::Style colour;
  };
  /// `look` is asked for each drawing.
  explicit ClockMode(std::function<Look()> look) : look_(std::move(look)) {}

  [[nodiscard]] std::string_view name() const override { return "clock-mode"; }
  Outcome key(input::Key) override { return Outcome::leave; }
  Outcome press(MouseAt, input::MouseEvent) override { return Outcome::leave; }
  void resize(Size) override {}
  void draw(render::Frame& frame, render::Rect area, const View& view) override;
  void formats(Formats&) override {}
  [[nodiscard]] bool shows_time() const override { return true; }

 private:
  std::function<Look()> look_;
};

}  // namespace sess::modes
