#include "protocol/input_buffer.hpp"

namespace sess::protocol {

std::size_t InputBuffer::room() const {
  if (lengths_.size() >= kMaxChunks) return 0;
  return kMaxBytes - bytes();
}

std::uint64_t InputBuffer::push(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > room()) return 0;
  bytes_ += bytes;
  lengths_.push_back(static_cast<std::uint32_t>(bytes.size()));
  return last_sequence();
}

void InputBuffer::acknowledge(std::uint64_t sequence) {
  if (sequence > last_sequence()) return;
  while (!lengths_.empty() && first_ <= sequence) {
    head_ += lengths_.front();
    lengths_.pop_front();
    ++first_;
  }
  // The front is cut off only when it outweighs the rest, so a byte is moved once on average.
  if (lengths_.empty()) {
    bytes_.clear();
    head_ = 0;
  } else if (head_ > bytes_.size() / 2) {
    bytes_.erase(0, head_);
    head_ = 0;
  }
}

void InputBuffer::drop() {
  acknowledge(last_sequence());
}

}  // namespace sess::protocol
