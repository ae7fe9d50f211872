// Unix sockets: listening, connecting, accepting, who the peer is, and descriptors sent along with bytes.
//
// Paths are reached through their directory's descriptor, so a path longer than sun_path (108 bytes) works
// and no component can be swapped in between. All sockets are close-on-exec.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

/// A listening stream socket `name` in the directory `dirfd`, mode 0600, non-blocking. It takes the name only
/// once it listens, by rename: a socket that had the name before (stale or not) is replaced, so the caller
/// holds the lock that allows that. Anything but an own socket at that name is an error.
[[nodiscard]] Result<UniqueFd> listen_unix(int dirfd, const std::string& name);

/// Blocking stream socket connected to `path`. not_found: nothing there; unavailable: nobody listens.
[[nodiscard]] Result<UniqueFd> connect_unix(const std::string& path);
/// The same for `name` in a directory.
[[nodiscard]] Result<UniqueFd> connect_unix_at(int dirfd, const std::string& name);

/// The next waiting connection, non-blocking; nothing when there is none. An error (EMFILE …) leaves the
/// connection waiting, so back off before trying again.
[[nodiscard]] Result<std::optional<UniqueFd>> accept_connection(int listener);

struct PeerCredentials {
  pid_t pid = -1;
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
};
/// Of the process that connected, or (seen by a client) that called listen().
[[nodiscard]] Result<PeerCredentials> peer_credentials(int socket);

struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
/// `type` is SOCK_STREAM or SOCK_SEQPACKET. Both ends blocking.
[[nodiscard]] Result<SocketPair> open_socket_pair(int type);

/// Most descriptors that one message carries; what comes beyond is closed by the receiver.
inline constexpr std::size_t kMaxPassedFds = 8;

/// Sends bytes with descriptors attached to the first of them. Returns how many bytes went out, 0 when a
/// non-blocking socket is full; descriptors are sent if at least one byte was. Never raises SIGPIPE.
Result<std::size_t> send_with_fds(int socket, std::string_view bytes, std::span<const int> fds);

struct Received {
  std::string bytes;
  std::vector<UniqueFd> fds;
  bool eof = false;          ///< the peer closed
  bool would_block = false;  ///< nothing there
};
enum class Wait { no, yes };
/// At most `max` bytes of a stream, or one packet.
[[nodiscard]] Result<Received> receive_with_fds(int socket, std::size_t max, Wait wait);

}  // namespace sess::os
