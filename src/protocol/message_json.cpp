// The messages whose payload is JSON: their fields (fields.hpp) into and out of one object.
#include <algorithm>

#include "protocol/fields.hpp"

namespace sess::protocol {
namespace {

template <class Message>
constexpr std::uint16_t flags_of() {
  return std::is_same_v<Message, Retry> ? kFlagOptional : 0;
}

template <class Message>
void append(std::string& out, const Message& message) {
  JsonWriter writer;
  fields(writer, const_cast<Message&>(message));  // a writer only reads
  append_frame(out, Message::kType, writer.dump(), flags_of<Message>());
}

template <class Message>
Result<Message> parse_json(std::string_view payload) {
  JsonReader reader(payload, name_of(Message::kType));
  Message message;
  if constexpr (requires { message.version; }) {
    // A greeting without a version is no greeting, and nothing else of another major version is looked at.
    message.version = {0, 0};
    reader.version("version", message.version);
    if (auto error = reader.error()) return pass(std::move(*error));
    if (message.version.major != kVersion.major) return message;
  }
  fields(reader, message);
  if (auto error = reader.error()) return pass(std::move(*error));
  return message;
}

}  // namespace

std::optional<std::string> version_mismatch(Version peer, std::string_view who) {
  if (peer.major == kVersion.major) return std::nullopt;
  return fmt::format(
      "the {} speaks protocol {}.{}, this program {}.{}: use the sess that belongs to the running server",
      who, peer.major, peer.minor, kVersion.major, kVersion.minor);
}

std::vector<std::string> own_features() {
  return {std::string(kSteadyAcks), std::string(kAskAgain), std::string(kScrolledOff), std::string(kEcho)};
}

bool has_feature(const std::vector<std::string>& features, std::string_view name) {
  return std::find(features.begin(), features.end(), name) != features.end();
}

void Hello::append_to(std::string& out) const {
  append(out, *this);
}
Result<Hello> Hello::parse(std::string_view payload) {
  return parse_json<Hello>(payload);
}

void Command::append_to(std::string& out) const {
  append(out, *this);
}
Result<Command> Command::parse(std::string_view payload) {
  return parse_json<Command>(payload);
}

void Shell::append_to(std::string& out) const {
  append(out, *this);
}
Result<Shell> Shell::parse(std::string_view payload) {
  return parse_json<Shell>(payload);
}

void Resize::append_to(std::string& out) const {
  append(out, *this);
}
Result<Resize> Resize::parse(std::string_view payload) {
  return parse_json<Resize>(payload);
}

void Suspended::append_to(std::string& out) const {
  append(out, *this);
}
Result<Suspended> Suspended::parse(std::string_view payload) {
  return parse_json<Suspended>(payload);
}

void Continued::append_to(std::string& out) const {
  append(out, *this);
}
Result<Continued> Continued::parse(std::string_view payload) {
  return parse_json<Continued>(payload);
}

void Detach::append_to(std::string& out) const {
  append(out, *this);
}
Result<Detach> Detach::parse(std::string_view payload) {
  return parse_json<Detach>(payload);
}

void Welcome::append_to(std::string& out) const {
  append(out, *this);
}
Result<Welcome> Welcome::parse(std::string_view payload) {
  return parse_json<Welcome>(payload);
}

void Refusal::append_to(std::string& out) const {
  append(out, *this);
}
Result<Refusal> Refusal::parse(std::string_view payload) {
  return parse_json<Refusal>(payload);
}

void Exit::append_to(std::string& out) const {
  append(out, *this);
}
Result<Exit> Exit::parse(std::string_view payload) {
  return parse_json<Exit>(payload);
}

void Attached::append_to(std::string& out) const {
  append(out, *this);
}
Result<Attached> Attached::parse(std::string_view payload) {
  return parse_json<Attached>(payload);
}

void Detached::append_to(std::string& out) const {
  append(out, *this);
}
Result<Detached> Detached::parse(std::string_view payload) {
  return parse_json<Detached>(payload);
}

void Suspend::append_to(std::string& out) const {
  append(out, *this);
}
Result<Suspend> Suspend::parse(std::string_view payload) {
  return parse_json<Suspend>(payload);
}

void Exec::append_to(std::string& out) const {
  append(out, *this);
}
Result<Exec> Exec::parse(std::string_view payload) {
  return parse_json<Exec>(payload);
}

void Lock::append_to(std::string& out) const {
  append(out, *this);
}
Result<Lock> Lock::parse(std::string_view payload) {
  return parse_json<Lock>(payload);
}

void StdinRequest::append_to(std::string& out) const {
  append(out, *this);
}
Result<StdinRequest> StdinRequest::parse(std::string_view payload) {
  return parse_json<StdinRequest>(payload);
}

void Retry::append_to(std::string& out) const {
  append(out, *this);
}
Result<Retry> Retry::parse(std::string_view payload) {
  return parse_json<Retry>(payload);
}

std::vector<std::string> Hello::fit() {
  // What else a hello holds is small (its limits sum up to less than 16 KiB).
  constexpr std::size_t kFrameRoom = kMaxPayload - 16 * 1024;
  std::size_t plain = 0;
  std::size_t framed = 0;
  for (const std::string& variable : environment) {
    plain += variable.size() + 2;
    framed += frame_cost(variable);
  }
  std::vector<std::string> dropped;
  while (!environment.empty() && (plain > kMaxEnvironment || framed > kFrameRoom)) {
    const auto largest = std::max_element(environment.begin(), environment.end(),
                                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    plain -= largest->size() + 2;
    framed -= frame_cost(*largest);
    dropped.push_back(largest->substr(0, largest->find('=')));
    environment.erase(largest);
  }
  return dropped;
}

bool Command::fits() const {
  std::size_t total = 32 + (again.empty() ? 0 : again.size() + 12);
  for (const std::string& argument : argv) total += frame_cost(argument);
  return argv.size() <= kMaxArguments && total <= kMaxPayload;
}

}  // namespace sess::protocol
