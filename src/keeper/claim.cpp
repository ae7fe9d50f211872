#include "keeper/claim.hpp"

#include "os/socket.hpp"

namespace sess::keeper {

Result<std::optional<Claim>> claim_socket(const os::RuntimePaths& paths, Probe probe,
                                          std::chrono::milliseconds limit) {
  constexpr int kTries = 100;  // each one more only after a daemon ended between two steps
  for (int i = 0; i < kTries; ++i) {
    auto directory = paths.open_socket_directory(os::RuntimePaths::Create::yes);
    if (!directory) return pass(directory.error());
    auto lock = os::LockFile::open(directory->get(), paths.lock_name);
    if (!lock) {
      if (lock.error().sys_errno == ENOENT) continue;  // the directory was removed meanwhile
      return pass(lock.error());
    }
    if (auto locked = lock->lock(os::LockFile::Part::starting, limit); !locked) return pass(locked.error());
    if (!lock->is_current()) continue;
    auto free = lock->try_lock(os::LockFile::Part::running);
    if (!free) return pass(free.error());
    if (!*free) return std::optional<Claim>();
    // A daemon whose lock file was deleted under it still answers on its socket.
    if (probe == Probe::connect && os::connect_unix_at(directory->get(), paths.socket_name)) {
      return std::optional<Claim>();
    }
    return std::optional<Claim>(Claim{std::move(*directory), std::move(*lock)});
  }
  return fail(ErrorCode::unavailable, "the lock of {} keeps changing", paths.socket_path());
}

}  // namespace sess::keeper
