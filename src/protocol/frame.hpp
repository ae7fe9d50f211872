// One frame of the wire format: a length, a type, flags and that many bytes.
//
//   0        4      6       8
//   +--------+------+-------+------------------+
//   | length | type | flags | payload (length) |    integers little-endian, length <= kMaxPayload
//   +--------+------+-------+------------------+
//
// FrameReader turns a byte stream into frames. It owns the bytes it has not handed out yet, knows nothing of
// sockets, and is used by both ends. What the payloads mean is message.hpp's business; the same format in
// prose, with byte examples, is README.md beside this file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"

namespace sess::protocol {

/// Largest payload, bytes. A paste is split by its sender, so a peer that sends more is broken or hostile.
inline constexpr std::size_t kMaxPayload = 256 * 1024;
inline constexpr std::size_t kHeaderSize = 8;

/// Every message: its name, its number, its struct in message.hpp and what its payload is. The numbers are
/// the wire format: never reused, never renumbered.
#define SESS_MESSAGES(X)                   \
  /* either end */                         \
  X(ping, 1, Ping, bytes)                  \
  X(pong, 2, Pong, bytes)                  \
  /* client to server */                   \
  X(hello, 16, Hello, json)                \
  X(command, 17, Command, json)            \
  X(shell, 18, Shell, json)                \
  X(stdin_data, 19, StdinData, bytes)      \
  X(stdin_eof, 20, StdinEof, bytes)        \
  X(input, 21, Input, bytes)               \
  X(ack, 22, Ack, bytes)                   \
  X(resize, 23, Resize, json)              \
  X(suspended, 24, Suspended, json)        \
  X(continued, 25, Continued, json)        \
  X(detach, 26, Detach, json)              \
  /* server to client */                   \
  X(welcome, 64, Welcome, json)            \
  X(error, 65, Refusal, json)              \
  X(print, 66, Print, bytes)               \
  X(exit, 67, Exit, json)                  \
  X(attached, 68, Attached, json)          \
  X(output, 69, Output, bytes)             \
  X(undo, 70, Undo, bytes)                 \
  X(input_ack, 71, InputAck, bytes)        \
  X(detached, 72, Detached, json)          \
  X(suspend, 73, Suspend, json)            \
  X(exec, 74, Exec, json)                  \
  X(lock, 75, Lock, json)                  \
  X(stdin_request, 76, StdinRequest, json) \
  X(retry, 77, Retry, json)

enum class FrameType : std::uint16_t {
#define SESS_TYPE(name, number, Message, payload) name = number,
  SESS_MESSAGES(SESS_TYPE)
#undef SESS_TYPE
};

/// Set by the sender of a frame that a receiver which does not know the type skips. Without it an unknown
/// type is an error that ends the connection. Other bits are reserved: sent as 0, ignored by the receiver.
inline constexpr std::uint16_t kFlagOptional = 0x0001;

/// Three outcomes of reading a stream: a value, more bytes needed, or malformed with a reason.
template <class T>
class Parse {
 public:
  enum class Status { value, more, malformed };

  static Parse value(T v) {
    Parse parse(Status::value);
    parse.value_ = std::move(v);
    return parse;
  }
  static Parse more() { return Parse(Status::more); }
  static Parse malformed(std::string reason) {
    Parse parse(Status::malformed);
    parse.reason_ = std::move(reason);
    return parse;
  }

  [[nodiscard]] Status status() const { return status_; }
  [[nodiscard]] explicit operator bool() const { return status_ == Status::value; }
  [[nodiscard]] bool needs_more() const { return status_ == Status::more; }
  [[nodiscard]] bool is_malformed() const { return status_ == Status::malformed; }
  /// Only when status is value.
  [[nodiscard]] const T& operator*() const {
    SESS_CHECK(status_ == Status::value);
    return value_;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }
  /// Only when status is malformed: one sentence.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  explicit Parse(Status status) : status_(status) {}
  Status status_;
  T value_{};
  std::string reason_;
};

/// A frame whose payload points into the reader: valid until the next call to write_space(), feed() or
/// trim().
struct Frame {
  FrameType type{};
  std::uint16_t flags = 0;
  std::string_view payload;
};

/// Whether this build knows the type. For an unknown one: may_skip() decides between skipping and closing.
[[nodiscard]] bool is_known(FrameType type);
[[nodiscard]] inline bool may_skip(const Frame& frame) {
  return (frame.flags & kFlagOptional) != 0;
}
/// The type's name as in the enum, or "unknown".
[[nodiscard]] std::string_view name_of(FrameType type);

/// Appends header and payload to `out`. The payload must not exceed kMaxPayload: senders split before.
void append_frame(std::string& out, FrameType type, std::string_view payload, std::uint16_t flags = 0);
/// Appends the header only, for a payload that is written from where it lies (writev).
void append_frame_header(std::string& out, FrameType type, std::size_t payload_size, std::uint16_t flags = 0);

class FrameReader {
 public:
  /// A server may hold a peer that has not said hello yet to a smaller maximum.
  explicit FrameReader(std::size_t max_payload = kMaxPayload) : max_payload_(max_payload) {}

  void set_max_payload(std::size_t bytes) { max_payload_ = bytes; }

  /// Room for at least `bytes` bytes to read(2) into, then commit(). Frames handed out before become invalid.
  /// Memory stays below kMaxPayload + kHeaderSize + `bytes` as long as next() is called until it says more.
  [[nodiscard]] std::span<char> write_space(std::size_t bytes);
  void commit(std::size_t bytes);
  /// write_space() and commit() of a copy.
  void feed(std::string_view bytes);

  /// The next whole frame; more() when bytes are missing; malformed when the length is above the maximum.
  /// After malformed the stream cannot be resynchronised (it says the same again): close the connection.
  [[nodiscard]] Parse<Frame> next();

  /// Bytes held that no frame was handed out for.
  [[nodiscard]] std::size_t buffered() const { return end_ - begin_; }
  /// Gives the memory back when nothing is buffered; for connections that idle.
  void trim();

 private:
  std::size_t max_payload_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sess::protocol
