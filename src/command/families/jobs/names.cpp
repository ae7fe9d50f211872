#include "command/families/jobs/names.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "base/normal_form.hpp"
#include "command/language/typed_words.hpp"
#include "command/ports/jobs.hpp"

namespace sess::command {
namespace {

bool is_among(const JobView& view, Among which) {
  const bool active = view.job.active();
  switch (which) {
    case Among::active:
      return active;
    case Among::ended:
      return !active;
    case Among::files:
      return !active && view.job.from_file;
    case Among::all:
      break;
  }
  return true;
}

std::vector<std::string> names_among(JobPort& jobs, Among which) {
  std::vector<std::string> names;
  for (const auto& view : jobs.jobs()) {
    if (is_among(view, which)) names.push_back(view.job.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// "stop needs the name of a job; running: db, web".
std::string needs_a_name(const Item& item, Among all) {
  JobPort& jobs = *item.ports().jobs;
  const Among shown = all == Among::all ? Among::active : all;
  auto names = names_among(jobs, shown);
  std::string_view what = shown == Among::active ? "running" : shown == Among::ended ? "ended" : "there are";
  if (names.empty() && all == Among::all) {
    names = names_among(jobs, Among::all);
    what = "ended";
  }
  const auto name = item.entry().name;
  if (names.empty())
    return fmt::format("{} needs the name of a job; {}", name,
                       all == Among::active ? "none runs" : "there is none");
  return fmt::format("{} needs the name of a job; {}: {}", name, what, listed(names));
}

/// What does the same to a session.
std::string session_way(std::string_view command, const std::string& name) {
  if (command == "stop" || command == "kill" || command == "rm")
    return fmt::format("sess kill-session {} ends it", name);
  if (command == "logs")
    return fmt::format("sess capture-pane -p -S - -t {0} prints what it shows, sess attach {0} goes to it",
                       name);
  if (command == "restart" || command == "start")
    return fmt::format("sess respawn-pane -k -t {} starts it anew", name);
  return fmt::format("sess attach {} goes to it, sess ls lists it", name);
}

}  // namespace

Result<std::vector<std::string>> chosen_jobs(const Item& item, Among all) {
  JobPort& jobs = *item.ports().jobs;
  const auto given = item.args().strings();
  if (item.args().has(kAllJobsRow.letter)) {
    if (!given.empty()) return fail(ErrorCode::invalid_argument, "--all and names exclude each other");
    return names_among(jobs, all);
  }
  if (given.empty()) return fail(ErrorCode::invalid_argument, "{}", needs_a_name(item, all));
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  for (const auto& word : given) {
    const std::string name = composed(word);
    if (name.find_first_of("*?[") == std::string::npos) {
      add(name);
      continue;
    }
    bool found = false;
    for (const auto& one : names_among(jobs, Among::all)) {
      if (::fnmatch(name.c_str(), one.c_str(), 0) != 0) continue;
      add(one);
      found = true;
    }
    if (!found) return fail(ErrorCode::not_found, "no job matches '{}'; sess jobs lists them", name);
  }
  return out;
}

std::vector<std::string> jobs_among(const Item& item, Among which) {
  return names_among(*item.ports().jobs, which);
}

std::string about_name(const Item& item, const std::string& name, const Error& error) {
  const auto job = item.ports().jobs->find(name);
  if (job) return error.text;
  if (item.model().sessions().named(name) == nullptr) return job.error().text;
  return fmt::format("{} is a session, not a job: {}", name, session_way(item.entry().name, name));
}

}  // namespace sess::command
