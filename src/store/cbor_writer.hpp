// Writes CBOR (RFC 8949) straight into a string: maps with named fields and arrays, both of indefinite length
// (§3.2.2).
//
// For what is written after every command and read once in a server's life: a tree of values first would cost
// ten times as much. Fields that have their default value are left out, as the reader gives them that value
// anyway. The caller opens and closes in order; nothing is checked.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sess::store {

class CborWriter {
 public:
  CborWriter() = default;
  /// Writes into this string's memory, from its beginning.
  explicit CborWriter(std::string memory) : out_(std::move(memory)) { out_.clear(); }

  void begin_map() { out_ += '\xbf'; }
  void begin_array() { out_ += '\x9f'; }
  void end() { out_ += '\xff'; }

  void value(std::string_view text) {
    head(kText, text.size());
    out_ += text;
  }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool flag) { out_ += flag ? '\xf5' : '\xf4'; }
  void value(std::integral auto number) {
    if (number >= 0) {
      head(kUnsigned, static_cast<std::uint64_t>(number));
    } else {
      head(kNegative, static_cast<std::uint64_t>(-1 - static_cast<std::int64_t>(number)));
    }
  }
  template <class T>
  void value(const std::vector<T>& items) {
    begin_array();
    for (const auto& item : items) value(item);
    end();
  }

  /// The name of what is written next.
  void name(std::string_view text) { value(text); }
  /// A field, unless it has the value that a reader takes for a missing one.
  template <class T>
  void field(std::string_view key, const T& content) {
    if (content == T{}) return;
    name(key);
    value(content);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  static constexpr unsigned kUnsigned = 0x00, kNegative = 0x20, kText = 0x60;

  /// Major type and argument in the shortest form (§3).
  void head(unsigned type, std::uint64_t argument) {
    if (argument < 24) {
      out_ += static_cast<char>(type | static_cast<unsigned>(argument));
      return;
    }
    const unsigned log = argument > 0xffffffff ? 3 : argument > 0xffff ? 2 : argument > 0xff ? 1 : 0;
    char bytes[9];
    bytes[0] = static_cast<char>(type | (24 + log));
    const unsigned length = 1U << log;
    for (unsigned i = 0; i < length; ++i) bytes[length - i] = static_cast<char>(argument >> (8 * i));
    out_.append(bytes, length + 1);
  }

  std::string out_;
};

}  // namespace sess::store
