// The server's side of its panes: what they report while they print, the names that windows get from it, and how much
// history they keep.
#include "server/alerts.hpp"
#include "server/host.hpp"
#include "server/job_control.hpp"
#include "server/saved_sessions.hpp"
#include "server/server.hpp"
#include "panes/shell_commands.hpp"
#include "views/output.hpp"

namespace sess::server {
namespace {

/// automatic-rename looks at what runs this long after output, as tmux does.
constexpr std::chrono::milliseconds kRenameInterval{500};
/// What all panes together may read in a turn: with more floods each gets less, down to one read(2), so that a key waits
/// for a turn of the same length.
constexpr std::size_t kTurnBudget = 16 * 1024;

}  // namespace

void Server::apply_history_limits() {
  for (auto& [id, io] : panes_) {
    const model::Pane* pane = model_.pane(id);
    if (pane == nullptr) continue;
    io->set_limits(history_limits(*pane));
  }
}

panes::PaneIo::Limits Server::history_limits(const model::Pane& pane) {
  const auto sessions = model_.sessions_with(pane.window);
  const auto& table = sessions.empty() ? model_.session_options() : sessions.front()->options;
  panes::PaneIo::Limits limits;
  limits.history_bytes = static_cast<std::uint64_t>(table.number("history-bytes"));
  limits.history_lines = static_cast<std::uint64_t>(table.number("history-limit"));
  limits.settings.scroll_on_clear = pane.options.flag("scroll-on-clear");
  limits.settings.alternate_screen = pane.options.flag("alternate-screen");
  limits.settings.rectangle_checksums = model_.server_options().flag("rectangle-checksums");
  return limits;
}

std::size_t Server::read_budget() const { return kTurnBudget / std::max<std::size_t>(1, printing_); }

void Server::on_pane_output(panes::PaneIo& pane) {
  printed_.insert(pane.id());
  saved_sessions_->on_output(pane);
  job_control_->log_output(pane);
  look_at_name(pane.id());
}

void Server::look_at_name(model::PaneId id) {
  const model::Pane* pane = rename_timer_->armed() ? nullptr : model_.pane(id);
  const model::Window* window = pane != nullptr ? model_.window(pane->window) : nullptr;
  if (window != nullptr && window->active == id) look_at_name(*window);
}

void Server::look_at_name(const model::Window& window) {
  if (!rename_timer_->armed() && window.options.flag("automatic-rename")) rename_timer_->start(kRenameInterval);
}

void Server::look_at_names() {
  for (const auto& [id, window] : model_.windows()) look_at_name(window);
}

void Server::tell_starved() {
  for (const auto id : printed_) {
    const panes::PaneIo* io = pane_io(id);
    if (io == nullptr || !io->screen().history().starved() || !starved_.insert(id).second) continue;
    report(fmt::format("pane {}: no memory for more history: new lines take the place of the oldest", to_string(id)));
  }
}

void Server::rename_windows() {
  for (const auto& [id, window] : model_.windows()) {
    if (!window.options.flag("automatic-rename")) continue;
    const std::string name =
        host_->expand(window.options.string("automatic-rename-format"), command::find_from_window(model_, id), {});
    if (!name.empty() && name != window.name) names_due_.emplace_back(id, name);
  }
  for (const auto& [id, name] : std::exchange(names_due_, {})) model_.rename_window(id, name);
}

void Server::on_pane_bell(panes::PaneIo& pane) {
  alerts_->on_bell(pane.id());
}

void Server::on_pane_title(panes::PaneIo& pane) {
  model::Pane* owner = model_.pane(pane.id());
  if (owner == nullptr) return;
  owner->title = std::string(pane.screen().title());
  commands_ran_ = true;
  queue_->submit_hook("pane-title-changed", command::find_from_pane(model_, pane.id()), {},
                      {{"hook_pane", to_string(pane.id())}});
  redraw_all();
}

void Server::on_pane_clipboard(panes::PaneIo& pane, std::string_view selection, std::string_view base64) {
  // Direct clients get the sequence itself through the relay; composed ones are sent it here.
  static_cast<void>(selection);
  host_->pane_clipboard(pane.id(), base64);
}

/// A direct client's terminal got the program's own sequence; all others that have the window are sent it here.
void Server::on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title, std::string_view body) {
  const model::Pane* owner = model_.pane(pane.id());
  if (owner == nullptr) return;
  const std::string bytes = kind == 9 ? fmt::format("\x1b]9;{}\x1b\\", body)
                                      : fmt::format("\x1b]{};{}{};{}\x1b\\", kind, kind == 777 ? "notify;" : "", title, body);
  for (const auto* session : model_.sessions_with(owner->window)) {
    for (const auto* seen : model_.clients_of(session->id)) {
      RemoteClient* to = client(seen->id);
      if (to == nullptr || to->phase != RemoteClient::Phase::attached || to->suspended || seen->control) continue;
      const bool has_it = to->direct && &to->direct->pane() == &pane;
      // A terminal that has not taken what it was sent is not sent more of these: a program may send any number.
      if (!has_it && to->flow.room() > 0) views::send_aside(*to->connection, to->flow, clock().now(), bytes);
    }
  }
}

void Server::on_pane_eof(panes::PaneIo& pane) { printed_.insert(pane.id()); }

void Server::on_pane_bytes(panes::PaneIo& pane, std::string_view bytes) {
  shells_->pane_printed(pane.id(), bytes);
  job_control_->on_pane_bytes(pane);
}

}  // namespace sess::server
