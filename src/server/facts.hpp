// What never changes while a server runs: who and where it is, by the keeper's hand-over and the password
// file.
#pragma once

#include "command/ports/daemon.hpp"
#include "keeper/message.hpp"
#include "os/clock.hpp"

namespace sess::server {

[[nodiscard]] command::ServerFacts server_facts(const keeper::Start& start, const os::Clock& clock);
/// Whether a shell runs what it is given: the one of an account that nobody logs in to refuses (nologin(8)).
[[nodiscard]] bool is_usable_shell(const std::string& path);

}  // namespace sess::server
