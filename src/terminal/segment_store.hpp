// Where a History keeps its bytes: segments of fixed size, named by a number that only grows.
//
// The server's implementation lies in a pane's journal (shared memory), so that lines need no copy to survive
// a crash; HeapSegmentStore serves tests and panes without a journal. A store knows nothing of what is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>

namespace sess::terminal {

class SegmentStore {
 public:
  static constexpr std::size_t kSegmentSize = 256 * 1024;

  virtual ~SegmentStore() = default;
  /// The bytes of a segment, created zeroed when it is new. The pointer is valid until release(). An empty
  /// span says that there is no memory for it: the history then loses lines and goes on.
  virtual std::span<std::byte> map(std::uint64_t segment) = 0;
  /// The segment's bytes are not needed any more. Unknown numbers are ignored.
  virtual void release(std::uint64_t segment) = 0;
  /// Whether a segment has been mapped and not released, by this process or the one it recovers from. A store
  /// that cannot say answers yes; a restored history then finds a zeroed segment and skips it.
  [[nodiscard]] virtual bool contains(std::uint64_t segment) const {
    static_cast<void>(segment);
    return true;
  }
};

class HeapSegmentStore : public SegmentStore {
 public:
  std::span<std::byte> map(std::uint64_t segment) override;
  void release(std::uint64_t segment) override;
  [[nodiscard]] bool contains(std::uint64_t segment) const override;
  [[nodiscard]] std::size_t count() const { return segments_.size(); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  std::map<std::uint64_t, std::unique_ptr<std::byte, Free>> segments_;
};

}  // namespace sess::terminal
