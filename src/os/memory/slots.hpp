// Two slots in shared memory, written in turn, so that one whole checkpoint is always there however a process
// dies.
//
// A slot's bytes are written first and its directory entry's sequence number last; the valid slot is the one
// with the highest sequence number whose checksum holds. Owns nothing: directory and slots lie in a mapping
// of the owner.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace sess::os {

/// Lies in shared memory. Zeroed: nothing was ever written.
struct SlotDirectory {
  struct Entry {
    std::uint64_t tag;       ///< the owner's: a journal's stream offset
    std::uint64_t length;    ///< bytes
    std::uint64_t sum;       ///< checksum()
    std::uint64_t sequence;  ///< 0: not valid; stored last
  };
  std::array<Entry, 2> entries;
};

class SlotPair {
 public:
  SlotPair() = default;
  SlotPair(SlotDirectory& directory, std::span<std::byte> first, std::span<std::byte> second)
      : directory_(&directory), slots_{first, second} {}

  struct Content {
    std::uint64_t tag;
    std::string_view bytes;  ///< valid until the second next save()
  };
  /// The newest whole one.
  [[nodiscard]] std::optional<Content> newest() const;
  /// Its tag without looking at its bytes; 0 when there is none.
  [[nodiscard]] std::uint64_t newest_tag() const;
  /// Into the other slot. too_large when it does not fit; nothing changes then.
  Result<> save(std::uint64_t tag, std::string_view bytes);

 private:
  SlotDirectory* directory_ = nullptr;
  std::array<std::span<std::byte>, 2> slots_;
};

/// Keeps the compiler from moving a publishing store ahead of what it publishes. The reader is a later
/// process on the same machine, so no processor fence is needed; a release fence costs nothing on x86 and is
/// right everywhere.
void publish_fence();

}  // namespace sess::os
