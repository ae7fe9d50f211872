// What a composed view draws: panes through a viewport, borders, status lines, and what lies over them.
#include <algorithm>

#include "base/width.hpp"
#include "command/format/format.hpp"
#include "display/display.hpp"
#include "display/pane_looks.hpp"
#include "display/pane_modes.hpp"
#include "display/status_lines.hpp"
#include "model/options/table.hpp"
#include "model/size_policy.hpp"
#include "render/borders.hpp"
#include "render/digits.hpp"
#include "render/format_draw.hpp"
#include "render/pane.hpp"
#include "render/style.hpp"

namespace sess::display {

using peers::Overlay;
using peers::RemoteClient;

namespace {

render::BorderLines border_lines(std::string_view name) {
  if (name == "double") return render::BorderLines::double_;
  if (name == "heavy") return render::BorderLines::heavy;
  if (name == "simple") return render::BorderLines::simple;
  if (name == "number") return render::BorderLines::number;
  return render::BorderLines::single;
}

render::BorderIndicators border_indicators(std::string_view name) {
  if (name == "off") return render::BorderIndicators::off;
  if (name == "arrows") return render::BorderIndicators::arrows;
  if (name == "both") return render::BorderIndicators::both;
  return render::BorderIndicators::colour;
}

render::BorderStatus border_status(model::BorderStatus status) {
  switch (status) {
    case model::BorderStatus::top:
      return render::BorderStatus::top;
    case model::BorderStatus::bottom:
      return render::BorderStatus::bottom;
    case model::BorderStatus::off:
      break;
  }
  return render::BorderStatus::off;
}

}  // namespace

/// The rows of the terminal that show the window.
render::Rect Display::window_area(const RemoteClient& client, Size terminal) {
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const int status = model::status_lines(model_, *session);
  const bool status_top = session->options.choice("status-position") == "top";
  return {status_top ? status : 0, 0, std::max(0, terminal.rows - status), terminal.cols};
}

/// The part of a pane that is on the terminal, when the window's cell (top, left) is in the corner of `area`.
render::Rect Display::place_of(const model::Pane& pane, const render::Rect& area, int top, int left) {
  render::Rect shown{std::max(pane.top - top, 0), std::max(pane.left - left, 0), 0, 0};
  shown.rows = std::min(pane.top - top + pane.size.rows, area.rows) - shown.row;
  shown.cols = std::min(pane.left - left + pane.size.cols, area.cols) - shown.col;
  shown.row += area.row;
  shown.col += area.col;
  return shown;
}

void Display::draw_pane(RemoteClient& client, const model::Pane& pane, const panes::PaneIo& io,
                        render::Frame& frame, const render::Rect& shown, int top, int left) {
  const model::Window* window = model_.window(pane.window);
  const bool is_active = pane.id == model_.windows().active_for(*model_.client(client.id), *window);
  const auto target = command::find_from_pane(model_, pane.id);
  const auto style_of = [&](model::TextOption option) {
    return render::style_on({}, queue_.expand(pane.options.string(option), target, client.id));
  };
  render::PaneView view;
  view.top = std::max(top - pane.top, 0);
  view.left = std::max(left - pane.left, 0);
  view.base = render::window_style(style_of("window-style"),
                                   is_active ? style_of("window-active-style") : model::Style{});
  view.has_cursor = is_active;
  if (modes::Mode* mode = pane_modes_.mode(pane.id)) {
    return mode->draw(frame, shown, {view.top, view.left, view.base, view.has_cursor});
  }
  const PaneCursor cursor = wanted_cursor(pane);
  view.cursor_style = cursor.style;
  view.cursor_colour = cursor.colour;
  render::draw_pane(frame, shown, io.screen(), view);
}

/// Over the frame that is shown: the active pane alone, when it printed and nothing else of the frame follows
/// from it.
bool Display::draw_echo(RemoteClient& client, render::Frame& frame, Time now) {
  const model::Window* window = model_.current_window(*model_.client(client.id)->session);
  if (window == nullptr) return false;
  const auto active = model_.windows().active_for(*model_.client(client.id), *window);
  if (terminals_.printed().count(active) == 0) return false;
  if (pane_modes_.mode(active) != nullptr) return false;
  if (client.covered() || synchronized_panes_.held_until(active, now)) return false;
  const model::Pane* pane = model_.pane(active);
  const panes::PaneIo* io = terminals_.find(active);
  const auto view = this->view(client.id);
  if (pane == nullptr || io == nullptr || !view || view->top != client.drawn.top ||
      view->left != client.drawn.left) {
    return false;
  }
  const auto shown = place_of(*pane, window_area(client, frame.size()), view->top, view->left);
  const auto drawn = client.drawn.panes.find(pane->id);
  if (shown.rows <= 0 || shown.cols <= 0 || drawn == client.drawn.panes.end() || drawn->second != shown)
    return false;
  draw_pane(client, *pane, *io, frame, shown, view->top, view->left);
  return true;
}

void Display::draw(RemoteClient& client, render::Frame& frame, const render::Frame* shown_before, Time now) {
  const model::Client* seen = model_.client(client.id);
  const model::Session* session = model_.session(*seen->session);
  model::Window* window = model_.current_window(*seen->session);
  const auto drawn_before = std::exchange(client.drawn, {});
  if (window == nullptr) return;
  const auto active = model_.windows().active_for(*seen, *window);

  const int status = model::status_lines(model_, *session);
  const bool status_top = session->options.choice("status-position") == "top";
  const render::Rect area = window_area(client, frame.size());

  // The panes, seen through a viewport that follows the active pane's cursor.
  const auto view_of_window = view(client.id);
  const int top = view_of_window ? view_of_window->top : 0;
  const int left = view_of_window ? view_of_window->left : 0;
  client.drawn.top = top;
  client.drawn.left = left;
  const bool same_view = drawn_before.top == top && drawn_before.left == left;
  std::vector<render::BorderPane> borders;
  const auto marked = model_.links().mark();
  for (const auto id : window->panes) {
    if (window->zoomed && id != active) continue;
    const model::Pane* pane = model_.pane(id);
    panes::PaneIo* io = terminals_.find(id);
    if (pane == nullptr) continue;
    const render::Rect shown = place_of(*pane, area, top, left);
    const bool is_active = id == active;
    // Without a terminal while its program is being started: nothing is drawn there, but it has its place.
    if (io != nullptr && shown.rows > 0 && shown.cols > 0) {
      client.drawn.panes.emplace(id, shown);
      // In the middle of a synchronized update it stays as it was, if it was there.
      const auto before = drawn_before.panes.find(id);
      const bool stays = same_view && before != drawn_before.panes.end() && before->second == shown &&
                         synchronized_panes_.held_until(id, now) && shown_before != nullptr &&
                         frame.keep(*shown_before, shown);
      if (stays && is_active) frame.cursor = shown_before->cursor;
      if (!stays) draw_pane(client, *pane, *io, frame, shown, top, left);
    }
    const auto target = command::find_from_pane(model_, id);
    const auto style_of = [&](model::TextOption option) {
      return render::style_on({}, queue_.expand(pane->options.string(option), target, client.id));
    };
    render::BorderPane border;
    border.area = {pane->top, pane->left, pane->size.rows, pane->size.cols};
    border.index = model_.windows().pane_index(id);
    border.active = is_active;
    border.marked = marked && marked->pane == id;
    border.style = style_of("pane-border-style");
    border.active_style = style_of("pane-active-border-style");
    if (model_.windows().border_status(*window) != model::BorderStatus::off) {
      border.status = queue_.expand(pane->options.string("pane-border-format"), target, client.id);
    }
    borders.push_back(std::move(border));
  }
  render::BorderOptions how;
  how.lines = border_lines(window->options.choice("pane-border-lines"));
  how.indicators = border_indicators(window->options.choice("pane-border-indicators"));
  how.status = border_status(model_.windows().border_status(*window));
  how.fill = window->options.text("fill-character").value_or("");
  render::draw_borders(frame, area, {area.row - top, area.col - left, window->size.rows, window->size.cols},
                       borders, how);

  if (client.overlay.kind == Overlay::Kind::panes) {
    for (const auto id : window->panes) {
      const model::Pane* pane = model_.pane(id);
      if (pane == nullptr || (window->zoomed && id != active)) continue;
      const auto option = id == active ? model::TextOption("display-panes-active-colour")
                                       : model::TextOption("display-panes-colour");
      render::draw_pane_number(frame, place_of(*pane, area, top, left), pane->size,
                               model_.windows().pane_index(id),
                               render::style_on({}, "fg=" + session->options.string(option)));
    }
    frame.cursor.visible = false;
  }

  // Status lines, and a message or prompt over the first of them.
  const int status_row = status_top ? 0 : frame.size().rows - status;
  for (int i = 0; i < status; ++i) {
    set_status_ranges(
        client.id, i,
        draw_status_line(queue_, client.id, i, frame, {status_row + i, 0, 1, frame.size().cols}));
  }
  const auto& overlay = client.overlay;
  if (overlay.kind == Overlay::Kind::message || overlay.kind == Overlay::Kind::prompt) {
    const int row = status > 0 ? status_row : frame.size().rows - 1;
    if (overlay.kind == Overlay::Kind::prompt) {
      draw_prompt(client, frame, row);
    } else {
      const auto look = render::style_on({}, expand(client, session->options.string("message-style")));
      render::draw_line(frame, row, 0, frame.size().cols, look, overlay.text);
    }
    frame.cursor.visible = false;
  }
  if (session->options.flag("set-titles")) {
    frame.title = expand(client, session->options.string("set-titles-string"));
  }
  // What lies over the panes is no part of them: nothing of this frame may be kept for the next one.
  if (client.covered()) client.drawn.panes.clear();
  draw_boxes(client, frame);
}

void Display::draw_popup(RemoteClient& client, const peers::OpenPopup& popup, render::Frame& frame) {
  const panes::PaneIo* io = terminals_.find(popup.terminal);
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const model::Options& options = model_.current_window(session->id)->options;
  // Colours alone, as in tmux.
  const auto style = [&](model::TextOption option, const std::string& over) {
    auto out = render::style_on(render::style_on({}, expand(client, options.string(option))), over);
    out.attributes = 0;
    return out;
  };
  const auto base = style("popup-style", popup.how.style);
  const auto border = style("popup-border-style", popup.how.border_style);
  const auto inside = popup.inside();
  const bool room = inside.rows > 0 && inside.cols > 0;
  render::draw_box(frame, popup.area, room ? popup.lines : render::BoxLines::none, border, base,
                   popup.how.title);
  if (io == nullptr || !room) return;
  const bool asked =
      client.overlay.kind != Overlay::Kind::none && client.overlay.kind != Overlay::Kind::message;
  frame.cursor.visible = false;
  render::PaneView view;
  view.base = render::to_style(base);
  view.has_cursor = !asked;
  render::draw_pane(frame, inside, io->screen(), view);
}

void Display::draw_boxes(RemoteClient& client, render::Frame& frame) {
  if (client.popup != nullptr) draw_popup(client, *client.popup, frame);
  if (!client.menu) return;
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const model::Options& options = model_.current_window(session->id)->options;
  const auto& words = client.menu->words;
  const auto style = [&](model::TextOption option, const std::string& over) {
    return render::style_on(render::style_on({}, expand(client, options.string(option))), over);
  };
  modes::MenuLook look;
  look.lines = render::box_lines(words.lines.empty() ? options.choice("menu-border-lines")
                                                     : std::string_view(words.lines));
  look.base = style("menu-style", words.style);
  look.border = style("menu-border-style", words.border_style);
  // A later option than what 3.3a's configurations set for it.
  const bool set =
      options.string("menu-selected-style") != model::find_option("menu-selected-style")->default_text;
  look.chosen = style(set ? model::TextOption("menu-selected-style") : model::TextOption("mode-style"),
                      words.selected_style);
  client.menu->menu.draw(frame, look);
  frame.cursor.visible = false;
}

void Display::draw_prompt(RemoteClient& client, render::Frame& frame, int row) {
  const Overlay& overlay = client.overlay;
  const model::Session* session = model_.session(*model_.client(client.id)->session);
  const auto option = overlay.line.commanding() ? model::TextOption("message-command-style")
                                                : model::TextOption("message-style");
  const auto look = render::style_on({}, expand(client, session->options.string(option)));
  const auto style = frame.atlas().style(render::to_style(look));
  const int columns = frame.size().cols;
  render::draw_line(frame, row, 0, columns, look, overlay.text);

  const int begin = std::min(render::format_width(overlay.text), columns - 1);
  const std::string before = overlay.line.before_cursor();
  const std::string behind = overlay.line.after_cursor();
  const int room = columns - begin - 1;
  const auto shown =
      display_width(before) > room ? truncate_columns_left(before, room) : std::string_view(before);
  const int at = begin + frame.put_text(row, begin, room, shown, style);
  frame.put_text(row, at, columns - at, behind, style);
  // Where the next character goes is a cell in reverse, as tmux draws it.
  frame.restyle({row, at, 1, 1}, [](terminal::Style cell) {
    cell.attrs ^= terminal::Attr::inverse;
    return cell;
  });
}

std::string Display::expand(const RemoteClient& client, std::string_view format) {
  const model::Client* seen = model_.client(client.id);
  return queue_.expand(format, command::find_from_session(model_, *seen->session), client.id);
}

void Display::set_status_ranges(model::ClientId client, int line, std::vector<render::Range> ranges) {
  auto& lines = status_ranges_[client];
  lines.resize(std::max<std::size_t>(lines.size(), static_cast<std::size_t>(line) + 1));
  lines[static_cast<std::size_t>(line)] = std::move(ranges);
}

const std::vector<render::Range>* Display::status_ranges(model::ClientId client, std::size_t line) const {
  const auto found = status_ranges_.find(client);
  return found != status_ranges_.end() && line < found->second.size() ? &found->second[line] : nullptr;
}

}  // namespace sess::display
