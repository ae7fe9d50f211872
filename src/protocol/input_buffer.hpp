// Typed input that the server has not acknowledged yet, numbered and bounded: what makes a lost connection
// lose or double no key.
//
// The sender numbers every chunk (push), forgets what was acknowledged, and after a reconnect sends again
// what the server says it did not apply (replay). Knows no socket; the client feeds it and frames what it
// returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace sess::protocol {

class InputBuffer {
 public:
  static constexpr std::size_t kMaxBytes = 256 * 1024;
  static constexpr std::size_t kMaxChunks = 8192;

  /// Bytes that push() would take now; at 0 the owner stops reading its terminal.
  [[nodiscard]] std::size_t room() const;

  /// Numbers and keeps a copy. Returns the number (1, 2, ...), or 0 when `bytes` is empty or larger than
  /// room(): nothing was taken then.
  std::uint64_t push(std::string_view bytes);

  /// Forgets every chunk up to that number. Numbers never sent and numbers already forgotten are ignored.
  void acknowledge(std::uint64_t sequence);

  /// acknowledge(applied), then hands out what is left, oldest first: visit(sequence, bytes).
  template <class Visit>
  void replay(std::uint64_t applied, Visit visit) {
    acknowledge(applied);
    std::size_t at = head_;
    std::uint64_t sequence = first_;
    for (const std::uint32_t length : lengths_) {
      visit(sequence++, std::string_view(bytes_).substr(at, length));
      at += length;
    }
  }

  /// Forgets all of it (the server does not know this client any more); numbering goes on.
  void drop();

  [[nodiscard]] bool empty() const { return lengths_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size() - head_; }
  /// The last number given out, 0 when none was.
  [[nodiscard]] std::uint64_t last_sequence() const { return first_ + lengths_.size() - 1; }

 private:
  std::string bytes_;  // chunks one after another, from head_ on
  std::size_t head_ = 0;
  std::deque<std::uint32_t> lengths_;
  std::uint64_t first_ = 1;  // number of lengths_.front()
};

}  // namespace sess::protocol
