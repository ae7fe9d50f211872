// Small operations on descriptors and process-wide limits that more than one part needs.
//
// Descriptors given as int are not owned. The functions that wait block their thread in poll(2) and have no
// place in a callback of the loop, but for what cannot be slow. Errors say the descriptor's number.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sess::os {

/// The flag is the open file description's: for one that is nobody else's, never for a standard stream.
Result<> set_nonblocking(int fd);
Result<> set_close_on_exec(int fd, bool on);

/// Both ends close-on-exec.
struct Pipe {
  UniqueFd read;
  UniqueFd write;
};
[[nodiscard]] Result<Pipe> open_pipe();

/// Close-on-exec duplicate.
[[nodiscard]] Result<UniqueFd> duplicate(int fd);

/// Writes all of it; waits (poll) when the descriptor is non-blocking and full. A reader that is gone is an
/// error only where SIGPIPE is ignored.
Result<> write_all(int fd, std::string_view bytes);

/// Reads until end of file or `max` bytes; waits when non-blocking.
[[nodiscard]] Result<std::string> read_all(int fd, std::size_t max);

/// True when `fd` becomes readable (or at end of file) within `timeout`; a negative one waits for ever.
[[nodiscard]] bool wait_readable(int fd, std::chrono::milliseconds timeout);

/// Marks every descriptor from 3 on close-on-exec (close_range(2); before Linux 5.11 one by one, up to
/// 65536). Async-signal-safe: for use between fork and exec.
void close_all_on_exec() noexcept;

[[nodiscard]] std::vector<int> open_descriptors();

/// Closes every descriptor from 3 on except those in `keep`.
void close_other_descriptors(std::span<const int> keep);

/// Makes descriptors 0, 1 and 2 /dev/null.
Result<> std_descriptors_to_null();
/// Opens /dev/null on whichever of 0, 1 and 2 is closed, so that no other file lands there.
void ensure_std_descriptors();

/// Whether this process could open that many more descriptors now. Asks the kernel, by opening them.
[[nodiscard]] bool descriptors_free(std::size_t count);

/// A descriptor that is kept for the time when there is no other: given up for a moment, it lets one thing be
/// opened, such as a connection that is to be told why it is refused.
class SpareDescriptor {
 public:
  SpareDescriptor() { refill(); }
  /// From here until refill() one more can be opened.
  void give_up() { fd_.reset(); }
  void refill();
  [[nodiscard]] bool held() const { return static_cast<bool>(fd_); }

 private:
  UniqueFd fd_;
};

/// Raises the soft RLIMIT_NOFILE to the hard one. The first call remembers what was before.
void raise_descriptor_limit();
/// RLIMIT_NOFILE as it was before raise_descriptor_limit(): what spawned programs get.
[[nodiscard]] rlimit original_descriptor_limit();
/// Replaces the remembered limit (a keeper that replaced its own code carries it over).
void set_original_descriptor_limit(rlimit limit);

}  // namespace sess::os
