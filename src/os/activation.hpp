// Being started by a supervisor: inherited listening sockets and readiness notification, without libsystemd.
//
// Called by cli/sessd.cpp at the start; the keeper keeps the Notifier. The take functions change the
// environment and descriptors 0 to 3 of the process: once, before programs are started and threads run.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

/// Checks that `socket` is a listening Unix stream socket; makes it close-on-exec and non-blocking and calls
/// listen() again, so that SO_PEERCRED names this process to clients. Closes it when it is not one.
[[nodiscard]] Result<UniqueFd> adopt_listener(UniqueFd socket);

/// The socket that systemd passed (sd_listen_fds(3): LISTEN_PID is this process, LISTEN_FDS is 1), or nothing
/// when none was passed. Unsets LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES in every case. Several sockets, or
/// one of another kind, are an error.
[[nodiscard]] Result<std::optional<UniqueFd>> take_listen_fds();

/// inetd's `wait` style: the listening socket is descriptor 0. Duplicates it and puts /dev/null on 0, 1, 2.
[[nodiscard]] Result<UniqueFd> take_inetd_listener();

/// The path that a Unix socket is bound to ("" when it has none or an abstract one).
[[nodiscard]] std::string bound_path(int socket);

/// sd_notify(3) to $NOTIFY_SOCKET as it was when take() was called.
class Notifier {
 public:
  Notifier() = default;
  explicit Notifier(std::string address) : address_(std::move(address)) {}
  /// Reads and unsets NOTIFY_SOCKET.
  [[nodiscard]] static Notifier take();
  /// Sends state, as "READY=1"; does nothing without a supervisor; failures are ignored.
  void notify(std::string_view state) const;
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  std::string address_;
};

}  // namespace sess::os
