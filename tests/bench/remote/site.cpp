#include "bench/remote/site.hpp"

#include <signal.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/terminal.hpp"

namespace sess::bench {

using test::run;

std::string name_of(Way way) {
  switch (way) {
    case Way::sess:
      return "sess ssh";
    case Way::plain:
      return "ssh + sess";
    case Way::tmux:
      return "ssh + tmux";
    case Way::mosh:
      return "mosh";
  }
  return {};
}

bool at_prompt(const test::Attached& terminal) {
  auto& oracle = const_cast<test::Attached&>(terminal).oracle();
  return oracle.row(oracle.cursor_row()) == "in$" && oracle.cursor_col() == 4;
}

void Network::set_delay(test::Milliseconds one_way) {
  streams_.set_delay(one_way);
  datagrams_.set_delay(one_way);
}

void Network::set_rate(std::int64_t bytes_a_second) {
  streams_.set_rate(bytes_a_second);
  datagrams_.set_rate(bytes_a_second);
}

void Network::set_loss(int of_thousand, test::Milliseconds lateness) {
  streams_.set_loss(of_thousand, lateness);
  datagrams_.set_loss(of_thousand);
}

void Network::freeze() {
  streams_.freeze();
  datagrams_.set_gone(true);
}

void Network::thaw() {
  streams_.thaw();
  datagrams_.set_gone(false);
}

void Network::cut() {
  streams_.cut();
  datagrams_.roam();
}

void Network::vanish() {
  streams_.vanish();
  datagrams_.roam();
  datagrams_.set_gone(true);
}

void Network::interrupt() {
  streams_.interrupt();
  datagrams_.set_gone(true);
}

void Network::restore() {
  streams_.restore();
  datagrams_.set_gone(false);
}

Site::Site(std::string bin) : bin_(std::move(bin)) {
  const std::string root = home_.root();
  for (const char* name : {"host", "user"}) {
    const auto made = run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root + "/" + name}, here());
    if (!made.status.success()) throw Failure("ssh-keygen: " + made.err);
  }
  std::filesystem::copy_file(root + "/user.pub", root + "/authorized");
  std::filesystem::create_directories(root + "/here");
  ::mkdir("/run/sshd", 0755);  // Debian's sshd wants it; harmless elsewhere
  std::string variables;
  for (const auto& variable : there()) variables += " \"" + variable + "\"";
  const int port = test::free_port();
  home_.write("sshd_config",
              "Port " + std::to_string(port) + "\nListenAddress 127.0.0.1\nHostKey " + root +
                  "/host\nAuthorizedKeysFile " + root +
                  "/authorized\nUsePAM no\nStrictModes no\nPidFile none\nPermitRootLogin yes\nPrintMotd "
                  "no\nPrintLastLog no\nMaxStartups 1000\nSetEnv" +
                  variables + "\n");
  daemon_ = std::make_unique<test::Pty>(
      std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", root + "/sshd_config"}, here());
  if (daemon_->read_until("Server listening").find("Server listening") == std::string::npos)
    throw Failure("sshd does not start");
  network_ = std::make_unique<Network>(port);
  home_.write("ssh_config",
              "Host far\n  HostName 127.0.0.1\n  Port " + std::to_string(network_->ssh_port()) +
                  "\nHost *\n  IdentityFile " + root +
                  "/user\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile " + root +
                  "/known\n  LogLevel ERROR\n  HostKeyAlias far\n");
  const auto script = home_.write("bin/ssh", "#!/bin/sh\nexec " + test::find_program("ssh", home_.env()) +
                                                 " -F " + root + "/ssh_config \"$@\"\n");
  ::chmod(script.c_str(), 0755);
  home_.write("config/sess/sess.conf", "set -g history-limit 100000\n");
}

std::vector<std::string> Site::there() const {
  return home_.env({{"SESS_TMPDIR", home_.temporary()}, {"TMUX_TMPDIR", home_.temporary()}}, bin_);
}

/// Another directory of sockets: what is found was not found here.
std::vector<std::string> Site::here() const {
  return home_.env({{"SESS_TMPDIR", home_.root() + "/here"},
                    {"PATH", home_.root() + "/bin:" + bin_ + ":/usr/local/bin:/usr/bin:/bin"}});
}

std::unique_ptr<test::Attached> Site::open(Way way, Screen screen) {
  const std::string shell = "env PS1='in$ ' HISTFILE= bash --norc --noprofile";
  home_.write("config/sess/sess.conf", std::string("set -g history-limit 100000\nset -g status ") +
                                           (screen == Screen::status_line ? "on" : "off") + "\n");
  std::vector<std::string> argv;
  auto environment = here();
  switch (way) {
    case Way::sess:
      argv = {"sess",     "ssh",       "far",  "-s",     "app",        "env",
              "PS1=in$ ", "HISTFILE=", "bash", "--norc", "--noprofile"};
      break;
    case Way::plain:
      argv = {"ssh", "-t", "far", bin_ + "/sess new-session -A -s app " + shell};
      break;
    case Way::tmux:
      argv = {"ssh", "-t", "far", "tmux -f /dev/null new-session -A -s app \"" + shell + "\""};
      break;
    case Way::mosh: {
      std::vector<std::string> command{"env", "PS1=in$ ", "HISTFILE=", "bash", "--norc", "--noprofile"};
      if (screen != Screen::plain)
        command = {"tmux", "-f", "/dev/null", "new-session", "-A", "-s", "app", shell};
      environment.push_back("MOSH_KEY=" + start_mosh_server(command));
      argv = {"mosh-client", "127.0.0.1", std::to_string(network_->datagrams().port())};
      break;
    }
  }
  auto terminal = std::make_unique<test::Attached>(argv, environment, Size{24, 80});
  if (!terminal->wait_until([&] { return at_prompt(*terminal); }))
    throw Failure(name_of(way) + " shows no prompt:\n" + terminal->screen());
  return terminal;
}

/// The key that it gave; its port is the network's far end.
std::string Site::start_mosh_server(const std::vector<std::string>& command) {
  std::vector<std::string> argv{"mosh-server", "new", "-i", "127.0.0.1", "--"};
  argv.insert(argv.end(), command.begin(), command.end());
  const auto started = run(argv, there());
  std::array<char, 64> key{};
  int port = 0;
  const auto at = started.out.find("MOSH CONNECT");
  if (at == std::string::npos ||
      std::sscanf(started.out.c_str() + at, "MOSH CONNECT %d %63s", &port, key.data()) != 2)
    throw Failure("mosh-server: " + started.out + started.err);
  network_->datagrams().set_target(port);
  return key.data();
}

void Site::command(test::Attached& terminal, const std::string& line) const {
  terminal.type(line + "\r");
  terminal.wait_until([&] { return !at_prompt(terminal); }, test::Milliseconds(1500));
  if (!terminal.wait_until([&] { return at_prompt(terminal); }))
    throw Failure("no prompt after '" + line + "':\n" + terminal.screen());
}

std::vector<pid_t> Site::helpers() const {
  std::vector<pid_t> out;
  for (const pid_t pid : home_.processes()) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    if (name == "ssh" || name == "sess" || name.starts_with("mosh-")) out.push_back(pid);
  }
  return out;
}

long Site::log_ins() {
  said_ += daemon_->read_available();
  long count = 0;
  for (auto at = said_.find("Accepted "); at != said_.npos; at = said_.find("Accepted ", at + 1)) ++count;
  return count;
}

void Site::end_sessions() {
  network_->thaw();
  network_->restore();
  network_->set_delay(test::Milliseconds(0));
  network_->set_rate(0);
  network_->set_loss(0, test::Milliseconds(0));
  network_->cut();
  (void)run({bin_ + "/sess", "kill-server"}, there());
  (void)run({"tmux", "kill-server"}, there());
  for (const pid_t pid : helpers()) ::kill(pid, SIGKILL);
}

}  // namespace sess::bench
