// The commands of copy mode (send-keys -X): one row each, with what it takes and whether it ends the search's
// marks.
#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "modes/copy/mode.hpp"

namespace sess::modes {

struct CopyMode::Call {
  CopyMode& mode;
  std::span<const std::string> arguments;  ///< without the command's name
  int times;
  std::optional<MouseAt> mouse;

  [[nodiscard]] std::string argument(std::size_t index) const {
    return index < arguments.size() ? arguments[index] : std::string();
  }
};

/// When the marks of a search go: emacs' search ends with any motion.
enum class Ends : std::uint8_t { never, emacs, always };

struct CopyMode::Command {
  std::string_view name;
  std::size_t least;
  std::size_t most;
  Ends ends;
  Outcome (*run)(Call&);
};

struct CommandTable {
  using Mode = CopyMode;
  using Call = CopyMode::Call;
  using Command = CopyMode::Command;

  /// A step of the cursor, with what it is given.
  template <auto Function, auto... Given>
  static Outcome once(Call& call) {
    (call.mode.cursor_.*Function)(Given...);
    return Outcome::redraw;
  }
  /// One that is repeated.
  template <auto Function, auto... Given>
  static Outcome each(Call& call) {
    for (int i = 0; i < call.times; ++i) (call.mode.cursor_.*Function)(Given...);
    return Outcome::redraw;
  }

  // --- copying
  // ------------------------------------------------------------------------------------------------------

  static void copy(Call& call, std::size_t prefix) {
    std::string text = call.mode.selected_text();
    if (!text.empty()) call.mode.ports_.copy(std::move(text), call.mode.ports_.expand(call.argument(prefix)));
  }
  /// `buffer`: into one, too.
  static void pipe(Call& call, bool buffer) {
    std::string text = call.mode.selected_text();
    if (text.empty()) return;
    std::string command = call.mode.ports_.expand(call.argument(0));
    if (command.empty()) command = call.mode.settings_.copy_command;
    if (!command.empty()) call.mode.ports_.pipe(command, text);
    if (buffer) call.mode.ports_.copy(std::move(text), call.mode.ports_.expand(call.argument(1)));
  }
  static Outcome done(Call& call, bool cancel) {
    call.mode.cursor_.clear_selection();
    return cancel ? Outcome::leave : Outcome::redraw;
  }
  template <bool Cancel>
  static Outcome copy_selection(Call& call) {
    copy(call, 0);
    return done(call, Cancel);
  }
  static Outcome copy_no_clear(Call& call) {
    copy(call, 0);
    return Outcome::nothing;
  }
  template <bool Buffer, bool Cancel>
  static Outcome pipe_selection(Call& call) {
    pipe(call, Buffer);
    return done(call, Cancel);
  }
  template <bool Buffer>
  static Outcome pipe_no_clear(Call& call) {
    pipe(call, Buffer);
    return Outcome::nothing;
  }
  template <bool Cancel>
  static Outcome append(Call& call) {
    std::string text = call.mode.selected_text();
    if (!text.empty()) call.mode.ports_.append(std::move(text));
    return done(call, Cancel);
  }
  /// From the line's beginning (or the cursor) to its end, and the lines below for a count.
  template <bool Whole, bool Pipe, bool Cancel>
  static Outcome copy_line(Call& call) {
    Mode& m = call.mode;
    const int x = m.cursor_.x;
    const int y = m.cursor_.y;
    const int scroll = m.cursor_.scroll;
    if (Whole) {
      m.cursor_.selection.unit = Selection::Unit::characters;
      m.cursor_.start_of_line();
    }
    m.cursor_.start_selection();
    for (int i = 1; i < call.times; ++i) m.cursor_.cursor_down(false);
    m.cursor_.end_of_line();
    if (Pipe) {
      pipe(call, true);
    } else {
      copy(call, 0);
    }
    if (Cancel) return Outcome::leave;
    m.cursor_.clear_selection();
    m.cursor_.x = x;
    m.cursor_.y = y;
    m.cursor_.scroll = scroll;
    return Outcome::redraw;
  }

  // --- motions
  // ------------------------------------------------------------------------------------------------------

  static Outcome cursor_down_and_cancel(Call& call) {
    const int before = call.mode.cursor_.y;
    each<&Cursor::cursor_down, false>(call);
    return before == call.mode.cursor_.y && call.mode.cursor_.scroll == 0 ? Outcome::leave : Outcome::redraw;
  }
  template <int Direction, bool Half>
  static Outcome page(Call& call) {
    for (int i = 0; i < call.times; ++i) {
      if (call.mode.cursor_.page(Direction, Half, call.mode.options_.exit_at_bottom)) return Outcome::leave;
    }
    return Outcome::redraw;
  }
  template <bool Half>
  static Outcome page_down_and_cancel(Call& call) {
    for (int i = 0; i < call.times; ++i) {
      if (call.mode.cursor_.page(1, Half, true)) return Outcome::leave;
    }
    return Outcome::redraw;
  }
  template <bool Cancel>
  static Outcome scroll_down(Call& call) {
    for (int i = 0; i < call.times; ++i) call.mode.cursor_.cursor_down(true);
    return (Cancel || call.mode.options_.exit_at_bottom) && call.mode.cursor_.scroll == 0 ? Outcome::leave
                                                                                          : Outcome::redraw;
  }
  static Outcome to_row(Call& call, int row) {
    call.mode.cursor_.x = 0;
    call.mode.cursor_.y = row;
    call.mode.cursor_.update_selection();
    return Outcome::redraw;
  }
  static Outcome top_line(Call& call) { return to_row(call, 0); }
  static Outcome middle_line(Call& call) { return to_row(call, (call.mode.cursor_.height() - 1) / 2); }
  static Outcome bottom_line(Call& call) { return to_row(call, call.mode.cursor_.height() - 1); }
  static Outcome cursor_centre_vertical(Call& call) {
    call.mode.cursor_.y = call.mode.cursor_.height() / 2;
    call.mode.cursor_.update_selection();
    return Outcome::redraw;
  }
  static Outcome cursor_centre_horizontal(Call& call) {
    call.mode.cursor_.x = call.mode.lines_->cols() / 2;
    call.mode.cursor_.update_selection();
    return Outcome::redraw;
  }
  static Outcome back_to_indentation(Call& call) {
    Walker walker(*call.mode.lines_, call.mode.cursor_.at());
    walker.back_to_indentation();
    call.mode.cursor_.go_up_to(walker.at());
    return Outcome::redraw;
  }
  static Outcome goto_line(Call& call) {
    call.mode.cursor_.goto_line(call.argument(0));
    return Outcome::redraw;
  }
  template <int Direction>
  static Outcome prompt(Call& call) {
    const std::string flag = call.argument(0);
    if (!flag.empty() && flag != "-o") return Outcome::nothing;
    for (int i = 0; i < call.times; ++i) call.mode.cursor_.prompt(Direction, flag == "-o");
    return Outcome::redraw;
  }
  /// By words, or by what stands between spaces.
  template <bool Separators, auto Function, auto... Given>
  static Outcome words(Call& call) {
    const std::string_view separators = Separators ? call.mode.settings_.word_separators : std::string_view();
    for (int i = 0; i < call.times; ++i) (call.mode.cursor_.*Function)(separators, Given...);
    return Outcome::redraw;
  }
  template <Cursor::Jump How>
  static Outcome jump(Call& call) {
    const std::string text = call.argument(0);
    if (text.empty()) return Outcome::nothing;
    call.mode.cursor_.jump_kind = How;
    call.mode.cursor_.jump_character = text.substr(0, decode_utf8(text).length);
    for (int i = 0; i < call.times; ++i) call.mode.cursor_.jump(How);
    return Outcome::redraw;
  }
  static Cursor::Jump reversed(Cursor::Jump how) {
    using Jump = Cursor::Jump;
    switch (how) {
      case Jump::forward:
        return Jump::backward;
      case Jump::backward:
        return Jump::forward;
      case Jump::to_forward:
        return Jump::to_backward;
      case Jump::to_backward:
        return Jump::to_forward;
      case Jump::none:
        break;
    }
    return Jump::none;
  }
  template <bool Reverse>
  static Outcome jump_again(Call& call) {
    for (int i = 0; i < call.times; ++i)
      call.mode.cursor_.jump(Reverse ? reversed(call.mode.cursor_.jump_kind) : call.mode.cursor_.jump_kind);
    return Outcome::redraw;
  }
  static Outcome set_mark(Call& call) {
    call.mode.cursor_.mark = call.mode.cursor_.at();
    call.mode.cursor_.mark_shown = true;
    return Outcome::redraw;
  }
  static Outcome scroll_middle(Call& call) {
    call.mode.cursor_.scroll_to_row((call.mode.cursor_.height() - 1) / 2);
    return Outcome::redraw;
  }
  static Outcome scroll_bottom(Call& call) {
    call.mode.cursor_.scroll_to_row(call.mode.cursor_.height() - 1);
    return Outcome::redraw;
  }

  // --- selections
  // ---------------------------------------------------------------------------------------------------

  static Outcome begin_selection(Call& call) {
    if (call.mouse) {
      call.mode.cursor_.begin_drag(*call.mouse);
      return Outcome::redraw;
    }
    call.mode.cursor_.selection.line = Selection::Line::none;
    call.mode.cursor_.selection.unit = Selection::Unit::characters;
    call.mode.cursor_.start_selection();
    return Outcome::redraw;
  }
  static Outcome stop_selection(Call& call) {
    call.mode.cursor_.selection.drag = Selection::Drag::none;
    call.mode.cursor_.selection.line = Selection::Line::none;
    call.mode.cursor_.selection.unit = Selection::Unit::characters;
    return Outcome::nothing;
  }
  static Outcome other_end(Call& call) {
    call.mode.cursor_.selection.unit = Selection::Unit::characters;
    if (call.times % 2 != 0) call.mode.cursor_.other_end();
    return Outcome::redraw;
  }
  static Outcome select_line(Call& call) {
    call.mode.cursor_.select_line(call.times);
    return Outcome::redraw;
  }
  static Outcome selection_mode(Call& call) {
    const std::string how = call.argument(0);
    if (how.empty() || how == "char" || how == "c")
      call.mode.cursor_.selection.unit = Selection::Unit::characters;
    if (how == "word" || how == "w") {
      call.mode.cursor_.selection.unit = Selection::Unit::words;
      call.mode.cursor_.selection.separators = call.mode.settings_.word_separators;
    }
    if (how == "line" || how == "l") call.mode.cursor_.selection.unit = Selection::Unit::lines;
    return Outcome::nothing;
  }
  static Outcome rectangle_toggle(Call& call) {
    call.mode.cursor_.set_rectangle(!call.mode.cursor_.selection.rectangle);
    return Outcome::redraw;
  }

  // --- searches
  // -----------------------------------------------------------------------------------------------------

  template <bool Down, bool Regex>
  static Outcome search(Call& call) {
    auto& searching = call.mode.searching_;
    const std::string text = call.argument(0).empty() ? searching.text() : call.argument(0);
    if (text.empty()) return Outcome::nothing;
    searching.look_for(text, Regex, Down);
    call.mode.search_times(Down, call.times);
    return Outcome::redraw;
  }
  template <bool Down>
  static Outcome search_incremental(Call& call) {
    return call.mode.search_incrementally(Down, call.argument(0));
  }
  template <bool Reverse>
  static Outcome search_again(Call& call) {
    const auto direction = call.mode.searching_.direction();
    if (direction == Searching::Direction::none) return Outcome::nothing;
    call.mode.search_times((direction == Searching::Direction::down) != Reverse, call.times);
    return Outcome::redraw;
  }

  // --- the mode itself
  // ----------------------------------------------------------------------------------------------

  static Outcome cancel(Call&) { return Outcome::leave; }
  static Outcome toggle_position(Call& call) {
    call.mode.options_.hide_position = !call.mode.options_.hide_position;
    return Outcome::redraw;
  }
  template <bool Exit>
  static Outcome scroll_exit(Call& call) {
    call.mode.options_.exit_at_bottom = Exit;
    return Outcome::nothing;
  }
  static Outcome scroll_exit_toggle(Call& call) {
    call.mode.options_.exit_at_bottom = !call.mode.options_.exit_at_bottom;
    return Outcome::nothing;
  }
  template <CopyOptions::Numbers How>
  static Outcome line_numbers(Call& call) {
    call.mode.options_.numbers = How;
    return Outcome::redraw;
  }
  static Outcome line_numbers_toggle(Call& call) {
    using Numbers = CopyOptions::Numbers;
    call.mode.options_.numbers = call.mode.gutter().width > 0 ? Numbers::off : Numbers::on;
    return Outcome::redraw;
  }
  static Outcome refresh(Call& call) {
    if (call.mode.options_.view) return Outcome::nothing;
    call.mode.cursor_.refresh();
    call.mode.text_changed();
    return Outcome::redraw;
  }

  static std::span<const Command> rows();
};

std::span<const CommandTable::Command> CommandTable::rows() {
  using enum Ends;
  using T = CommandTable;
  using Jump = Cursor::Jump;
  static constexpr Command kCommands[] = {
      {"append-selection", 0, 0, always, T::append<false>},
      {"append-selection-and-cancel", 0, 0, always, T::append<true>},
      {"back-to-indentation", 0, 0, always, T::back_to_indentation},
      {"begin-selection", 0, 0, always, T::begin_selection},
      {"bottom-line", 0, 0, emacs, T::bottom_line},
      {"cancel", 0, 0, always, T::cancel},
      {"clear-selection", 0, 0, always, T::once<&Cursor::clear_selection>},
      {"copy-end-of-line", 0, 1, always, T::copy_line<false, false, false>},
      {"copy-end-of-line-and-cancel", 0, 1, always, T::copy_line<false, false, true>},
      {"copy-pipe-end-of-line", 0, 2, always, T::copy_line<false, true, false>},
      {"copy-pipe-end-of-line-and-cancel", 0, 2, always, T::copy_line<false, true, true>},
      {"copy-line", 0, 1, always, T::copy_line<true, false, false>},
      {"copy-line-and-cancel", 0, 1, always, T::copy_line<true, false, true>},
      {"copy-pipe-line", 0, 2, always, T::copy_line<true, true, false>},
      {"copy-pipe-line-and-cancel", 0, 2, always, T::copy_line<true, true, true>},
      {"copy-pipe-no-clear", 0, 2, never, T::pipe_no_clear<true>},
      {"copy-pipe", 0, 2, always, T::pipe_selection<true, false>},
      {"copy-pipe-and-cancel", 0, 2, always, T::pipe_selection<true, true>},
      {"copy-selection-no-clear", 0, 1, never, T::copy_no_clear},
      {"copy-selection", 0, 1, always, T::copy_selection<false>},
      {"copy-selection-and-cancel", 0, 1, always, T::copy_selection<true>},
      {"cursor-centre-horizontal", 0, 0, emacs, T::cursor_centre_horizontal},
      {"cursor-centre-vertical", 0, 0, emacs, T::cursor_centre_vertical},
      {"cursor-down", 0, 0, emacs, T::each<&Cursor::cursor_down, false>},
      {"cursor-down-and-cancel", 0, 0, always, T::cursor_down_and_cancel},
      {"cursor-left", 0, 0, emacs, T::each<&Cursor::cursor_left>},
      {"cursor-right", 0, 0, emacs, T::each<&Cursor::cursor_right>},
      {"cursor-up", 0, 0, emacs, T::each<&Cursor::cursor_up, false>},
      {"end-of-line", 0, 0, emacs, T::once<&Cursor::end_of_line>},
      {"goto-line", 1, 1, emacs, T::goto_line},
      {"halfpage-down", 0, 0, emacs, T::page<1, true>},
      {"halfpage-down-and-cancel", 0, 0, always, T::page_down_and_cancel<true>},
      {"halfpage-up", 0, 0, emacs, T::page<-1, true>},
      {"history-bottom", 0, 0, emacs, T::once<&Cursor::history_bottom>},
      {"history-top", 0, 0, emacs, T::once<&Cursor::history_top>},
      {"jump-again", 0, 0, emacs, T::jump_again<false>},
      {"jump-backward", 1, 1, emacs, T::jump<Jump::backward>},
      {"jump-forward", 1, 1, emacs, T::jump<Jump::forward>},
      {"jump-reverse", 0, 0, emacs, T::jump_again<true>},
      {"jump-to-backward", 1, 1, emacs, T::jump<Jump::to_backward>},
      {"jump-to-forward", 1, 1, emacs, T::jump<Jump::to_forward>},
      {"jump-to-mark", 0, 0, always, T::once<&Cursor::jump_to_mark>},
      {"line-numbers-off", 0, 0, never, T::line_numbers<CopyOptions::Numbers::off>},
      {"line-numbers-on", 0, 0, never, T::line_numbers<CopyOptions::Numbers::on>},
      {"line-numbers-toggle", 0, 0, never, T::line_numbers_toggle},
      {"middle-line", 0, 0, emacs, T::middle_line},
      {"next-matching-bracket", 0, 0, always, T::each<&Cursor::next_bracket>},
      {"next-paragraph", 0, 0, emacs, T::each<&Cursor::paragraph, 1>},
      {"next-prompt", 0, 1, emacs, T::prompt<1>},
      {"next-space", 0, 0, emacs, T::words<false, &Cursor::next_word>},
      {"next-space-end", 0, 0, emacs, T::words<false, &Cursor::next_word_end, false>},
      {"next-word", 0, 0, emacs, T::words<true, &Cursor::next_word>},
      {"next-word-end", 0, 0, emacs, T::words<true, &Cursor::next_word_end, false>},
      {"other-end", 0, 0, emacs, T::other_end},
      {"page-down", 0, 0, emacs, T::page<1, false>},
      {"page-down-and-cancel", 0, 0, always, T::page_down_and_cancel<false>},
      {"page-up", 0, 0, emacs, T::page<-1, false>},
      {"pipe-no-clear", 0, 1, never, T::pipe_no_clear<false>},
      {"pipe", 0, 1, always, T::pipe_selection<false, false>},
      {"pipe-and-cancel", 0, 1, always, T::pipe_selection<false, true>},
      {"previous-matching-bracket", 0, 0, always, T::each<&Cursor::previous_bracket>},
      {"previous-paragraph", 0, 0, emacs, T::each<&Cursor::paragraph, -1>},
      {"previous-prompt", 0, 1, emacs, T::prompt<-1>},
      {"previous-space", 0, 0, emacs, T::words<false, &Cursor::previous_word, true>},
      {"previous-word", 0, 0, emacs, T::words<true, &Cursor::previous_word, true>},
      {"rectangle-off", 0, 0, always, T::once<&Cursor::set_rectangle, false>},
      {"rectangle-on", 0, 0, always, T::once<&Cursor::set_rectangle, true>},
      {"rectangle-toggle", 0, 0, always, T::rectangle_toggle},
      {"refresh-from-pane", 0, 0, always, T::refresh},
      {"scroll-bottom", 0, 0, emacs, T::scroll_bottom},
      {"scroll-down", 0, 0, emacs, T::scroll_down<false>},
      {"scroll-down-and-cancel", 0, 0, always, T::scroll_down<true>},
      {"scroll-exit-off", 0, 0, never, T::scroll_exit<false>},
      {"scroll-exit-on", 0, 0, never, T::scroll_exit<true>},
      {"scroll-exit-toggle", 0, 0, never, T::scroll_exit_toggle},
      {"scroll-middle", 0, 0, emacs, T::scroll_middle},
      {"scroll-top", 0, 0, emacs, T::once<&Cursor::scroll_to_row, 0>},
      {"scroll-up", 0, 0, emacs, T::each<&Cursor::cursor_up, true>},
      {"search-again", 0, 0, always, T::search_again<false>},
      {"search-backward", 0, 1, always, T::search<false, true>},
      {"search-backward-incremental", 1, 1, always, T::search_incremental<false>},
      {"search-backward-text", 0, 1, always, T::search<false, false>},
      {"search-forward", 0, 1, always, T::search<true, true>},
      {"search-forward-incremental", 1, 1, always, T::search_incremental<true>},
      {"search-forward-text", 0, 1, always, T::search<true, false>},
      {"search-reverse", 0, 0, always, T::search_again<true>},
      {"select-line", 0, 0, always, T::select_line},
      {"select-word", 0, 0, always, T::once<&Cursor::select_word>},
      {"selection-mode", 0, 1, never, T::selection_mode},
      {"set-mark", 0, 0, always, T::set_mark},
      {"start-of-line", 0, 0, emacs, T::once<&Cursor::start_of_line>},
      {"stop-selection", 0, 0, always, T::stop_selection},
      {"toggle-position", 0, 0, never, T::toggle_position},
      {"top-line", 0, 0, emacs, T::top_line},
  };
  return kCommands;
}

CopyMode::CopyMode(std::unique_ptr<Lines> lines, Place cursor, CopyOptions options, CopyPorts& ports,
                   LastSearch& again)
    : lines_(std::move(lines)),
      options_(options),
      ports_(ports),
      settings_(ports.settings()),
      cursor_(*lines_, cursor, settings_),
      searching_(again) {}

CopyMode::~CopyMode() = default;

std::string_view CopyMode::key_table() const {
  return ports_.settings().vi ? "copy-mode-vi" : "copy-mode";
}

Result<Outcome> CopyMode::command(const Request& request) {
  if (request.repeat > 0) repeat_ = request.repeat;
  if (request.arguments.empty()) return Outcome::nothing;
  settings_ = ports_.settings();
  follow();
  std::optional<MouseAt> mouse;
  if (request.mouse && !request.mouse->wheel) {
    mouse = gutter().in_text(*request.mouse);
    cursor_.x = std::clamp(mouse->col, 0, lines_->cols() - 1);
    cursor_.y = std::clamp(mouse->row, 0, cursor_.height() - 1);
  }
  const std::string_view name = request.arguments.front();
  const auto rows = CommandTable::rows();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Command& one) { return one.name == name; });
  Outcome outcome = Outcome::nothing;
  Ends ends = Ends::never;
  const auto given = request.arguments.subspan(1);
  if (found != rows.end() && given.size() >= found->least && given.size() <= found->most) {
    Call call{*this, given, repeat_, mouse};
    ends = found->ends;
    outcome = found->run(call);
  }
  if (!name.starts_with("search-")) {
    if (searching_.marks() && (ends == Ends::always || (ends == Ends::emacs && !settings_.vi))) {
      searching_.unmark();
      incremental_from_.reset();
    }
    if (searching_.marks() && outcome == Outcome::nothing) outcome = Outcome::redraw;
  }
  repeat_ = 1;
  return outcome;
}

void CopyMode::follow() {
  if (const int gone = cursor_.follow(); gone > 0) searching_.rows_gone(gone);
}

void CopyMode::text_changed() {
  searching_.text_changed();
}

void CopyMode::begin_drag(MouseAt at) {
  follow();
  cursor_.begin_drag(gutter().in_text(at));
}

Outcome CopyMode::drag(MouseAt at) {
  follow();
  return cursor_.drag(gutter().in_text(at));
}

void CopyMode::resize(Size size) {
  follow();
  cursor_.renew(size);
  text_changed();
}

Gutter CopyMode::gutter() const {
  using Numbers = CopyOptions::Numbers;
  if (options_.view || options_.numbers == Numbers::off) return {};
  const bool asked = options_.numbers == Numbers::on && settings_.numbers == LineNumbers::off;
  return Gutter::of(asked ? LineNumbers::screen : settings_.numbers, *lines_);
}

bool CopyMode::work() {
  return searching_.count_more(*lines_);
}

std::string CopyMode::selected_text() const {
  if (cursor_.selection.none()) return searching_.match_at(*lines_, cursor_.at(), cursor_.top());
  return cursor_.selection.text(*lines_, cursor_.at(), settings_.vi);
}

}  // namespace sess::modes
