#include "play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "findings.hpp"
#include "machine.hpp"
#include "support/oracle.hpp"
#include "terminal/show/attach_paint.hpp"

namespace sess::test {

namespace {

using terminal::Modes;

std::string on_off(bool on) {
  return on ? "on" : "off";
}

std::string mode_value(const Modes& modes, const terminal::Screen& screen, const std::string& name) {
  const std::vector<std::pair<std::string, bool>> flags{
      {"application-cursor", modes.application_cursor_keys},
      {"application-keypad", modes.application_keypad},
      {"backarrow", modes.backarrow_sends_bs},
      {"autowrap", modes.autowrap},
      {"reverse-wrap", modes.reverse_wrap},
      {"reverse-wrap-anywhere", modes.reverse_wrap_anywhere},
      {"origin", modes.origin},
      {"insert", modes.insert},
      {"newline", modes.newline},
      {"reverse-screen", modes.reverse_screen},
      {"left-right-margins", modes.left_right_margins},
      {"cursor-visible", modes.cursor_visible},
      {"cursor-blink", modes.cursor_blink},
      {"alternate-screen", modes.alternate_screen},
      {"bracketed-paste", modes.bracketed_paste},
      {"focus-events", modes.focus_events},
      {"alternate-scroll", modes.alternate_scroll},
      {"synchronized", modes.synchronized},
      {"theme-reports", modes.theme_reports},
  };
  for (const auto& [key, on] : flags) {
    if (key == name) return on_off(on);
  }
  if (name == "mouse") {
    static constexpr const char* kNames[] = {"none", "x10", "normal", "button", "any"};
    return kNames[static_cast<int>(modes.mouse)];
  }
  if (name == "mouse-encoding") {
    static constexpr const char* kNames[] = {"legacy", "utf8", "sgr", "urxvt", "sgr-pixels"};
    return kNames[static_cast<int>(modes.mouse_encoding)];
  }
  if (name == "cursor-shape") {
    static constexpr const char* kNames[] = {"default", "block", "underline", "bar"};
    return kNames[static_cast<int>(screen.cursor().shape)];
  }
  if (name == "blink") return on_off(screen.cursor().blink);
  if (name == "kitty") return std::to_string(modes.kitty_flags());
  if (name == "modify-other-keys") return std::to_string(modes.modify_other_keys);
  return "(no such mode)";
}

class SessPlayer {
 public:
  SessPlayer(const Behaviour& behaviour, Feeding feeding)
      : behaviour_(behaviour), feeding_(feeding), machine_(behaviour.size) {}

  std::vector<std::string> play() {
    for (const Step& step : behaviour_.steps) {
      found_.at(step);
      act(step);
    }
    found_.same(in_quotes(machine_.sink().replies), "\"\"", "what was replied besides");
    found_.same(machine_.sink().bells, 0U, "the number of bells besides");
    for (const auto& event : machine_.sink().events)
      found_.add("an event that nobody expects: " + in_quotes(event));
    return found_.take();
  }

  Machine& machine() { return machine_; }

 private:
  /// A flood is taken in larger pieces, so that its cost stays linear: 2000 pieces at most are checkpointed.
  void feed(std::string_view bytes) {
    if (feeding_ == Feeding::whole) return machine_.feed(bytes);
    const std::size_t stride = bytes.size() / (feeding_ == Feeding::bytes ? 20000 : 2000) + 1;
    for (std::size_t i = 0; i < bytes.size(); i += stride) {
      machine_.feed(bytes.substr(i, stride));
      const bool save = feeding_ == Feeding::byte_checkpoints ||
                        (feeding_ == Feeding::token_checkpoints && machine_.emulator().pending() == 0);
      if (!save) continue;
      const std::string problem = machine_.through_checkpoint();
      if (!problem.empty()) found_.add(fmt::format("after byte {}: {}", i, problem));
    }
  }

  void act(const Step& step) {
    using Kind = Step::Kind;
    const terminal::Screen& screen = machine_.screen();
    const Size size = screen.size();
    if ((step.kind == Kind::row || step.kind == Kind::cell || step.kind == Kind::attr ||
         step.kind == Kind::wrapped) &&
        (step.row >= size.rows || step.last_col >= size.cols)) {
      return found_.add("the behaviour looks beyond the screen");
    }
    switch (step.kind) {
      case Kind::input:
        return feed(step.text);
      case Kind::resize:
        return machine_.emulator().resize(step.size);
      case Kind::limits:
        return machine_.emulator().set_history_limits(step.count, step.bytes);
      case Kind::clear_history:
        return machine_.emulator().clear_history();
      case Kind::reset:
        return machine_.emulator().reset();
      case Kind::row:
        return found_.same(in_quotes(machine_.row(step.row)), in_quotes(step.text),
                           fmt::format("row {}", step.row));
      case Kind::rows:
        return rows(step);
      case Kind::wrapped:
        return found_.same(on_off(screen.wrapped(step.row)), on_off(step.flag),
                           fmt::format("wrapped {}", step.row));
      case Kind::cursor:
        return cursor(step);
      case Kind::attr:
        for (int c = step.col; c <= step.last_col; ++c) {
          const auto& cell = screen.row(step.row)[static_cast<std::size_t>(c)];
          found_.same(to_string(machine_.look(cell)), to_string(step.look),
                      fmt::format("cell {},{}", step.row, c));
        }
        return;
      case Kind::cell: {
        const auto& cell = screen.row(step.row)[static_cast<std::size_t>(step.col)];
        const auto place = fmt::format("cell {},{}", step.row, step.col);
        found_.same(in_quotes(blank_as_empty(machine_.cell_text(cell))), in_quotes(blank_as_empty(step.text)),
                    place);
        return found_.same(int{cell.width}, step.width, "width of " + place);
      }
      case Kind::reply:
        return found_.same(in_quotes(std::exchange(machine_.sink().replies, {})), in_quotes(step.text),
                           "the reply");
      case Kind::reply_any:
        if (std::exchange(machine_.sink().replies, {}).empty()) found_.add("nothing was replied");
        return;
      case Kind::title:
        return found_.same(in_quotes(screen.title()), in_quotes(step.text), "the title");
      case Kind::icon:
        return found_.same(in_quotes(screen.icon_title()), in_quotes(step.text), "the icon's title");
      case Kind::directory:
        return found_.same(in_quotes(screen.working_directory()), in_quotes(step.text),
                           "the working directory");
      case Kind::mode:
        return found_.same(mode_value(screen.modes(), screen, step.text), step.value, "mode " + step.text);
      case Kind::history:
        return found_.same(joined(machine_.history()), joined(step.lines), "history");
      case Kind::bell:
        return found_.same(std::exchange(machine_.sink().bells, 0U), step.count, "the number of bells");
      case Kind::relay: {
        found_.same(in_quotes(machine_.relayed), in_quotes(step.text), "the relay's output");
        found_.same(in_quotes(machine_.relayed_alone), in_quotes(step.text),
                    "the output of a relay of its own");
        machine_.relayed.clear();
        machine_.relayed_alone.clear();
        return;
      }
      case Kind::event: {
        auto& events = machine_.sink().events;
        if (events.empty()) return found_.add("the event " + in_quotes(step.text) + " did not happen");
        found_.same(in_quotes(events.front()), in_quotes(step.text), "the event");
        events.erase(events.begin());
        return;
      }
    }
  }

  void rows(const Step& step) {
    std::vector<std::string> shown;
    for (int r = 0; r < machine_.screen().size().rows; ++r) shown.push_back(machine_.row(r));
    while (shown.size() > step.lines.size() && shown.back().empty()) shown.pop_back();
    found_.same(joined(shown), joined(step.lines), "the screen");
  }

  void cursor(const Step& step) {
    const terminal::Cursor cursor = machine_.screen().cursor();
    found_.same(fmt::format("{},{}", cursor.row, cursor.col), fmt::format("{},{}", step.row, step.col),
                "the cursor");
    if (step.flag) found_.same(cursor.pending_wrap, true, "pending wrap");
    if (step.visible) found_.same(cursor.visible, *step.visible, "the cursor's visibility");
  }

  const Behaviour& behaviour_;
  Feeding feeding_;
  Machine machine_;
  Findings found_;
};

/// The modes that hold for the screen that is shown. A frame that is held back (2026) is no state to carry
/// over.
Modes shown_modes(const Machine& machine) {
  Modes modes = machine.screen().modes();
  modes.synchronized = false;
  (modes.alternate_screen ? modes.kitty_main : modes.kitty_alternate) = {};
  return modes;
}

}  // namespace

std::vector<std::string> play_on_sess(const Behaviour& behaviour, Feeding feeding) {
  SessPlayer player(behaviour, feeding);
  auto found = player.play();
  if (feeding != Feeding::whole && found.empty()) {
    SessPlayer reference(behaviour, Feeding::whole);
    reference.play();
    if (reference.machine().saved() != player.machine().saved()) {
      found.push_back("the checkpoint at the end differs from that of the same bytes fed whole");
    }
  }
  return found;
}

std::vector<std::string> play_painted(const Behaviour& behaviour) {
  SessPlayer player(behaviour, Feeding::whole);
  player.play();
  const Machine& original = player.machine();
  const terminal::Screen& screen = original.screen();
  const Size size = screen.size();

  std::vector<std::string> found;
  const std::string paint = terminal::paint_for_attach(screen, {1000, size});
  Machine copy(size);
  copy.feed("$ sess attach\r\n");
  copy.feed(paint);
  if (copy.picture() != original.picture()) {
    found.push_back("painted for attach, another emulator shows\n" + copy.picture() + "instead of\n" +
                    original.picture());
  }
  const auto history = copy.history();
  copy.feed(terminal::repaint(screen));
  if (copy.picture() != original.picture()) {
    found.push_back("repainted, another emulator shows\n" + copy.picture() + "instead of\n" +
                    original.picture());
  }
  if (copy.history() != history) found.push_back("repaint changed the scrollback:" + joined(copy.history()));
  if (!(shown_modes(copy) == shown_modes(original))) {
    found.push_back("painted for attach, another emulator is in other modes");
  }
  if (screen.modes().alternate_screen) {
    // When the program on the alternate screen ends, what is under it must be there.
    for (Machine* machine : {&copy, &player.machine()}) machine->feed("\x1b[?1049l");
    if (copy.picture() != original.picture()) {
      found.push_back("painted for attach and back on the main screen, another emulator shows\n" +
                      copy.picture() + "instead of\n" + original.picture());
    }
    if (!(shown_modes(copy) == shown_modes(original))) {
      found.push_back("painted for attach and back on the main screen, another emulator is in other modes");
    }
  }
  copy.feed(terminal::undo_modes(screen.modes()));
  if (!(copy.screen().modes() == Modes{})) found.push_back("undo_modes leaves a mode on");
  if (copy.screen().top_margin() != 0 || copy.screen().bottom_margin() != size.rows - 1) {
    found.push_back("undo_modes leaves margins");
  }

  return found;
}

std::vector<std::string> play_painted_on_oracle(const Behaviour& behaviour) {
  SessPlayer player(behaviour, Feeding::whole);
  player.play();
  const Machine& original = player.machine();
  const terminal::Screen& screen = original.screen();
  const Size size = screen.size();
  Oracle oracle(size);
  oracle.feed("$ sess attach\r\n");
  oracle.feed(terminal::paint_for_attach(screen, {1000, size}));

  std::vector<std::string> found;
  for (int r = 0; r < size.rows; ++r) {
    if (oracle.row(r) == original.row(r)) continue;
    found.push_back(fmt::format("painted for attach, the oracle's row {} is {}, not {}", r,
                                in_quotes(oracle.row(r)), in_quotes(original.row(r))));
  }
  const auto cursor = screen.cursor();
  if (oracle.cursor_row() != cursor.row || oracle.cursor_col() != cursor.col) {
    found.push_back(fmt::format("painted for attach, the oracle's cursor is at {},{}, not {},{}",
                                oracle.cursor_row(), oracle.cursor_col(), cursor.row, cursor.col));
  }
  return found;
}

}  // namespace sess::test
