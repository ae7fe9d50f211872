#include "cli/child_limits.hpp"

#include <sys/resource.h>

#include <array>

#include "os/descriptor.hpp"

namespace sess::cli {
namespace {

constexpr rlim_t kSeconds = 60;
[[maybe_unused]] constexpr rlim_t kMemory = rlim_t{1} << 30U;  // a sanitizer needs terabytes of addresses

}  // namespace

void limit_child(int kept) {
  const rlimit seconds{kSeconds, kSeconds};
  ::setrlimit(RLIMIT_CPU, &seconds);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#ifndef SESS_SANITIZED
  const rlimit memory{kMemory, kMemory};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  const std::array<int, 1> keep{kept};
  os::close_other_descriptors(keep);
}

}  // namespace sess::cli
