#include "protocol/trace.hpp"

#include "protocol/message.hpp"

namespace sess::protocol {
namespace {

std::string size_text(const TerminalSize& size) {
  return fmt::format("{}x{}", size.cells.cols, size.cells.rows);
}

std::string describe(const Ping& m) {
  return fmt::format(" serial={}", m.serial);
}
std::string describe(const Pong& m) {
  return fmt::format(" serial={}", m.serial);
}
std::string describe(const Command& m) {
  return fmt::format(" {} arguments{}", m.argv.size(), m.again.empty() ? "" : " again");
}
std::string describe(const Shell& m) {
  return fmt::format(" {} bytes", m.command.size());
}
std::string describe(const StdinData& m) {
  return fmt::format(" {} bytes", m.bytes.size());
}
std::string describe(const StdinEof& m) {
  return fmt::format(" errno={}", m.sys_errno);
}
std::string describe(const Input& m) {
  return fmt::format(" seq={} {} bytes", m.sequence, m.bytes.size());
}
std::string describe(const Ack& m) {
  return fmt::format(" total={}", m.bytes);
}
std::string describe(const Resize& m) {
  return fmt::format(" {}", size_text(m.size));
}
std::string scrolled_text(const std::optional<PaneScrolled>& scrolled) {
  if (!scrolled) return {};
  return fmt::format(" scrolled={}:{}+{}", scrolled->pane, scrolled->line, scrolled->bytes);
}
std::string describe(const Suspended& m) {
  return scrolled_text(m.scrolled);
}
std::string describe(const Continued& m) {
  return fmt::format(" {}{}", size_text(m.size), m.kept ? " kept" : "");
}
std::string describe(const Detach& m) {
  return m.hangup ? " hangup" : "";
}
std::string describe(const Print& m) {
  return fmt::format(" stream={} {} bytes", m.stream, m.bytes.size());
}
std::string describe(const Exit& m) {
  return fmt::format(" status={}", m.status);
}
std::string describe(const Undo& m) {
  return fmt::format(" {} bytes", m.bytes.size());
}
std::string describe(const InputAck& m) {
  return fmt::format(" seq={}", m.sequence);
}
std::string describe(const Suspend&) {
  return {};
}
std::string describe(const Exec& m) {
  return fmt::format(" {} bytes", m.command.size());
}
std::string describe(const Lock& m) {
  return fmt::format(" {} bytes", m.command.size());
}
std::string describe(const StdinRequest&) {
  return {};
}
std::string describe(const Retry& m) {
  return fmt::format(" {} arguments{}", m.argv.size(), m.count ? " count" : "");
}

std::string offset_text(std::uint64_t offset) {
  return offset == kNoOffset ? "none" : fmt::to_string(offset);
}

std::string describe(const Hello& m) {
  std::string out = fmt::format(" {}.{} pid={} {} env={}", m.version.major, m.version.minor, m.pid,
                                size_text(m.size), m.environment.size());
  if (m.resume) {
    out +=
        fmt::format(" resume session={} pane={} offset={} past={} seq={}", m.resume->session, m.resume->pane,
                    offset_text(m.resume->offset), m.resume->past, m.resume->input_sequence);
    if (m.resume->mode) out += *m.resume->mode == AttachMode::composed ? " composed" : " direct";
    if (m.resume->drawn) out += " drawn";
    if (m.resume->written_on) out += " written_on";
    out += scrolled_text(m.resume->scrolled);
  }
  return out;
}

std::string describe(const Welcome& m) {
  std::string out =
      fmt::format(" {}.{} server={} keeper={}", m.version.major, m.version.minor, m.server_pid, m.keeper_pid);
  if (m.input_sequence) out += fmt::format(" seq={}", *m.input_sequence);
  return out;
}

std::string describe(const Refusal& m) {
  return fmt::format(" code={} {} bytes", static_cast<int>(m.code), m.text.size());
}

std::string describe(const Attached& m) {
  return fmt::format(" session={} pane={} {}{}{}", m.session, m.pane,
                     m.mode == AttachMode::direct ? "direct" : "composed", m.read_only ? " read-only" : "",
                     m.resumed ? " resumed" : "");
}

std::string describe(const Output& m) {
  const char* kind = (m.flags & Output::kDrawn) != 0   ? " drawn"
                     : (m.flags & Output::kAside) != 0 ? " aside"
                                                       : "";
  const std::string scrolled =
      m.scrolled ? fmt::format(" scrolled={}+{}", m.scrolled->line, m.scrolled->bytes) : "";
  return fmt::format(" offset={} {} bytes{}{}", offset_text(m.offset), m.bytes.size(), kind, scrolled);
}

std::string describe(const Detached& m) {
  return fmt::format(" reason={} status={}", static_cast<int>(m.reason), m.status);
}

template <class Message>
std::string line(const Frame& frame) {
  const auto message = Message::parse(frame.payload);
  if (!message) return fmt::format("{} malformed, {} bytes", name_of(frame.type), frame.payload.size());
  return fmt::format("{}{}", name_of(frame.type), describe(*message));
}

}  // namespace

std::string trace(const Frame& frame) {
  switch (frame.type) {
    case FrameType::ping:
      return line<Ping>(frame);
    case FrameType::pong:
      return line<Pong>(frame);
    case FrameType::hello:
      return line<Hello>(frame);
    case FrameType::command:
      return line<Command>(frame);
    case FrameType::shell:
      return line<Shell>(frame);
    case FrameType::stdin_data:
      return line<StdinData>(frame);
    case FrameType::stdin_eof:
      return line<StdinEof>(frame);
    case FrameType::input:
      return line<Input>(frame);
    case FrameType::ack:
      return line<Ack>(frame);
    case FrameType::resize:
      return line<Resize>(frame);
    case FrameType::suspended:
      return line<Suspended>(frame);
    case FrameType::continued:
      return line<Continued>(frame);
    case FrameType::detach:
      return line<Detach>(frame);
    case FrameType::welcome:
      return line<Welcome>(frame);
    case FrameType::error:
      return line<Refusal>(frame);
    case FrameType::print:
      return line<Print>(frame);
    case FrameType::exit:
      return line<Exit>(frame);
    case FrameType::attached:
      return line<Attached>(frame);
    case FrameType::output:
      return line<Output>(frame);
    case FrameType::undo:
      return line<Undo>(frame);
    case FrameType::input_ack:
      return line<InputAck>(frame);
    case FrameType::detached:
      return line<Detached>(frame);
    case FrameType::suspend:
      return line<Suspend>(frame);
    case FrameType::exec:
      return line<Exec>(frame);
    case FrameType::lock:
      return line<Lock>(frame);
    case FrameType::stdin_request:
      return line<StdinRequest>(frame);
    case FrameType::retry:
      return line<Retry>(frame);
  }
  return fmt::format("unknown({}){} {} bytes", static_cast<unsigned>(frame.type),
                     may_skip(frame) ? " optional" : "", frame.payload.size());
}

}  // namespace sess::protocol
