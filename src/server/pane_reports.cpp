#include "server/pane_reports.hpp"

#include "jobs/control.hpp"
#include "panes/window_names.hpp"
#include "peers/alerts.hpp"
#include "peers/messages.hpp"
#include "server/clients.hpp"
#include "store/checkpoint.hpp"
#include "store/saved_sessions.hpp"
#include "views/output.hpp"

namespace sess::server {

using peers::RemoteClient;

PaneReports::PaneReports(const Parts& parts)
    : clock_(parts.clock),
      model_(parts.model),
      queue_(parts.queue),
      remote_(parts.remote),
      terminals_(parts.terminals),
      shells_(parts.shells),
      checkpoint_(parts.checkpoint),
      messages_(parts.messages),
      alerts_(parts.alerts),
      clients_(parts.clients),
      names_(parts.names),
      jobs_(parts.jobs),
      saved_sessions_(parts.saved_sessions) {}

void PaneReports::tell() {
  if (terminals_.printed().empty()) return;
  alerts_.on_output(terminals_.printed());
  tell_starved();
}

void PaneReports::on_pane_output(panes::PaneIo& pane) {
  terminals_.note_printed(pane.id());
  saved_sessions_.on_output(pane);
  jobs_.log_output(pane);
  names_.look_at(pane.id());
}

void PaneReports::tell_starved() {
  for (const auto id : terminals_.printed()) {
    const panes::PaneIo* io = terminals_.find(id);
    if (io == nullptr || !io->screen().history().starved() || !starved_.insert(id).second) continue;
    messages_.report(fmt::format("pane {}: no memory for more history: new lines take the place of the oldest", to_string(id)));
  }
}

void PaneReports::on_pane_bell(panes::PaneIo& pane) {
  alerts_.on_bell(pane.id());
}

void PaneReports::on_pane_title(panes::PaneIo& pane) {
  model::Pane* owner = model_.pane(pane.id());
  if (owner == nullptr) return;
  owner->title = std::string(pane.screen().title());
  checkpoint_.changed();
  queue_.submit_hook("pane-title-changed", command::find_from_pane(model_, pane.id()), {},
                      {{"hook_pane", to_string(pane.id())}});
  remote_.redraw_all();
}

void PaneReports::on_pane_clipboard(panes::PaneIo& pane, std::string_view selection, std::string_view base64) {
  // Direct clients get the sequence itself through the relay; composed ones are sent it here.
  static_cast<void>(selection);
  clients_.pane_clipboard(pane.id(), base64);
}

/// A direct client's terminal got the program's own sequence; all others that have the window are sent it here.
void PaneReports::on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title, std::string_view body) {
  const model::Pane* owner = model_.pane(pane.id());
  if (owner == nullptr) return;
  const std::string bytes = kind == 9 ? fmt::format("\x1b]9;{}\x1b\\", body)
                                      : fmt::format("\x1b]{};{}{};{}\x1b\\", kind, kind == 777 ? "notify;" : "", title, body);
  for (const auto* session : model_.sessions_with(owner->window)) {
    for (const auto* seen : model_.clients_of(session->id)) {
      RemoteClient* to = remote_.find(seen->id);
      if (to == nullptr || to->phase != RemoteClient::Phase::attached || to->suspended || seen->control) continue;
      const bool has_it = to->direct && &to->direct->pane() == &pane;
      // A terminal that has not taken what it was sent is not sent more of these: a program may send any number.
      if (!has_it && to->flow.room() > 0) views::send_aside(*to->connection, to->flow, clock_.now(), bytes);
    }
  }
}

void PaneReports::on_pane_eof(panes::PaneIo& pane) { terminals_.note_printed(pane.id()); }

void PaneReports::on_pane_bytes(panes::PaneIo& pane, std::string_view bytes) {
  shells_.pane_printed(pane.id(), bytes);
  jobs_.on_pane_bytes(pane);
}

}  // namespace sess::server
