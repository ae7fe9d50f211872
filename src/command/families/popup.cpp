// display-menu, display-popup.
#include <algorithm>
#include <memory>

#include "command/families/placement.hpp"
#include "command/families/spawn.hpp"
#include "command/format/format.hpp"
#include "command/format/text.hpp"
#include "command/language/item.hpp"
#include "input/key.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

/// Names stand alone for a line, else they are followed by a key and by what is run.
Result<ArgKind> menu_kind(const Args& args, std::size_t index) {
  for (std::size_t at = 0; at <= index;) {
    if (at == index) return ArgKind::string;
    if (args[at++].empty()) continue;
    if (at++ == index) return ArgKind::string;
    if (at++ == index) return ArgKind::commands_or_string;
  }
  return ArgKind::string;
}

/// The name as it stands in a menu that may be `room` columns wide, with its key.
std::string entry_text(const std::string& name, const std::string& key, int room) {
  const int length = static_cast<int>(name.size());
  bool has_key = !key.empty() && !name.starts_with('-');
  if (has_key) {
    const int taken = static_cast<int>(key.size()) + 3;
    if (taken <= room / 4) {
      room -= taken;
    } else if (taken >= room || length >= room - taken) {
      has_key = false;
    }
  }
  std::string text = length > room ? keep_right(name, room - 1) + ">" : keep_right(name, room);
  if (has_key) text += fmt::format("#[default] #[align=right]({})", key);
  return text;
}

Result<std::vector<MenuItem>> menu_items(const Item& item, int room) {
  const Args& args = item.args();
  std::vector<MenuItem> out;
  for (std::size_t at = 0; at < args.size();) {
    const std::string name = args[at++];
    if (name.empty()) {
      if (!out.empty()) out.emplace_back();
      continue;
    }
    if (args.size() - at < 2) return fail(ErrorCode::invalid_argument, "not enough arguments");
    const auto key = input::parse_key(args[at++]);
    const std::string command = args[at++];
    const std::string text = item.expand(name);
    if (text.empty()) continue;
    const std::string key_name = key && key->code != input::code::kNone ? input::key_name(*key) : "";
    out.push_back({entry_text(text, key_name, room), key_name, item.expand(command)});
  }
  return out;
}

}  // namespace

std::optional<ScreenPlace> place_box(const Item& item, const Surroundings& around, Size box) {
  if (box.rows > around.terminal.rows || box.cols > around.terminal.cols) return std::nullopt;
  const model::Pane* pane = item.pane();
  PanePlace place;
  if (pane != nullptr) place = {pane->top, pane->left, pane->size};
  std::optional<ScreenPlace> mouse;
  if (const auto& at = item.state().event.screen) mouse = ScreenPlace{at->first, at->second};
  FormatContext context = item.formats();
  for (auto& format : placement_formats(around, place, mouse, box))
    context.variables.push_back(std::move(format));
  const std::string x = expand(context, placement_x(item.args().get_or('x', "C")));
  const std::string y = expand(context, placement_y(item.args().get_or('y', "C")));
  return placed(x, y, box, around.terminal);
}

namespace {

/// -b: a word of the option that it goes over, "" without the flag.
Result<std::string> border_lines(const Item& item, std::string_view option) {
  const auto lines = item.args().get('b');
  if (!lines) return std::string();
  model::Options probe(model::OptionScope::window);
  if (auto set = probe.set(option, *lines); !set)
    return fail(ErrorCode::invalid_argument, "{} {}", option, set.error().text);
  return std::string(*lines);
}

/// -C: the entry that a menu begins with, counted with its lines from 0; "-" is none.
Result<int> starting_choice(const Item& item) {
  const auto given = item.args().get('C');
  if (!given) return 0;
  if (*given == "-") return -1;
  const auto number = model::parse_number(*given, 0, INT32_MAX);
  if (!number) return fail(ErrorCode::invalid_argument, "starting choice {}", number.error().text);
  return static_cast<int>(*number);
}

Status run_menu(Item& item) {
  const Args& args = item.args();
  if (!item.target_client_id()) return Status::normal;
  const ClientId client = *item.target_client_id();
  const auto around = item.ports().overlays.surroundings(client, item.target().window);
  if (!around) return Status::normal;
  MenuRequest request;
  request.title = item.expand(args.get_or('T', ""));
  auto items = menu_items(item, around->terminal.cols - 4);
  if (!items) return item.error(items.error());
  if (items->empty()) return Status::normal;
  request.items = std::move(*items);
  const auto at = place_box(item, *around, item.ports().overlays.menu_size(request));
  if (!at) return Status::normal;
  request.row = at->row;
  request.col = at->col;
  request.stay_open = args.has('O');
  request.mouse = args.has('M') || item.state().event.screen.has_value();
  const auto choice = starting_choice(item);
  if (!choice) return item.error(choice.error());
  request.choice = *choice;
  auto lines = border_lines(item, "menu-border-lines");
  if (!lines) return item.error(lines.error());
  request.words = {std::move(*lines), std::string(args.get_or('s', "")), std::string(args.get_or('S', "")),
                   std::string(args.get_or('H', ""))};
  auto state = std::make_shared<State>();
  state->event = item.state().event;
  state->current = item.target();
  request.state = std::move(state);
  const Waker waker = item.wait();
  item.ports().overlays.open_menu(client, std::move(request), [waker] { waker(Status::normal); });
  return Status::wait;
}

/// -w or -h: cells, or a share of the terminal; half of it without.
Result<std::uint16_t> popup_side(const Item& item, char flag, int whole) {
  const auto given = item.args().get(flag);
  if (!given) return static_cast<std::uint16_t>(whole / 2);
  const auto size = model::parse_size(*given, 1, whole, whole);
  if (!size)
    return fail(ErrorCode::invalid_argument, "{} {}", flag == 'h' ? "height" : "width", size.error().text);
  return static_cast<std::uint16_t>(std::min<std::int64_t>(*size, whole));
}

/// As a pane's of the session, but it is no pane: it knows only where the daemon is.
ProgramStart popup_program(const Item& item, const model::Session& session) {
  const Args& args = item.args();
  const auto spec = pane_spec(item, session, args.strings(), start_directory(item, args.get('d'), &session));
  model::Pane pane;
  pane.argv = spec.argv;
  pane.shell_command = spec.shell_command;
  pane.shell = spec.shell;
  pane.start_path = spec.start_path;
  pane.environment = spec.environment;
  ProgramStart start = program_start(item, session, pane);
  std::erase_if(start.env, [](const std::string& variable) { return variable.starts_with("SESS_PANE="); });
  return start;
}

Status run_popup(Item& item) {
  const Args& args = item.args();
  const auto* seen = item.target_client();
  if (seen == nullptr || !seen->session) return Status::normal;
  const ClientId client = seen->id;
  OverlayPort& overlays = item.ports().overlays;
  if (args.has('C')) {
    overlays.close_overlay(client);
    return Status::normal;
  }
  const auto around = overlays.surroundings(client, item.target().window);
  const model::Session* session = item.session();
  if (!around || session == nullptr) return Status::normal;
  PopupRequest request;
  const auto rows = popup_side(item, 'h', around->terminal.rows);
  if (!rows) return item.error(rows.error());
  const auto cols = popup_side(item, 'w', around->terminal.cols);
  if (!cols) return item.error(cols.error());
  request.size = {*rows, *cols};
  const auto at = place_box(item, *around, request.size);
  if (!at) return Status::normal;
  request.row = at->row;
  request.col = at->col;
  if (args.has('B')) {
    request.lines = "none";
  } else {
    auto lines = border_lines(item, "popup-border-lines");
    if (!lines) return item.error(lines.error());
    request.lines = std::move(*lines);
  }
  // One cell of the program at least.
  const auto* window = item.window();
  const bool bordered = request.lines.empty()
                            ? window == nullptr || window->options.choice("popup-border-lines") != "none"
                            : request.lines != "none";
  if (bordered && (request.size.rows < 3 || request.size.cols < 3)) return Status::normal;
  request.style = args.get_or('s', "");
  request.border_style = args.get_or('S', "");
  request.title = item.expand(args.get_or('T', ""));
  if (args.has('E')) {
    request.closes =
        args.count('E') > 1 ? PopupRequest::Closes::when_succeeded : PopupRequest::Closes::when_ended;
  }
  request.program = popup_program(item, *session);
  const Waker waker = item.wait();
  overlays.open_popup(client, std::move(request), [waker](const Result<int>& status) {
    waker([status](Item& self) {
      if (!status) return self.error(status.error());
      if (const auto* asked = self.client(); asked != nullptr && !asked->session)
        self.set_exit_status(*status);
      return Status::normal;
    });
  });
  return Status::wait;
}

constexpr Flag kPopupFlags[] = {{'B', "no-border", "", "without border"},
                                {'b', "border", "border-lines", "lines of the border"},
                                {'C', "close", "", "close one that is open"},
                                {'c', "client", "target-client", "the client"},
                                {'d', "cwd", "start-directory", "directory that the program starts in"},
                                {'e', "env", "environment", "set a variable for the program"},
                                {'E', "exit", "", "close when the program ends; twice: when it succeeds"},
                                {'h', "height", "height", "lines, or a share in percent"},
                                {'s', "style", "style", "its style"},
                                {'S', "border-style", "border-style", "its border's style"},
                                {'t', "target", "target-pane", "the pane"},
                                {'T', "title", "title", "its title"},
                                {'w', "width", "width", "columns, or a share in percent"},
                                {'x', "x", "position", "column, or C, R, P, M, W"},
                                {'y', "y", "position", "line, or C, P, M, S, W"}};

constexpr Flag kMenuFlags[] = {
    {'b', "border", "border-lines", "lines of the border"},
    {'C', "choice", "starting-choice", "the entry chosen at first, from 0; - for none"},
    {'c', "client", "target-client", "the client"},
    {'H', "selected-style", "selected-style", "style of the chosen entry"},
    {'M', "mouse", "", "the mouse chooses, whatever opened it"},
    {'O', "stay-open", "", "stays when the mouse button is released"},
    {'s', "style", "style", "its style"},
    {'S', "border-style", "border-style", "its border's style"},
    {'t', "target", "target-pane", "the pane"},
    {'T', "title", "title", "its title"},
    {'x', "x", "position", "column, or C, R, P, M, W"},
    {'y', "y", "position", "line, or C, P, M, S, W"}};

constexpr Entry kEntries[] = {
    {.name = "display-menu",
     .alias = "menu",
     .purpose = Purpose::display,
     .args = {kMenuFlags, 1, -1, menu_kind},
     .usage =
         "[-MO] [-b border-lines] [-C starting-choice] [-c target-client] [-H selected-style] [-s style] "
         "[-S border-style] [-t target-pane] [-T title] [-x position] [-y position] name key command ...",
     .summary = "Show a menu",
     .example = "sess display-menu -T Panes Zoom z 'resize-pane -Z'",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook | kClientCFlag,
     .run = run_menu},
    {.name = "display-popup",
     .alias = "popup",
     .purpose = Purpose::display,
     .args = {kPopupFlags, 0, -1},
     .usage =
         "[-BCE] [-b border-lines] [-c target-client] [-d start-directory] [-e environment] [-h height] "
         "[-s style] [-S border-style] [-t target-pane][-T title] [-w width] [-x position] [-y position] "
         "[shell-command]",
     .summary = "Run a program in a box over the panes",
     .example = "sess display-popup -E -w 80% htop",
     .target = {'t', TargetKind::pane, 0},
     .flags = kAfterHook | kClientCFlag,
     .run = run_popup},
};

}  // namespace

Entries popup_entries() {
  return kEntries;
}

}  // namespace sess::command
