#include "protocol/frame.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace sess::protocol;

namespace {

std::string three_frames() {
  std::string stream;
  append_frame(stream, FrameType::input, "abc");
  append_frame(stream, FrameType::detach, "");
  append_frame(stream, static_cast<FrameType>(999), std::string(1000, 'x'), kFlagOptional);
  return stream;
}

std::vector<std::string> read_all(FrameReader& reader) {
  std::vector<std::string> got;
  for (auto frame = reader.next(); frame; frame = reader.next()) {
    got.push_back(std::to_string(static_cast<int>(frame->type)) + ":" + std::string(frame->payload));
  }
  return got;
}

}  // namespace

TEST_CASE("a frame split at every byte reads the same", "[protocol]") {
  const std::string stream = three_frames();
  FrameReader whole;
  whole.feed(stream);
  const auto expected = read_all(whole);
  REQUIRE(expected.size() == 3);
  CHECK(expected[0] == "21:abc");
  CHECK(expected[1] == "26:");
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    FrameReader reader;
    reader.feed(stream.substr(0, at));
    auto got = read_all(reader);
    reader.feed(stream.substr(at));
    for (auto& frame : read_all(reader)) got.push_back(frame);
    REQUIRE(got == expected);
    REQUIRE(reader.buffered() == 0);
  }
}

TEST_CASE("the header is length, type and flags, little-endian", "[protocol]") {
  std::string out;
  append_frame(out, static_cast<FrameType>(0x0201), std::string(0x103, 'x'), 0x0403);
  CHECK(out.substr(0, kHeaderSize) == std::string("\x03\x01\x00\x00\x01\x02\x03\x04", 8));
  CHECK(out.size() == kHeaderSize + 0x103);
}

TEST_CASE("a length above the maximum is an error before any payload is stored", "[protocol]") {
  FrameReader reader;
  reader.feed(std::string("\x01\x00\x04\x00\x15\x00\x00\x00", 8));
  const auto frame = reader.next();
  REQUIRE(frame.is_malformed());
  CHECK(frame.reason().find("262145") != std::string::npos);
  CHECK(reader.buffered() == kHeaderSize);
  CHECK(reader.next().is_malformed());
}

TEST_CASE("the largest payload passes and a smaller maximum can be set", "[protocol]") {
  std::string stream;
  append_frame(stream, FrameType::output, std::string(kMaxPayload, 'x'));
  FrameReader reader;
  reader.feed(stream);
  REQUIRE(reader.next());
  FrameReader strict(16);
  strict.feed(stream.substr(0, kHeaderSize));
  CHECK(strict.next().is_malformed());
  FrameReader relaxed(16);
  relaxed.set_max_payload(kMaxPayload);
  relaxed.feed(stream);
  CHECK(relaxed.next());
}

TEST_CASE("memory stays bounded however long the stream is", "[protocol]") {
  std::string frame;
  append_frame(frame, FrameType::output, std::string(100'000, 'x'));
  FrameReader reader;
  std::size_t largest = 0;
  std::size_t frames = 0;
  std::string rest;
  for (int i = 0; i < 200; ++i) {
    rest += frame;
    while (rest.size() >= 4096) {
      const auto space = reader.write_space(4096);
      largest = std::max(largest, reader.buffered() + space.size());
      std::copy_n(rest.begin(), 4096, space.begin());
      reader.commit(4096);
      rest.erase(0, 4096);
      while (reader.next()) ++frames;
    }
  }
  CHECK(frames >= 199);
  CHECK(largest <= kMaxPayload + kHeaderSize + 4096);
}

TEST_CASE("a frame that came a byte at a time was copied whole for each of its bytes", "[protocol]") {
  std::string frame;
  append_frame(frame, FrameType::stdin_data, std::string(kMaxPayload, 'x'));
  FrameReader reader;
  std::size_t moves = 0;
  const char* last = nullptr;
  for (const char byte : frame) {
    REQUIRE(reader.next().needs_more());
    const auto space = reader.write_space(16 * 1024);  // as a connection reads
    const char* begin = space.data() - reader.buffered();
    if (begin != std::exchange(last, begin)) ++moves;
    REQUIRE(reader.buffered() + space.size() <= kMaxPayload + kHeaderSize + 16 * 1024);
    space.front() = byte;
    reader.commit(1);
  }
  CHECK(moves < 10);
  const auto whole = reader.next();
  REQUIRE(whole);
  CHECK(whole->payload.size() == kMaxPayload);
}

TEST_CASE("an idle reader gives its memory back and goes on", "[protocol]") {
  FrameReader reader;
  reader.feed(three_frames());
  CHECK(read_all(reader).size() == 3);
  reader.trim();
  reader.feed(three_frames());
  CHECK(read_all(reader).size() == 3);
}

TEST_CASE("unknown types are known as unknown and say whether they may be skipped", "[protocol]") {
  CHECK(is_known(FrameType::hello));
  CHECK(is_known(FrameType::stdin_request));
  CHECK_FALSE(is_known(static_cast<FrameType>(999)));
  CHECK_FALSE(is_known(static_cast<FrameType>(0)));
  CHECK(may_skip(Frame{static_cast<FrameType>(999), kFlagOptional, {}}));
  CHECK_FALSE(may_skip(Frame{static_cast<FrameType>(999), 2, {}}));
}
