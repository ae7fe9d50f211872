#include "client/control_text.hpp"

#include <utility>

namespace sess::client {

void ControlText::see(std::string_view line) {
  const auto behind = [&](std::string_view word) {
    return line.starts_with(word) ? line.substr(word.size()) : std::string_view();
  };
  if (block_.empty()) {
    block_ = behind("%begin");
  } else if (behind("%end") == block_ || behind("%error") == block_) {
    block_.clear();
  }
}

std::string ControlText::take(std::string_view bytes) {
  std::string out;
  for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos;
       bytes.remove_prefix(end + 1)) {
    rest_.append(bytes.substr(0, end));
    if (!std::exchange(cut_, false)) see(rest_);
    out.append(rest_).push_back('\n');
    rest_.clear();
  }
  rest_.append(bytes);
  if (rest_.size() <= kMostHeld) return out;
  cut_ = true;
  out.append(std::exchange(rest_, {}));
  return out;
}

std::string ControlText::close() {
  std::string out;
  rest_.clear();
  if (std::exchange(cut_, false)) out += '\n';
  if (!block_.empty()) out += "%error" + std::exchange(block_, {}) + '\n';
  return out;
}

}  // namespace sess::client
