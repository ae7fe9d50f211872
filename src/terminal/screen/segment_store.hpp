// Where a History keeps its bytes: segments of fixed size, named by a number that only grows, mostly by one.
//
// The server's implementation lies in a pane's journal (shared memory), so that lines need no copy to survive
// a crash; HeapSegmentStore serves tests and panes without a journal. A store knows nothing of what is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <limits>
#include <memory>
#include <span>

namespace sess::terminal {

class SegmentStore {
 public:
  static constexpr std::size_t kSegmentSize = 256 * 1024;
  /// As many as a store holds at once, and how far the numbers of two of them may lie apart.
  static constexpr std::uint64_t kMostSegments = 8000;
  static constexpr std::uint64_t kMostSpan = 16384;

  virtual ~SegmentStore() = default;
  /// The number of the next new segment: `from`, which lies above all that are held, or a later one.
  [[nodiscard]] virtual std::uint64_t next(std::uint64_t from) { return from; }
  /// The bytes of a segment; what is in those of a new one is whatever was there. The pointer is valid until
  /// release() or retire(). An empty span says that there is no memory for it: the history then gives up its
  /// oldest segment and asks again.
  virtual std::span<std::byte> map(std::uint64_t segment) = 0;
  /// The segment's bytes are not needed any more. Unknown numbers are ignored.
  virtual void release(std::uint64_t segment) = 0;
  /// The same for the oldest segment while new ones are being written: its memory may serve the next one.
  virtual void retire(std::uint64_t segment) { release(segment); }

  /// The first number from `from` on that may hold data, of this process or of the one that it recovers from:
  /// to be asked again behind it. Whether the data is that segment's says the header in it. kNone: there is
  /// no more.
  [[nodiscard]] virtual std::uint64_t find(std::uint64_t from) const = 0;
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  /// What a restored history found to be its own, ascending: whatever else an earlier process left is
  /// released.
  virtual void keep_only(std::span<const std::uint64_t> segments) { static_cast<void>(segments); }
};

class HeapSegmentStore : public SegmentStore {
 public:
  std::span<std::byte> map(std::uint64_t segment) override;
  void release(std::uint64_t segment) override;
  void retire(std::uint64_t segment) override;
  [[nodiscard]] std::uint64_t find(std::uint64_t from) const override;
  [[nodiscard]] std::size_t count() const { return segments_.size(); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  using Bytes = std::unique_ptr<std::byte, Free>;
  std::map<std::uint64_t, Bytes> segments_;
  Bytes spare_;  ///< of the last retired one
};

}  // namespace sess::terminal
