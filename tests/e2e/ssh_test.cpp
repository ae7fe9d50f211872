// The main job over a real sshd on loopback: a login is cut, the session is not; a second login finds it.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "rig.hpp"

using namespace sess::test;
namespace fs = std::filesystem;

namespace {

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

/// sshd, a key that it accepts, and an agent that holds this key.
class Login {
 public:
  explicit Login(const Rig& rig) : rig_(rig), root_(rig.home().root()), port_(free_port()) {
    keygen("host");
    keygen("user");
    fs::copy_file(root_ + "/user.pub", root_ + "/authorized");
    ::mkdir("/run/sshd", 0755);  // Debian's sshd wants it even where nothing is separated; harmless elsewhere
    std::string environment;
    for (const auto& variable : rig.env()) environment += " \"" + variable + "\"";
    rig.home().write("sshd_config",
                     "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " + root_ +
                         "/host\nAuthorizedKeysFile " + root_ +
                         "/authorized\nUsePAM no\nStrictModes no\nPidFile none\nPermitRootLogin "
                         "yes\nAllowAgentForwarding yes\nPrintMotd no\nPrintLastLog no\nSetEnv" +
                         environment + "\n");
    daemon_ = std::make_unique<Pty>(
        std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", root_ + "/sshd_config"}, rig.env());
    const auto said = daemon_->read_until("Server listening");
    INFO(said);
    REQUIRE(said.find("Server listening") != std::string::npos);
    agent_ =
        std::make_unique<Pty>(std::vector<std::string>{"ssh-agent", "-D", "-a", root_ + "/agent"}, rig.env());
    REQUIRE(wait_until([&] { return fs::exists(root_ + "/agent"); }));
    const auto added = run({"ssh-add", root_ + "/user"}, rig.env({{"SSH_AUTH_SOCK", root_ + "/agent"}}));
    INFO(added.err);
    REQUIRE(added.status.success());
  }

  std::unique_ptr<Attached> ssh(const std::string& command) const {
    return std::make_unique<Attached>(
        std::vector<std::string>{"ssh", "-F", "none", "-A", "-tt", "-p", std::to_string(port_), "-i",
                                 root_ + "/user", "-o", "StrictHostKeyChecking=no", "-o",
                                 "UserKnownHostsFile=" + root_ + "/known", "-o", "LogLevel=ERROR",
                                 "127.0.0.1", command},
        rig_.env({{"SSH_AUTH_SOCK", root_ + "/agent"}}));
  }

  std::string fingerprint() const {
    const auto listed = run({"ssh-keygen", "-lf", root_ + "/user.pub"}, rig_.env());
    std::istringstream words(listed.out);
    std::string bits, print;
    words >> bits >> print;
    REQUIRE(print.starts_with("SHA256:"));
    return print;
  }

 private:
  void keygen(const std::string& name) const {
    REQUIRE(run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root_ + "/" + name}, rig_.env())
                .status.success());
  }

  const Rig& rig_;
  std::string root_;
  int port_;
  std::unique_ptr<Pty> daemon_;
  std::unique_ptr<Pty> agent_;
};

}  // namespace

TEST_CASE(
    "a killed ssh costs nothing: the counter goes on, the next login sees all of it, the agent works again",
    "[ssh]") {
  REQUIRE(fs::exists("/usr/sbin/sshd"));  // contrib/packages test installs it
  Rig rig;
  const Login login(rig);
  const std::string sess = Rig::bin("sess");

  const auto first = login.ssh(sess + " new -s app");
  REQUIRE(first->wait_until([&] { return rig.sess({"-N", "has-session", "-t", "app"}).status.success(); }));
  first->type("ssh-add -l; echo the end $?\r");
  REQUIRE(first->wait_for_text("the end 0"));
  // 200 lines in the background, so that the shell can be asked again later.
  const std::string report = rig.home().root() + "/longest";
  first->type("clear; stty -echo; PS1=; " + Rig::bin("e2e_counter") + " count 0 100 " + report + " &\r");
  REQUIRE(first->wait_for_text("count 60 "));
  ::kill(first->pty().pid(), SIGKILL);
  REQUIRE(wait_until([&] { return rig.sess({"list-clients"}).out.empty(); }));
  const auto passed = [&](const char* number) {
    const auto lines = rig.history("app");
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.starts_with(number); });
  };
  REQUIRE(wait_until([&] { return passed("count 200 "); }));

  const auto second = login.ssh(sess + " attach -t app");
  REQUIRE(second->wait_for_text("count 3"));
  second->type("kill %1; wait; echo stopped $((6*7))\r");
  REQUIRE(second->wait_for_text("stopped 42"));
  auto lines = second->oracle().scrollback();
  for (const auto& line : split_lines(second->screen())) lines.push_back(line);
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const auto& line) { return !line.starts_with("count "); }),
              lines.end());
  CHECK(check_counter(lines, "count", 1, 250) == "");
  // It printed every 10 ms; a job whose terminal was lost would have stood still.
  CHECK(std::stol(read_file(report)) < 1000);

  // The shell was started under the first login, whose agent socket is gone.
  second->type("clear; ssh-add -l; echo the end $?\r");
  REQUIRE(second->wait_for_text("the end 0"));
  CHECK(second->shows(login.fingerprint()));
  second->type("exit\r");
  REQUIRE(second->wait_exit());
}
