#include "jobs/scopes.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/log.hpp"
#include "base/quote.hpp"
#include "job/boot.hpp"
#include "jobs/boot.hpp"
#include "jobs/table.hpp"
#include "os/files.hpp"
#include "os/programs/process.hpp"
#include "panes/shell_commands.hpp"

namespace sess::jobs {
namespace {

using namespace std::chrono_literals;

/// A job that is over by then was not worth a call; one with limits does not wait.
constexpr auto kPause = 100ms;
/// systemd answers before it has moved the processes: when to look, and again.
constexpr std::chrono::milliseconds kLooks[] = {50ms, 500ms, 3000ms};

std::string control_group(int pid) {
  return os::read_file_or_empty(fmt::format("/proc/{}/cgroup", pid));
}

bool is_in(int pid, const std::string& unit) {
  return control_group(pid).find("/" + unit) != std::string::npos;
}

/// The unit that a process of ours is in, by its control group: servers before this one made it, too.
/// systemd.unit(5): a name's other bytes are written \xNN.
std::string unit_name(const std::string& job, int pid) {
  std::string name;
  for (const char c : job) {
    const auto byte = static_cast<unsigned char>(c);
    name += byte < 0x80 ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return "sess-" + name + os::scope_ending(pid);
}

std::string unit_of(const std::string& job, int pid) {
  const std::string unit = unit_name(job, pid);
  return is_in(pid, unit) ? unit : "";
}

std::string limits_text(const job::Spec& spec, bool scope) {
  std::string text;
  if (spec.memory_limit > 0)
    text += scope ? "; memory limit by the scope" : "; memory limit by RLIMIT_AS of each process";
  if (spec.cpu_limit > 0)
    text += scope ? "; CPU limit by the scope" : "; the CPU limit needs a scope and is not kept";
  return text;
}

}  // namespace

std::string JobScopes::unavailable() const {
  const auto machine = job::look_at_systemd(surroundings(parts_.model, parts_.facts, nullptr));
  if (!machine.systemd) return "systemd does not run here";
  if (!machine.user_manager) return "no systemd of the user runs";
  if (!machine.user_bus) return "the user has no bus (Debian: dbus-user-session)";
  // Scopes end with the user's manager. A daemon outside it would outlive its jobs.
  if (!machine.lingers && control_group(parts_.facts.pid).find("/user@") == std::string::npos) {
    return fmt::format("without lingering a scope ends at logout: loginctl enable-linger {}",
                       parts_.facts.user);
  }
  return {};
}

std::vector<os::ProcessInfo> JobScopes::processes(const Attempt& attempt) {
  return attempt.holder > 0 ? os::held_processes(attempt.holder) : os::session_processes(attempt.pid);
}

void JobScopes::begin(const job::Job& job, int pid, int holder) {
  Attempt& attempt = attempts_[job.name];
  attempt = {};
  attempt.pid = pid;
  attempt.holder = holder;
  attempt.refused = unavailable();
  if (!attempt.refused.empty()) return;
  attempt.unit = unit_name(job.name, pid);
  if (is_in(pid, attempt.unit)) return;  // an earlier server saw to it
  attempt.memory_limit = job.spec.memory_limit;
  attempt.cpu_limit = job.spec.cpu_limit;
  const bool limited = attempt.memory_limit > 0 || attempt.cpu_limit > 0;
  attempt.timer = std::make_unique<os::Timer>(parts_.loop, [this, name = job.name] {
    // Its own timer may go with the attempt: not inside its callback.
    parts_.loop.defer([this, name] {
      const auto it = attempts_.find(name);
      if (it == attempts_.end() || current(name, it->second.pid) == nullptr) return;
      it->second.checks == 0 ? ask(name) : check(name);
    });
  });
  attempt.timer->start(limited ? 0ms : kPause);
}

JobScopes::Attempt* JobScopes::current(const std::string& name, int pid) {
  const auto it = attempts_.find(name);
  if (it == attempts_.end() || it->second.pid != pid) return nullptr;
  const job::Job* job = table_.find(name);
  if (job == nullptr || job->pid != pid) {
    attempts_.erase(it);
    return nullptr;
  }
  return &it->second;
}

void JobScopes::call(const std::vector<std::string>& words, std::function<void(bool, std::string)> done) {
  const auto runtime =
      job::look_at_systemd(surroundings(parts_.model, parts_.facts, nullptr)).runtime_directory;
  command::ShellRequest request;
  request.command =
      "exec busctl --user --timeout=10 call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
      "org.freedesktop.systemd1.Manager";
  for (const auto& word : words) request.command += " " + shell_word(word);
  request.cwd = "/";
  request.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "XDG_RUNTIME_DIR=" + runtime,
                 "DBUS_SESSION_BUS_ADDRESS=unix:path=" + runtime + "/bus"};
  parts_.shells.run(std::move(request), [done = std::move(done)](command::ShellResult result) {
    auto& text = result.output;
    text.erase(std::min(text.find('\n'), text.size()));
    done(result.exit_status == 0, std::move(text));
  });
}

void JobScopes::ask(const std::string& name) {
  Attempt& attempt = attempts_.at(name);
  attempt.checks = 1;
  std::vector<std::string> pids;
  for (const auto& process : processes(attempt)) pids.push_back(std::to_string(process.pid));
  if (pids.empty()) return;
  std::vector<std::vector<std::string>> properties{
      {"Description", "s", "sess job " + name},
      {"CollectMode", "s", "inactive-or-failed"},
      // Without it systemd moves no process into a unit that exists (AttachProcessesToUnit below).
      {"Delegate", "b", "true"},
      {"PIDs", "au", std::to_string(pids.size())}};
  properties.back().insert(properties.back().end(), pids.begin(), pids.end());
  if (attempt.memory_limit > 0)
    properties.push_back({"MemoryMax", "t", std::to_string(attempt.memory_limit)});
  // Microseconds of CPU time a second.
  if (attempt.cpu_limit > 0)
    properties.push_back({"CPUQuotaPerSecUSec", "t", std::to_string(attempt.cpu_limit * 10'000LL)});
  std::vector<std::string> words{"StartTransientUnit", "ssa(sv)a(sa(sv))", attempt.unit, "fail",
                                 std::to_string(properties.size())};
  for (const auto& property : properties) words.insert(words.end(), property.begin(), property.end());
  words.emplace_back("0");
  call(words, [this, name, pid = attempt.pid](bool ok, const std::string& text) {
    Attempt* now = current(name, pid);
    if (now == nullptr) return;
    if (!ok) return refuse(name, "systemd refused: " + text);
    now->timer->start(kLooks[0]);
  });
}

void JobScopes::check(const std::string& name) {
  Attempt& attempt = attempts_.at(name);
  if (!is_in(attempt.pid, attempt.unit)) {
    if (attempt.checks >= static_cast<int>(std::size(kLooks)))
      return refuse(name, "systemd did not take the job's processes");
    attempt.timer->start(kLooks[attempt.checks++]);
    return;
  }
  log::info("job {}: in {}", name, attempt.unit);
  // What the program started before it was moved.
  std::vector<std::string> late;
  for (const auto& process : processes(attempt)) {
    if (!is_in(process.pid, attempt.unit)) late.push_back(std::to_string(process.pid));
  }
  if (late.empty()) return;
  std::vector<std::string> words{"AttachProcessesToUnit", "ssau", attempt.unit, "",
                                 std::to_string(late.size())};
  words.insert(words.end(), late.begin(), late.end());
  call(words, [name](bool ok, const std::string& text) {
    if (!ok) log::warn("job {}: some of its processes stay outside its scope: {}", name, text);
  });
}

void JobScopes::refuse(const std::string& name, const std::string& reason) {
  Attempt& attempt = attempts_.at(name);
  attempt.refused = reason;
  log::warn("job {}: no scope: {}", name, reason);
  if (attempt.memory_limit == 0) return;
  const rlimit limit{attempt.memory_limit, attempt.memory_limit};
  for (const auto& process : processes(attempt)) {
    static_cast<void>(::prlimit(process.pid, RLIMIT_AS, &limit, nullptr));
  }
}

std::string JobScopes::describe(const job::Job& job) const {
  if (!job.pid) return {};
  if (const auto unit = unit_of(job.name, *job.pid); !unit.empty()) return unit + limits_text(job.spec, true);
  const auto it = attempts_.find(job.name);
  const bool known = it != attempts_.end() && it->second.pid == *job.pid;
  const std::string why = known ? it->second.refused : unavailable();
  if (why.empty()) return known ? "asked for" + limits_text(job.spec, true) : "none";
  return "none: " + why + limits_text(job.spec, false);
}

}  // namespace sess::jobs
