#include "login.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include "private_mounts.hpp"
#include "support/relay.hpp"

namespace sess::test {

namespace fs = std::filesystem;

Login::Login(const Rig& rig, const std::vector<std::string>& environment, const PrivateMounts* mounts)
    : rig_(rig), root_(rig.home().root()), port_(free_port()) {
  keygen("host");
  keygen("user");
  fs::copy_file(root_ + "/user.pub", root_ + "/authorized");
  ::mkdir("/run/sshd", 0755);  // Debian's sshd wants it even where nothing is separated; harmless elsewhere
  std::string variables;
  for (const auto& variable : environment.empty() ? rig.env() : environment)
    variables += " \"" + variable + "\"";
  rig.home().write(
      "sshd_config",
      "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " + root_ +
          "/host\nAuthorizedKeysFile " + root_ +
          "/authorized\nUsePAM no\nStrictModes no\nPidFile none\nPermitRootLogin "
          "yes\nAllowAgentForwarding yes\nPrintMotd no\nPrintLastLog no\nMaxStartups 1000\nSetEnv" +
          variables + "\n");
  const std::vector<std::string> argv{"/usr/sbin/sshd", "-D", "-e", "-f", root_ + "/sshd_config"};
  daemon_ = std::make_unique<Pty>(mounts != nullptr ? mounts->inside(argv) : argv, rig.env());
  const auto said = daemon_->read_until("Server listening");
  INFO(said);
  REQUIRE(said.find("Server listening") != std::string::npos);
  agent_ =
      std::make_unique<Pty>(std::vector<std::string>{"ssh-agent", "-D", "-a", root_ + "/agent"}, rig.env());
  // Its socket is there a moment before it listens.
  REQUIRE(wait_until([&] {
    return run({"ssh-add", root_ + "/user"}, rig.env({{"SSH_AUTH_SOCK", root_ + "/agent"}})).status.success();
  }));
  configure(port_);
  const std::string script = rig.home().write("bin/ssh", "#!/bin/sh\nexec " + find_program("ssh", rig.env()) +
                                                             " -F " + root_ + "/ssh_config \"$@\"\n");
  ::chmod(script.c_str(), 0755);
}

void Login::configure(int port, const std::string& more) const {
  rig_.home().write("ssh_config",
                    more + "Host far\n  HostName 127.0.0.1\n  Port " + std::to_string(port) +
                        "\nHost *\n  IdentityFile " + root_ +
                        "/user\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile " +
                        root_ + "/known\n  LogLevel ERROR\n  HostKeyAlias far\n");
}

std::unique_ptr<Attached> Login::ssh(const std::string& command) const {
  return std::make_unique<Attached>(
      std::vector<std::string>{"ssh", "-F", "none", "-A", "-tt", "-p", std::to_string(port_), "-i",
                               root_ + "/user", "-o", "StrictHostKeyChecking=no", "-o",
                               "UserKnownHostsFile=" + root_ + "/known", "-o", "LogLevel=ERROR", "127.0.0.1",
                               command},
      rig_.env({{"SSH_AUTH_SOCK", root_ + "/agent"}}));
}

std::string Login::fingerprint() const {
  const auto listed = run({"ssh-keygen", "-lf", root_ + "/user.pub"}, rig_.env());
  std::istringstream words(listed.out);
  std::string bits, print;
  words >> bits >> print;
  REQUIRE(print.starts_with("SHA256:"));
  return print;
}

void Login::keygen(const std::string& name) const {
  REQUIRE(run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root_ + "/" + name}, rig_.env())
              .status.success());
}

}  // namespace sess::test
