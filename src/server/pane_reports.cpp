#include "server/pane_reports.hpp"

#include "base/log.hpp"
#include "job/files.hpp"
#include "jobs/control.hpp"
#include "panes/window_names.hpp"
#include "peers/alerts.hpp"
#include "peers/messages.hpp"
#include "server/clients.hpp"
#include "store/checkpoint.hpp"
#include "store/saved_sessions.hpp"

namespace sess::server {

using peers::RemoteClient;

PaneReports::PaneReports(const Parts& parts)
    : model_(parts.model),
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
      saved_sessions_(parts.saved_sessions),
      start_(parts.start) {}

void PaneReports::tell() {
  if (terminals_.printed().empty()) return;
  alerts_.on_output(terminals_.printed());
  tell_starved();
}

void PaneReports::on_pane_output(panes::PaneIo& pane) {
  terminals_.note_printed(pane.id());
  saved_sessions_.on_output(pane);
  jobs_.written_logs().write(pane);
  names_.look_at(pane.id());
}

void PaneReports::tell_starved() {
  for (const auto id : terminals_.printed()) {
    const panes::PaneIo* io = terminals_.find(id);
    if (io == nullptr || !io->screen().history().starved() || !starved_.insert(id).second) continue;
    messages_.report(fmt::format(
        "pane {}: no memory for more history: new lines take the place of the oldest", to_string(id)));
  }
}

std::string PaneReports::keep_harmful(panes::PaneIo& pane, std::uint64_t offset, std::string_view bytes) {
  const std::string path = start_.state_directory + "/harmful";
  const std::string name = fmt::format("{}-{}-{}", start_.name, pane.id().value, offset);
  const auto directory = job::DiskDirectory::open(path);
  const auto written =
      directory ? (*directory)->write_atomically(name, bytes) : Result<>(pass(directory.error()));
  if (!written) log::warn("{}", written.error().text);
  const std::string where = written ? path + "/" + name : "";
  messages_.report(fmt::format("pane {}: {} bytes that it printed ended the server twice and are skipped{}",
                               to_string(pane.id()), bytes.size(),
                               where.empty() ? "" : "; they are kept in " + where));
  return where;
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

void PaneReports::on_pane_clipboard(panes::PaneIo& pane, std::string_view selection,
                                    std::string_view base64) {
  // A client that is shown the pane directly gets the sequence itself through the relay; the others are sent
  // it here. So are notifications, whatever window is looked at: they are for who looks elsewhere.
  static_cast<void>(selection);
  clients_.pane_clipboard(pane.id(), base64);
}

/// A direct client's terminal got the program's own sequence; all others that have the window are sent it
/// here.
void PaneReports::on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title,
                                       std::string_view body) {
  const std::string bytes =
      kind == 9 ? fmt::format("\x1b]9;{}\x1b\\", body)
                : fmt::format("\x1b]{};{}{};{}\x1b\\", kind, kind == 777 ? "notify;" : "", title, body);
  clients_.send_beside(pane.id(), bytes, Clients::Hears::has_window);
}

/// allow-rename. An empty name gives the window back to automatic-rename, as in tmux.
void PaneReports::on_pane_window_name(panes::PaneIo& pane, std::string_view name) {
  const model::Pane* owner = model_.pane(pane.id());
  if (owner == nullptr || !owner->options.flag("allow-rename")) return;
  if (name.empty()) {
    model_.windows().unset_name(owner->window);
    if (const model::Window* window = model_.window(owner->window)) names_.look_at(*window);
  } else {
    model_.windows().set_name(owner->window, name);
  }
  checkpoint_.changed();
}

bool PaneReports::on_pane_passthrough(panes::PaneIo& pane, std::string_view bytes) {
  const model::Pane* owner = model_.pane(pane.id());
  if (owner == nullptr || !owner->options.flag("allow-passthrough")) return false;
  // What it does to the terminal is the program's business, but the next frame goes on from where the last
  // one ended.
  constexpr std::string_view kSave =
                                 "\x1b"
                                 "7",
                             kRestore =
                                 "\x1b"
                                 "8";
  clients_.send_beside(pane.id(), fmt::format("{}{}{}", kSave, bytes, kRestore), Clients::Hears::sees_pane);
  return true;
}

void PaneReports::on_pane_eof(panes::PaneIo& pane) {
  terminals_.note_printed(pane.id());
}

void PaneReports::on_pane_bytes(panes::PaneIo& pane, std::string_view bytes) {
  shells_.pane_printed(pane.id(), bytes);
  jobs_.written_logs().on_bytes(pane);
}

}  // namespace sess::server
