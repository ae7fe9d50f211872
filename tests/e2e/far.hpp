// This machine twice, and a network between the two that fails when it is told to: what tests of `sess ssh`
// start from.
//
// Far owns the home and the login behind a real sshd, Link the relay in front of it and the terminal. Whoever
// logs in may have mounts that nobody else sees: a disk of his own, passwords of his own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "login.hpp"
#include "private_mounts.hpp"
#include "support/relay.hpp"

namespace sess::test {

/// The shell commands that mount something over there; called when the home is there. Needs root.
using Mounts = std::function<std::string(const Rig&)>;

/// Here a user with an ssh, there a login with sess in ~/.local/bin and no PATH to it.
struct Far {
  explicit Far(const Mounts& mounts = {});

  [[nodiscard]] std::vector<std::string> there() const {
    return rig.home().env({{"SESS_TMPDIR", rig.home().temporary()}});
  }
  /// Another socket directory: what is found was not found here.
  [[nodiscard]] Rig::Variables here() const;
  [[nodiscard]] Outcome sess(const Rig::Arguments& arguments) const { return rig.sess(arguments, here()); }

  Rig rig;
  std::optional<PrivateMounts> mounted;
  Login login;

 private:
  [[nodiscard]] const PrivateMounts* prepare(const Mounts& mounts);
};

/// A terminal attached through a relay to the session `app` over there.
struct Link {
  explicit Link(const Mounts& mounts = {});

  void attach(const Rig::Arguments& options = {});
  /// Types until the program has answered what was typed last.
  void expect_answer(const std::string& number);
  [[nodiscard]] std::vector<pid_t> helpers() const;
  /// The terminal, its scrollback first, as lines that begin with the word.
  [[nodiscard]] std::vector<std::string> lines(const std::string& word);
  /// Nothing of it is left here or there but the daemon.
  void expect_clean_end();

  Far far;
  Relay relay;
  std::unique_ptr<Attached> terminal;
};

}  // namespace sess::test
