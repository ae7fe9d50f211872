// A program on a terminal of its own in one step, where a test has nothing to do between the two that there
// are.
//
// What it starts is the test's to wait for. Header-only: only tests that link os use it.
#pragma once

#include <sys/wait.h>

#include <utility>

#include "os/programs/spawn.hpp"

namespace sess::test {

/// Waits until exec worked or failed, as the keeper does when the program has said so; a failed child is
/// reaped.
inline Result<os::Spawned> spawn_on_pty(const os::SpawnRequest& request) {
  auto pending = os::start_spawn_on_pty(request);
  if (!pending) return pass(pending.error());
  auto done = pending->finish();
  if (!done) waitpid(pending->child(), nullptr, 0);
  return done;
}

}  // namespace sess::test
