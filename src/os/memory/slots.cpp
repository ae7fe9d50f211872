#include "os/memory/slots.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/checksum.hpp"

namespace sess::os {

void publish_fence() {
  std::atomic_thread_fence(std::memory_order_release);
}

std::optional<SlotPair::Content> SlotPair::newest() const {
  std::optional<Content> best;
  std::uint64_t best_sequence = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& entry = directory_->entries[i];
    if (entry.sequence <= best_sequence || entry.length > slots_[i].size()) continue;
    const std::string_view bytes(reinterpret_cast<const char*>(slots_[i].data()), entry.length);
    if (checksum(bytes) != entry.sum) continue;
    best = Content{entry.tag, bytes};
    best_sequence = entry.sequence;
  }
  return best;
}

std::uint64_t SlotPair::newest_tag() const {
  const auto& [a, b] = directory_->entries;
  const auto& entry = a.sequence > b.sequence ? a : b;
  return entry.sequence == 0 ? 0 : entry.tag;
}

Result<> SlotPair::save(std::uint64_t tag, std::string_view bytes) {
  if (bytes.size() > slots_[0].size()) {
    return fail(ErrorCode::too_large, "a checkpoint of {} bytes does not fit", bytes.size());
  }
  const auto& [a, b] = directory_->entries;
  const std::size_t target = a.sequence > b.sequence ? 1 : 0;
  const std::uint64_t sequence = std::max(a.sequence, b.sequence) + 1;
  auto& entry = directory_->entries[target];
  entry.sequence = 0;  // until it is whole again, the other slot is the newest
  publish_fence();
  std::memcpy(slots_[target].data(), bytes.data(), bytes.size());
  entry.tag = tag;
  entry.length = bytes.size();
  entry.sum = checksum(bytes);
  publish_fence();
  entry.sequence = sequence;
  return {};
}

}  // namespace sess::os
