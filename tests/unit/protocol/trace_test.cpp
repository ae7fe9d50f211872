#include "protocol/trace.hpp"

#include <set>

#include "examples.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::protocol;

namespace {

std::string trace_of(const std::string& bytes) {
  FrameReader reader;
  reader.feed(bytes);
  const auto frame = reader.next();
  REQUIRE(frame);
  return trace(*frame);
}

}  // namespace

TEST_CASE("a trace shows numbers and sizes", "[protocol]") {
  CHECK(trace_of(encode(Input{12, "hello"})) == "input seq=12 5 bytes");
  CHECK(trace_of(encode(Output{kNoOffset, 0, "abc"})) == "output offset=none 3 bytes");
  CHECK(trace_of(encode(Resize{{{24, 80}, 0, 0}})) == "resize 80x24");
  CHECK(trace({static_cast<FrameType>(99), kFlagOptional, "1234567"}) == "unknown(99) optional 7 bytes");
  CHECK(trace({FrameType::exit, 0, "{"}) == "exit malformed, 1 bytes");
}

TEST_CASE("a trace never shows what was typed, printed or set", "[protocol]") {
  const std::string secret = "hunter2";
  Hello hello = test::example_hello();
  hello.environment = {"PASSWORD=" + secret};
  hello.cwd = "/" + secret;
  for (const std::string& bytes :
       {encode(Input{1, secret}), encode(Output{1, 0, secret}), encode(Print{1, secret}),
        encode(Undo{secret}), encode(StdinData{secret}), encode(Command{{secret}}), encode(Shell{secret}),
        encode(Exec{secret, secret}), encode(Lock{secret}), encode(Refusal{RefusalCode::other, secret}),
        encode(Detached{DetachReason::other, secret, 0}), encode(hello)}) {
    CHECK(trace_of(bytes).find(secret) == std::string::npos);
  }
}

TEST_CASE("every message has its own trace and an example", "[protocol]") {
  std::set<std::string> names;
  for (const auto& [name, bytes] : test::example_frames()) {
    const std::string line = trace_of(bytes);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find("malformed") == std::string::npos);
    names.insert(line.substr(0, line.find(' ')));
  }
  std::size_t known = 0;
  for (unsigned type = 0; type < 65536; ++type) {
    if (!is_known(static_cast<FrameType>(type))) continue;
    ++known;
    INFO(name_of(static_cast<FrameType>(type)));
    CHECK(names.count(std::string(name_of(static_cast<FrameType>(type)))) == 1);
  }
  CHECK(known == names.size());
}
