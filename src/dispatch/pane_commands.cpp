#include "dispatch/pane_commands.hpp"

#include <fnmatch.h>
#include <regex.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "command/language/shell_environment.hpp"
#include "dispatch/keyboard.hpp"
#include "dispatch/mouse.hpp"
#include "display/pane_modes.hpp"
#include "input/encode.hpp"
#include "terminal/show/capture.hpp"

namespace sess::dispatch {

using peers::RemoteClient;

namespace {

Error no_pane(command::PaneId id) {
  return {ErrorCode::not_found, 0, fmt::format("can't find pane: {}", to_string(id))};
}

std::string_view shape_name(terminal::CursorShape shape) {
  switch (shape) {
    case terminal::CursorShape::block:
      return "block";
    case terminal::CursorShape::underline:
      return "underline";
    case terminal::CursorShape::bar:
      return "bar";
    case terminal::CursorShape::default_:
      break;
  }
  return "default";
}

}  // namespace

command::PanePort::Typed PaneCommands::write_pane(PaneId pane, std::string_view bytes) {
  panes::PaneIo* io = terminals_.find(pane);
  if (io != nullptr) return io->input().type(bytes) ? Typed::sent : Typed::refused;
  starts_.type_ahead(pane, bytes);
  return Typed::sent;
}

bool PaneCommands::input_waits(PaneId pane) const {
  const panes::PaneIo* io = terminals_.find(pane);
  return io != nullptr && io->input().waits();
}

void PaneCommands::when_input_taken(PaneId pane, std::function<void()> done) {
  if (panes::PaneIo* io = terminals_.find(pane)) return io->input().when_taken(std::move(done));
  done();
}

void PaneCommands::feed_pane(PaneId pane, std::string_view bytes) {
  panes::PaneIo* io = terminals_.find(pane);
  if (io == nullptr) return;
  std::string shown = "\x1b[?25l";  // nothing reads there
  for (const char c : bytes) {
    if (c == '\n') shown += '\r';
    shown += c;
  }
  io->announce(shown);
}

/// select-pane -d: what is typed for its program is dropped.
bool PaneCommands::takes_no_input(PaneId id) const {
  const model::Pane* pane = model_.pane(id);
  return pane != nullptr && pane->input_off;
}

command::PanePort::Typed PaneCommands::send_key(PaneId pane, std::string_view key_name) {
  const auto key = input::parse_key(key_name);
  const panes::PaneIo* io = terminals_.find(pane);
  if (!key || key->code == input::code::kNone) return Typed::unknown_key;
  if (pane_modes_.type(pane, std::nullopt, *key) || takes_no_input(pane)) return Typed::sent;
  const auto modes =
      key_modes(io != nullptr ? io->screen().modes() : terminal::Modes{}, model_.globals().server);
  return write_pane(pane, input::encode_key(*key, modes));
}

command::PanePort::Typed PaneCommands::send_code_point(PaneId pane, std::uint32_t code_point) {
  if (pane_modes_.type(pane, std::nullopt, input::Key{code_point, 0}) || takes_no_input(pane))
    return Typed::sent;
  std::string bytes;
  if (code_point < 0x80) {
    bytes += static_cast<char>(code_point);
  } else {
    append_utf8(bytes, code_point);
  }
  return write_pane(pane, bytes);
}

command::PanePort::Typed PaneCommands::send_mouse(PaneId pane, std::optional<ClientId> client,
                                                  std::string_view key, std::string_view mouse_event) {
  if (pane_modes_.press(pane, client, key, mouse_event) || takes_no_input(pane)) return Typed::sent;
  const auto bytes = mouse_bytes(terminals_.find(pane), mouse_event);
  return bytes ? write_pane(pane, *bytes) : Typed::sent;
}

command::PanePort::Typed PaneCommands::paste(PaneId pane, std::string_view text, bool bracketed) {
  const panes::PaneIo* io = terminals_.find(pane);
  if (io == nullptr || !bracketed || !io->screen().modes().bracketed_paste) return write_pane(pane, text);
  return write_pane(pane, input::encode_paste(text, true));
}

void PaneCommands::reset_terminal(PaneId pane) {
  panes::PaneIo* io = terminals_.find(pane);
  if (io == nullptr) return;
  pane_modes_.reset_terminal(pane);
  for (auto* seen :
       model_.clients().of(model_.links().sessions_with(model_.pane(pane)->window).front()->id)) {
    if (RemoteClient* client = remote_.find(seen->id)) client->redraw();
  }
}

void PaneCommands::clear_history(PaneId pane) {
  if (panes::PaneIo* io = terminals_.find(pane)) io->clear_history();
}

void PaneCommands::trim_below_cursor(PaneId pane, int lines) {
  panes::PaneIo* io = terminals_.find(pane);
  if (io == nullptr || lines <= 0) return;
  const Size size = io->screen().size();
  const int left = std::max(1, size.rows - lines);
  // From the upper left corner ED 0 would clear the screen whole, which scroll-on-clear keeps: the first row
  // by EL.
  const auto cursor = io->screen().cursor();
  io->announce(cursor.row == 0 && cursor.col == 0 ? "\x1b[K\x1b[2d\x1b[J\x1b[d" : "\x1b[J");
  io->resize({static_cast<std::uint16_t>(left), size.cols});
  io->resize(size);  // grows again at the top, out of the history
  remote_.redraw_all();
}

Result<std::string> PaneCommands::capture(PaneId pane, const command::CaptureRequest& request) {
  panes::PaneIo* io = terminals_.find(pane);
  if (io == nullptr) return pass(no_pane(pane));
  if (request.pending) {
    // Of a long picture the ring has only the end.
    const auto pending = io->journal().output(std::max(io->boundary(), io->journal().oldest()));
    return std::string(pending);
  }
  terminal::CaptureOptions options;
  options.start = request.start;
  options.end = request.end.value_or(terminal::CaptureOptions::kScreenEnd);
  options.escapes = request.escapes;
  options.octal = request.octal;
  options.join = request.join_wrapped;
  options.trailing_spaces = request.keep_trailing;
  options.hidden = request.alternate;
  if (request.alternate && !io->screen().modes().alternate_screen) {
    return fail(ErrorCode::not_found, "no alternate screen");
  }
  return terminal::capture(io->screen(), options);
}

command::PaneFacts PaneCommands::pane_facts(PaneId id) const {
  command::PaneFacts facts;
  const panes::PaneIo* io = terminals_.find(id);
  if (io == nullptr) return facts;
  const auto& screen = io->screen();
  const auto cursor = screen.cursor();
  const auto& modes = screen.modes();
  facts.cursor_x = cursor.col;
  facts.cursor_y = cursor.row;
  facts.cursor_visible = cursor.visible;
  facts.cursor_blinking = cursor.blink;
  facts.cursor_shape = shape_name(cursor.shape);
  const auto row = screen.row(cursor.row);
  screen.append_text(facts.cursor_character, row[static_cast<std::size_t>(cursor.col)]);
  if (const auto color = screen.cursor_color())
    facts.cursor_colour = fmt::format("#{:02x}{:02x}{:02x}", color->r, color->g, color->b);
  facts.history_rows = [&screen] { return terminal::history_rows(screen); };
  facts.history_bytes = screen.history().bytes();
  if (const model::Pane* pane = model_.pane(id)) facts.history_limit = limits_.of(*pane).history_lines;
  facts.alternate_on = modes.alternate_screen;
  const auto& kept = screen.saved_cursor(false).place;
  facts.alternate_saved_x = kept.col;
  facts.alternate_saved_y = kept.row;
  facts.insert = modes.insert;
  facts.keypad = modes.application_keypad;
  facts.keypad_cursor = modes.application_cursor_keys;
  facts.origin = modes.origin;
  facts.wrap = modes.autowrap;
  facts.mouse_any = modes.mouse != terminal::MouseTracking::none;
  facts.mouse_all = modes.mouse == terminal::MouseTracking::any;
  facts.mouse_button = modes.mouse == terminal::MouseTracking::button;
  facts.mouse_standard = modes.mouse == terminal::MouseTracking::normal;
  facts.mouse_sgr = modes.mouse_encoding == terminal::MouseEncoding::sgr;
  facts.mouse_utf8 = modes.mouse_encoding == terminal::MouseEncoding::utf8;
  facts.bracket_paste = modes.bracketed_paste;
  facts.focus = modes.focus_events;
  facts.synchronized_output = modes.synchronized;
  facts.scroll_region_upper = screen.top_margin();
  facts.scroll_region_lower = screen.bottom_margin();
  for (int c = 1; c < screen.size().cols; ++c) {
    if (!screen.tab_stop(c)) continue;
    if (!facts.tabs.empty()) facts.tabs += ',';
    facts.tabs += std::to_string(c);
  }
  facts.title = screen.title();
  facts.path = screen.working_directory();
  if (modes::Mode* mode = pane_modes_.mode(id)) {
    facts.mode = mode->name();
    facts.modes = pane_modes_.depth(id);
    mode->formats(facts.mode_formats);
  }
  facts.search_string = pane_modes_.search_string(id);
  facts.fg = "default";
  facts.bg = "default";
  return facts;
}

int PaneCommands::search_pane(PaneId id, std::string_view pattern, bool regex, bool ignore_case) const {
  const panes::PaneIo* io = terminals_.find(id);
  if (io == nullptr) return 0;
  const std::string text(pattern);
  regex_t compiled;
  if (regex &&
      ::regcomp(&compiled, text.c_str(), REG_EXTENDED | REG_NOSUB | (ignore_case ? REG_ICASE : 0)) != 0) {
    return 0;
  }
  const std::string glob = "*" + text + "*";
  const auto& screen = io->screen();
  int found = 0;
  for (int r = 0; r < screen.size().rows && found == 0; ++r) {
    std::string line;
    for (const auto& cell : screen.row(r)) screen.append_text(line, cell);
    line.erase(line.find_last_not_of(' ') + 1);
    const bool matches = regex ? ::regexec(&compiled, line.c_str(), 0, nullptr, 0) == 0
                               : ::fnmatch(glob.c_str(), line.c_str(), ignore_case ? FNM_CASEFOLD : 0) == 0;
    if (matches) found = r + 1;
  }
  if (regex) ::regfree(&compiled);
  return found;
}

Result<> PaneCommands::pipe_pane(PaneId id, std::string_view shell_command, bool input, bool output,
                                 unsigned umask) {
  model::Pane* pane = model_.pane(id);
  if (pane == nullptr || terminals_.find(id) == nullptr) return pass(no_pane(id));
  pane->pipe_command = std::string(shell_command);
  pane->pipe_input = input;
  pane->pipe_output = output;
  pane->pipe_umask = umask;
  if (shell_command.empty()) {
    shells_.close_pipe(id);
    return {};
  }
  const auto env = command::shell_environment(model_, facts_, nullptr).block();
  return shells_.open_pipe(id, std::string(shell_command), env, umask, output,
                           input ? std::function<void(std::string_view)>(
                                       [this, id](std::string_view bytes) { write_pane(id, bytes); })
                                 : nullptr);
}

Result<> PaneCommands::enter_mode(PaneId pane, std::optional<ClientId> client, std::string_view mode,
                                  const std::vector<std::string>& arguments) {
  return pane_modes_.enter(pane, client, mode, arguments);
}

void PaneCommands::leave_modes(PaneId pane) {
  pane_modes_.leave(pane);
}

Result<> PaneCommands::mode_command(PaneId pane, std::optional<ClientId> client,
                                    const std::vector<std::string>& arguments, int repeat,
                                    std::string_view mouse_event) {
  return pane_modes_.command(pane, client, arguments, repeat, mouse_event);
}

}  // namespace sess::dispatch
