#include "server/job_outside.hpp"

#include "base/log.hpp"
#include "peers/messages.hpp"
#include "protocol/message.hpp"
#include "render/notification.hpp"
#include "server/clients.hpp"
#include "server/programs.hpp"
#include "server/recovery.hpp"
#include "store/checkpoint.hpp"
#include "views/output.hpp"

namespace sess::server {

using peers::RemoteClient;

Result<std::optional<std::int32_t>> JobOutside::start_program(
    model::PaneId pane, const command::ProgramStart& start, std::function<void(Result<std::int32_t>)> later) {
  return parts_.programs.start_program_soon(pane, start, std::move(later));
}

Result<> JobOutside::signal(model::PaneId pane, int signo) {
  return parts_.programs.signal_pane(pane, signo, keeper::Signal::Whom::session);
}

void JobOutside::end_pane(model::PaneId pane, int wait_status, model::Time ended) {
  parts_.programs.end_pane(pane, wait_status, ended);
}

void JobOutside::pane_waits(model::PaneId pane, int wait_status, model::Time ended) {
  parts_.programs.pane_waits(pane, wait_status, ended);
}

void JobOutside::forget(model::PaneId pane) {
  if (auto sent = parts_.link.send(keeper::Forget{pane.value}); !sent) log::error("{}", sent.error().text);
}

void JobOutside::ends_within(std::chrono::milliseconds time) {
  if (auto sent = parts_.link.send(keeper::EndsWithin{time}); !sent) log::error("{}", sent.error().text);
}

void JobOutside::dismiss(const std::string& job, int status) {
  parts_.clients.dismiss(job, status);
}

void JobOutside::report(const std::string& text) {
  parts_.messages.report(text);
}

void JobOutside::log_message(std::string_view text) {
  parts_.messages.log(text);
}

void JobOutside::changed() {
  parts_.checkpoint.changed();
}

void JobOutside::write_down() {
  parts_.checkpoint.save();
}

std::vector<std::string> JobOutside::lacking_terminals() const {
  static constexpr std::pair<terminal::Abilities, std::string_view> kNames[] = {
      {terminal::ability::side_margins, "side margins"},
      {terminal::ability::reverse_wrap, "reverse wrap"},
      {terminal::ability::reverse_wrap_anywhere, "reverse wrap over the whole screen"},
      {terminal::ability::newline, "new line mode"},
      {terminal::ability::protection, "protected characters"},
  };
  std::vector<std::string> out;
  for (const auto& [id, client] : parts_.remote) {
    const model::Client* seen = parts_.model.client(id);
    if (seen == nullptr || seen->control || !seen->session) continue;
    const model::Window* window = parts_.model.current_window(*seen->session);
    const panes::PaneIo* pane = window != nullptr ? parts_.terminals.find(window->active) : nullptr;
    if (pane == nullptr) continue;
    const auto lacks = terminal::needed(pane->screen().modes()) & client->features.lacks;
    std::string words;
    for (const auto& [bit, name] : kNames) {
      if ((lacks & bit) != 0) (words += words.empty() ? "" : ", ") += name;
    }
    if (words.empty()) continue;
    out.push_back(fmt::format("{} ({}) does not have {}, which the program in {} asked for", seen->name,
                              seen->term, words, parts_.model.session(*seen->session)->name));
  }
  return out;
}

jobs::Requester JobOutside::requester(model::ClientId id) const {
  jobs::Requester out;
  const RemoteClient* client = parts_.remote.find(id);
  if (client == nullptr) return out;
  out.request = client->request;
  out.asked_again = client->asked_again;
  out.found_orphans = parts_.recovery.adopted_orphans();
  out.protocol = fmt::format("{}.{}", client->hello.version.major, client->hello.version.minor);
  return out;
}

std::optional<std::size_t> JobOutside::queued(model::ClientId id) const {
  const RemoteClient* client = parts_.remote.find(id);
  return client != nullptr ? std::optional(client->connection->queued()) : std::nullopt;
}

void JobOutside::print(model::ClientId id, std::string_view bytes) {
  if (RemoteClient* client = parts_.remote.find(id)) client->print(1, bytes);
}

void JobOutside::notify(model::ClientId id, const std::string& text, std::chrono::milliseconds shown,
                        std::string_view kind) {
  RemoteClient* client = parts_.remote.find(id);
  const model::Client* seen = parts_.model.client(id);
  if (client == nullptr || seen == nullptr || seen->control ||
      client->phase != RemoteClient::Phase::attached || client->suspended)
    return;
  parts_.messages.show(*client, text, shown);
  if (kind == "off") return;
  using Kind = render::NotificationKind;
  const auto how = kind == "9"    ? Kind::osc9
                   : kind == "99" ? Kind::osc99
                   : kind == "777"
                       ? Kind::osc777
                       : render::notification_kind(client->features.name, client->hello.term,
                                                   seen->environment.value("TERM_PROGRAM").value_or(""));
  const auto bytes = render::notification(how, "sess", text);
  if (!bytes.empty()) views::send_aside(*client->connection, client->flow, parts_.clock.now(), bytes);
}

}  // namespace sess::server
