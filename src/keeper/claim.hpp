// The right to be the daemon of a socket: decided under the lock, so that fifty starters get one daemon.
//
// Taken by cli/sessd.cpp before it becomes a daemon and then owned by SocketFile, which gives up the
// `starting` lock once it listens. Owns the directory and the lock file; neither makes nor removes the
// socket.
#pragma once

#include <chrono>
#include <optional>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "os/lock_file.hpp"
#include "os/runtime_paths.hpp"

namespace sess::keeper {

/// The checked socket directory and both locks of its lock file. Survives fork; release it by destroying it.
struct Claim {
  UniqueFd directory;
  os::LockFile lock;
};

/// How far claim_socket() looks for a daemon whose lock file was deleted under it.
enum class Probe {
  connect,  ///< also ask the socket whether somebody listens
  skip,     ///< the socket is inherited: whoever listens on it is this process
};

/// A claim, or nothing when a daemon is already running (then it listens: a starter is waited for). Blocks up
/// to `limit` for each starter before it. Errors: the directory is not safe, another starter holds the lock
/// for longer than `limit`, or the lock file keeps changing.
[[nodiscard]] Result<std::optional<Claim>> claim_socket(const os::RuntimePaths& paths, Probe probe,
                                                        std::chrono::milliseconds limit);

}  // namespace sess::keeper
