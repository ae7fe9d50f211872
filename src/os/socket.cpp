#include "os/socket.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace sess::os {
namespace {

constexpr int kBacklog = 512;

/// An address for `name` in `dirfd`: /proc/self/fd/N/NAME is short whatever the directory is called.
Result<sockaddr_un> address_at(int dirfd, const std::string& name) {
  const std::string path = fmt::format("/proc/self/fd/{}/{}", dirfd, name);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.empty() || path.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::too_large, "socket name \"{}\" is too long", name);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* as_generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Result<UniqueFd> connect_at(int dirfd, const std::string& name, const std::string& shown) {
  auto address = address_at(dirfd, name);
  if (!address) return pass(address.error());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(errno, "cannot open a socket");
  while (connect(fd.get(), as_generic(*address), sizeof *address) < 0) {
    if (errno == EINTR) continue;
    auto error = fail_errno(errno, "cannot connect to {}", shown);
    const int reason = error.value().sys_errno;
    error.value().code = reason == ENOENT         ? ErrorCode::not_found
                         : reason == ECONNREFUSED ? ErrorCode::unavailable
                         : reason == EACCES       ? ErrorCode::permission_denied
                                                  : ErrorCode::io;
    return error;
  }
  return fd;
}

}  // namespace

Result<UniqueFd> listen_unix(int dirfd, const std::string& name) {
  struct stat there {};
  if (fstatat(dirfd, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISSOCK(there.st_mode)) {
      return fail(ErrorCode::already_exists, "{} exists and is not a socket", name);
    }
    if (there.st_uid != geteuid()) {
      return fail(ErrorCode::permission_denied, "the socket {} belongs to uid {}", name, there.st_uid);
    }
  } else if (errno != ENOENT) {
    return fail_errno(errno, "cannot examine the socket {}", name);
  }
  const std::string temporary = fmt::format(".{}.{}", name.substr(0, 64), getpid());
  auto address = address_at(dirfd, temporary);
  if (!address) return pass(address.error());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail_errno(errno, "cannot open a socket");
  unlinkat(dirfd, temporary.c_str(), 0);
  const mode_t before = umask(0177);
  const int bound = bind(fd.get(), as_generic(*address), sizeof *address);
  const int reason = errno;
  umask(before);
  if (bound < 0) return fail_errno(reason, "cannot create the socket {}", name);
  if (listen(fd.get(), kBacklog) < 0 || renameat(dirfd, temporary.c_str(), dirfd, name.c_str()) < 0) {
    auto error = fail_errno(errno, "cannot listen on the socket {}", name);
    unlinkat(dirfd, temporary.c_str(), 0);
    return error;
  }
  return fd;
}

Result<UniqueFd> connect_unix(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  UniqueFd dirfd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!dirfd) {
    auto error = fail_errno(errno, "cannot connect to {}", path);
    if (error.value().sys_errno == ENOENT) error.value().code = ErrorCode::not_found;
    return error;
  }
  return connect_at(dirfd.get(), name, path);
}

Result<UniqueFd> connect_unix_at(int dirfd, const std::string& name) {
  return connect_at(dirfd, name, name);
}

Result<std::optional<UniqueFd>> accept_connection(int listener) {
  while (true) {
    UniqueFd fd(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) return std::optional<UniqueFd>(std::move(fd));
    if (errno == EAGAIN) return std::optional<UniqueFd>();
    if (errno != EINTR && errno != ECONNABORTED) return fail_errno(errno, "cannot accept a connection");
  }
}

Result<PeerCredentials> peer_credentials(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) {
    return fail_errno(errno, "cannot tell who the peer is");
  }
  return PeerCredentials{peer.pid, peer.uid, peer.gid};
}

Result<SocketPair> open_socket_pair(int type) {
  int fds[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0)
    return fail_errno(errno, "cannot open a socket pair");
  return SocketPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Result<std::size_t> send_with_fds(int socket, std::string_view bytes, std::span<const int> fds) {
  if (fds.size() > kMaxPassedFds) return fail(ErrorCode::too_large, "too many descriptors in one message");
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxPassedFds)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  while (true) {
    const ssize_t n = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return fail_errno(errno, "cannot send");
  }
}

Result<Received> receive_with_fds(int socket, std::size_t max, Wait wait) {
  Received out;
  out.bytes.resize(max);
  iovec part{out.bytes.data(), max};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxPassedFds)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t n = 0;
  while ((n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait == Wait::no ? MSG_DONTWAIT : 0))) < 0) {
    if (errno == EAGAIN) {
      out.bytes.clear();
      out.would_block = true;
      return out;
    }
    if (errno != EINTR) return fail_errno(errno, "cannot receive");
    message.msg_controllen = control.size();
  }
  out.bytes.resize(static_cast<std::size_t>(n));
  out.eof = n == 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      out.fds.emplace_back(fd);
    }
  }
  return out;
}

}  // namespace sess::os
