// A connection to a server that is known to be the user's own, and a way to wake the keeper behind it.
//
// The check of the peer comes before the first byte: neither environment nor keys go to a stranger's server.
// Over a transport (remote/) ssh has checked who is there.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "client/remote/far_end.hpp"
#include "os/socket.hpp"

namespace sess::client {

struct Link {
  UniqueFd socket;
  pid_t keeper = -1;                    ///< who called listen(); -1 over a transport that cannot tell
  UniqueFd keeper_handle;               ///< pidfd of it, so that a reused pid is never signalled
  std::unique_ptr<remote::FarEnd> far;  ///< what leads to a server on another machine; ends with the link
};

/// Makes a new connection. not_found and unavailable mean that nobody listens; permission_denied that
/// somebody else does.
using Connector = std::function<Result<Link>()>;
using Credentials = std::function<Result<os::PeerCredentials>(int socket)>;

/// Connects to the socket and checks that the listener has this process's user id. `credentials` may be
/// empty: SO_PEERCRED is asked.
[[nodiscard]] Result<Link> connect_server(const std::string& path, const Credentials& credentials);

/// Starts the program that leads to a far server. `words` stand behind `sess` over there.
[[nodiscard]] Result<Link> connect_far(const remote::Destination& destination, remote::Attempt attempt,
                                       os::Helper::Terminal terminal, const std::vector<std::string>& words);

/// Tells the keeper that its server does not answer (SIGUSR1): it asks the server and replaces it when it
/// hangs. Does nothing where the keeper is not known.
void ring_keeper(const Link& link);

}  // namespace sess::client
