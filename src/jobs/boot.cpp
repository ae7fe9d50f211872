#include "jobs/boot.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/log.hpp"
#include "base/quote.hpp"
#include "job/files.hpp"
#include "os/descriptor.hpp"
#include "os/files.hpp"
#include "jobs/files.hpp"
#include "panes/shell_commands.hpp"
#include "protocol/message.hpp"

namespace sess::jobs {
namespace {

constexpr const char* kService = "sess.service";
constexpr const char* kSocket = "sess.socket";
constexpr std::size_t kUnitLimit = 64 * 1024;
/// A log-in whose files of start take longer is not waited for.
constexpr std::chrono::milliseconds kLoginPatience{3000};
/// Exit statuses of the little script that reads the crontab.
constexpr int kNoCrontab = 3;

/// Nothing but the crontab on standard output; that there is none is not an error.
constexpr const char* kReadCrontab =
    "crontab -l 2>/dev/null && exit 0; why=$(crontab -l 2>&1 >/dev/null); "
    "case $why in *'no crontab'*) exit 3 ;; esac; printf '%s' \"$why\"; exit 4";

std::string first_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(0, text.find('\n'));
}

bool is_ours(job::Directory& directory, const char* unit) {
  const auto text = directory.read(unit, kUnitLimit);
  return text && text->starts_with(job::kUnitMark);
}

}  // namespace

// --- what runs ------------------------------------------------------------------------------------------

job::Surroundings surroundings(const model::Model& model, const command::ServerFacts& facts,
                               const model::Client* client) {
  const auto value = [&](const char* name) {
    if (client != nullptr) {
      if (auto own = client->environment.value(name)) return *own;
    }
    return model.globals().environment.value(name).value_or("");
  };
  job::Surroundings out;
  out.user = facts.user;
  out.uid = facts.uid;
  out.runtime_directory = value("XDG_RUNTIME_DIR");
  out.path = value("PATH");
  return out;
}

BootControl::Shared BootControl::request(std::optional<model::ClientId> id, Done done) const {
  auto out = std::make_shared<Request>();
  const model::Client* client = id ? parts_.model.client(*id) : nullptr;
  out->surroundings = surroundings(parts_.model, parts_.facts, client);
  out->machine = job::look_at_machine(out->surroundings);
  model::Environment environment = parts_.model.globals().environment;
  if (client != nullptr) environment.merge(client->environment);
  environment.set("XDG_RUNTIME_DIR", out->machine.runtime_directory);
  environment.set("LC_ALL", "C");
  if (!environment.value("PATH")) environment.set("PATH", "/usr/local/bin:/usr/bin:/bin");
  out->environment = environment.block();
  out->done = std::move(done);
  return out;
}

void BootControl::run(const Shared& request, std::string command, std::optional<std::string> input,
                      Output done) {
  command::ShellRequest job;
  job.command = std::move(command);
  job.cwd = "/";
  job.env = request->environment;
  job.input = std::move(input);
  parts_.shells.run(std::move(job), std::move(done));
}

void BootControl::add(Shared request, Step first) {
  waiting_.emplace_back(std::move(request), std::move(first));
  if (!busy_) next();
}

void BootControl::next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  auto [request, step] = std::move(waiting_.front());
  waiting_.pop_front();
  step(request);
}

void BootControl::finish(const Shared& request) {
  request->done(std::move(request->report));
  next();
}

void BootControl::give_up(const Shared& request, std::string why) {
  log::warn("boot: {}", why);
  request->done(fail(ErrorCode::unavailable, "{}", why));
  next();
}

// --- enable and disable ---------------------------------------------------------------------------------

job::BootDaemon BootControl::daemon() const {
  const auto& start = parts_.start;
  job::BootDaemon out;
  out.program = start.program;
  // The default daemon's, whichever this one is.
  out.socket = start.socket_directory + "/default";
  // A boot has the home directory of the password file and nothing else.
  for (const char* name : {"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "SESS_TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value != '/') continue;
    if (std::string_view(name) == "HOME" && parts_.facts.login_home == value) continue;
    out.environment.emplace_back(name, value);
  }
  return out;
}

std::string BootControl::unit_directory() const {
  const auto& config = parts_.start.config_directory;
  return config.substr(0, config.rfind('/')) + "/systemd/user";
}

std::unique_ptr<job::Directory> BootControl::existing_units() const {
  if (::access(unit_directory().c_str(), R_OK) != 0) return nullptr;
  auto directory = job::DiskDirectory::open(unit_directory());
  return directory ? std::move(*directory) : nullptr;
}

void BootControl::enable(std::optional<model::ClientId> client, std::vector<std::string> names, Done done) {
  auto one = request(client, std::move(done));
  for (const auto& name : names) {
    const auto kept = files_.set_enabled(name, true);
    if (!kept) return one->done(pass(kept.error()));
    one->report.push_back(fmt::format("job {} starts with the machine ({}/jobs/{}.toml)", name,
                                      parts_.start.config_directory, name));
    if (!kept->empty()) {
      std::string names_kept;
      for (const auto& variable : *kept) names_kept += (names_kept.empty() ? "" : ", ") + variable;
      one->report.push_back(
          fmt::format("job {} keeps of the environment that it was run in: {}", name, names_kept));
    }
  }
  if (parts_.start.program.empty()) {
    return one->done(fail(ErrorCode::unavailable,
                          "the daemon does not know its own path, so nothing can start it at boot"));
  }
  add(std::move(one), [this](const Shared& shared) { set_up(shared); });
}

void BootControl::disable(std::optional<model::ClientId> client, std::vector<std::string> names, Done done) {
  auto one = request(client, std::move(done));
  for (const auto& name : names) {
    if (auto ok = files_.set_enabled(name, false); !ok) return one->done(pass(ok.error()));
    one->report.push_back(fmt::format("job {} does not start with the machine", name));
  }
  add(std::move(one), [this](const Shared& shared) {
    // Another request may have enabled one while this one waited.
    if (files_.enabled().empty()) return take_down(shared);
    finish(shared);
  });
}

void BootControl::set_up(const Shared& request) {
  switch (boot_way(request->machine)) {
    case job::BootWay::systemd:
      return set_up_systemd(request);
    case job::BootWay::cron:
      return set_up_cron(request);
    case job::BootWay::none:
      request->report.push_back(fmt::format(
          "boot: neither a systemd of the user nor cron is here. As root: install contrib/sysvinit/sess as "
          "/etc/init.d/sess, put SESS_USERS=\"{}\" into /etc/default/sess, run update-rc.d sess defaults",
          request->surroundings.user));
      return finish(request);
  }
}

void BootControl::set_up_systemd(const Shared& request) {
  auto directory = job::DiskDirectory::open(unit_directory());
  if (!directory) return give_up(request, directory.error().text);
  const auto boot = daemon();
  for (const auto& [unit, text] :
       {std::pair{kService, job::service_unit(boot)}, {kSocket, job::socket_unit(boot)}}) {
    if ((*directory)->read(unit, kUnitLimit) && !is_ours(**directory, unit)) {
      request->report.push_back(
          fmt::format("boot: {}/{} is yours and stays as it is", unit_directory(), unit));
      continue;
    }
    if (auto written = (*directory)->write_atomically(unit, text); !written)
      return give_up(request, written.error().text);
  }
  run(request,
      fmt::format("systemctl --user daemon-reload && systemctl --user --quiet enable {} {}", kSocket,
                  kService),
      {}, [this, request](const command::ShellResult& result) {
        if (result.exit_status != 0) {
          return give_up(request,
                         fmt::format("systemctl --user enable failed: {}", first_line(result.output)));
        }
        request->report.push_back(fmt::format("boot: the user's systemd starts the daemon ({} and {} in {})",
                                              kService, kSocket, unit_directory()));
        request->report.push_back(
            request->machine.lingers
                ? "boot: lingering is on, so that is at boot and outlives every logout"
                : fmt::format(
                      "boot: lingering is missing, so that is at login only and ends with the last logout. "
                      "To do: loginctl enable-linger {}, then sess enable again",
                      request->surroundings.user));
        finish(request);
      });
}

void BootControl::read_crontab(const Shared& request, std::function<void(std::string)> then) {
  run(request, kReadCrontab, {}, [this, request, then = std::move(then)](command::ShellResult result) {
    if (result.exit_status == kNoCrontab) return then("");
    if (result.exit_status != 0)
      return give_up(request, fmt::format("crontab -l failed: {}", first_line(result.output)));
    then(std::move(result.output));
  });
}

void BootControl::set_up_cron(const Shared& request) {
  read_crontab(request, [this, request](const std::string& crontab) {
    const std::string wanted = job::with_boot_line(crontab, job::boot_line(daemon()));
    const auto tell = [this, request](bool changed) {
      request->report.push_back(
          changed ? "boot: cron starts the daemon (one @reboot line in your crontab)"
                  : "boot: cron starts the daemon (the @reboot line is in your crontab already)");
      if (!request->machine.cron_runs) {
        request->report.emplace_back(
            "boot: cron does not run on this machine now. To do, as root: service cron start");
      }
      finish(request);
    };
    if (wanted == crontab) return tell(false);
    run(request, "crontab -", wanted, [this, request, tell](const command::ShellResult& result) {
      if (result.exit_status != 0)
        return give_up(request, fmt::format("crontab failed: {}", first_line(result.output)));
      tell(true);
    });
  });
}

void BootControl::take_down(const Shared& request) {
  const auto directory = existing_units();
  const bool ours = directory != nullptr && (is_ours(*directory, kService) || is_ours(*directory, kSocket));
  if (!ours) return take_down_cron(request);
  // Removed whatever systemctl says: without the files it has nothing left to start.
  const std::string remove = fmt::format(
      "systemctl --user --quiet disable {} {}; rm -f {} {}; systemctl --user daemon-reload", kSocket,
      kService, shell_word(unit_directory() + "/" + kSocket), shell_word(unit_directory() + "/" + kService));
  run(request, remove, {}, [this, request](const command::ShellResult& result) {
    request->report.emplace_back(
        "boot: no job is left; the user's systemd does not start the daemon any more");
    if (result.exit_status != 0) log::warn("systemctl --user disable: {}", first_line(result.output));
    take_down_cron(request);
  });
}

void BootControl::take_down_cron(const Shared& request) {
  if (!job::has_program(request->surroundings, "crontab")) return finish(request);
  read_crontab(request, [this, request](const std::string& crontab) {
    if (!job::has_boot_line(crontab)) return finish(request);
    const std::string rest = job::without_boot_line(crontab);
    run(request, rest.empty() ? "crontab -r" : "crontab -", rest,
        [this, request](const command::ShellResult& result) {
          if (result.exit_status != 0)
            return give_up(request, fmt::format("crontab failed: {}", first_line(result.output)));
          request->report.emplace_back("boot: no job is left; the @reboot line is gone from your crontab");
          finish(request);
        });
  });
}

namespace {

std::string first_on_path(const std::string& program, const std::string& path) {
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find(':', at), path.size());
    const std::string candidate = path.substr(at, end - at) + "/" + program;
    if (end > at && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    at = end + 1;
  }
  return {};
}

}  // namespace

// --- doctor ---------------------------------------------------------------------------------------------

job::DoctorFacts BootControl::facts(std::optional<model::ClientId> id) const {
  job::DoctorFacts out;
  out.surroundings = surroundings(parts_.model, parts_.facts, id ? parts_.model.client(*id) : nullptr);
  out.machine = job::look_at_machine(out.surroundings);
  out.socket_directory = parts_.start.socket_directory;
  if (auto keeps = job::check_keeps_files(parts_.start.state_directory); !keeps)
    out.keeps_nothing = keeps.error().text;
  out.daemon_pid = parts_.facts.pid;
  out.control_group = os::read_file_or_empty(fmt::format("/proc/{}/cgroup", out.daemon_pid));
  out.jobs_enabled = !files_.enabled().empty();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) out.descriptor_limit = limit.rlim_cur;
  out.config_files = parts_.facts.config_files;
  out.own_config = parts_.start.config_directory + "/sess.conf";
  out.daemon_version = parts_.facts.version;
  char path[PATH_MAX];
  const auto length = ::readlink("/proc/self/exe", path, sizeof path);
  out.replaced =
      length > 0 && std::string_view(path, static_cast<std::size_t>(length)).ends_with(" (deleted)");
  const auto text = [](protocol::Version version) {
    return fmt::format("{}.{}", version.major, version.minor);
  };
  out.daemon_protocol = out.client_version = text(protocol::kVersion);
  if (const auto own = id ? parts_.outside.requester(*id).protocol : ""; !own.empty())
    out.client_version = own;
  if (const model::Client* client = id ? parts_.model.client(*id) : nullptr) {
    out.client_environment = client->environment.block();
    out.tmux = first_on_path("tmux", client->environment.value("PATH").value_or(""));
    std::error_code failed;
    const auto target =
        out.tmux.empty() ? std::filesystem::path() : std::filesystem::canonical(out.tmux, failed);
    out.tmux_is_sess = !failed && target.filename() == "sess";
  }
  out.lacking = parts_.outside.lacking_terminals();
  out.login_shell = parts_.facts.shell;
  out.state_directory = parts_.start.state_directory;
  std::error_code unknown;
  if (const auto room = std::filesystem::space(out.state_directory, unknown); !unknown) {
    out.disk_left = room.available;
    out.disk_size = room.capacity;
  }
  return out;
}

void BootControl::ask_ssh(const Shared& request, const std::shared_ptr<job::DoctorFacts>& known,
                          std::function<void()> then) {
  const std::string shell = known->login_shell;
  const std::string kind = shell.substr(shell.rfind('/') + 1);
  if (kind.find("csh") != std::string::npos || kind == "nologin" || kind == "false" || shell.empty())
    return then();
  // As sshd(8) does it: a shell that is no log-in and has no terminal, with little more than a PATH. bash
  // reads its file of start where it sees an ssh's variables.
  std::string path = "/usr/local/bin:/usr/bin:/bin:/usr/games";
  if (parts_.facts.uid == 0) path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::string line = "exec env -i";
  for (const auto& variable :
       {"PATH=" + path, "HOME=" + parts_.facts.home, "USER=" + parts_.facts.user,
        "LOGNAME=" + parts_.facts.user, "SHELL=" + shell, std::string("SSH_CLIENT=127.0.0.1 22 22"),
        std::string("SSH_CONNECTION=127.0.0.1 22 127.0.0.1 22")}) {
    line += " " + shell_word(variable);
  }
  line += " " + shell_word(shell) + " -c 'command -v sess'";
  command::ShellRequest job;
  job.command = std::move(line);
  job.cwd = "/";
  job.env = request->environment;
  job.errors = false;
  job.limit = kLoginPatience;
  parts_.shells.run(std::move(job), [known, then = std::move(then)](const command::ShellResult& result) {
    // What a file of start prints stands before it.
    std::string_view text = result.output;
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (!result.timed_out) known->found_by_ssh = std::string(text.substr(text.rfind('\n') + 1));
    if (known->found_by_ssh && !known->found_by_ssh->starts_with('/')) known->found_by_ssh->clear();
    then();
  });
}

void BootControl::examine(std::optional<model::ClientId> client,
                          std::function<void(std::vector<job::Finding>)> done) {
  auto known = std::make_shared<job::DoctorFacts>(facts(client));
  auto one = request(client, [](const auto&) {});
  const auto judge = [this, known, one, done = std::move(done)] {
    ask_ssh(one, known, [known, done] { done(job::examine(*known)); });
  };
  const auto ask_boot = [this, known, one, judge] {
    const auto directory = existing_units();
    if (boot_way(known->machine) != job::BootWay::cron) {
      known->boot_is_set_up = directory != nullptr && directory->read(kService, kUnitLimit).has_value();
      return judge();
    }
    run(one, kReadCrontab, {}, [known, judge](const command::ShellResult& result) {
      known->boot_is_set_up = job::has_boot_line(result.output);
      judge();
    });
  };
  if (parts_.start.program.empty()) return ask_boot();
  run(one, shell_word(parts_.start.program) + " --version", {},
      [known, ask_boot](const command::ShellResult& result) {
        constexpr std::string_view kName = "sessd ";
        const std::string line = first_line(result.output);
        if (result.exit_status == 0 && line.starts_with(kName))
          known->installed_version = line.substr(kName.size());
        ask_boot();
      });
}

}  // namespace sess::jobs
