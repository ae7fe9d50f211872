// UTF-8 to code points and back, total on any bytes.
//
// Malformed input becomes U+FFFD, one per maximal subpart (Unicode 15, 3.9 "U+FFFD Substitution of Maximal
// Subparts"), so the same bytes give the same text however they were split.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sess {

inline constexpr char32_t kReplacement = U'\uFFFD';

enum class Utf8Status { value, more, malformed };

struct Utf8Decoded {
  Utf8Status status;
  char32_t code_point;  ///< kReplacement unless status is value
  std::size_t length;   ///< bytes to consume; for more: how many form a valid prefix (all that was given)
};

/// The code point that starts at bytes[0]; bytes must not be empty. `malformed` consumes the maximal subpart
/// (at least one byte); `more` means that the bytes given are a prefix of a well-formed sequence.
[[nodiscard]] Utf8Decoded decode_utf8(std::string_view bytes);

/// Appends the UTF-8 of a code point (kReplacement for surrogates and beyond U+10FFFF).
void append_utf8(std::string& out, char32_t code_point);

/// Whether all of it is well formed.
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace sess
