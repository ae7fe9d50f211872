#include "client/link.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "base/log.hpp"

namespace sess::client {
namespace {

#ifndef SO_PEERPIDFD
constexpr int kPeerPidfd = 77;  // Linux 6.5; asm-generic/socket.h
#else
constexpr int kPeerPidfd = SO_PEERPIDFD;
#endif

/// The listener itself where the kernel can name it, else whoever has its number now.
UniqueFd handle_of(int socket, pid_t pid) {
  int handle = -1;
  socklen_t size = sizeof handle;
  if (::getsockopt(socket, SOL_SOCKET, kPeerPidfd, &handle, &size) == 0) return UniqueFd(handle);
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

Result<Link> connect_server(const std::string& path, const Credentials& credentials) {
  auto socket = os::connect_unix(path);
  if (!socket) {
    Error error = std::move(socket.error());
    if (error.code == ErrorCode::not_found || error.code == ErrorCode::unavailable) {
      error.text = fmt::format("no server running on {}", path);
    } else {
      error.text = fmt::format("error connecting to {} ({})", path,
                               error.sys_errno != 0 ? std::strerror(error.sys_errno) : error.text);
    }
    return pass(std::move(error));
  }
  const auto peer = credentials ? credentials(socket->get()) : os::peer_credentials(socket->get());
  if (!peer) return pass(peer.error());
  if (peer->uid != ::geteuid()) {
    return fail(ErrorCode::permission_denied, "the server on {} belongs to another user (uid {}): not used",
                path, peer->uid);
  }
  Link link;
  link.keeper = peer->pid;
  if (peer->pid > 1) link.keeper_handle = handle_of(socket->get(), peer->pid);
  link.socket = std::move(*socket);
  return link;
}

Result<Link> connect_far(const remote::Destination& destination, remote::Attempt attempt,
                         os::Helper::Terminal terminal, const std::vector<std::string>& words) {
  auto started = os::Helper::start(remote::transport_command(destination, attempt, words), terminal);
  if (!started) return pass(started.error());
  Link link;
  link.socket = std::move(started->stream);
  link.far = std::make_unique<remote::FarEnd>(destination, std::move(started->helper));
  return link;
}

void ring_keeper(const Link& link) {
  if (!link.keeper_handle) return;
  log::info("ringing keeper {}", link.keeper);
  ::syscall(SYS_pidfd_send_signal, link.keeper_handle.get(), SIGUSR1, nullptr, 0);
}

}  // namespace sess::client
