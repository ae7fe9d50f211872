// A connection to a server that is known to be the user's own, and a way to wake the keeper behind it.
//
// The check of the peer comes before the first byte: neither environment nor keys go to a stranger's server.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "os/socket.hpp"

namespace sess::client {

struct Link {
  UniqueFd socket;
  pid_t keeper = -1;       ///< who called listen(); -1 over a transport that cannot tell
  UniqueFd keeper_handle;  ///< pidfd of it, so that a reused pid is never signalled
};

/// Makes a new connection. not_found and unavailable mean that nobody listens; permission_denied that
/// somebody else does.
using Connector = std::function<Result<Link>()>;
using Credentials = std::function<Result<os::PeerCredentials>(int socket)>;

/// Connects to the socket and checks that the listener has this process's user id. `credentials` may be
/// empty: SO_PEERCRED is asked.
[[nodiscard]] Result<Link> connect_server(const std::string& path, const Credentials& credentials);

/// Tells the keeper that its server does not answer (SIGUSR1): it asks the server and replaces it when it
/// hangs. Does nothing where the keeper is not known.
void ring_keeper(const Link& link);

}  // namespace sess::client
