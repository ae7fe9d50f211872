// The keeper's values as bytes, for the link to the server and for the state that new code takes over. Each
// struct's fields are listed once, by a `fields(io, struct)`, in the order that they travel in; `io` is a
// FieldWriter or a FieldReader, which have the same functions. A field's type says how it travels; how
// descriptors do, the format does.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/fd.hpp"
#include "keeper/message.hpp"

namespace sess::keeper {

class FieldWriter {
 public:
  explicit FieldWriter(std::function<void(ByteWriter&, int fd)> put_fd) : put_fd_(std::move(put_fd)) {}

  void operator()(const auto&... values) { (put(values), ...); }
  void choice(auto value, auto /*last*/) { put(static_cast<std::uint8_t>(value)); }
  void bits(std::uint32_t value, std::uint32_t /*mask*/) { put(value); }
  void later(const auto& value) { put(value); }

  [[nodiscard]] ByteWriter& out() { return out_; }

 private:
  template <std::integral T>
  void put(const T& value) {
    if constexpr (sizeof(T) == 8) {
      out_.u64(static_cast<std::uint64_t>(value));
    } else if constexpr (sizeof(T) == 4) {
      out_.u32(static_cast<std::uint32_t>(value));
    } else if constexpr (sizeof(T) == 2) {
      out_.u16(value);
    } else {
      out_.u8(value);
    }
  }
  void put(const std::string& text) { out_.string(text); }
  void put(std::chrono::microseconds time) { out_.i64(time.count()); }
  void put(std::chrono::milliseconds time) { out_.u32(static_cast<std::uint32_t>(time.count())); }
  void put(WallTime time) {
    put(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()));
  }
  void put(const UniqueFd& fd) { put_fd_(out_, fd.get()); }
  template <class T>
  void put(const std::vector<T>& items) {
    out_.varint(items.size());
    for (const auto& item : items) put(item);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    (*this)(value.has_value(), value.value_or(T{}));
  }
  template <class T>
  void put(const T& value) {
    fields(*this, const_cast<T&>(value));  // a writer only reads
  }

  ByteWriter out_;
  std::function<void(ByteWriter&, int)> put_fd_;
};

class FieldReader {
 public:
  /// take_fd rejects where there is none.
  FieldReader(std::string_view bytes, std::function<UniqueFd(ByteReader&)> take_fd)
      : in_(bytes), take_fd_(std::move(take_fd)) {}

  void operator()(auto&... values) { (take(values), ...); }
  /// An enum that has no value behind `last`.
  template <class Enum>
  void choice(Enum& value, Enum last) {
    const std::uint8_t number = in_.u8();
    if (number > static_cast<std::uint8_t>(last)) in_.reject();
    value = in_.ok() ? static_cast<Enum>(number) : Enum{};
  }
  void bits(std::uint32_t& value, std::uint32_t mask) { value = in_.u32() & mask; }
  /// What was appended to the format: stays as it is when the sender did not know it.
  void later(auto& value) {
    if (in_.ok() && !in_.at_end()) take(value);
  }

  [[nodiscard]] ByteReader& in() { return in_; }

 private:
  template <std::integral T>
  void take(T& value) {
    if constexpr (sizeof(T) == 8) {
      value = static_cast<T>(in_.u64());
    } else if constexpr (sizeof(T) == 4) {
      value = static_cast<T>(in_.u32());
    } else if constexpr (sizeof(T) == 2) {
      value = in_.u16();
    } else {
      value = static_cast<T>(in_.u8());
    }
  }
  void take(std::string& text) { text = in_.string(); }
  void take(std::chrono::microseconds& time) { time = std::chrono::microseconds(in_.i64()); }
  void take(std::chrono::milliseconds& time) { time = std::chrono::milliseconds(in_.u32()); }
  void take(WallTime& time) {
    // Beyond what the clock can hold (292 years) only a broken peer goes.
    constexpr std::chrono::microseconds kMost{9'000'000'000'000'000};
    const std::chrono::microseconds since{in_.i64()};
    if (since > kMost || since < -kMost) return in_.reject();
    time = WallTime(std::chrono::duration_cast<WallTime::duration>(since));
  }
  void take(UniqueFd& fd) { fd = take_fd_(in_); }
  template <class T>
  void take(std::vector<T>& items) {
    const std::uint64_t count = in_.varint();
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) take(items.emplace_back());
  }
  template <class T>
  void take(std::optional<T>& value) {
    const bool there = in_.boolean();
    T content{};
    take(content);
    if (there) value = content;
  }
  template <class T>
  void take(T& value) {
    fields(*this, value);
  }

  ByteReader in_;
  std::function<UniqueFd(ByteReader&)> take_fd_;
};

void fields(auto& io, Usage& m) {
  io(m.user, m.system, m.max_resident_kib);
}

/// What every format begins a program with.
void program_fields(auto& io, Program& m) {
  io(m.pane, m.pid, m.tty, m.program, m.exited, m.wait_status, m.usage, m.started, m.ended);
}

}  // namespace sess::keeper
