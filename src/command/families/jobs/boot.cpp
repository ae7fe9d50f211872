// enable, disable: jobs that start with the machine; doctor: what could end them.
#include <algorithm>

#include "base/normal_form.hpp"
#include "command/ports/boot.hpp"
#include "command/language/item.hpp"
#include "command/ports/jobs.hpp"
#include "command/families/jobs/names.hpp"
#include "command/families/jobs/text.hpp"
#include "command/families/listing.hpp"
#include "command/families/table.hpp"

namespace sess::command {
namespace {

constexpr char kNow = kJsonFlag + 1;

/// Prints the sentences, then goes on with `act` for every one of `names` when --now was given.
BootPort::Done report_then(Item& item, std::vector<std::string> names,
                           std::function<Result<>(JobPort&, const std::vector<std::string>&)> act) {
  const Waker waker = item.wait();
  return [waker, names = std::move(names), act = std::move(act)](Result<std::vector<std::string>> report) {
    waker([report = std::move(report), names, act](Item& self) {
      if (!report) return self.error(report.error());
      for (const auto& line : *report) self.print(line);
      if (!self.args().has(kNow)) return Status::normal;
      auto acted = act(*self.ports().jobs, names);
      return acted ? Status::normal : self.error(acted.error());
    });
  };
}

/// What the command names. A pattern means what can start with the machine: jobs that run, or have a file.
Result<std::vector<std::string>> bootable(const Item& item) {
  auto chosen = chosen_jobs(item, Among::all);
  if (!chosen) return chosen;
  std::vector<std::string> given;
  for (const auto& word : item.args().strings()) given.push_back(composed(word));
  std::erase_if(*chosen, [&](const std::string& name) {
    if (std::find(given.begin(), given.end(), name) != given.end()) return false;
    const auto view = item.ports().jobs->find(name);
    return view && !view->job.active() && view->file.empty();
  });
  if (chosen->empty())
    return fail(ErrorCode::not_found, "no job that runs or has a file matches; sess jobs lists them");
  return chosen;
}

Status run_enable(Item& item) {
  BootPort* boot = item.ports().boot;
  if (boot == nullptr) return item.error("no jobs here");
  const auto caller = caller_of(item);
  const auto chosen = bootable(item);
  if (!chosen) return item.error(chosen.error());
  boot->enable(
      item.client_id(), *chosen,
      report_then(item, *chosen, [caller](JobPort& jobs, const std::vector<std::string>& names) -> Result<> {
        std::vector<std::string> idle;
        for (const auto& name : names) {
          auto view = jobs.find(name);
          if (!view || !view->job.active()) idle.push_back(name);
        }
        return idle.empty() ? Result<>() : jobs.start(idle, caller);
      }));
  return Status::wait;
}

Status run_disable(Item& item) {
  BootPort* boot = item.ports().boot;
  if (boot == nullptr) return item.error("no jobs here");
  const auto chosen = bootable(item);
  if (!chosen) return item.error(chosen.error());
  boot->disable(
      item.client_id(), *chosen,
      report_then(item, *chosen, [](JobPort& jobs, const std::vector<std::string>& names) -> Result<> {
        for (const auto& name : names) {
          const auto view = jobs.find(name);
          if (!view || !view->job.active()) continue;
          if (auto stopped = jobs.stop(name); !stopped) return pass(stopped.error());
        }
        return {};
      }));
  return Status::wait;
}

std::string finding_text(const job::Finding& one, const Look& look) {
  constexpr std::size_t kIndent = 9;
  const std::string_view word = one.ok ? "ok" : "warning";
  std::string text = fmt::format("{}: {}", one.topic, one.text);
  if (!one.advice.empty()) text += ". To do: " + one.advice;
  return toned(word, one.ok ? Tone::good : Tone::uncertain, look) + std::string(kIndent - word.size(), ' ') +
         wrapped(text, look, static_cast<int>(kIndent));
}

Status run_doctor(Item& item) {
  BootPort* boot = item.ports().boot;
  if (boot == nullptr) return item.error("no jobs here");
  const auto look = look_of(item);
  if (!look) return item.error(look.error());
  const Waker waker = item.wait();
  boot->examine(item.client_id(), [waker, look = *look](std::vector<job::Finding> findings) {
    waker([findings = std::move(findings), look](Item& self) {
      std::vector<std::string> objects;
      bool all_well = true;
      for (const auto& one : findings) {
        all_well = all_well && one.ok;
        if (self.args().has(kJsonFlag)) {
          objects.push_back(json_object({{"topic", json_string(one.topic)},
                                         {"ok", one.ok ? "true" : "false"},
                                         {"text", json_string(one.text)},
                                         {"advice", json_string(one.advice)}}));
        } else {
          self.print(finding_text(one, look));
        }
      }
      if (self.args().has(kJsonFlag)) self.print(json_array(objects));
      self.set_exit_status(all_well ? 0 : 1);
      return Status::normal;
    });
  });
  return Status::wait;
}

constexpr Flag kEnableFlags[] = {{kNow, "now", "", "start it, too"}};
constexpr Flag kDisableFlags[] = {{kNow, "now", "", "stop it, too"}};
constexpr Flag kDoctorFlags[] = {kWideRow, kColorRow, {kJsonFlag, "json", "", "print JSON"}};

constexpr Entry kEntries[] = {
    {.name = "enable",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kEnableFlags, 1, -1, nullptr, true},
     .usage = "[--now] job ...",
     .summary = "Start jobs with the machine",
     .example = "sess enable --now web",
     .flags = kStartServer,
     .run = run_enable,
     .ours = true},
    {.name = "disable",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kDisableFlags, 1, -1, nullptr, true},
     .usage = "[--now] job ...",
     .summary = "Do not start jobs with the machine any more",
     .example = "sess disable web",
     .flags = kStartServer,
     .run = run_disable,
     .ours = true},
    {.name = "doctor",
     .alias = "",
     .purpose = Purpose::jobs,
     .args = {kDoctorFlags, 0, 0, nullptr, true},
     .usage = "[-w] [--color when] [--json]",
     .summary = "What could end jobs on this machine, and what to do about it",
     .example = "sess doctor",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_doctor,
     .ours = true},
};

}  // namespace

Entries boot_entries() {
  return kEntries;
}

}  // namespace sess::command
