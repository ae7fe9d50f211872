#include "store/model_store.hpp"

#include <unistd.h>

namespace sess::store {
namespace {
constexpr std::size_t kPage = 4096;
/// A larger encoding (huge paste buffers) gives its memory back.
constexpr std::size_t kKept = 1 << 20;
constexpr std::uint64_t kMagic = 0x4c444d5353534553ULL;  // "SESSSMDL"

struct Header {
  std::uint64_t magic;
  os::SlotDirectory slots;
};
}  // namespace

Result<ModelStore> ModelStore::open(UniqueFd fd) {
  auto memory = os::SharedMemory::adopt(std::move(fd));
  if (!memory) return pass(memory.error());
  ModelStore store;
  store.memory_ = std::move(*memory);
  if (auto grown = store.memory_.grow(kPage + 2 * kSlotSize); !grown) return pass(grown.error());
  auto header = store.memory_.map(0, kPage);
  if (!header) return pass(header.error());
  store.header_ = std::move(*header);
  for (std::size_t i = 0; i < 2; ++i) {
    auto slot = store.memory_.map(kPage + i * kSlotSize, kSlotSize);
    if (!slot) return pass(slot.error());
    store.slot_maps_[i] = std::move(*slot);
  }
  auto& directory = *reinterpret_cast<Header*>(store.header_.data());
  if (directory.magic != 0 && directory.magic != kMagic) {
    return fail(ErrorCode::protocol, "the model's memory has no valid magic number");
  }
  directory.magic = kMagic;
  store.slots_ = os::SlotPair(directory.slots, store.slot_maps_[0].bytes(), store.slot_maps_[1].bytes());
  return store;
}

Result<> ModelStore::save(const model::Model& model, const input::KeyTables& keys, const SavedState& state) {
  scratch_ = encode_model(model, keys, state, std::move(scratch_));
  Result<> saved = slots_.newest_is(scratch_) ? Result<>() : slots_.save(0, scratch_);
  if (scratch_.capacity() > kKept) scratch_ = {};
  return saved;
}

Result<bool> ModelStore::load(model::Model& model, input::KeyTables& keys, SavedState& state) const {
  const auto newest = slots_.newest();
  if (!newest) return false;
  if (auto decoded = decode_model(newest->bytes, model, keys, state); !decoded) return pass(decoded.error());
  return true;
}

}  // namespace sess::store
