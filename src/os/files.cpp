#include "os/files.hpp"

#include <fcntl.h>

#include "base/fd.hpp"
#include "os/descriptor.hpp"

namespace sess::os {

Result<std::string> read_file(const std::string& path, std::size_t max) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return fail_errno(errno, "cannot read {}", path);
  auto text = read_all(fd.get(), max + 1);
  if (!text) return fail(text.error().code, "cannot read {}: {}", path, text.error().text);
  if (text->size() > max) return fail(ErrorCode::too_large, "{} has more than {} bytes", path, max);
  return text;
}

std::string read_file_or_empty(const std::string& path) {
  return read_file(path).value_or(std::string());
}

}  // namespace sess::os
