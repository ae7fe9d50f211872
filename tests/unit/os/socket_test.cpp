#include "os/socket.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/activation.hpp"
#include "os/agent_link.hpp"
#include "os/descriptor.hpp"
#include "os/memory/shared.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"

using namespace sess;

namespace {

UniqueFd open_directory(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(fd);
  return fd;
}

}  // namespace

TEST_CASE("a listening socket is private, non-blocking, close-on-exec and replaces a stale one",
          "[os][socket]") {
  const test::TempHome home;
  const UniqueFd dir = open_directory(home.runtime());
  CHECK(os::connect_unix(home.runtime() + "/s").error().code == ErrorCode::not_found);
  {
    const auto stale = os::listen_unix(dir.get(), "s");
    REQUIRE(stale);
  }
  CHECK(os::connect_unix(home.runtime() + "/s").error().code == ErrorCode::unavailable);
  const auto listener = os::listen_unix(dir.get(), "s");
  REQUIRE(listener);
  struct stat facts {};
  REQUIRE(fstatat(dir.get(), "s", &facts, 0) == 0);
  CHECK((facts.st_mode & 0777U) == 0600);
  CHECK((fcntl(listener->get(), F_GETFD) & FD_CLOEXEC) != 0);
  auto none = os::accept_connection(listener->get());
  REQUIRE(none);
  CHECK_FALSE(none->has_value());
  const auto client = os::connect_unix(home.runtime() + "/s");
  REQUIRE(client);
  const auto server = os::accept_connection(listener->get());
  REQUIRE(server);
  REQUIRE(server->has_value());
  const auto peer = os::peer_credentials((*server)->get());
  REQUIRE(peer);
  CHECK(peer->pid == getpid());
  CHECK(peer->uid == geteuid());
}

TEST_CASE("what is not a socket of the user's is never replaced", "[os][socket]") {
  const test::TempHome home;
  home.write("run/file", "precious");
  const UniqueFd dir = open_directory(home.runtime());
  CHECK(os::listen_unix(dir.get(), "file").error().code == ErrorCode::already_exists);
  REQUIRE(symlinkat("file", dir.get(), "link") == 0);
  CHECK(os::listen_unix(dir.get(), "link").error().code == ErrorCode::already_exists);
  if (geteuid() == 0) {
    REQUIRE(os::listen_unix(dir.get(), "foreign"));
    REQUIRE(fchownat(dir.get(), "foreign", 12345, 12345, 0) == 0);
    CHECK(os::listen_unix(dir.get(), "foreign").error().code == ErrorCode::permission_denied);
  }
}

TEST_CASE("a directory far longer than sun_path works, a name that is too long is a clear error",
          "[os][socket]") {
  const test::TempHome home;
  std::string path = home.root();
  for (int i = 0; i < 5; ++i) {
    path += "/" + std::string(80, static_cast<char>('a' + i));
    REQUIRE(mkdir(path.c_str(), 0700) == 0);
  }
  const UniqueFd dir = open_directory(path);
  const auto listener = os::listen_unix(dir.get(), "s");
  REQUIRE(listener);
  CHECK(os::connect_unix(path + "/s"));
  CHECK(os::connect_unix(path + "/" + std::string(120, 'n')).error().code == ErrorCode::too_large);
}

TEST_CASE("descriptors travel with bytes on streams and packets", "[os][socket]") {
  for (const int type : {SOCK_STREAM, SOCK_SEQPACKET}) {
    auto pair = os::open_socket_pair(type);
    auto pipe = os::open_pipe();
    REQUIRE(pair);
    const int fds[] = {pipe->read.get(), pipe->write.get()};
    CHECK(os::send_with_fds(pair->first.get(), "hello", fds).value() == 5);
    auto got = os::receive_with_fds(pair->second.get(), 100, os::Wait::yes);
    REQUIRE(got);
    CHECK(got->bytes == "hello");
    REQUIRE(got->fds.size() == 2);
    CHECK((fcntl(got->fds[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
    REQUIRE(os::write_all(got->fds[1].get(), "through"));
    char block[16] = {};
    CHECK(read(pipe->read.get(), block, sizeof block) == 7);
    CHECK(os::receive_with_fds(pair->second.get(), 100, os::Wait::no)->would_block);
    pair->first.reset();
    CHECK(os::receive_with_fds(pair->second.get(), 100, os::Wait::yes)->eof);
    CHECK(os::send_with_fds(pair->second.get(), "x", {}).error().sys_errno == EPIPE);  // and no SIGPIPE
  }
}

TEST_CASE("a full non-blocking socket takes nothing and loses nothing", "[os][socket]") {
  auto pair = os::open_socket_pair(SOCK_STREAM);
  REQUIRE(pair);
  REQUIRE(os::set_nonblocking(pair->first.get()));
  const std::string block(65536, 'b');
  std::size_t sent = 0;
  while (const std::size_t n = os::send_with_fds(pair->first.get(), block, {}).value()) sent += n;
  std::size_t received = 0;
  while (true) {
    auto got = os::receive_with_fds(pair->second.get(), 10000, os::Wait::no);
    if (got->would_block) break;
    received += got->bytes.size();
  }
  CHECK(received == sent);
}

TEST_CASE("shared memory grows, keeps its size, gives pages back and is seen by another mapping",
          "[os][memory]") {
  auto memory = os::SharedMemory::create("test", 0);
  REQUIRE(memory);
  CHECK(memory->size() == 0);
  CHECK_FALSE(memory->map(0, 1));
  REQUIRE(memory->grow(3 * 65536));
  auto one = memory->map(65536, 65536);
  REQUIRE(one);
  one->bytes()[5] = std::byte{42};
  auto copy = os::duplicate(memory->fd());
  auto other = os::SharedMemory::adopt(std::move(*copy));
  REQUIRE(other);
  CHECK(other->size() == 3 * 65536);
  auto two = other->map(0, 3 * 65536);
  REQUIRE(two);
  CHECK(two->bytes()[65536 + 5] == std::byte{42});
  CHECK(ftruncate(memory->fd(), 4096) == -1);  // sealed: no mapping can be cut short
  struct stat before {};
  struct stat after {};
  fstat(memory->fd(), &before);
  REQUIRE(memory->punch(65536, 65536));
  fstat(memory->fd(), &after);
  CHECK(after.st_blocks < before.st_blocks);
  CHECK(two->bytes()[65536 + 5] == std::byte{0});
  CHECK_FALSE(memory->map(65536, 3 * 65536));
  CHECK_FALSE(memory->map(~std::uint64_t{0}, 10));
  REQUIRE(memory->grow(1));
  CHECK(memory->size() == 3 * 65536);
  os::Mapping moved = std::move(*one);
  CHECK_FALSE(*one);
  CHECK(moved.size() == 65536);
}

TEST_CASE("a file that could be cut short is not taken for shared memory", "[os][memory]") {
  const test::TempHome home;
  UniqueFd file(open(home.write("file", "x").c_str(), O_RDWR | O_CLOEXEC));
  CHECK_FALSE(os::SharedMemory::adopt(std::move(file)));
}

TEST_CASE("an inherited listener names this process to clients", "[os][activation]") {
  const test::TempHome home;
  const UniqueFd dir = open_directory(home.runtime());
  auto listener = os::listen_unix(dir.get(), "s");
  REQUIRE(listener);
  const auto client_sees = [&] {
    auto client = os::connect_unix(home.runtime() + "/s");
    return os::peer_credentials(client->get())->pid;
  };
  CHECK(client_sees() == getpid());
  const pid_t child = fork();
  if (child == 0) {
    auto taken = os::adopt_listener(UniqueFd(listener->get()));
    _exit(taken && client_sees() == getpid() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("LISTEN_FDS counts only for this process, only for one socket, and is unset", "[os][activation]") {
  const test::TempHome home;
  const UniqueFd dir = open_directory(home.runtime());
  const auto taken = [&](const std::string& pid, const char* count, bool real) -> std::string {
    const pid_t child = fork();
    if (child == 0) {
      auto listener = os::listen_unix(dir.get(), "s");
      dup2(real ? listener->get() : dir.get(), 3);
      setenv("LISTEN_PID", pid.empty() ? std::to_string(getpid()).c_str() : pid.c_str(), 1);
      setenv("LISTEN_FDS", count, 1);
      setenv("LISTEN_FDNAMES", "x", 1);
      auto got = os::take_listen_fds();
      if (getenv("LISTEN_PID") || getenv("LISTEN_FDS") || getenv("LISTEN_FDNAMES")) _exit(9);
      if (!got) _exit(2);
      _exit(got->has_value() ? 1 : 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    static const char* const kMeaning[] = {"nothing", "a socket", "an error"};
    return WIFEXITED(status) && WEXITSTATUS(status) < 3 ? kMeaning[WEXITSTATUS(status)] : "wrong";
  };
  CHECK(taken("", "1", true) == "a socket");
  CHECK(taken("1", "1", true) == "nothing");
  CHECK(taken("", "2", true) == "an error");
  CHECK(taken("", "1", false) == "an error");
}

TEST_CASE("a supervisor is notified on its socket, abstract or in the file system", "[os][activation]") {
  const test::TempHome home;
  const std::string path = home.runtime() + "/notify";
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const UniqueFd dir = open_directory(home.runtime());
  struct {
    sa_family_t family = AF_UNIX;
    char path[107] = {};
  } address;
  path.copy(address.path, sizeof address.path - 1);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  const auto notifier = os::Notifier::take();
  CHECK(getenv("NOTIFY_SOCKET") == nullptr);
  notifier.notify("READY=1");
  char block[64] = {};
  CHECK(recv(socket.get(), block, sizeof block, MSG_DONTWAIT) == 7);
  CHECK(std::string(block) == "READY=1");
  os::Notifier("relative").notify("ignored");
  os::Notifier().notify("ignored");
}

TEST_CASE("the agent link follows the newest agent, in one step, and only to the user's own sockets",
          "[os][agent]") {
  const test::TempHome home;
  const UniqueFd dir = open_directory(home.runtime());
  const auto one = os::listen_unix(dir.get(), "one");
  const auto two = os::listen_unix(dir.get(), "two");
  const std::string link = home.runtime() + "/agent";
  REQUIRE(os::point_agent_link(dir.get(), "agent", home.runtime() + "/one"));
  CHECK(os::connect_unix(link));
  REQUIRE(os::point_agent_link(dir.get(), "agent", home.runtime() + "/two"));
  char target[512] = {};
  REQUIRE(readlink(link.c_str(), target, sizeof target - 1) > 0);
  CHECK(std::string(target) == home.runtime() + "/two");
  CHECK_FALSE(os::point_agent_link(dir.get(), "agent", link));  // a loop
  CHECK_FALSE(os::point_agent_link(dir.get(), "agent", home.write("file", "x")));
  CHECK_FALSE(os::point_agent_link(dir.get(), "agent", "relative"));
  CHECK_FALSE(os::point_agent_link(dir.get(), "agent", home.root() + "/missing"));
  if (geteuid() == 0) {
    REQUIRE(fchownat(dir.get(), "one", 12345, 12345, 0) == 0);
    CHECK_FALSE(os::point_agent_link(dir.get(), "agent", home.runtime() + "/one"));
  }
}
