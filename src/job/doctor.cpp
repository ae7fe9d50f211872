#include "job/doctor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "job/boot.hpp"

namespace sess::job {

namespace {

/// A pane takes three descriptors in the server and two in the keeper; this is room for a few hundred.
constexpr std::uint64_t kFewDescriptors = 1024;

Finding good(std::string topic, std::string text) {
  return {std::move(topic), true, std::move(text), ""};
}
Finding bad(std::string topic, std::string text, std::string advice) {
  return {std::move(topic), false, std::move(text), std::move(advice)};
}

std::string enable_linger(const DoctorFacts& facts) {
  return "loginctl enable-linger " + facts.surroundings.user;
}

/// The daemon runs below the user's manager, not in the scope of a login.
bool in_user_manager(const DoctorFacts& facts) {
  return facts.control_group.find("/user@") != std::string::npos;
}

Finding logout(const DoctorFacts& facts) {
  const char* topic = "logout";
  if (!facts.machine.systemd) return good(topic, "no logind here: nothing is ended at logout");
  if (in_user_manager(facts) && !facts.machine.lingers) {
    return bad(topic, "the daemon runs under the user's manager, which ends with the last logout",
               enable_linger(facts));
  }
  if (!kills_user_processes(facts.surroundings)) return good(topic, "logind leaves programs alone at logout");
  if (in_user_manager(facts))
    return good(topic, "logind ends programs at logout, but the daemon is in none of its sessions");
  return bad(topic, "logind ends what is left running at logout (KillUserProcesses=yes)",
             enable_linger(facts) +
                 ", then start the daemon with systemctl --user start sess (sess enable installs it)");
}

Finding lingering(const DoctorFacts& facts) {
  const char* topic = "lingering";
  if (!facts.machine.systemd) return good(topic, "no systemd here, so none is needed");
  if (facts.machine.lingers)
    return good(topic, "on: the user's manager starts at boot and stays after logout");
  return bad(
      topic,
      "off: the user's manager starts at login and ends with the last logout; jobs get no scope of their own",
      enable_linger(facts));
}

Finding runtime_directory(const DoctorFacts& facts) {
  const char* topic = "socket";
  const bool removed = facts.socket_directory.starts_with(facts.machine.runtime_directory + "/") &&
                       facts.machine.systemd && !facts.machine.lingers;
  if (!removed) return good(topic, facts.socket_directory + " stays at logout");
  return bad(topic, facts.socket_directory + " is removed with XDG_RUNTIME_DIR at the last logout",
             enable_linger(facts));
}

Finding state(const DoctorFacts& facts) {
  const char* topic = "state";
  if (facts.keeps_nothing.empty()) return good(topic, "logs, records and sessions are kept on disk");
  return bad(topic, "no log, record or session is kept on disk: " + facts.keeps_nothing,
             "make it writable, or set XDG_STATE_HOME and restart the daemon");
}

Finding temporary_files(const DoctorFacts& facts) {
  const char* topic = "temporary files";
  const auto age = ageing_of(facts.surroundings, facts.socket_directory);
  if (!age || !facts.machine.systemd)
    return good(topic, "nothing removes old files from " + facts.socket_directory);
  return bad(topic,
             fmt::format("files in {} are removed when they are older than {} (tmpfiles.d)",
                         facts.socket_directory, *age),
             fmt::format("as root: echo 'x {}' >/etc/tmpfiles.d/sess.conf", facts.socket_directory));
}

Finding boot(const DoctorFacts& facts) {
  const char* topic = "boot";
  switch (boot_way(facts.machine)) {
    case BootWay::systemd:
      if (facts.jobs_enabled && !facts.boot_is_set_up) break;
      return good(topic, "systemd starts the daemon of users whose jobs are enabled");
    case BootWay::cron:
      if (!facts.machine.cron_runs) {
        return bad(topic, "cron is installed and does not run: nothing starts the enabled jobs at boot",
                   "as root: service cron start");
      }
      if (facts.jobs_enabled && !facts.boot_is_set_up) break;
      return good(topic, "cron starts the daemon of users whose jobs are enabled");
    case BootWay::none:
      return bad(topic,
                 "neither the user's systemd nor cron is here: nothing starts the enabled jobs at boot",
                 "install cron, or contrib/sysvinit/sess as /etc/init.d/sess");
  }
  return bad(topic, "jobs are enabled, but nothing starts the daemon at boot",
             "sess enable one of them again");
}

Finding descriptors(const DoctorFacts& facts) {
  const char* topic = "file limit";
  const std::string text = fmt::format("the daemon may open {} files", facts.descriptor_limit);
  if (facts.descriptor_limit >= kFewDescriptors) return good(topic, text);
  return bad(
      topic, text + ", a pane takes three",
      "raise the hard limit (nofile in /etc/security/limits.conf, or ulimit -Hn) and restart the daemon");
}

Finding version(const DoctorFacts& facts) {
  const char* topic = "version";
  const std::string renew = "sess upgrade replaces the daemon's code; every program goes on";
  if (!facts.installed_version.empty() && facts.installed_version != facts.daemon_version) {
    return bad(
        topic,
        fmt::format("the daemon is {}, installed is {}", facts.daemon_version, facts.installed_version),
        renew);
  }
  if (facts.replaced)
    return bad(topic,
               fmt::format("the daemon's file was replaced since it started ({})", facts.daemon_version),
               renew);
  if (facts.client_version != facts.daemon_protocol) {
    return bad(topic,
               fmt::format("this client speaks protocol {}, the daemon {}", facts.client_version,
                           facts.daemon_protocol),
               renew);
  }
  return good(topic, fmt::format("client and daemon are {}", facts.daemon_version));
}

Finding tmux(const DoctorFacts& facts) {
  const char* topic = "tmux";
  if (facts.tmux.empty()) return good(topic, "no tmux is on PATH");
  if (facts.tmux_is_sess) return good(topic, fmt::format("{} is sess", facts.tmux));
  return good(topic, fmt::format("{} is another program: its sessions are not in sess ls", facts.tmux));
}

Finding disk(const DoctorFacts& facts) {
  const char* topic = "disk";
  constexpr std::uint64_t kMega = 1024 * 1024;
  if (facts.disk_size == 0)
    return good(topic, fmt::format("how much is left in {} is not known", facts.state_directory));
  const std::string text =
      facts.disk_left >= 10 * 1024 * kMega
          ? fmt::format("{} GB are left for logs in {}", facts.disk_left / (1024 * kMega),
                        facts.state_directory)
          : fmt::format("{} MB are left for logs in {}", facts.disk_left / kMega, facts.state_directory);
  if (facts.disk_left >= 256 * kMega) return good(topic, text);
  return bad(topic, text + ": a full disk stops logs, not jobs", "make room, or sess rm --ended");
}

Finding configuration(const DoctorFacts& facts) {
  const char* topic = "configuration";
  if (facts.config_files.empty())
    return good(topic, fmt::format("none was read; {} is the place for one", facts.own_config));
  const auto& files = facts.config_files;
  const bool tmux =
      std::all_of(files.begin(), files.end(), [](const auto& file) { return file.ends_with("tmux.conf"); });
  return good(topic,
              fmt::format("{} {} read{}", fmt::join(files, ", "), files.size() == 1 ? "was" : "were",
                          tmux ? fmt::format(": tmux's, while there is no {}", facts.own_config) : ""));
}

/// $TMUX is "socket,pid,session"; panes of this daemon may have it, too.
bool names_this_daemon(const std::string& variable, const DoctorFacts& facts) {
  const auto comma = variable.find(',');
  return comma != std::string::npos && variable.substr(comma + 1, variable.find(',', comma + 1) - comma -
                                                                      1) == std::to_string(facts.daemon_pid);
}

/// `sess ssh` from another machine needs it where a shell that is no terminal's looks.
Finding ssh(const DoctorFacts& facts) {
  const char* topic = "ssh";
  if (!facts.found_by_ssh)
    return good(topic, fmt::format("what a log-in by ssh finds is not known ({})", facts.login_shell));
  if (!facts.found_by_ssh->empty())
    return good(topic, fmt::format("sess ssh to this machine finds {}", *facts.found_by_ssh));
  return bad(
      topic,
      fmt::format("sess ssh to this machine finds no sess: it is not on the PATH of {} without a terminal",
                  facts.login_shell),
      "as root: ln -s the program into /usr/local/bin, or set PATH in ~/.zshenv, ~/.bashrc before its test "
      "for a terminal, or "
      "~/.config/fish/config.fish");
}

Finding terminals(const DoctorFacts& facts) {
  const char* topic = "terminals";
  if (facts.lacking.empty()) return good(topic, "those that are attached have what programs ask of them");
  std::string text;
  for (const auto& one : facts.lacking) text += (text.empty() ? "" : "; ") + one;
  return bad(topic, text + ": the window is drawn for it instead",
             "attach from another terminal (foot, kitty, VTE, xterm) for the direct view");
}

Finding nesting(const DoctorFacts& facts) {
  const char* topic = "nesting";
  for (const auto& [marker, name] : {std::pair{"TMUX=", "tmux"}, {"STY=", "screen"}, {"ZELLIJ=", "zellij"}}) {
    const bool inside = std::any_of(facts.client_environment.begin(), facts.client_environment.end(),
                                    [&, mark = std::string_view(marker)](const auto& one) {
                                      return one.starts_with(mark) && one.size() > mark.size() &&
                                             !names_this_daemon(one, facts);
                                    });
    if (inside) {
      return bad(
          topic,
          fmt::format("this terminal is inside {}: it takes its own keys first and ends with it", name),
          fmt::format("attach from a terminal outside {}", name));
    }
  }
  return good(topic, "this terminal is in no other multiplexer");
}

}  // namespace

std::vector<Finding> examine(const DoctorFacts& facts) {
  return {logout(facts),
          lingering(facts),
          runtime_directory(facts),
          state(facts),
          temporary_files(facts),
          boot(facts),
          descriptors(facts),
          version(facts),
          configuration(facts),
          tmux(facts),
          disk(facts),
          nesting(facts),
          ssh(facts),
          terminals(facts)};
}

}  // namespace sess::job
