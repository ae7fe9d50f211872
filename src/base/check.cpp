#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/log.hpp"

namespace sess {

void check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "sess: check failed: %s (%s:%d)\n", condition, file, line);
  log::error("check failed: {} ({}:{})", condition, file, line);
  std::abort();
}

}  // namespace sess
