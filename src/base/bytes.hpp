// Little-endian encoding of integers and strings into a byte string and back, for checkpoints and the
// keeper's link. The reader is total: on anything malformed it yields zeros and ok() turns false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace sess {

class ByteWriter {
 public:
  void u8(std::uint8_t v) { out_ += static_cast<char>(v); }
  void u16(std::uint16_t v) { fixed(v, 2); }
  void u32(std::uint32_t v) { fixed(v, 4); }
  void u64(std::uint64_t v) { fixed(v, 8); }
  void i32(std::int32_t v) { u32(static_cast<std::uint32_t>(v)); }
  void i64(std::int64_t v) { u64(static_cast<std::uint64_t>(v)); }
  void boolean(bool v) { u8(v ? 1 : 0); }
  /// LEB128: seven bits a byte, low first.
  void varint(std::uint64_t v) {
    while (v >= 0x80) {
      u8(static_cast<std::uint8_t>(v | 0x80));
      v >>= 7;
    }
    u8(static_cast<std::uint8_t>(v));
  }
  /// A varint length and that many bytes.
  void string(std::string_view v) {
    varint(v.size());
    out_ += v;
  }
  void raw(std::string_view v) { out_ += v; }

  [[nodiscard]] const std::string& bytes() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }
  void clear() { out_.clear(); }

 private:
  void fixed(std::uint64_t v, int n) {
    for (int i = 0; i < n; ++i) out_ += static_cast<char>(v >> (8 * i));
  }
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  bool boolean() { return u8() != 0; }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      v |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return v;
    }
    ok_ = false;
    return 0;
  }
  /// Points into what the reader was given.
  std::string_view string() {
    const std::uint64_t n = varint();
    return raw(n > rest_.size() ? rest_.size() + 1 : static_cast<std::size_t>(n));
  }
  std::string_view raw(std::size_t n) {
    if (n > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto got = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return got;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  /// Marks the input as malformed, for a caller that found a value out of range.
  void reject() { ok_ = false; }

 private:
  std::uint64_t fixed(std::size_t n) {
    const auto got = raw(n);
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      v |= static_cast<std::uint64_t>(static_cast<unsigned char>(got[i])) << (8 * i);
    }
    return v;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace sess
