#include <optional>
#include <utility>

#include "findings.hpp"
#include "play.hpp"
#include "support/oracle.hpp"

namespace sess::test {

namespace {

class OraclePlayer {
 public:
  explicit OraclePlayer(const Behaviour& behaviour) : behaviour_(behaviour), oracle_(behaviour.size) {}

  std::vector<std::string> play() {
    for (const Step& step : behaviour_.steps) {
      found_.at(step);
      act(step);
    }
    found_.same(in_quotes(oracle_.take_replies()), "\"\"", "what was replied besides");
    return found_.take();
  }

 private:
  void act(const Step& step) {
    using Kind = Step::Kind;
    switch (step.kind) {
      case Kind::input:
        return oracle_.feed(step.text);
      case Kind::resize:
        return oracle_.resize(step.size);
      case Kind::row:
        return found_.same(in_quotes(oracle_.row(step.row)), in_quotes(step.text),
                           fmt::format("row {}", step.row));
      case Kind::rows: {
        std::vector<std::string> shown;
        for (int r = 0; r < oracle_.size().rows; ++r) shown.push_back(oracle_.row(r));
        while (shown.size() > step.lines.size() && shown.back().empty()) shown.pop_back();
        return found_.same(joined(shown), joined(step.lines), "the screen");
      }
      case Kind::cursor:
        found_.same(fmt::format("{},{}", oracle_.cursor_row(), oracle_.cursor_col()),
                    fmt::format("{},{}", step.row, step.col), "the cursor");
        if (step.visible) found_.same(oracle_.cursor_visible(), *step.visible, "the cursor's visibility");
        return;
      case Kind::attr:
        for (int c = step.col; c <= step.last_col; ++c) attr(step, c);
        return;
      case Kind::cell: {
        const OracleCell cell = oracle_.cell(step.row, step.col);
        const auto place = fmt::format("cell {},{}", step.row, step.col);
        found_.same(in_quotes(blank_as_empty(cell.text)), in_quotes(blank_as_empty(step.text)), place);
        return found_.same(cell.width, step.width, "width of " + place);
      }
      case Kind::reply:
        return found_.same(in_quotes(oracle_.take_replies()), in_quotes(step.text), "the reply");
      case Kind::reply_any:
        if (oracle_.take_replies().empty()) found_.add("nothing was replied");
        return;
      case Kind::title:
        return found_.same(in_quotes(oracle_.title()), in_quotes(step.text), "the title");
      case Kind::icon:
        return found_.same(in_quotes(oracle_.icon_title()), in_quotes(step.text), "the icon's title");
      case Kind::mode:
        return mode(step);
      case Kind::history: {
        // Line ends are not known to it, so all that scrolled off is compared in one piece.
        std::string is, should;
        for (const auto& line : oracle_.scrollback()) is += line;
        for (const auto& line : step.lines) should += line.substr(0, line.find_last_not_of(' ') + 1);
        return found_.same(in_quotes(is), in_quotes(should), "history's text");
      }
      case Kind::bell: {
        const int rung = oracle_.bells() - std::exchange(bells_, oracle_.bells());
        return found_.same(static_cast<std::uint64_t>(rung), step.count, "the number of bells");
      }
      default:
        return;
    }
  }

  /// The part of a look that libvterm 0.1 can have.
  static Look known(Look look) {
    look.faint = look.conceal = look.overline = look.protect = false;
    look.underline_color.reset();
    look.link.clear();
    return look;
  }

  void attr(const Step& step, int c) {
    const OracleCell cell = oracle_.cell(step.row, c);
    const auto word = [](const OracleColor& color) -> std::optional<ColorWord> {
      if (color.kind == OracleColor::Kind::none) return std::nullopt;
      if (color.kind == OracleColor::Kind::indexed) return ColorWord{false, color.v[0], 0, 0, 0};
      return ColorWord{true, 0, color.v[0], color.v[1], color.v[2]};
    };
    Look look;
    look.bold = cell.bold;
    look.italic = cell.italic;
    look.blink = cell.blink;
    look.inverse = cell.reverse;
    look.strike = cell.strike;
    static constexpr const char* kUnderlines[] = {"", "single", "double", "curly"};
    look.underline = kUnderlines[cell.underline & 3];
    look.fg = word(cell.fg);
    look.bg = word(cell.bg);
    found_.same(to_string(look), to_string(known(step.look)), fmt::format("cell {},{}", step.row, c));
  }

  void mode(const Step& step) {
    if (step.text == "alternate-screen")
      found_.same(on_off(oracle_.alternate()), step.value, "mode " + step.text);
    if (step.text == "cursor-visible")
      found_.same(on_off(oracle_.cursor_visible()), step.value, "mode " + step.text);
    if (step.text == "reverse-screen")
      found_.same(on_off(oracle_.reverse_screen()), step.value, "mode " + step.text);
    if (step.text == "mouse" && step.value != "x10") {
      const auto now = oracle_.mouse();
      const std::string name = now == OracleMouse::none    ? "none"
                               : now == OracleMouse::click ? "normal"
                               : now == OracleMouse::drag  ? "button"
                                                           : "any";
      found_.same(name, step.value, "mode mouse");
    }
  }

  const Behaviour& behaviour_;
  Oracle oracle_;
  Findings found_;
  int bells_ = 0;
};

}  // namespace

std::vector<std::string> play_on_oracle(const Behaviour& behaviour) {
  return OraclePlayer(behaviour).play();
}

}  // namespace sess::test
