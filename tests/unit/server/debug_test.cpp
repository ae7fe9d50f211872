// Debug alone: what a tracer is shown of others' messages, and what it is not.
#include "peers/debug.hpp"
#include "rig.hpp"

using namespace sess;
using peers::Debug;
using Phase = peers::RemoteClient::Phase;

namespace {

struct DebugRig : test::ServerRig {
  command::ServerFacts facts;
  Debug debug{*loop, clock, model, facts, remote, terminals};
  peers::RemoteClient& tracer = add_tracer();
  peers::RemoteClient& other = add_client();
  bool done = false;

  peers::RemoteClient& add_tracer() {
    auto& client = add_client();
    client.phase = Phase::command;
    return client;
  }
  void trace(std::optional<model::ClientId> of = std::nullopt) {
    debug.trace(tracer.id, of, [this] { done = true; });
  }
  std::string told() {
    debug.tell();
    return output_of(tracer);
  }
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a tracer is told of others' messages, not of its own", "[debug]") {
  DebugRig rig;
  rig.trace();
  rig.debug.on_received(rig.other.id, {protocol::FrameType::detach, 0, R"({"hangup":true})"});
  rig.debug.on_sending(rig.other.id,
                       protocol::encode(protocol::InputAck{7}) + protocol::encode(protocol::Undo{"secret"}));
  rig.debug.on_received(rig.tracer.id, {protocol::FrameType::detach, 0, "{}"});
  rig.debug.on_sending(rig.tracer.id, protocol::encode(protocol::Print{1, "more"}));
  const std::string text = rig.told();
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(contains(text, "client < detach hangup\n"));
  CHECK(contains(text, "client > input_ack seq=7\n"));
  CHECK(contains(text, "client > undo 6 bytes\n"));
  CHECK(rig.told().empty());
}

TEST_CASE("a trace of one client is of that one, and ends with it", "[debug]") {
  DebugRig rig;
  auto& third = rig.add_client();
  rig.trace(rig.other.id);
  rig.debug.on_received(third.id, {protocol::FrameType::stdin_eof, 0, std::string_view("\0\0\0\0", 4)});
  rig.debug.on_received(rig.other.id, {protocol::FrameType::detach, 0, "{}"});
  const std::string text = rig.told();
  CHECK(contains(text, "detach"));
  CHECK_FALSE(contains(text, "stdin_eof"));
  rig.remote.erase(rig.other.id);
  rig.debug.tell();
  CHECK_FALSE(rig.done);  // from the loop, not from inside the call
  rig.loop->run_once();
  CHECK(rig.done);
}

TEST_CASE("what a tracer does not read is left out and counted, and memory stays bounded", "[debug]") {
  DebugRig rig;
  rig.trace();
  constexpr std::uint64_t kMany = 100'000;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    rig.debug.on_received(rig.other.id, {protocol::FrameType::detach, 0, "{}"});
    if (i % 1000 == 0) rig.debug.tell();
    REQUIRE(rig.tracer.connection->queued() < 2 * Debug::kMostWaiting);
  }
  std::string text = rig.told();
  for (std::string more = rig.told(); !more.empty(); more = rig.told()) text += more;
  const auto at = text.find(" messages are not shown");
  REQUIRE(at != std::string::npos);
  const auto begin = text.rfind('\n', at) + 1;
  const std::uint64_t left_out = std::stoull(text.substr(begin, at - begin));
  CHECK(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) == kMany - left_out + 1);
}

TEST_CASE("the state names each client and pane", "[debug]") {
  DebugRig rig;
  rig.facts.version = "1.2.3";
  rig.add_session({24, 80});
  const std::string text = rig.debug.state();
  CHECK(contains(text, "version=1.2.3 sessions=1 panes=1 clients=2\n"));
  CHECK(contains(text, "client client command queued=0\n"));
  CHECK(contains(text, "client client idle queued=0\n"));
  CHECK(contains(text, "pane %0 80x24 written=0 parsed=0 "));
}
