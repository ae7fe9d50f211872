// A fuzzer's bytes as decisions and pieces, so that one input holds both a stream and what is done to it.
//
// Included by every fuzz_*.cpp. Owns nothing: pieces point into the bytes of the run. Asking never fails; an
// input that is used up yields zeros and empty pieces, so any input is a valid one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace sess::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  /// 0 at the end.
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  /// The next n bytes, or what is left.
  std::string_view take(std::size_t n) {
    const auto piece = rest_.substr(0, n);
    rest_.remove_prefix(piece.size());
    return piece;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// An invariant: when it does not hold, says so and aborts, and the input is a finding.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "invariant broken: %s\n", what);
  std::abort();
}

}  // namespace sess::fuzz
