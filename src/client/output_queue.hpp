// Bytes on their way to the terminal: written at once while it takes them, kept while it does not.
//
// Never blocks. The owner stops reading its socket while above_mark() holds, which bounds the memory at the
// mark plus what it had read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sess::client {

class OutputQueue {
 public:
  static constexpr std::size_t kMark = 256 * 1024;
  /// How a full terminal is told from one that takes more: the descriptor is non-blocking, or (where it is
  /// shared with others and must not be changed) it is asked with poll(2) and given little at a time.
  enum class Mode { nonblocking, polled };

  OutputQueue(int fd, Mode mode) : fd_(fd), mode_(mode) {}

  /// Writes straight from `bytes` when nothing waits; the rest is kept.
  void write(std::string_view bytes);
  /// Writes what the terminal takes now.
  void flush();
  /// Forgets what waits. True when something was forgotten: what was written may end inside an escape
  /// sequence.
  bool drop();

  [[nodiscard]] std::size_t queued() const { return bytes_.size() - head_; }
  [[nodiscard]] bool above_mark() const { return queued() >= kMark; }
  /// Bytes that the terminal took.
  [[nodiscard]] std::uint64_t written() const { return written_; }
  /// The terminal is gone; everything is dropped from then on.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::size_t write_some(std::string_view bytes);

  int fd_;
  Mode mode_;
  std::string bytes_;
  std::size_t head_ = 0;
  std::uint64_t written_ = 0;
  bool broken_ = false;
};

}  // namespace sess::client
