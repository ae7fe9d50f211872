// The layout of NAME.times, shared by writer and reader.
//
//   0                8                16
//   +----------------+----------------+
//   | microseconds   | end offset     |   one for each chunk, little-endian: all bytes of the log before
//   `end` and at or
//   +----------------+----------------+   behind the entry before came at this time (since 1970, UTC)
//
// An entry is written after its bytes: a crash in between leaves bytes without a time, which take the next
// entry's. The uppermost byte of the end offset says what the bytes are (Written): what sess itself writes
// between those of the program is told apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "job/record.hpp"

namespace sess::job {

inline constexpr std::size_t kStampSize = 16;

/// What a chunk of a log is.
enum class Written : std::uint8_t {
  output = 0,
  run_begins = 1,  ///< the line that a run begins with
  missing = 2,     ///< the line that says how much is not here
};

struct Stamp {
  WallTime time{};
  std::uint64_t end = 0;
  Written what = Written::output;
};

/// The uppermost byte of an entry's end offset.
inline constexpr unsigned kWrittenShift = 56;

inline std::string encode_stamp(const Stamp& stamp) {
  ByteWriter out;
  out.i64(std::chrono::duration_cast<std::chrono::microseconds>(stamp.time.time_since_epoch()).count());
  out.u64(stamp.end | static_cast<std::uint64_t>(stamp.what) << kWrittenShift);
  return out.take();
}

inline std::optional<Stamp> decode_stamp(std::string_view bytes) {
  ByteReader in(bytes);
  const auto micros = std::chrono::microseconds(in.i64());
  const std::uint64_t end = in.u64();
  const Stamp stamp{WallTime(std::chrono::duration_cast<WallTime::duration>(micros)),
                    end & ((std::uint64_t{1} << kWrittenShift) - 1),
                    static_cast<Written>(end >> kWrittenShift)};
  return in.ok() ? std::optional(stamp) : std::nullopt;
}

inline std::string times_name(const std::string& log) {
  return log + ".times";
}

/// The log before `index` rotations: "make.log", "make.log.1". Its times are then "make.log.1.times".
inline std::string rotated_name(const std::string& log, int index) {
  return index == 0 ? log : log + "." + std::to_string(index);
}

}  // namespace sess::job
