#include "keeper/socket_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "os/socket.hpp"

namespace sess::keeper {
namespace {

using Part = os::LockFile::Part;

constexpr std::chrono::milliseconds kLockLimit{1000};
constexpr std::chrono::milliseconds kRetry{300};
constexpr int kMostRetries = 20;

FileIdentity identity_of(const struct stat& facts) {
  return {facts.st_dev, facts.st_ino};
}

}  // namespace

SocketFile::SocketFile(os::Loop& loop, os::RuntimePaths paths, Claim claim, std::function<void()> on_replaced)
    : loop_(loop),
      paths_(std::move(paths)),
      claim_(std::move(claim)),
      on_replaced_(std::move(on_replaced)),
      retry_(loop, [this] { check(); }) {}

std::optional<FileIdentity> SocketFile::named_socket() const {
  struct stat facts {};
  if (fstatat(claim_.directory.get(), paths_.socket_name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) < 0) {
    return std::nullopt;
  }
  return identity_of(facts);
}

bool SocketFile::directory_in_place() const {
  struct stat own {};
  struct stat named {};
  return fstat(claim_.directory.get(), &own) == 0 && stat(paths_.socket_directory.c_str(), &named) == 0 &&
         identity_of(own) == identity_of(named);
}

Result<> SocketFile::listen() {
  auto made = os::listen_unix(claim_.directory.get(), paths_.socket_name);
  if (!made) return pass(made.error());
  const auto identity = named_socket();
  // Without an identity nobody would look again.
  if (!identity) return fail(ErrorCode::unavailable, "{} vanished at once", paths_.socket_path());
  listener_ = std::move(*made);
  identity_ = identity;
  return {};
}

Result<> SocketFile::bind() {
  if (auto done = listen(); !done) return pass(done.error());
  claim_.lock.unlock(Part::starting);
  watch();
  return {};
}

void SocketFile::adopt(UniqueFd listener, std::optional<FileIdentity> identity) {
  listener_ = std::move(listener);
  identity_ = identity;
  claim_.lock.unlock(Part::starting);
  if (identity_) watch();
}

void SocketFile::watch() {
  watch_.reset();
  auto made = os::PathWatch::open_entries(loop_, claim_.directory.get(),
                                          {paths_.socket_name, paths_.lock_name}, [this] { check(); });
  if (!made) {
    // Clients that find no socket cannot ring either; but nothing else is lost.
    log::warn("{}", made.error().text);
    if (++failures_ <= kMostRetries) retry_.start(kRetry);
    return;
  }
  watch_ = std::move(*made);
  // What vanished before the watch stood would never be told.
  if (named_socket() != identity_ || !claim_.lock.is_current()) retry_.start(std::chrono::milliseconds(1));
}

void SocketFile::check() {
  if (!identity_) return;
  auto restored = restore();
  if (!restored) {
    log::error("cannot put the socket back: {}", restored.error().text);
    if (++failures_ <= kMostRetries) retry_.start(kRetry);
    return;
  }
  if (watch_) failures_ = 0;
  if (*restored) {
    on_replaced_();
    log::warn("the socket {} had vanished; it is back", paths_.socket_path());
  }
}

/// A directory or lock file that vanished: make them anew and lock them, as a starter would.
Result<> SocketFile::restore_claim() {
  auto directory = paths_.open_socket_directory(os::RuntimePaths::Create::yes);
  if (!directory) return pass(directory.error());
  auto lock = os::LockFile::open(directory->get(), paths_.lock_name);
  if (!lock) return pass(lock.error());
  if (auto locked = lock->lock(Part::starting, kLockLimit); !locked) return pass(locked.error());
  auto running = lock->try_lock(Part::running);
  if (!running) return pass(running.error());
  if (!*running) return fail(ErrorCode::already_exists, "another daemon has taken {}", paths_.socket_path());
  lock->unlock(Part::starting);
  claim_ = Claim{std::move(*directory), std::move(*lock)};
  return {};
}

/// True when there is a new listener.
Result<bool> SocketFile::restore() {
  const bool claim_whole = directory_in_place() && claim_.lock.is_current();
  if (!claim_whole) {
    if (auto done = restore_claim(); !done) return pass(done.error());
  }
  const bool socket_whole = named_socket() == identity_;
  if (!socket_whole) {
    if (auto locked = claim_.lock.lock(Part::starting, kLockLimit); !locked) return pass(locked.error());
    auto done = listen();
    claim_.lock.unlock(Part::starting);
    if (!done) return pass(done.error());
  }
  if (!claim_whole || !socket_whole) watch();
  return !socket_whole;
}

void SocketFile::remove() {
  watch_.reset();
  retry_.stop();
  if (!identity_) return;
  if (!claim_.lock.is_current()) return;  // the name may be somebody else's by now
  if (auto locked = claim_.lock.lock(Part::starting, kLockLimit); !locked) {
    log::warn("{}", locked.error().text);
    return;
  }
  if (named_socket() == identity_) unlinkat(claim_.directory.get(), paths_.socket_name.c_str(), 0);
  claim_.lock.remove();
}

}  // namespace sess::keeper
