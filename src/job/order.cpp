#include "job/order.hpp"

#include <algorithm>
#include <set>

namespace sess::job {

namespace {

bool has(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string path_text(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& name : path) text += (text.empty() ? "" : " -> ") + name;
  return text;
}

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::inactive:
      return "inactive";
    case State::waiting:
      return "activating";
    case State::running:
      return "running";
    case State::stopping:
      return "deactivating";
    case State::restarting:
      return "auto-restart";
    case State::exited:
      return "exited";
    case State::failed:
      return "failed";
  }
  return "";
}

void Graph::set(const std::string& name, Dependencies dependencies) {
  jobs_[name] = std::move(dependencies);
}

void Graph::remove(const std::string& name) {
  jobs_.erase(name);
}

std::vector<std::string> Graph::find_cycle(Edges edges) const {
  // Depth first with an explicit path: what is found on the path again closes a cycle.
  std::set<std::string> done;
  for (const auto& [root, unused] : jobs_) {
    struct Step {
      std::string name;
      std::size_t next = 0;
    };
    std::vector<Step> path;
    if (done.count(root) == 0) path.push_back({root});
    while (!path.empty()) {
      Step& step = path.back();
      const auto job = jobs_.find(step.name);
      if (job == jobs_.end() || step.next >= (job->second.*edges).size()) {
        done.insert(step.name);
        path.pop_back();
        continue;
      }
      const std::string next = (job->second.*edges)[step.next++];
      const auto on_path =
          std::find_if(path.begin(), path.end(), [&](const Step& s) { return s.name == next; });
      if (on_path != path.end()) {
        std::vector<std::string> cycle;
        for (auto it = on_path; it != path.end(); ++it) cycle.push_back(it->name);
        cycle.push_back(next);
        return cycle;
      }
      if (done.count(next) == 0) path.push_back({next});
    }
  }
  return {};
}

Result<> Graph::check() const {
  for (const Edges edges : {&Dependencies::after, &Dependencies::requires_}) {
    const auto cycle = find_cycle(edges);
    if (!cycle.empty()) return fail(ErrorCode::invalid_argument, "dependency cycle: {}", path_text(cycle));
  }
  return {};
}

Result<std::vector<std::string>> Graph::start_order(const std::vector<std::string>& names) const {
  if (auto ok = check(); !ok) return pass(ok.error());
  std::set<std::string> wanted;
  std::vector<std::string> open;
  for (const auto& name : names) {
    if (!contains(name)) return fail(ErrorCode::not_found, "no job {}", name);
    open.push_back(name);
  }
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (!wanted.insert(name).second) continue;
    for (const auto& other : jobs_.at(name).requires_) {
      if (!contains(other))
        return fail(ErrorCode::not_found, "job {} requires {}, which does not exist", name, other);
      open.push_back(other);
    }
  }
  // Again and again the first (by name) whose predecessors are placed; check() made sure that there is one.
  std::vector<std::string> order;
  std::set<std::string> placed;
  while (order.size() < wanted.size()) {
    const auto ready = std::find_if(wanted.begin(), wanted.end(), [&](const std::string& name) {
      if (placed.count(name) != 0) return false;
      const auto& after = jobs_.at(name).after;
      return std::all_of(after.begin(), after.end(), [&](const std::string& other) {
        return wanted.count(other) == 0 || placed.count(other) != 0;
      });
    });
    if (ready == wanted.end()) return fail(ErrorCode::internal, "no order for the jobs");
    placed.insert(*ready);
    order.push_back(*ready);
  }
  return order;
}

std::vector<std::string> Graph::stopped_with(const std::string& name) const {
  std::set<std::string> seen{name};
  std::vector<std::string> found;
  std::vector<std::string> open{name};
  while (!open.empty()) {
    const std::string current = open.back();
    open.pop_back();
    for (const auto& [other, dependencies] : jobs_) {
      if (!has(dependencies.requires_, current) || !seen.insert(other).second) continue;
      found.push_back(other);
      open.push_back(other);
    }
  }
  // Stopping goes against the order of starting. Without a valid order any will do.
  if (const auto order = start_order(found)) {
    std::vector<std::string> sorted;
    for (auto it = order->rbegin(); it != order->rend(); ++it) {
      if (has(found, *it)) sorted.push_back(*it);
    }
    return sorted;
  }
  return found;
}

bool Graph::stops_before(const Dependencies& later, const std::string& later_name, const Dependencies& one,
                         const std::string& name) {
  // Who requires it without an order goes first, unless the order is the other way round.
  return has(later.after, name) || (has(later.requires_, name) && !has(one.after, later_name));
}

std::string Graph::stops_before(const std::string& name,
                                const std::function<bool(const std::string&)>& busy) const {
  const auto job = jobs_.find(name);
  if (job == jobs_.end()) return {};
  for (const auto& [other, dependencies] : jobs_) {
    if (other != name && stops_before(dependencies, other, job->second, name) && busy(other)) return other;
  }
  return {};
}

std::map<std::string, std::chrono::milliseconds> Graph::chain(
    const std::function<std::chrono::milliseconds(const std::string&)>& time) const {
  std::map<std::string, std::chrono::milliseconds> sums;
  for (const auto& [name, dependencies] : jobs_) sums[name] = time(name);
  // As many rounds as the longest chain has links; a cycle of mixed edges ends with the number of jobs.
  for (std::size_t round = 0; round < jobs_.size(); ++round) {
    bool changed = false;
    for (const auto& [name, one] : jobs_) {
      std::chrono::milliseconds before{0};
      for (const auto& [other, dependencies] : jobs_) {
        if (other != name && stops_before(dependencies, other, one, name))
          before = std::max(before, sums[other]);
      }
      changed = changed || sums[name] != before + time(name);
      sums[name] = before + time(name);
    }
    if (!changed) break;
  }
  return sums;
}

Graph::Answer Graph::may_start(const std::string& name,
                               const std::function<State(const std::string&)>& state) const {
  const auto job = jobs_.find(name);
  if (job == jobs_.end()) return {};
  Answer answer;
  for (const auto& other : job->second.after) {
    const auto before = jobs_.find(other);
    if (before == jobs_.end()) continue;
    const bool required = has(job->second.requires_, other);
    switch (state(other)) {
      case State::failed:
        if (required) return {Ready::refused, other};
        break;
      case State::waiting:
        answer = {Ready::wait, other};
        break;
      case State::running:
      case State::restarting:
      case State::stopping:
        // A program that does one thing has come up when that is done.
        if (before->second.oneshot) answer = {Ready::wait, other};
        break;
      case State::inactive:
        if (required) answer = {Ready::wait, other};
        break;
      case State::exited:
        break;
    }
  }
  return answer;
}

}  // namespace sess::job
