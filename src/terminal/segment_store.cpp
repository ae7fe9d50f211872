#include "terminal/segment_store.hpp"

#include <cstdlib>

namespace sess::terminal {

void HeapSegmentStore::Free::operator()(std::byte* bytes) const {
  std::free(bytes);
}

std::span<std::byte> HeapSegmentStore::map(std::uint64_t segment) {
  const auto found = segments_.find(segment);
  if (found != segments_.end()) return {found->second.get(), kSegmentSize};
  // calloc leaves pages untouched until they are written: an empty history costs address space only.
  auto* bytes = static_cast<std::byte*>(std::calloc(1, kSegmentSize));
  if (bytes == nullptr) return {};
  segments_.emplace(segment, bytes);
  return {bytes, kSegmentSize};
}

void HeapSegmentStore::release(std::uint64_t segment) {
  segments_.erase(segment);
}

bool HeapSegmentStore::contains(std::uint64_t segment) const {
  return segments_.count(segment) != 0;
}

}  // namespace sess::terminal
