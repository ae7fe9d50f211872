#include "os/activation.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "os/descriptor.hpp"

namespace sess::os {
namespace {

constexpr int kFirstPassedFd = 3;  // SD_LISTEN_FDS_START
constexpr int kBacklog = 512;

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string out = value == nullptr ? "" : value;
  unsetenv(name);
  return out;
}

int socket_option(int fd, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0 ? -1 : value;
}

}  // namespace

Result<UniqueFd> adopt_listener(UniqueFd socket) {
  const int fd = socket.get();
  if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_STREAM ||
      socket_option(fd, SO_ACCEPTCONN) != 1) {
    return fail(ErrorCode::invalid_argument, "descriptor {} is not a listening Unix stream socket", fd);
  }
  if (auto done = set_close_on_exec(fd, true); !done) return pass(done.error());
  if (auto done = set_nonblocking(fd); !done) return pass(done.error());
  // The kernel remembers for SO_PEERCRED who called listen() last (unix_listen()).
  if (listen(fd, kBacklog) < 0) return fail_errno(errno, "cannot listen on descriptor {}", fd);
  return socket;
}

Result<std::optional<UniqueFd>> take_listen_fds() {
  const std::string pid = take_variable("LISTEN_PID");
  const std::string count = take_variable("LISTEN_FDS");
  unsetenv("LISTEN_FDNAMES");
  if (pid.empty() || count.empty() || pid != std::to_string(getpid())) return std::optional<UniqueFd>();
  if (count != "1") {
    return fail(ErrorCode::invalid_argument, "LISTEN_FDS={}: exactly one socket is expected", count);
  }
  auto listener = adopt_listener(UniqueFd(kFirstPassedFd));
  if (!listener) return pass(listener.error());
  return std::optional<UniqueFd>(std::move(*listener));
}

Result<UniqueFd> take_inetd_listener() {
  UniqueFd copy(fcntl(0, F_DUPFD_CLOEXEC, 3));
  if (!copy) return fail_errno(errno, "--inetd: descriptor 0 is not open");
  auto listener = adopt_listener(std::move(copy));
  if (!listener)
    return fail(ErrorCode::invalid_argument, "--inetd: standard input is not a listening Unix socket");
  if (auto nulled = std_descriptors_to_null(); !nulled) return pass(nulled.error());
  return listener;
}

std::string bound_path(int socket) {
  sockaddr_un address{};
  socklen_t length = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) < 0) return {};
  const std::size_t start = offsetof(sockaddr_un, sun_path);
  if (address.sun_family != AF_UNIX || length <= start || address.sun_path[0] == '\0') return {};
  return {address.sun_path, strnlen(address.sun_path, length - start)};
}

Notifier Notifier::take() {
  return Notifier(take_variable("NOTIFY_SOCKET"));
}

void Notifier::notify(std::string_view state) const {
  sockaddr_un address{};
  if (address_.size() < 2 || address_.size() >= sizeof address.sun_path) return;
  if (address_[0] != '/' && address_[0] != '@') return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  if (address_[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  (void)sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace sess::os
