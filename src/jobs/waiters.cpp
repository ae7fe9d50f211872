#include "jobs/waiters.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/duration.hpp"
#include "base/printable.hpp"
#include "jobs/history.hpp"
#include "jobs/table.hpp"

namespace sess::jobs {

struct Waiters::Waiter {
  command::JobWait wait;
  std::map<std::string, int> ended;  ///< status by name
  std::function<void(Result<command::JobEnd>)> done;
  std::unique_ptr<os::Timer> timer;
  std::unique_ptr<os::Timer> tell_timer;
};

Waiters::Waiters(const Parts& parts, Table& table, History& history)
    : parts_(parts), table_(table), history_(history) {}

Waiters::~Waiters() = default;

void Waiters::add(command::JobWait wait, std::function<void(Result<command::JobEnd>)> done) {
  auto waiter = std::make_unique<Waiter>();
  for (const auto& name : wait.names) {
    const job::Job* job = table_.find(name);
    if (job != nullptr && job->active()) continue;
    auto status = table_.status_of(name);
    if (!status) return done(pass(status.error()));
    waiter->ended.emplace(name, *status);
  }
  waiter->wait = std::move(wait);
  waiter->done = std::move(done);
  if (check(*waiter)) return;
  if (waiter->wait.until) {
    Waiter* raw = waiter.get();
    waiter->timer = std::make_unique<os::Timer>(parts_.loop, [this, raw] {
      auto told = std::move(raw->done);
      std::erase_if(waiters_, [raw](const auto& one) { return one.get() == raw; });
      told(fail(ErrorCode::unavailable, "timed out"));
    });
    waiter->timer->start(std::max<std::chrono::nanoseconds>(*waiter->wait.until - table_.now().wall,
                                                            std::chrono::nanoseconds(0)));
  }
  if (waiter->wait.tell && parts_.clients.prints_on_terminal(*waiter->wait.tell)) {
    Waiter* raw = waiter.get();
    waiter->tell_timer =
        std::make_unique<os::Timer>(parts_.loop, [this, raw] { tell_what_is_awaited(*raw); });
    waiter->tell_timer->start(std::chrono::seconds(1));
  }
  waiters_.push_back(std::move(waiter));
}

void Waiters::tell_what_is_awaited(const Waiter& waiter) {
  for (const auto& name : waiter.wait.names) {
    const job::Job* job = table_.find(name);
    if (job == nullptr || waiter.ended.count(name) > 0) continue;
    std::string text = fmt::format("waiting for {}", name);
    if (job->stop_pending) {
      text += ", which " + job->reason;
    } else if (job->kill_due) {
      const auto left =
          format_duration(std::chrono::ceil<std::chrono::seconds>(*job->kill_due - table_.now().time));
      text += job->killed ? ", which was killed" : fmt::format(", which is killed in {}", left);
    }
    std::string processes;
    constexpr std::size_t kShown = 5;
    const auto used = table_.use(name);
    for (std::size_t i = 0; i < std::min(kShown, used.processes.size()); ++i) {
      processes += fmt::format("{}{} {}", i == 0 ? ": " : ", ", used.processes[i].pid,
                               printable(used.processes[i].command));
    }
    if (used.processes.size() > kShown)
      processes += fmt::format(" and {} more", used.processes.size() - kShown);
    parts_.clients.note(*waiter.wait.tell, text + processes);
  }
}

bool Waiters::check(Waiter& waiter) {
  const auto& names = waiter.wait.names;
  if (waiter.ended.empty() ||
      (!waiter.wait.any && waiter.ended.size() < std::set(names.begin(), names.end()).size())) {
    return false;
  }
  command::JobEnd end;
  for (const auto& name : names) {
    const auto it = waiter.ended.find(name);
    if (it == waiter.ended.end()) continue;
    if (end.name.empty() || end.status == 0) end = {name, it->second, note_about(name)};
    if (waiter.wait.any) break;
  }
  waiter.done(end);
  return true;
}

std::string Waiters::note_about(const std::string& name) {
  const job::Job* job = table_.find(name);
  const job::Record* record = job != nullptr && job->exit ? nullptr : history_.newest(name);
  const job::Exit exit = job != nullptr && job->exit ? *job->exit
                         : record != nullptr         ? record->exit
                                                     : job::Exit{};
  return exit.cause == job::Exit::Cause::lost ? fmt::format("job {} is {}", name, exit.text()) : "";
}

void Waiters::on_ended(const std::string& job) {
  for (auto& waiter : waiters_) {
    const auto& names = waiter->wait.names;
    if (std::find(names.begin(), names.end(), job) == names.end()) continue;
    waiter->ended.insert_or_assign(job, table_.status_of(job).value_or(1));
  }
}

void Waiters::check_all() {
  std::erase_if(waiters_, [this](const auto& waiter) { return check(*waiter); });
}

}  // namespace sess::jobs
