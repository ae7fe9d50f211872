#include "model/names.hpp"

#include "base/utf8.hpp"
#include "base/visible.hpp"

namespace sess::model {

Result<std::string> session_name(std::string_view given) {
  const auto refuse = [&] { return fail(ErrorCode::invalid_argument, "invalid session: {}", given); };
  if (given.empty()) return refuse();
  std::string replaced(given);
  for (char& c : replaced) {
    if (c == ':' || c == '.') c = '_';
  }
  std::string name = visible(replaced);
  if (name.size() > kMaxNameLength) return refuse();
  return name;
}

std::string window_name(std::string_view given) {
  std::string name = visible(given);
  if (name.size() <= kMaxNameLength) return name;
  std::size_t end = kMaxNameLength;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80) --end;
  name.resize(end);
  return name;
}

}  // namespace sess::model
