#include "peers/alerts.hpp"

#include <fmt/format.h>

#include "peers/messages.hpp"
#include "views/output.hpp"

namespace sess::peers {
void Alerts::on_bell(model::PaneId pane) {
  const model::Pane* owner = model_.pane(pane);
  const model::Window* window = owner != nullptr ? model_.window(owner->window) : nullptr;
  if (window != nullptr && window->options.flag("monitor-bell")) alert(window->id, Kind::bell, pane);
}

void Alerts::on_output(const std::set<model::PaneId>& panes) {
  for (const auto id : panes) {
    const model::Pane* pane = model_.pane(id);
    model::Window* window = pane != nullptr ? model_.window(pane->window) : nullptr;
    if (window == nullptr) continue;
    window->activity = clock_.wall();
    if (window->options.flag("monitor-activity")) alert(window->id, Kind::activity, id);
    start_silence(*window);
  }
}

void Alerts::watch_silence() {
  for (const auto& [id, window] : model_.windows()) start_silence(window);
}

void Alerts::start_silence(const model::Window& window) {
  const std::chrono::seconds limit(window.options.number("monitor-silence"));
  if (limit.count() <= 0) {
    silence_.erase(window.id);
    return;
  }
  auto& timer = silence_[window.id];
  if (!timer) {
    timer = std::make_unique<os::Timer>(loop_, [this, id = window.id] {
      const model::Window* silent = model_.window(id);
      if (silent != nullptr) alert(id, Kind::silence, silent->active);
    });
  }
  timer->start(limit);
}

void Alerts::alert(model::WindowId window, Kind kind, model::PaneId source) {
  for (auto* session : model_.links().sessions_with(window)) {
    const int current = session->current_link() != nullptr ? session->current_link()->index : -1;
    bool told = false;
    for (auto& [index, link] : session->windows) {
      if (link.window != window) continue;
      bool& flag = kind == Kind::bell ? link.bell : kind == Kind::activity ? link.activity : link.silence;
      if (flag && kind != Kind::bell) continue;  // told already; a bell is told every time
      if (index != current || model_.clients().attached_count(session->id) == 0) {
        flag = true;
        remote_.redraw_all();
      }
      const auto option = kind == Kind::bell       ? model::ChoiceOption("bell-action")
                          : kind == Kind::activity ? model::ChoiceOption("activity-action")
                                                   : model::ChoiceOption("silence-action");
      const auto action = session->options.choice(option);
      if (action == "none" || (action == "current" && index != current) ||
          (action == "other" && index == current)) {
        continue;
      }
      const char* hook = kind == Kind::bell       ? "alert-bell"
                         : kind == Kind::activity ? "alert-activity"
                                                  : "alert-silence";
      queue_.submit_hook(hook, command::find_from_pane(model_, source), {},
                         {{"hook_session", to_string(session->id)},
                          {"hook_session_name", session->name},
                          {"hook_window", to_string(window)},
                          {"hook_window_name", model_.window(window)->name}});
      if (!std::exchange(told, true)) tell(*session, index, kind, source);
    }
  }
}

void Alerts::tell(model::Session& session, int index, Kind kind, model::PaneId source) {
  const auto option = kind == Kind::bell       ? model::ChoiceOption("visual-bell")
                      : kind == Kind::activity ? model::ChoiceOption("visual-activity")
                                               : model::ChoiceOption("visual-silence");
  const char* word = kind == Kind::bell ? "Bell" : kind == Kind::activity ? "Activity" : "Silence";
  const auto visual = session.options.choice(option);
  const auto* current = session.current_link();
  for (const auto* seen : model_.clients().of(session.id)) {
    RemoteClient* client = remote_.find(seen->id);
    if (client == nullptr || seen->control || client->phase != RemoteClient::Phase::attached) continue;
    // A direct client's terminal got the program's own bell.
    const bool has_it = kind == Kind::bell && client->direct && client->direct->pane().id() == source;
    if (visual != "on" && !has_it && !client->suspended) {
      views::send_aside(*client->connection, client->flow, clock_.now(), "\a");
    }
    if (visual == "off") continue;
    const std::string text = current != nullptr && current->index == index
                                 ? fmt::format("{} in current window", word)
                                 : fmt::format("{} in window {}", word, index);
    messages_.show(*client, text, std::chrono::milliseconds(session.options.number("display-time")));
  }
}

}  // namespace sess::peers
