// Frames and messages from a hostile peer: the reader in pieces as the input says, every message's parser on
// every payload, and its trace. What parses must survive being written and parsed again.

#include <string>

#include "input.hpp"
#include "protocol/frame.hpp"
#include "protocol/message.hpp"
#include "protocol/trace.hpp"

namespace {

using sess::fuzz::Input;
using sess::fuzz::require;
namespace protocol = sess::protocol;

template <class Message>
void one(std::string_view payload) {
  const auto first = Message::parse(payload);
  if (!first) return;
  std::string frame;
  first->append_to(frame);
  require(frame.size() >= protocol::kHeaderSize, "a message is a whole frame");
  const std::string body = frame.substr(protocol::kHeaderSize);
  const auto second = Message::parse(body);
  require(second.has_value(), "what was parsed and written can be parsed");
  std::string again;
  second->append_to(again);
  require(again == frame, "writing what was parsed is stable");
}

void every(std::string_view payload) {
  one<protocol::Ping>(payload);
  one<protocol::Pong>(payload);
  one<protocol::Hello>(payload);
  one<protocol::Command>(payload);
  one<protocol::Shell>(payload);
  one<protocol::StdinData>(payload);
  one<protocol::StdinEof>(payload);
  one<protocol::Input>(payload);
  one<protocol::Ack>(payload);
  one<protocol::Resize>(payload);
  one<protocol::Suspended>(payload);
  one<protocol::Continued>(payload);
  one<protocol::Detach>(payload);
  one<protocol::Welcome>(payload);
  one<protocol::Refusal>(payload);
  one<protocol::Print>(payload);
  one<protocol::Exit>(payload);
  one<protocol::Attached>(payload);
  one<protocol::Output>(payload);
  one<protocol::Undo>(payload);
  one<protocol::InputAck>(payload);
  one<protocol::Detached>(payload);
  one<protocol::Suspend>(payload);
  one<protocol::Exec>(payload);
  one<protocol::Lock>(payload);
  one<protocol::StdinRequest>(payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::size_t step = 1U + input.byte();
  every(input.rest());

  protocol::FrameReader reader;
  std::size_t frames = 0;
  while (!input.empty()) {
    reader.feed(input.take(step));
    for (;;) {
      const auto frame = reader.next();
      if (!frame) break;
      require(frame->payload.size() <= protocol::kMaxPayload, "a payload is within its limit");
      const std::string line = protocol::trace(*frame);
      require(line.find('\n') == std::string::npos, "a trace is one line");
      if (++frames <= 16) every(frame->payload);
    }
  }
  return 0;
}
