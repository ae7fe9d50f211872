#include "command/families/jobs/text.hpp"

#include <algorithm>

#include "base/duration.hpp"
#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "command/families/listing.hpp"
#include "command/language/item.hpp"
#include "job/signal_name.hpp"
#include "base/quote.hpp"

namespace sess::command {

std::string ago(job::WallTime time, job::WallTime now) {
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(std::max(now - time, now - now));
  return format_duration(passed) + " ago";
}

std::string date_text(job::WallTime time) {
  return format_time("%Y-%m-%d %H:%M:%S", time);
}

std::string state_text(const JobView& view, job::WallTime now) {
  const job::Job& job = view.job;
  std::string text(state_name(job.state));
  if (job.state == job::State::restarting && view.next_start) {
    text += " in " + format_duration(std::chrono::ceil<std::chrono::seconds>(*view.next_start));
  } else if (job.since != job::WallTime()) {
    const auto since = ago(job.since, now);
    text += " " + (job.active() ? since.substr(0, since.size() - 4) : since);
  }
  return text;
}

std::string command_text(const std::vector<std::string>& command) {
  if (command.size() == 1) return printable(command.front());
  std::string out;
  for (const auto& word : command) out += (out.empty() ? "" : " ") + escape_argument(word);
  return printable(out);
}

std::optional<job::Caller> caller_of(const Item& item) {
  const auto* client = item.client();
  if (client == nullptr) return std::nullopt;
  job::Caller caller;
  caller.environment = client->environment.block();
  if (client->umask) caller.umask = *client->umask;
  return caller;
}

std::string json_object(const std::vector<std::pair<std::string_view, std::string>>& fields) {
  std::string out = "{";
  for (const auto& [name, value] : fields) {
    if (out.size() > 1) out += ',';
    out += json_string(name) + ':' + value;
  }
  return out + '}';
}

std::string json_array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + ']';
}

std::string json_words(const std::vector<std::string>& words) {
  std::vector<std::string> items;
  for (const auto& word : words) items.push_back(json_string(word));
  return json_array(items);
}

std::string json_time(job::WallTime time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  return micros == 0 ? "null" : fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

namespace {

std::string exit_json(const job::Exit& exit) {
  if (exit.signal == 0) return json_object({{"code", std::to_string(exit.code)}});
  return json_object(
      {{"signal", json_string(job::signal_name(exit.signal))}, {"core", exit.core ? "true" : "false"}});
}

}  // namespace

std::string job_json(const JobView& view, const JobUse& use) {
  const job::Job& job = view.job;
  return json_object({
      {"name", json_string(job.name)},
      {"state", json_string(state_name(job.state))},
      {"reason", json_string(job.reason)},
      {"since", json_time(job.since)},
      {"command", json_words(job.spec.command)},
      {"session", view.session ? json_string(view.session_name) : "null"},
      {"attached", std::to_string(view.attached)},
      {"pid", job.pid ? std::to_string(*job.pid) : "null"},
      {"left_behind", job.left_behind ? "true" : "false"},
      {"started", json_time(job.started)},
      {"ended", job.exit ? json_time(job.ended) : "null"},
      {"exit", job.exit ? exit_json(*job.exit) : "null"},
      {"status", job.exit ? std::to_string(job.exit->shell_status()) : "null"},
      {"restarts", std::to_string(view.restarts)},
      {"next_start_ms", view.next_start ? std::to_string(view.next_start->count()) : "null"},
      {"enabled", job.spec.enabled ? "true" : "false"},
      {"description", json_string(job.spec.description)},
      {"file", view.file.empty() ? "null" : json_string(view.file)},
      {"directory", json_string(job.spec.directory)},
      {"restart", json_string(restart_name(job.spec.restart.when))},
      {"restart_delay_ms", std::to_string(job.spec.restart.delay.count())},
      {"restart_max_delay_ms", std::to_string(job.spec.restart.max_delay.count())},
      {"restart_limit", json_string(restart_limit_text(job.spec.restart.limit))},
      {"requires", json_words(job.spec.requires_)},
      {"after", json_words(job.spec.after)},
      {"log", job.spec.log && !view.log_path.empty() ? json_string(view.log_path) : "null"},
      {"log_size", view.log_size ? std::to_string(*view.log_size) : "null"},
      {"cpu_percent", fmt::format("{:.1f}", use.cpu_percent)},
      {"memory", std::to_string(use.memory)},
      {"scope", view.scope.empty() ? "null" : json_string(view.scope)},
      {"log_stopped", view.log_note.empty() ? "null" : json_string(view.log_note)},
  });
}

std::string record_json(const job::Record& record) {
  return json_object({
      {"name", json_string(record.name)},
      {"command", json_words(record.command)},
      {"exit", exit_json(record.exit)},
      {"status", std::to_string(record.exit.shell_status())},
      {"success", record.success ? "true" : "false"},
      {"start", json_time(record.start)},
      {"end", json_time(record.end)},
      {"cpu_user_us", std::to_string(record.cpu_user.count())},
      {"cpu_system_us", std::to_string(record.cpu_system.count())},
      {"peak_memory", std::to_string(record.peak_memory)},
      {"stopped", record.stopped ? "true" : "false"},
      {"lost", record.exit.cause == job::Exit::Cause::lost ? "true" : "false"},
      {"timed_out", record.exit.cause == job::Exit::Cause::timeout ? "true" : "false"},
      {"took_us", std::to_string(job::time_taken(record).count())},
      {"restart", std::to_string(record.restart)},
      {"pid", std::to_string(record.pid)},
  });
}

}  // namespace sess::command
