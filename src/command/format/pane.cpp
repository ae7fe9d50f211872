// Variables of panes and clients.
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "command/format/variables.hpp"
#include "base/quote.hpp"
#include "model/names.hpp"

namespace sess::command {
namespace {

using C = const FormatContext&;
using model::BorderStatus;
using model::Client;
using model::Pane;
using model::Window;

template <class Function>
Found with_pane(C c, Function function) {
  const Pane* pane = pane_of(c);
  if (pane == nullptr) return std::nullopt;
  return function(*pane);
}
/// A fact of the pane's terminal.
template <class Function>
Found fact(C c, Function function) {
  const Pane* pane = pane_of(c);
  if (pane == nullptr || c.ports == nullptr) return std::nullopt;
  return function(c.ports->screens.pane_facts(pane->id));
}
template <class Function>
Found with_client(C c, Function function) {
  const Client* client = client_of(c);
  if (client == nullptr) return std::nullopt;
  return function(*client);
}
/// Only for a client that shows a session.
template <class Function>
Found with_attached(C c, Function function) {
  const Client* client = client_of(c);
  if (client == nullptr || !client->session) return std::nullopt;
  return function(*client);
}

Found number(long long value) {
  return std::to_string(value);
}

const Window* window_of_pane(C c, const Pane& pane) {
  return c.model->window(pane.window);
}

std::string joined(const std::vector<std::string>& argv) {
  std::string out;
  for (const std::string& argument : argv) {
    if (!out.empty()) out += ' ';
    out += escape_argument(argument);
  }
  return out;
}

Found pane_start_command(C c) {
  return with_pane(c, [](const Pane& p) -> Found {
    if (!p.argv.empty()) return joined(p.argv);
    // Shown as one argument, as tmux shows an argument vector of one.
    return p.shell_command.empty() ? std::string() : escape_argument(p.shell_command);
  });
}

Found pane_current_command(C c) {
  return with_pane(c, [&](const Pane& p) -> Found {
    if (std::string name = c.ports->programs.current_command(p.id); !name.empty()) return name;
    const std::string& started = !p.argv.empty()            ? p.argv.front()
                                 : !p.shell_command.empty() ? p.shell_command
                                                            : p.shell;
    return std::string(model::command_name(started));
  });
}

Found at_edge(C c, bool (*test)(const Pane&, const Window&, BorderStatus)) {
  return with_pane(c, [&](const Pane& p) -> Found {
    const Window* window = window_of_pane(c, p);
    if (window == nullptr) return std::nullopt;
    return flag(test(p, *window, c.model->windows().border_status(*window)));
  });
}

Found dead_signal(C c) {
  return with_pane(c, [](const Pane& p) -> Found {
    if (!p.dead || !WIFSIGNALED(p.dead_status)) return std::nullopt;
    return Found(
        std::to_string(WTERMSIG(p.dead_status)));  // tmux prints no name where the C library has no table
  });
}

Found pane_last(C c) {
  return with_pane(c, [&](const Pane& p) -> Found {
    const Window* window = window_of_pane(c, p);
    return flag(window != nullptr && !window->last_panes.empty() && window->last_panes.front() == p.id);
  });
}

Found key_table(C c) {
  return with_client(c, [&](const Client& client) -> Found {
    if (!client.key_table.empty()) return client.key_table;
    const auto* session = client.session ? c.model->session(*client.session) : nullptr;
    return session != nullptr ? session->options.string("key-table") : std::string("root");
  });
}

Found last_session(C c) {
  return with_client(c, [&](const Client& client) -> Found {
    const auto* session = client.last_session ? c.model->session(*client.last_session) : nullptr;
    return session != nullptr ? Found(session->name) : Found();
  });
}

/// A coordinate that is kept for the way back from the alternate screen; what tmux prints where there is
/// none.
Found saved(const PaneFacts& facts, int coordinate) {
  return facts.alternate_on ? std::to_string(coordinate) : std::string("4294967295");
}

/// tmux counts lines, cells and long cells, each with its bytes. Here a line is one piece.
Found history_all_bytes(C c) {
  return with_pane(c, [&](const Pane& p) {
    return fact(c, [&](const PaneFacts& f) -> Found {
      const std::uint64_t rows = (f.history_rows ? f.history_rows() : 0) + p.size.rows;
      return fmt::format("{},{},0,0,0,0", rows, f.history_bytes);
    });
  });
}

/// A variable that only a mode knows: scroll_position, selection_present, ...
template <std::size_t N>
struct Name {
  char text[N]{};
  constexpr Name(const char (&given)[N]) {
    std::copy_n(given, N, text);
  }  // NOLINT(google-explicit-constructor)
};
template <Name name>
Found mode_fact(C c) {
  return fact(c, [](const PaneFacts& f) -> Found {
    for (const auto& [key, value] : f.mode_formats) {
      if (key == std::string_view(name.text)) return value;
    }
    return std::nullopt;
  });
}

// clang-format off
constexpr Variable kPane[] = {
  {"alternate_on", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.alternate_on); }); }},
  {"alternate_saved_x", [](C c) { return fact(c, [](const PaneFacts& f) { return saved(f, f.alternate_saved_x); }); }},
  {"alternate_saved_y", [](C c) { return fact(c, [](const PaneFacts& f) { return saved(f, f.alternate_saved_y); }); }},
  {"bracket_paste_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.bracket_paste); }); }},
  {"copy_cursor_line", mode_fact<"copy_cursor_line">},
  {"copy_cursor_word", mode_fact<"copy_cursor_word">},
  {"copy_cursor_x", mode_fact<"copy_cursor_x">},
  {"copy_cursor_y", mode_fact<"copy_cursor_y">},
  {"copy_position", mode_fact<"copy_position">},
  {"copy_position_limit", mode_fact<"copy_position_limit">},
  {"cursor_blinking", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.cursor_blinking); }); }},
  {"cursor_character", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.cursor_character); }); }},
  {"cursor_colour", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.cursor_colour); }); }},
  {"cursor_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.cursor_visible); }); }},
  {"cursor_shape", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.cursor_shape); }); }},
  {"cursor_x", [](C c) { return fact(c, [](const PaneFacts& f) { return number(f.cursor_x); }); }},
  {"cursor_y", [](C c) { return fact(c, [](const PaneFacts& f) { return number(f.cursor_y); }); }},
  {"focus_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.focus); }); }},
  {"history_all_bytes", history_all_bytes},
  {"history_bytes", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(std::to_string(f.history_bytes)); }); }},
  {"history_limit", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(std::to_string(f.history_limit)); }); }},
  {"history_size", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(std::to_string(f.history_rows ? f.history_rows() : 0)); }); }},
  {"insert_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.insert); }); }},
  {"keypad_cursor_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.keypad_cursor); }); }},
  {"keypad_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.keypad); }); }},
  {"mouse_all_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.mouse_all); }); }},
  {"mouse_any_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.mouse_any); }); }},
  {"mouse_button_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.mouse_button); }); }},
  {"mouse_sgr_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.mouse_sgr); }); }},
  {"mouse_standard_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.mouse_standard); }); }},
  {"mouse_utf8_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.mouse_utf8); }); }},
  {"origin_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.origin); }); }},
  {"pane_active", [](C c) { return with_pane(c, [&](const Pane& p) { const Window* w = window_of_pane(c, p); return flag(w != nullptr && w->active == p.id); }); }},
  {"pane_at_bottom", [](C c) { return at_edge(c, [](const Pane& p, const Window& w, BorderStatus s) { return p.top + p.size.rows == w.size.rows - (s == BorderStatus::bottom ? 1 : 0); }); }},
  {"pane_at_left", [](C c) { return at_edge(c, [](const Pane& p, const Window&, BorderStatus) { return p.left == 0; }); }},
  {"pane_at_right", [](C c) { return at_edge(c, [](const Pane& p, const Window& w, BorderStatus) { return p.left + p.size.cols == w.size.cols; }); }},
  {"pane_at_top", [](C c) { return at_edge(c, [](const Pane& p, const Window&, BorderStatus s) { return p.top == (s == BorderStatus::top ? 1 : 0); }); }},
  {"pane_bg", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.bg.empty() ? "default" : f.bg); }); }},
  {"pane_bottom", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.top + p.size.rows - 1); }); }},
  {"pane_current_command", pane_current_command},
  {"pane_current_path", [](C c) { return with_pane(c, [&](const Pane& p) { return Found(c.ports->programs.current_path(p.id)); }); }},
  {"pane_dead", [](C c) { return with_pane(c, [](const Pane& p) { return flag(p.dead); }); }},
  {"pane_dead_signal", dead_signal},
  {"pane_dead_status", [](C c) { return with_pane(c, [](const Pane& p) { return p.dead && WIFEXITED(p.dead_status) ? number(WEXITSTATUS(p.dead_status)) : Found(); }); }},
  {"pane_dead_time", [](C c) { return with_pane(c, [](const Pane& p) { return p.dead ? seconds(p.dead_time) : Found(); }); }},
  {"pane_fg", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.fg.empty() ? "default" : f.fg); }); }},
  {"pane_format", [](C c) { return flag(c.kind == TargetKind::pane); }},
  {"pane_height", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.size.rows); }); }},
  {"pane_id", [](C c) { return with_pane(c, [](const Pane& p) { return Found(to_string(p.id)); }); }},
  {"pane_in_mode", [](C c) { return fact(c, [](const PaneFacts& f) { return number(f.modes); }); }},
  {"pane_index", [](C c) { return with_pane(c, [&](const Pane& p) { return number(c.model->windows().pane_index(p.id)); }); }},
  {"pane_input_off", [](C c) { return with_pane(c, [](const Pane& p) { return flag(p.input_off); }); }},
  {"pane_last", pane_last},
  {"pane_left", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.left); }); }},
  {"pane_marked", [](C c) { return with_pane(c, [&](const Pane& p) { const auto mark = c.model->links().mark(); return flag(mark && mark->pane == p.id); }); }},
  {"pane_marked_set", [](C c) { return flag(c.model->links().mark().has_value()); }},
  {"pane_mode", [](C c) { return fact(c, [](const PaneFacts& f) { return f.mode.empty() ? Found() : Found(f.mode); }); }},
  {"pane_path", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.path); }); }},
  {"pane_pid", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.pid); }); }},
  {"pane_pipe", [](C c) { return with_pane(c, [](const Pane& p) { return flag(!p.pipe_command.empty()); }); }},
  {"pane_right", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.left + p.size.cols - 1); }); }},
  {"pane_search_string", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.search_string); }); }},
  {"pane_start_command", pane_start_command},
  {"pane_start_path", [](C c) { return with_pane(c, [](const Pane& p) { return Found(p.start_path); }); }},
  {"pane_synchronized", [](C c) { return with_pane(c, [](const Pane& p) { return flag(p.options.flag("synchronize-panes")); }); }},
  {"pane_tabs", [](C c) { return fact(c, [](const PaneFacts& f) { return Found(f.tabs); }); }},
  {"pane_title", [](C c) { return with_pane(c, [](const Pane& p) { return Found(p.title); }); }},
  {"pane_top", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.top); }); }},
  {"pane_tty", [](C c) { return with_pane(c, [](const Pane& p) { return Found(p.tty); }); }},
  {"pane_width", [](C c) { return with_pane(c, [](const Pane& p) { return number(p.size.cols); }); }},
  {"rectangle_toggle", mode_fact<"rectangle_toggle">},
  {"scroll_position", mode_fact<"scroll_position">},
  {"scroll_region_lower", [](C c) { return fact(c, [](const PaneFacts& f) { return number(f.scroll_region_lower); }); }},
  {"scroll_region_upper", [](C c) { return fact(c, [](const PaneFacts& f) { return number(f.scroll_region_upper); }); }},
  {"search_count", mode_fact<"search_count">},
  {"search_count_partial", mode_fact<"search_count_partial">},
  {"search_match", mode_fact<"search_match">},
  {"search_present", mode_fact<"search_present">},
  {"selection_active", mode_fact<"selection_active">},
  {"selection_end_x", mode_fact<"selection_end_x">},
  {"selection_end_y", mode_fact<"selection_end_y">},
  {"selection_present", mode_fact<"selection_present">},
  {"selection_start_x", mode_fact<"selection_start_x">},
  {"selection_start_y", mode_fact<"selection_start_y">},
  {"synchronized_output_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.synchronized_output); }); }},
  {"wrap_flag", [](C c) { return fact(c, [](const PaneFacts& f) { return flag(f.wrap); }); }},
};

constexpr Variable kClient[] = {
  {"client_activity", [](C c) { return with_client(c, [](const Client& l) { return seconds(l.activity); }); }},
  {"client_cell_height", [](C c) { return with_attached(c, [](const Client& l) { return number(l.ypixel); }); }},
  {"client_cell_width", [](C c) { return with_attached(c, [](const Client& l) { return number(l.xpixel); }); }},
  {"client_control_mode", [](C c) { return with_client(c, [](const Client& l) { return flag(l.control); }); }},
  {"client_created", [](C c) { return with_client(c, [](const Client& l) { return seconds(l.created); }); }},
  {"client_discarded", [](C c) { return with_client(c, [](const Client& l) { return Found(std::to_string(l.discarded)); }); }},
  {"client_flags", [](C c) { return with_client(c, [&](const Client& l) { return Found(c.ports->clients.client_flags(l.id)); }); }},
  {"client_height", [](C c) { return with_attached(c, [](const Client& l) { return number(l.size.rows); }); }},
  {"client_key_table", key_table},
  {"client_last_session", last_session},
  {"client_name", [](C c) { return with_client(c, [](const Client& l) { return Found(l.name); }); }},
  {"client_pid", [](C c) { return with_client(c, [](const Client& l) { return number(l.pid); }); }},
  {"client_prefix", [](C c) { return with_client(c, [&](const Client& l) { return flag(c.ports->keyboard.prefix_pressed(l.id)); }); }},
  {"client_readonly", [](C c) { return with_client(c, [](const Client& l) { return flag(l.read_only); }); }},
  {"client_session", [](C c) { return with_client(c, [&](const Client& l) { const auto* s = l.session ? c.model->session(*l.session) : nullptr; return s != nullptr ? Found(s->name) : Found(); }); }},
  {"client_termfeatures", [](C c) { return with_client(c, [&](const Client& l) { return Found(c.ports->clients.term_features(l.id)); }); }},
  {"client_termtype", [](C c) { return with_client(c, [&](const Client& l) { return Found(c.ports->clients.term_type(l.id)); }); }},
  {"client_termname", [](C c) { return with_client(c, [](const Client& l) { return Found(l.term); }); }},
  {"client_tty", [](C c) { return with_client(c, [](const Client& l) { return Found(l.tty); }); }},
  {"client_uid", [](C c) { return with_client(c, [&](const Client&) { return Found(std::to_string(c.ports->facts.uid)); }); }},
  {"client_user", [](C c) { return with_client(c, [](const Client& l) { return Found(l.user); }); }},
  {"client_utf8", [](C c) { return with_client(c, [](const Client& l) { return flag(l.utf8); }); }},
  {"client_width", [](C c) { return with_attached(c, [](const Client& l) { return number(l.size.cols); }); }},
  {"client_written", [](C c) { return with_client(c, [](const Client& l) { return Found(std::to_string(l.written)); }); }},
};
// clang-format on

}  // namespace

std::span<const Variable> pane_variables() {
  return kPane;
}
std::span<const Variable> client_variables() {
  return kClient;
}

}  // namespace sess::command
