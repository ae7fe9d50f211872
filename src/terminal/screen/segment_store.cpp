#include "terminal/screen/segment_store.hpp"

#include <cstdlib>
#include <utility>

namespace sess::terminal {

void HeapSegmentStore::Free::operator()(std::byte* bytes) const {
  std::free(bytes);
}

std::span<std::byte> HeapSegmentStore::map(std::uint64_t segment) {
  const auto found = segments_.find(segment);
  if (found != segments_.end()) return {found->second.get(), kSegmentSize};
  Bytes bytes = std::move(spare_);
  // calloc leaves pages untouched until they are written: an empty history costs address space only.
  if (!bytes) bytes.reset(static_cast<std::byte*>(std::calloc(1, kSegmentSize)));
  if (!bytes) return {};
  return {segments_.emplace(segment, std::move(bytes)).first->second.get(), kSegmentSize};
}

void HeapSegmentStore::release(std::uint64_t segment) {
  segments_.erase(segment);
}

void HeapSegmentStore::retire(std::uint64_t segment) {
  const auto found = segments_.find(segment);
  if (found == segments_.end()) return;
  spare_ = std::move(found->second);
  segments_.erase(found);
}

std::uint64_t HeapSegmentStore::find(std::uint64_t from) const {
  const auto found = segments_.lower_bound(from);
  return found == segments_.end() ? kNone : found->first;
}

}  // namespace sess::terminal
