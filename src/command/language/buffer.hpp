// Paste buffers: named texts, newest first. Automatic ones (buffer0, buffer1, ...) are limited by
// buffer-limit, the oldest goes first; named ones stay until they are deleted.
//
// Pure data, owned by the queue's owner. A buffer's text never changes: setting it makes another of that
// name. Their total size is bounded.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sess::command {

struct Buffer {
  std::string name;
  std::string data;
  std::chrono::system_clock::time_point created;
  bool automatic = true;
  std::uint64_t order = 0;  ///< growing

  /// The first 200 characters, control characters visible, "..." when cut: buffer_sample.
  [[nodiscard]] std::string sample() const;
};

class BufferStore {
 public:
  /// Newest first.
  [[nodiscard]] const std::vector<Buffer>& all() const { return buffers_; }
  [[nodiscard]] const Buffer* find(std::string_view name) const;
  /// Which paste-buffer without -b takes; a named one, too, as in tmux 3.3a.
  [[nodiscard]] const Buffer* newest() const;

  /// A new automatic buffer (prefix "buffer" unless given); then the oldest automatic ones beyond `limit` go.
  /// Empty data makes none. The name.
  /// Error, as of set(): all buffers together would have more than kMostBytes.
  Result<std::string> add(std::string data, std::chrono::system_clock::time_point now, std::size_t limit,
                          std::string_view prefix = "buffer");
  /// Sets a named buffer; it is no longer automatic. Error: "empty buffer name".
  Result<> set(std::string_view name, std::string data, std::chrono::system_clock::time_point now);
  /// Errors: "no buffer", "new name is empty"; a buffer of the new name is replaced.
  Result<> rename(std::string_view from, std::string_view to);
  bool erase(std::string_view name);

  /// Bytes of all buffers together: what is more could not survive a crash.
  static constexpr std::size_t kMostBytes = 512 << 20;
  /// Another number after each change.
  [[nodiscard]] std::uint64_t version() const { return version_; }

  /// For the checkpoint: all of it, and back. Orders stay as they are while they are newest first.
  void restore(std::vector<Buffer> newest_first, std::uint64_t next_automatic);
  [[nodiscard]] std::uint64_t next_automatic() const { return next_; }

 private:
  std::vector<Buffer> buffers_;
  [[nodiscard]] Result<> fits(std::size_t added, std::size_t freed) const;

  std::uint64_t next_ = 0, order_ = 0, version_ = 1;
};

}  // namespace sess::command
