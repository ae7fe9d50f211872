// The messages whose payload is bytes or one number. A longer payload of a number is read as its first bytes,
// so that a later version may append to it.
#include "base/bytes.hpp"
#include "protocol/message.hpp"

namespace sess::protocol {
namespace {

void append_u64_frame(std::string& out, FrameType type, std::uint64_t value) {
  ByteWriter writer;
  writer.u64(value);
  append_frame(out, type, writer.bytes());
}

template <class Message, class Value>
Result<Message> parse_number(std::string_view payload, Value Message::*field) {
  ByteReader reader(payload);
  Message message;
  if constexpr (sizeof(Value) == 8) {
    message.*field = reader.u64();
  } else {
    message.*field = reader.u32();
  }
  if (!reader.ok()) return fail(ErrorCode::protocol, "{} is too short", name_of(Message::kType));
  return message;
}

}  // namespace

void Ping::append_to(std::string& out) const {
  append_u64_frame(out, kType, serial);
}
Result<Ping> Ping::parse(std::string_view payload) {
  return parse_number(payload, &Ping::serial);
}

void Pong::append_to(std::string& out) const {
  append_u64_frame(out, kType, serial);
}
Result<Pong> Pong::parse(std::string_view payload) {
  return parse_number(payload, &Pong::serial);
}

void Ack::append_to(std::string& out) const {
  append_u64_frame(out, kType, bytes);
}
Result<Ack> Ack::parse(std::string_view payload) {
  return parse_number(payload, &Ack::bytes);
}

void InputAck::append_to(std::string& out) const {
  append_u64_frame(out, kType, sequence);
}
Result<InputAck> InputAck::parse(std::string_view payload) {
  return parse_number(payload, &InputAck::sequence);
}

void StdinData::append_to(std::string& out) const {
  append_frame(out, kType, bytes);
}
Result<StdinData> StdinData::parse(std::string_view payload) {
  return StdinData{payload};
}

void StdinEof::append_to(std::string& out) const {
  ByteWriter writer;
  writer.u32(sys_errno);
  append_frame(out, kType, writer.bytes());
}
Result<StdinEof> StdinEof::parse(std::string_view payload) {
  return parse_number(payload, &StdinEof::sys_errno);
}

void Input::append_to(std::string& out) const {
  ByteWriter writer;
  writer.u64(sequence);
  append_frame_header(out, kType, writer.size() + bytes.size());
  out += writer.bytes();
  out += bytes;
}
Result<Input> Input::parse(std::string_view payload) {
  ByteReader reader(payload);
  Input message;
  message.sequence = reader.u64();
  message.bytes = reader.rest();
  if (!reader.ok()) return fail(ErrorCode::protocol, "input is too short");
  if (message.sequence == 0) return fail(ErrorCode::protocol, "input has no number");
  return message;
}

void Print::append_to(std::string& out) const {
  append_frame_header(out, kType, 1 + bytes.size());
  out += static_cast<char>(stream);
  out += bytes;
}
Result<Print> Print::parse(std::string_view payload) {
  ByteReader reader(payload);
  Print message;
  message.stream = reader.u8();
  message.bytes = reader.rest();
  if (!reader.ok()) return fail(ErrorCode::protocol, "print is too short");
  if (message.stream != 1 && message.stream != 2) {
    return fail(ErrorCode::protocol, "print names stream {}", message.stream);
  }
  return message;
}

void Output::append_header(std::string& out, std::uint64_t offset, std::size_t size, std::uint8_t flags,
                           const std::optional<Scrolled>& scrolled) {
  ByteWriter writer;
  writer.u64(offset);
  writer.u8(static_cast<std::uint8_t>((flags & ~kScrolled) | (scrolled ? kScrolled : 0)));
  if (scrolled) {
    writer.u64(scrolled->line);
    writer.u32(scrolled->bytes);
  }
  append_frame_header(out, kType, writer.size() + size);
  out += writer.bytes();
}
void Output::append_to(std::string& out) const {
  append_header(out, offset, bytes.size(), flags, scrolled);
  out += bytes;
}
Result<Output> Output::parse(std::string_view payload) {
  ByteReader reader(payload);
  Output message;
  message.offset = reader.u64();
  message.flags = reader.u8();
  if ((message.flags & kScrolled) != 0) {
    message.scrolled.emplace();
    message.scrolled->line = reader.u64();
    message.scrolled->bytes = reader.u32();
  }
  message.bytes = reader.rest();
  if (!reader.ok()) return fail(ErrorCode::protocol, "output is too short");
  return message;
}

void Undo::append_to(std::string& out) const {
  append_frame(out, kType, bytes);
}
Result<Undo> Undo::parse(std::string_view payload) {
  return Undo{payload};
}

}  // namespace sess::protocol
