// A real sshd on loopback with keys, a configuration and a port of its own, and an ssh that knows the way to
// it.
//
// Whoever logs in has the rig's home and environment. The `ssh` in bin() reads config() alone, whatever the
// user of the tests has.
#pragma once

#include <memory>
#include <string>

#include "rig.hpp"

namespace sess::test {

class PrivateMounts;

class Login {
 public:
  /// The environment that a login has: the rig's when empty. Who logs in finds these mounts when there are
  /// any.
  explicit Login(const Rig& rig, const std::vector<std::string>& environment = {},
                 const PrivateMounts* mounts = nullptr);

  [[nodiscard]] int port() const { return port_; }
  /// An `ssh -tt` with the agent forwarded, on a terminal.
  [[nodiscard]] std::unique_ptr<Attached> ssh(const std::string& command) const;
  /// Of the user's key.
  [[nodiscard]] std::string fingerprint() const;

  /// Writes the configuration that bin()'s ssh reads: the host `far` is 127.0.0.1 on this port. `more` goes
  /// first.
  void configure(int port, const std::string& more = "") const;
  /// A directory with that ssh.
  [[nodiscard]] std::string bin() const { return root_ + "/bin"; }

 private:
  void keygen(const std::string& name) const;

  const Rig& rig_;
  std::string root_;
  int port_;
  std::unique_ptr<Pty> daemon_;
  std::unique_ptr<Pty> agent_;
};

}  // namespace sess::test
