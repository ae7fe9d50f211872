// The messages as frames: their fields (fields.hpp) into and out of a JSON object or bytes.
#include "protocol/message.hpp"

#include <algorithm>

#include "protocol/bytes.hpp"
#include "protocol/fields.hpp"

namespace sess::protocol {
namespace {

template <class Message>
constexpr std::uint16_t flags_of() {
  if constexpr (requires { Message::kFlags; }) return Message::kFlags;
  return 0;
}

template <class Message>
void append_json(std::string& out, const Message& message) {
  JsonWriter writer;
  fields(writer, const_cast<Message&>(message));  // a writer only reads
  append_frame(out, Message::kType, writer.dump(), flags_of<Message>());
}

template <class Message>
void append_bytes(std::string& out, const Message& message) {
  BytesWriter writer;
  fields(writer, const_cast<Message&>(message));  // the same
  append_frame_header(out, Message::kType, writer.size() + writer.behind().size(), flags_of<Message>());
  out += writer.bytes();
  out += writer.behind();
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

template <class Message>
Result<Message> parse_bytes(std::string_view payload) {
  BytesReader reader(payload, name_of(Message::kType));
  Message message;
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

// append_to() and parse() of each, as its row of frame.hpp says.
#define SESS_MESSAGE(name, number, Message, payload)    \
  void Message::append_to(std::string& out) const {     \
    append_##payload(out, *this);                       \
  }                                                     \
  Result<Message> Message::parse(std::string_view in) { \
    return parse_##payload<Message>(in);                \
  }
SESS_MESSAGES(SESS_MESSAGE)
#undef SESS_MESSAGE

void Output::append_header(std::string& out, std::uint64_t offset, std::size_t size, std::uint8_t flags,
                           const std::optional<Scrolled>& scrolled) {
  Output head{offset, flags, {}, scrolled};
  BytesWriter writer;
  fields(writer, head);
  append_frame_header(out, kType, writer.size() + size);
  out += writer.bytes();
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
