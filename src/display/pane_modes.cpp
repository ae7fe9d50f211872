#include "display/pane_modes.hpp"

#include <algorithm>

#include "base/time_text.hpp"
#include "command/language/target.hpp"
#include "display/choosers.hpp"
#include "display/destinations.hpp"
#include "modes/clock.hpp"
#include "modes/text/pane_lines.hpp"
#include "modes/text/text_lines.hpp"
#include "panes/shell_commands.hpp"
#include "peers/messages.hpp"
#include "render/style.hpp"

namespace sess::display {

using peers::RemoteClient;

namespace {

/// "action button mods row col", as HostImpl::encode_mouse_event writes it.
std::optional<modes::MouseAt> parse_mouse(std::string_view event) {
  int action = 0;
  int button = 0;
  int mods = 0;
  modes::MouseAt at;
  if (std::sscanf(std::string(event).c_str(), "%d %d %d %d %d", &action, &button, &mods, &at.row, &at.col) !=
      5)
    return std::nullopt;
  at.wheel = button == 4 || button == 5;
  return at;
}

/// A pane's copy mode in the world: its options are the pane's, its buffers the server's.
class PanePorts final : public modes::CopyPorts {
 public:
  PanePorts(const PaneModes::Parts& parts, model::PaneId pane) : parts_(parts), pane_(pane) {}

  void set_client(std::optional<model::ClientId> client) { client_ = client; }

  [[nodiscard]] modes::CopySettings settings() const override {
    modes::CopySettings out;
    const model::Pane* pane = parts_.model.pane(pane_);
    const model::Window* window = pane != nullptr ? parts_.model.window(pane->window) : nullptr;
    if (window == nullptr) return out;
    const auto& options = window->options;
    out.vi = options.choice("mode-keys") == "vi";
    out.wrap_search = options.flag("wrap-search");
    const auto sessions = parts_.model.links().sessions_with(window->id);
    const auto& of_session = sessions.empty() ? parts_.model.globals().session : sessions.front()->options;
    out.word_separators = of_session.string("word-separators");
    out.copy_command = parts_.model.globals().server.string("copy-command");
    const auto style = [&](model::TextOption option) {
      return render::style_on({}, parts_.queue.expand(options.string(option), target(), client_));
    };
    out.mode = style("mode-style");
    out.match = style("copy-mode-match-style");
    out.current_match = style("copy-mode-current-match-style");
    out.mark = style("copy-mode-mark-style");
    // Later options than what 3.3a's configurations set for them.
    const auto later = [&](model::TextOption option) {
      return options.string(option) == "default" ? out.mode : style(option);
    };
    out.selection = later("copy-mode-selection-style");
    out.position = later("copy-mode-position-style");
    out.position_format = options.string("copy-mode-position-format");
    out.numbers = static_cast<modes::LineNumbers>(options.number("copy-mode-line-numbers"));
    out.number = style("copy-mode-line-number-style");
    out.current_number = style("copy-mode-current-line-number-style");
    return out;
  }
  [[nodiscard]] std::string expand(std::string_view format) const override {
    return format.empty() ? std::string() : parts_.queue.expand(format, target(), client_);
  }
  void copy(std::string text, std::string_view prefix) override {
    to_clipboard(text);
    const auto limit = static_cast<std::size_t>(parts_.model.globals().server.number("buffer-limit"));
    auto added = parts_.queue.buffers().add(std::move(text), parts_.clock.wall(), limit,
                                            prefix.empty() ? std::string_view("buffer") : prefix);
    if (!added) report(added.error());
  }
  void append(std::string text) override {
    to_clipboard(text);
    auto& buffers = parts_.queue.buffers();
    const auto* newest = buffers.newest();
    if (newest == nullptr) return copy(std::move(text), {});
    const std::string name = newest->name;
    if (auto set = buffers.set(name, newest->data + text, parts_.clock.wall()); !set) report(set.error());
  }
  void pipe(std::string_view command, std::string text) override {
    command::ShellRequest request;
    request.command = command;
    request.input = std::move(text);
    request.env = parts_.model.globals().environment.block();
    request.cwd = parts_.queue.ports().programs.current_path(pane_);
    parts_.shells.run(std::move(request), [](const command::ShellResult&) {});
  }

 private:
  [[nodiscard]] command::Target target() const { return command::find_from_pane(parts_.model, pane_); }
  void to_clipboard(const std::string& text) {
    parts_.queue.ports().clients.copy_to_clipboard(client_, text);
  }
  void report(const Error& error) { parts_.messages.report(error.text); }

  PaneModes::Parts parts_;
  model::PaneId pane_;
  std::optional<model::ClientId> client_;
};

}  // namespace

struct PaneModes::Entry {
  Entry(const PaneModes::Parts& parts, model::PaneId pane) : ports(parts, pane) {}
  PanePorts ports;
  std::unique_ptr<ChooserWorld> world;         ///< a chooser's ports
  std::unique_ptr<Destinations> destinations;  ///< the switcher's
  std::optional<model::PaneId> source;         ///< the pane whose text it is
  std::optional<model::WindowId> zoomed;       ///< by it, until it ends
  std::string text;                            ///< view mode's
  modes::TextLines* lines = nullptr;           ///< view mode's, in its mode
  std::unique_ptr<modes::Mode> mode;
};

PaneModes::PaneModes(const Parts& parts) : parts_(parts) {}
PaneModes::~PaneModes() = default;

PaneModes::Entry* PaneModes::top(model::PaneId pane) const {
  const auto it = entries_.find(pane);
  return it == entries_.end() ? nullptr : it->second.back().get();
}

modes::Mode* PaneModes::mode(model::PaneId pane) {
  const Entry* entry = top(pane);
  return entry == nullptr ? nullptr : entry->mode.get();
}

int PaneModes::depth(model::PaneId pane) const {
  const auto it = entries_.find(pane);
  return it == entries_.end() ? 0 : static_cast<int>(it->second.size());
}

void PaneModes::push(model::PaneId pane, std::unique_ptr<Entry> entry) {
  entries_[pane].push_back(std::move(entry));
  changed(pane);
}

void PaneModes::pop(model::PaneId pane) {
  const auto it = entries_.find(pane);
  if (it == entries_.end()) return;
  const auto entry = std::move(it->second.back());
  it->second.pop_back();
  if (it->second.empty()) entries_.erase(it);
  if (entry->zoomed) parts_.model.windows().unzoom(*entry->zoomed);
  changed(pane);
}

std::string_view PaneModes::key_table(model::PaneId pane) {
  const modes::Mode* found = mode(pane);
  return found == nullptr ? std::string_view() : found->key_table();
}

void PaneModes::changed(model::PaneId pane) {
  parts_.remote.display_changed();
  parts_.remote.redraw_all();
  parts_.control.on_pane_mode(pane);
  parts_.queue.submit_hook("pane-mode-changed", command::find_from_pane(parts_.model, pane), {},
                           {{"hook_pane", to_string(pane)}});
}

void PaneModes::act(model::PaneId pane, modes::Outcome outcome) {
  if (outcome == modes::Outcome::leave) pop(pane);
  if (outcome == modes::Outcome::redraw) parts_.remote.redraw_all();
}

Result<> PaneModes::enter(model::PaneId pane, std::optional<model::ClientId> client, std::string_view name,
                          const std::vector<std::string>& arguments) {
  if (is_chooser(name)) return enter_chooser(pane, client, name, arguments);
  if (name == "view-mode") {
    for (const std::string& text : arguments) show_text(pane, client, text);
    return {};
  }
  if (name == "clock-mode") return enter_clock(pane);
  if (name != "copy-mode") return fail(ErrorCode::unavailable, "{} is not part of this version", name);
  auto entered = enter_copy(pane, client, arguments);
  if (Entry* entry = top(pane)) entry->ports.set_client(client);
  return entered;
}

Result<> PaneModes::enter_chooser(model::PaneId pane, std::optional<model::ClientId> client,
                                  std::string_view name, const std::vector<std::string>& arguments) {
  const model::Pane* where = parts_.model.pane(pane);
  if (where == nullptr || !has_attached(parts_.model)) return {};
  auto entry = std::make_unique<Entry>(parts_, pane);
  const ChooserWorld::Parts world{parts_.model, parts_.queue, parts_.terminals};
  entry->world = std::make_unique<ChooserWorld>(world, pane, client);
  const auto request = parse_chooser(name, arguments);
  if (name == "switcher") {
    entry->destinations = std::make_unique<Destinations>(world, *entry->world);
    entry->mode = std::make_unique<modes::Switcher>(*entry->destinations, where->size);
  } else {
    entry->mode = make_chooser(request, parts_.model, *entry->world, where->size);
  }
  if (entry->mode == nullptr) return {};  // there is nothing to choose from
  if (const Entry* on = top(pane); on != nullptr && on->mode->name() == entry->mode->name()) {
    return {};  // it is open
  }
  // Its size then comes as that of any pane does.
  if (request.zoom && parts_.model.windows().zoom(pane)) entry->zoomed = where->window;
  push(pane, std::move(entry));
  return {};
}

void PaneModes::show_text(model::PaneId pane, std::optional<model::ClientId> client, std::string_view text) {
  const model::Pane* where = parts_.model.pane(pane);
  if (where == nullptr) return;
  Entry* on = top(pane);
  if (on == nullptr || on->lines == nullptr) {
    auto entry = std::make_unique<Entry>(parts_, pane);
    entry->ports.set_client(client);
    auto lines = std::make_unique<modes::TextLines>(where->size);
    entry->lines = lines.get();
    modes::CopyOptions options;
    options.view = true;
    entry->mode = std::make_unique<modes::CopyMode>(std::move(lines), modes::Place{}, options, entry->ports,
                                                    searches_[pane]);
    on = entry.get();
    push(pane, std::move(entry));
  }
  const std::string lines = std::string(text) + "\n";
  on->text.append(lines);
  const int before = on->lines->history();
  on->lines->append(lines);
  static_cast<modes::CopyMode&>(*on->mode).stay(on->lines->history() - before);
  parts_.remote.redraw_all();
}

std::string_view PaneModes::shown_text(model::PaneId pane) const {
  const Entry* on = top(pane);
  return on == nullptr ? std::string_view() : std::string_view(on->text);
}

Result<> PaneModes::enter_clock(model::PaneId pane) {
  if (const modes::Mode* on = mode(pane); on != nullptr && on->name() == "clock-mode") return {};
  auto entry = std::make_unique<Entry>(parts_, pane);
  entry->mode = std::make_unique<modes::ClockMode>([this, pane] {
    const model::Pane* owner = parts_.model.pane(pane);
    const model::Window* window = owner != nullptr ? parts_.model.window(owner->window) : nullptr;
    if (window == nullptr) return modes::ClockMode::Look{};
    modes::ClockMode::Look look;
    look.time = format_time(window->options.choice("clock-mode-style") == "12" ? "%l:%M %p" : "%H:%M",
                            parts_.clock.wall());
    look.colour = render::style_on({}, "fg=" + window->options.string("clock-mode-colour"));
    return look;
  });
  push(pane, std::move(entry));
  return {};
}

/// Where the button of a drag went down, in the pane.
modes::MouseAt PaneModes::pressed_at(model::PaneId pane, std::optional<model::ClientId> client,
                                     modes::MouseAt now) {
  const RemoteClient* who = client ? parts_.remote.find(*client) : nullptr;
  const model::Pane* where = parts_.model.pane(pane);
  if (who == nullptr || where == nullptr) return now;
  return {who->press_row - where->top, who->press_col - where->left, false};
}

/// From now on the selection follows the client's mouse, until the button is released.
void PaneModes::follow_mouse(model::PaneId pane, std::optional<model::ClientId> client, modes::MouseAt now) {
  if (RemoteClient* who = client ? parts_.remote.find(*client) : nullptr) who->selecting_in = pane;
  on_drag(pane, now);
}

Result<> PaneModes::enter_copy(model::PaneId pane, std::optional<model::ClientId> client,
                               const std::vector<std::string>& arguments) {
  const auto given = [&](std::string_view flag) {
    return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
  };
  const panes::PaneIo* own = parts_.terminals.find(pane);
  if (own == nullptr) return {};
  auto* on = dynamic_cast<modes::CopyMode*>(mode(pane));
  if (on == nullptr) {
    const panes::PaneIo* source = own;
    if (const auto s = std::find(arguments.begin(), arguments.end(), "-s");
        s != arguments.end() && s + 1 != arguments.end()) {
      const auto id = model::parse_id<model::PaneId>(*(s + 1));
      source = id ? parts_.terminals.find(*id) : nullptr;
      if (source == nullptr) return fail(ErrorCode::not_found, "can't find pane: {}", *(s + 1));
    }
    auto entry = std::make_unique<Entry>(parts_, pane);
    const auto& screen = source->screen();
    auto lines = std::make_unique<modes::PaneLines>(screen, own->screen().size(), source != own);
    const auto cursor = screen.cursor();
    modes::Place at{cursor.row, cursor.pending_wrap ? screen.size().cols : cursor.col};
    if (source != own) at.row = std::min<int>(at.row, lines->rows() - lines->history() - 1);
    modes::CopyOptions options;
    options.exit_at_bottom = given("-e");
    options.hide_position = given("-H");
    // What the mouse opened has its columns where they were.
    if (!arguments.empty() && parse_mouse(arguments.back()))
      options.numbers = modes::CopyOptions::Numbers::off;
    auto made =
        std::make_unique<modes::CopyMode>(std::move(lines), at, options, entry->ports, searches_[pane]);
    on = made.get();
    entry->mode = std::move(made);
    entry->source = source->id();
    push(pane, std::move(entry));
    if (given("-M")) {
      if (const auto mouse = parse_mouse(arguments.back())) {
        on->begin_drag(pressed_at(pane, client, *mouse));
        follow_mouse(pane, client, *mouse);
      }
    }
  }
  if (given("-u")) on->page_up();
  if (given("-d")) on->page_down();
  parts_.remote.redraw_all();
  return {};
}

void PaneModes::leave(model::PaneId pane) {
  while (depth(pane) > 0) pop(pane);
}

Result<> PaneModes::command(model::PaneId pane, std::optional<model::ClientId> client,
                            const std::vector<std::string>& arguments, int repeat,
                            std::string_view mouse_event) {
  Entry* on = top(pane);
  if (on == nullptr) return fail(ErrorCode::unavailable, "not in a mode");
  if (client) on->ports.set_client(client);
  modes::Request request;
  request.arguments = arguments;
  request.repeat = repeat;
  if (!mouse_event.empty()) request.mouse = parse_mouse(mouse_event);
  const auto mouse = request.mouse;
  const bool drags = mouse && !mouse->wheel && !arguments.empty() && arguments.front() == "begin-selection";
  if (drags) request.mouse = pressed_at(pane, client, *mouse);
  auto outcome = on->mode->command(request);
  if (!outcome) return pass(outcome.error());
  act(pane, *outcome);
  if (drags) follow_mouse(pane, client, *mouse);
  return {};
}

bool PaneModes::type(model::PaneId pane, std::optional<model::ClientId> client, input::Key key) {
  Entry* on = top(pane);
  if (on == nullptr) return false;
  if (on->mode->key_table().empty()) {
    if (client && on->world) on->world->set_client(*client);
    act(pane, on->mode->key(key));
    stale_ = true;  // what it asked for runs before the end of the turn
  } else if (const auto* binding = parts_.keys.find_or_any(on->mode->key_table(), key)) {
    command::State state;
    state.event.key = input::key_name(key);
    state.current = command::find_from_pane(parts_.model, pane);
    parts_.queue.submit_text({}, binding->command, state);
  }
  return true;
}

bool PaneModes::press(model::PaneId pane, std::optional<model::ClientId> client, std::string_view key,
                      std::string_view mouse_event) {
  Entry* on = top(pane);
  if (on == nullptr || !on->mode->key_table().empty()) return on != nullptr;
  const auto at = parse_mouse(mouse_event);
  const auto pressed = input::parse_key(key);
  if (!at || !pressed || !input::is_mouse(*pressed) || pressed->code == input::code::kMouse) return true;
  if (client && on->world) on->world->set_client(*client);
  const auto event = (pressed->code - input::code::kMouseBase) / input::kMouseLocations;
  act(pane, on->mode->press(*at, static_cast<input::MouseEvent>(event)));
  stale_ = true;
  return true;
}

void PaneModes::refresh() {
  const auto version = parts_.queue.buffers().version();
  for (const auto& [pane, stack] : entries_) {
    if (auto& world = stack.back()->world; world && world->take_ran()) stale_ = true;
  }
  if (!stale_ && version == buffers_version_) return;
  stale_ = false;
  buffers_version_ = version;
  std::vector<std::pair<model::PaneId, modes::Outcome>> outcomes;
  for (const auto& [pane, stack] : entries_) outcomes.emplace_back(pane, stack.back()->mode->refresh());
  for (const auto& [pane, outcome] : outcomes) act(pane, outcome);
}

std::string PaneModes::search_string(model::PaneId pane) const {
  const auto it = searches_.find(pane);
  return it == searches_.end() ? std::string() : it->second.text;
}

void PaneModes::on_drag(model::PaneId pane, modes::MouseAt at) {
  if (modes::Mode* on = mode(pane)) act(pane, on->drag(at));
}

void PaneModes::on_pane_closed(model::PaneId pane) {
  on_terminal_gone(pane);
  entries_.erase(pane);
  searches_.erase(pane);
}

void PaneModes::on_terminal_gone(model::PaneId source) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto& [pane, stack] = *it++;
    const bool looks_at_it =
        std::any_of(stack.begin(), stack.end(), [&](const auto& entry) { return entry->source == source; });
    if (looks_at_it) leave(model::PaneId(pane));
  }
}

void PaneModes::reset_terminal(model::PaneId id) {
  panes::PaneIo* io = parts_.terminals.find(id);
  const model::Pane* pane = parts_.model.pane(id);
  if (io == nullptr || pane == nullptr) return;
  if (!io->aside()) return io->reset_terminal();
  parts_.remote.display_changed();
  on_terminal_gone(id);
  io->reset_terminal();
  if (const std::string title = pane->title; !title.empty()) io->announce("\x1b]2;" + title + "\x1b\\");
}

void PaneModes::on_pane_resized(model::PaneId pane, Size size) {
  const auto it = entries_.find(pane);
  if (it == entries_.end()) return;
  for (const auto& entry : it->second) entry->mode->resize(size);
}

bool PaneModes::work() {
  bool more = false;
  for (auto& [pane, stack] : entries_) {
    if (!stack.back()->mode->work()) continue;
    more = true;
    parts_.remote.redraw_all();
  }
  return more;
}

}  // namespace sess::display
