#include "display/destinations.hpp"

#include <algorithm>

#include "base/quote.hpp"
#include "command/families/jobs/text.hpp"
#include "terminal/screen/screen.hpp"

namespace sess::display {
namespace {

/// With what they are sorted by: the latest first, where one is already last.
struct Ranked {
  bool here = false;
  std::uint64_t order = 0;
  modes::Destination place;
};

void append_ranked(std::vector<modes::Destination>& out, std::vector<Ranked> ranked) {
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return a.here != b.here ? b.here : a.order > b.order;
  });
  for (auto& one : ranked) out.push_back(std::move(one.place));
}

std::string switch_to(const std::string& target) {
  return "switch-client -Zt " + escape_argument(target);
}

}  // namespace

std::string Destinations::last_line(model::PaneId pane) const {
  const terminal::Screen* screen = world_.screen(pane);
  if (screen == nullptr) return {};
  for (int row = screen->size().rows - 1; row >= 0; --row) {
    std::string line;
    for (const auto& cell : screen->row(row)) screen->append_text(line, cell);
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) return line;
  }
  return {};
}

std::string Destinations::last_line_of_job(const std::string& name) const {
  const auto known = job_lines_.find(name);
  if (known != job_lines_.end()) return known->second;
  const auto lines = queue_.ports().jobs->last_lines(name, 1);
  return job_lines_[name] = lines.empty() ? std::string() : lines.back();
}

std::vector<modes::Destination> Destinations::destinations() const {
  std::vector<modes::Destination> out;
  std::vector<Ranked> sessions;
  std::vector<modes::Destination> stopped;
  std::map<model::SessionId, modes::Destination> of_jobs;
  const auto now = queue_.ports().daemon.now();
  if (auto* jobs = queue_.ports().jobs) {
    for (const auto& view : jobs->jobs()) {
      modes::Destination place{"job", view.job.name, command::state_text(view, now), {}, {}};
      if (view.session && view.job.active()) {
        of_jobs.emplace(*view.session, std::move(place));
        continue;
      }
      place.last_line = last_line_of_job(view.job.name);
      place.command = "start-job " + escape_argument(view.job.name);
      stopped.push_back(std::move(place));
    }
  }
  const auto user = world_.user();
  const model::Client* client = user ? model_.client(*user) : nullptr;
  std::vector<Ranked> windows;
  for (const auto& [id, session] : model_.sessions()) {
    const auto* current = session.current_link();
    if (current == nullptr) continue;
    Ranked one{client != nullptr && client->session == id, session.activity_order, {}};
    if (const auto job = of_jobs.find(id); job != of_jobs.end()) {
      one.place = job->second;
    } else {
      const auto count = session.windows.size();
      one.place = {"session",
                   session.name,
                   fmt::format("{} window{}{}", count, count == 1 ? "" : "s",
                               model_.clients().attached_count(id) > 0 ? " (attached)" : ""),
                   {},
                   {}};
    }
    one.place.last_line = last_line(model_.window(current->window)->active);
    one.place.command = switch_to(fmt::format("={}:", session.name));
    const bool here = one.here;
    sessions.push_back(std::move(one));
    if (session.windows.size() < 2) continue;
    for (const auto& [index, link] : session.windows) {
      const model::Window* window = model_.window(link.window);
      Ranked each{here && session.current == index,
                  static_cast<std::uint64_t>(window->activity.time_since_epoch().count()),
                  {}};
      each.place = {"window", fmt::format("{}:{} {}", session.name, index, window->name),
                    queue_.ports().programs.current_command(window->active), last_line(window->active),
                    switch_to(fmt::format("={}:{}", session.name, index))};
      windows.push_back(std::move(each));
    }
  }
  append_ranked(out, std::move(sessions));
  for (auto& job : stopped) out.push_back(std::move(job));
  append_ranked(out, std::move(windows));
  return out;
}

}  // namespace sess::display
