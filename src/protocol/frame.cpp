#include "protocol/frame.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

namespace sess::protocol {
namespace {

struct Name {
  FrameType type;
  std::string_view name;
};

constexpr std::array kNames{
#define SESS_NAME(name, number, Message, payload) Name{FrameType::name, #name},
    SESS_MESSAGES(SESS_NAME)
#undef SESS_NAME
};

std::uint32_t little_endian(const char* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  }
  return value;
}

}  // namespace

bool is_known(FrameType type) {
  return std::any_of(kNames.begin(), kNames.end(), [type](const Name& entry) { return entry.type == type; });
}

std::string_view name_of(FrameType type) {
  for (const Name& entry : kNames) {
    if (entry.type == type) return entry.name;
  }
  return "unknown";
}

void append_frame_header(std::string& out, FrameType type, std::size_t payload_size, std::uint16_t flags) {
  SESS_CHECK(payload_size <= kMaxPayload);
  const auto length = static_cast<std::uint32_t>(payload_size);
  const auto number = static_cast<std::uint16_t>(type);
  const std::array<char, kHeaderSize> header{static_cast<char>(length),       static_cast<char>(length >> 8),
                                             static_cast<char>(length >> 16), static_cast<char>(length >> 24),
                                             static_cast<char>(number),       static_cast<char>(number >> 8),
                                             static_cast<char>(flags),        static_cast<char>(flags >> 8)};
  out.append(header.data(), header.size());
}

void append_frame(std::string& out, FrameType type, std::string_view payload, std::uint16_t flags) {
  append_frame_header(out, type, payload.size(), flags);
  out += payload;
}

std::span<char> FrameReader::write_space(std::size_t bytes) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (capacity_ - end_ < bytes) {
    const std::size_t held = end_ - begin_;
    if (capacity_ - held >= bytes) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, held);
    } else {
      // At least twice as much as it was: a peer that sends a byte at a time would have all that came before
      // copied for each of them. Not more than the longest frame needs.
      const std::size_t enough = std::min(2 * capacity_, max_payload_ + kHeaderSize + bytes);
      const std::size_t capacity = std::max(held + bytes, enough);
      std::unique_ptr<char[]> larger(new char[capacity]);
      if (held > 0) std::memcpy(larger.get(), buffer_.get() + begin_, held);
      buffer_ = std::move(larger);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = held;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void FrameReader::commit(std::size_t bytes) {
  SESS_CHECK(bytes <= capacity_ - end_);
  end_ += bytes;
}

void FrameReader::feed(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(write_space(bytes.size()).data(), bytes.data(), bytes.size());
  commit(bytes.size());
}

Parse<Frame> FrameReader::next() {
  const std::size_t held = end_ - begin_;
  if (held < kHeaderSize) return Parse<Frame>::more();
  const char* at = buffer_.get() + begin_;
  const std::size_t length = little_endian(at, 4);
  if (length > max_payload_) {
    return Parse<Frame>::malformed(
        fmt::format("a frame of {} bytes is above the maximum of {}", length, max_payload_));
  }
  if (held - kHeaderSize < length) return Parse<Frame>::more();
  Frame frame;
  frame.type = static_cast<FrameType>(little_endian(at + 4, 2));
  frame.flags = static_cast<std::uint16_t>(little_endian(at + 6, 2));
  frame.payload = {at + kHeaderSize, length};
  begin_ += kHeaderSize + length;
  return Parse<Frame>::value(frame);
}

void FrameReader::trim() {
  if (begin_ != end_) return;
  buffer_.reset();
  capacity_ = begin_ = end_ = 0;
}

}  // namespace sess::protocol
