// Reading and writing the payloads that are bytes: numbers at the front, little-endian and as wide as the
// member, then bytes as they are.
//
// The two have the same functions, which those of JSON payloads (json.hpp) have, too, so that one list of
// fields serves all. A payload of numbers may be longer than they are: a later version may append to it.
// Internal to this layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace sess::protocol {

class BytesReader {
 public:
  /// `what` names the message in errors.
  BytesReader(std::string_view payload, std::string_view what) : reader_(payload), what_(what) {}

  template <class T>
  void number(const char* /*name*/, T& out) {
    static_assert(std::is_unsigned_v<T> && sizeof(T) != 2);
    if constexpr (sizeof(T) == 8) {
      out = reader_.u64();
    } else if constexpr (sizeof(T) == 4) {
      out = reader_.u32();
    } else {
      out = reader_.u8();
    }
  }
  /// One that `none` stands for where there is none.
  void number_or(const char* name, std::uint64_t& out, std::uint64_t /*none*/) { number(name, out); }
  /// Anything else is an error.
  template <class T>
  void number_within(const char* name, T& out, std::uint64_t low, std::uint64_t high) {
    number(name, out);
    if (reader_.ok() && (out < low || out > high)) {
      fault_ = Error{ErrorCode::protocol, 0, fmt::format("{} names {} {}", what_, name, out)};
    }
  }
  /// With `bit` a part follows that is not there without it.
  template <class Part, std::size_t N>
  void flags(std::uint8_t& out, const std::string_view (&/*names*/)[N], std::uint8_t bit,
             std::optional<Part>& part) {
    number("flags", out);
    if ((out & bit) != 0) part.emplace();
  }
  /// What is left: points into the payload.
  void rest(std::string_view& out) { out = reader_.rest(); }

  /// The first thing that was wrong.
  [[nodiscard]] std::optional<Error> error() const {
    if (!reader_.ok()) return Error{ErrorCode::protocol, 0, fmt::format("{} is too short", what_)};
    return fault_;
  }

 private:
  ByteReader reader_;
  std::string_view what_;
  std::optional<Error> fault_;
};

class BytesWriter {
 public:
  template <class T>
  void number(const char* /*name*/, const T& value) {
    static_assert(std::is_unsigned_v<T> && sizeof(T) != 2);
    if constexpr (sizeof(T) == 8) {
      writer_.u64(value);
    } else if constexpr (sizeof(T) == 4) {
      writer_.u32(value);
    } else {
      writer_.u8(value);
    }
  }
  void number_or(const char* name, std::uint64_t value, std::uint64_t /*none*/) { number(name, value); }
  template <class T>
  void number_within(const char* name, const T& value, std::uint64_t /*low*/, std::uint64_t /*high*/) {
    number(name, value);
  }
  /// The bit follows the part, whatever `value` says.
  template <class Part, std::size_t N>
  void flags(std::uint8_t value, const std::string_view (&/*names*/)[N], std::uint8_t bit,
             const std::optional<Part>& part) {
    writer_.u8(static_cast<std::uint8_t>((value & ~bit) | (part ? bit : 0)));
  }
  void rest(std::string_view value) { behind_ = value; }

  [[nodiscard]] const std::string& bytes() const { return writer_.bytes(); }
  /// What rest() was given: it is not copied.
  [[nodiscard]] std::string_view behind() const { return behind_; }
  [[nodiscard]] std::size_t size() const { return writer_.size(); }

 private:
  ByteWriter writer_;
  std::string_view behind_;
};

}  // namespace sess::protocol
