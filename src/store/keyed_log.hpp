// Values by key in one shared memory, written down a change at a time: what the next process finds is the
// last whole commit, however this one dies.
//
//   page 0    Root: which log is valid (two entries, written in turn as in os/memory/slots.hpp)
//   a log     LogHead: how much of it counts; then a frame a commit: length, checksum, records {key, kind,
//   value} a blob    the bytes of one large value, written once; a record names place, length and checksum
//
// A commit appends its frame and then moves the log's end, one store. A full log is written anew, in another
// place, with what still counts, and the root is switched. A blob is written before the record that names it
// is published, and its place is used again only after the record that forgets it is; places that no record
// names are free. The allocator's table is those records, read back on open. Owns the mappings; knows nothing
// of what the values mean.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "os/memory/shared.hpp"

namespace sess::store {

class KeyedLog {
 public:
  using Key = std::uint64_t;
  /// From this size on a value is a blob of its own.
  static constexpr std::size_t kBlob = 32 * 1024;
  /// All values together; a commit beyond it is refused.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

  /// Reads what is there. `root` lies in `memory`, at the same place each time; `first` is the first byte
  /// that may be used for logs and blobs (a multiple of the page size).
  static Result<KeyedLog> open(os::SharedMemory memory, std::uint64_t root, std::uint64_t first);

  /// Whether something was ever committed.
  [[nodiscard]] bool used() const { return used_; }
  /// Keys, in order.
  [[nodiscard]] std::vector<Key> keys() const;
  [[nodiscard]] bool has(Key key) const { return values_.find(key) != values_.end(); }
  /// nullopt: not there, or a blob whose checksum is wrong.
  [[nodiscard]] std::optional<std::string> value(Key key) const;

  /// For the next commit. The same bytes as before are nothing.
  Result<> put(Key key, std::string_view bytes);
  void erase(Key key);
  /// All that was put and erased since the last one, or nothing of it.
  Result<> commit();

  /// Bytes of all values that count.
  [[nodiscard]] std::uint64_t size() const { return bytes_; }
  /// Bytes that were written into the memory, for tests and traces.
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  struct Root;
  struct LogHead;
  struct Value {
    std::uint64_t place = 0;  ///< in the log, or of the blob in the memory
    std::uint64_t length = 0;
    std::uint64_t sum = 0;  ///< of a blob
    bool blob = false;
  };
  struct Change {
    Key key = 0;
    std::optional<Value> blob;
    std::string bytes;
    bool erased = false;
  };

  explicit KeyedLog(os::SharedMemory memory) : memory_(std::move(memory)) {}
  [[nodiscard]] Root& root() const;
  [[nodiscard]] LogHead& head() const;
  Result<> read();
  void read_frame(std::string_view frame, std::uint64_t place);
  [[nodiscard]] bool same(const Value& value, std::string_view bytes) const;
  [[nodiscard]] std::string_view in_log(const Value& value) const;
  Result<Value> write_blob(std::string_view bytes);
  Result<std::uint64_t> allocate(std::uint64_t length);
  void release(std::uint64_t place);
  void release_unused();
  Result<> rewrite(const std::string& frame);
  void apply(std::uint64_t frame_place);
  void drop_changes();

  os::SharedMemory memory_;
  os::Mapping page_, log_;
  std::uint64_t root_ = 0, first_ = 0, log_place_ = 0;
  std::unordered_map<Key, Value> values_;
  std::vector<Change> changes_;
  std::unordered_set<Key> pending_;                 ///< of changes_
  std::map<std::uint64_t, std::uint64_t> extents_;  ///< in use: place to length
  std::uint64_t bytes_ = 0, written_ = 0;
  bool used_ = false;
};

}  // namespace sess::store
