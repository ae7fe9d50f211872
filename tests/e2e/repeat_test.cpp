// The server dies under a command: what only reads is asked again, a job is begun once, and for the rest
// nobody pretends to know.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <thread>

#include "rig.hpp"

using namespace sess::test;

namespace {

using sess::UniqueFd;

constexpr std::uint16_t kCommand = 17;
constexpr std::size_t kHeader = 8;

/// A socket in front of the daemon's. Its first connection breaks at the command: before the daemon has got
/// it, or after the daemon has answered it. Later ones hold.
class BreakingSocket {
 public:
  enum class At { before_command, after_answer };

  BreakingSocket(const Rig& rig, At at) : real_(rig.socket()), path_(rig.home().root() + "/cut"), at_(at) {
    ::signal(SIGUSR1, SIG_IGN);  // a client rings whoever listens when it gets no answer
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(path_);
    REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_.get(), 16) == 0);
    REQUIRE(::pipe2(end_, O_CLOEXEC) == 0);
    thread_ = std::thread([this] { relay(); });
  }
  BreakingSocket(const BreakingSocket&) = delete;
  BreakingSocket& operator=(const BreakingSocket&) = delete;
  ~BreakingSocket() {
    ::close(end_[1]);
    thread_.join();
    ::close(end_[0]);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
  }

  void relay() {
    for (bool first = true;; first = false) {
      pollfd entries[] = {{listener_.get(), POLLIN, 0}, {end_[0], 0, 0}};
      if (::poll(entries, 2, -1) < 0 || entries[1].revents != 0) return;
      UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      UniqueFd server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const auto address = address_of(real_);
      if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
      pass(client.get(), server.get(), first);
    }
  }

  /// Until either end closes, or the break.
  void pass(int client, int server, bool breaks) {
    std::string said;
    bool commanded = false;
    for (;;) {
      pollfd entries[] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {end_[0], 0, 0}};
      if (::poll(entries, 3, -1) < 0 || entries[2].revents != 0) return;
      char bytes[16 * 1024];
      if (entries[0].revents != 0) {
        const ssize_t got = ::read(client, bytes, sizeof bytes);
        if (got <= 0) return;
        said.append(bytes, static_cast<std::size_t>(got));
        commanded = commanded || holds_command(said);
        if (breaks && commanded && at_ == At::before_command) return;
        if (!send(server, {bytes, static_cast<std::size_t>(got)})) return;
      }
      if (entries[1].revents != 0) {
        const ssize_t got = ::read(server, bytes, sizeof bytes);
        if (got <= 0 || (breaks && commanded)) return;
        if (!send(client, {bytes, static_cast<std::size_t>(got)})) return;
      }
    }
  }

  static bool send(int fd, std::string_view bytes) {
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  static bool holds_command(std::string_view said) {
    while (said.size() >= kHeader) {
      std::uint32_t length = 0;
      std::uint16_t type = 0;
      std::memcpy(&length, said.data(), sizeof length);
      std::memcpy(&type, said.data() + sizeof length, sizeof type);
      if (said.size() < kHeader + length) return false;
      if (type == kCommand) return true;
      said.remove_prefix(kHeader + length);
    }
    return false;
  }

  std::string real_, path_;
  At at_;
  UniqueFd listener_;
  int end_[2] = {-1, -1};
  std::thread thread_;
};

using At = BreakingSocket::At;

/// `sess ARGUMENTS` whose first connection breaks.
Outcome broken(const Rig& rig, At at, Rig::Arguments arguments) {
  static int number = 0;
  ::unlink((rig.home().root() + "/cut").c_str());
  INFO(++number);
  BreakingSocket socket(rig, at);
  arguments.insert(arguments.begin(), {"-S", socket.path()});
  return rig.sess(arguments);
}

}  // namespace

TEST_CASE("commands that only read answer although the server died under them", "[repeat]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "cat"});
  rig.sess({"run", "-s", "job", "--", "sh", "-c", "echo printed; exit 7"});
  for (const At at : {At::before_command, At::after_answer}) {
    for (const Rig::Arguments& arguments : {
             Rig::Arguments{"list-sessions", "-F", "#{session_name}"},
             Rig::Arguments{"display-message", "-p", "#{session_name}"},
             Rig::Arguments{"show-options", "-g", "status"},
             Rig::Arguments{"has-session", "-t", "nothing"},
             Rig::Arguments{"ls", "-F", "#{session_name}", ";", "display", "-p", "x"},
             Rig::Arguments{"logs", "job"},
             Rig::Arguments{"wait", "job"},
             Rig::Arguments{"history", "--json", "job"},
             Rig::Arguments{"no-such-command"},
         }) {
      INFO(arguments[0] << (at == At::before_command ? " not delivered" : " answered"));
      const Outcome wanted = rig.sess(arguments);
      const Outcome got = broken(rig, at, arguments);
      CHECK(got.out == wanted.out);
      CHECK(got.err == wanted.err);
      CHECK(got.status.code() == wanted.status.code());
    }
  }
}

TEST_CASE("a command that changes something is not done twice: status 125 and a sentence", "[repeat]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "app", "cat"});
  for (const At at : {At::before_command, At::after_answer}) {
    const Outcome got = broken(rig, at, {"new-window", "-d", "-t", "app", "cat"});
    CHECK(got.status.code() == 125);
    CHECK(got.out.empty());
    CHECK(got.err == "the server died and was replaced: whether 'new-window' was carried out is not known\n");
  }
  // Once with the second, not at all with the first.
  CHECK(split_lines(rig.ask({"list-windows", "-t", "app"})).size() == 2);
  CHECK(broken(rig, At::before_command, {"capture-pane", "-t", "app"}).status.code() == 125);
}

TEST_CASE("a run whose connection broke is begun once, and its status comes", "[repeat]") {
  Rig rig;
  rig.ask({"new-session", "-d", "-s", "keep", "cat"});
  for (const At at : {At::before_command, At::after_answer}) {
    const std::string seen = rig.home().root() + "/seen";
    ::unlink(seen.c_str());
    const Outcome got = broken(rig, at, {"run", "--", "sh", "-c", "echo begun >> " + seen + "; exit 5"});
    CHECK(got.status.code() == 5);
    CHECK(read_file(seen) == "begun\n");
    ::unlink(seen.c_str());
    const Outcome detached = broken(rig, at,
                                    {"run", "-d", "-s", at == At::before_command ? "one" : "two", "--", "sh",
                                     "-c", "echo begun >> " + seen});
    CHECK(detached.status.success());
    CHECK(detached.out == (at == At::before_command ? "one\n" : "two\n"));
    CHECK(wait_until([&] { return read_file(seen) == "begun\n"; }));
  }
}
