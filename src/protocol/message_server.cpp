// What a server says, where it is JSON.
#include "protocol/json.hpp"

namespace sess::protocol {
namespace {

using nlohmann::json;

constexpr std::string_view kRefusals[] = {"other", "version", "malformed", "denied", "full", "ending"};
constexpr std::string_view kModes[] = {"direct", "composed"};
constexpr std::string_view kReasons[] = {"other", "detached", "evicted", "exited", "server_exited", "hangup"};

/// A command for a shell is never cut in the middle: one that is too long is not sent at all. JSON writes a control
/// character as six bytes, so what counts is also what it takes in the frame, where a shell's path has room beside it.
json command_bytes(const std::string& command) {
  const bool fits = command.size() <= kMaxChunk && frame_cost(command) <= kMaxPayload - 8 * kMaxPath;
  return json_bytes(fits ? std::string_view(command) : std::string_view());
}

}  // namespace

void Welcome::append_to(std::string& out) const {
  json object = {{"version", json_version(version)},
                 {"features", features},
                 {"server_pid", server_pid},
                 {"keeper_pid", keeper_pid},
                 {"token", token}};
  if (input_sequence) object["input_sequence"] = *input_sequence;
  append_json_frame(out, kType, object);
}

Result<Welcome> Welcome::parse(std::string_view payload) {
  JsonReader reader(payload, "welcome");
  Welcome message;
  message.version = {0, 0};
  reader.version("version", message.version);
  if (auto error = reader.error()) return pass(std::move(*error));
  if (message.version.major != kVersion.major) return message;
  reader.names("features", message.features);
  reader.number("server_pid", message.server_pid);
  reader.number("keeper_pid", message.keeper_pid);
  reader.name("token", message.token);
  std::uint64_t sequence = kNoOffset;
  reader.number("input_sequence", sequence, kNoOffset - 1);
  if (sequence != kNoOffset) message.input_sequence = sequence;
  return finish(reader, std::move(message));
}

void Refusal::append_to(std::string& out) const {
  append_json_frame(
      out, kType,
      {{"code", kRefusals[static_cast<std::size_t>(code)]}, {"text", clean(text, kMaxText, Lines::keep)}});
}

Result<Refusal> Refusal::parse(std::string_view payload) {
  JsonReader reader(payload, "error");
  Refusal message;
  if (const auto code = reader.choice("code", kRefusals)) message.code = static_cast<RefusalCode>(*code);
  reader.text("text", message.text);
  return finish(reader, std::move(message));
}

void Exit::append_to(std::string& out) const {
  append_json_frame(out, kType, {{"status", status}});
}

Result<Exit> Exit::parse(std::string_view payload) {
  JsonReader reader(payload, "exit");
  Exit message;
  reader.number("status", message.status);
  return finish(reader, std::move(message));
}

void Attached::append_to(std::string& out) const {
  append_json_frame(out, kType,
                    {{"session", session},
                     {"session_name", clean(session_name, kMaxName, Lines::drop)},
                     {"pane", pane},
                     {"mode", kModes[static_cast<std::size_t>(mode)]},
                     {"read_only", read_only},
                     {"resumed", resumed}});
}

Result<Attached> Attached::parse(std::string_view payload) {
  JsonReader reader(payload, "attached");
  Attached message;
  reader.number("session", message.session);
  reader.name("session_name", message.session_name);
  reader.number("pane", message.pane);
  if (const auto mode = reader.choice("mode", kModes)) message.mode = static_cast<AttachMode>(*mode);
  reader.boolean("read_only", message.read_only);
  reader.boolean("resumed", message.resumed);
  return finish(reader, std::move(message));
}

void Detached::append_to(std::string& out) const {
  append_json_frame(out, kType,
                    {{"reason", kReasons[static_cast<std::size_t>(reason)]},
                     {"message", clean(message, kMaxText, Lines::keep)},
                     {"status", status}});
}

Result<Detached> Detached::parse(std::string_view payload) {
  JsonReader reader(payload, "detached");
  Detached message;
  if (const auto reason = reader.choice("reason", kReasons))
    message.reason = static_cast<DetachReason>(*reason);
  reader.text("message", message.message);
  reader.number("status", message.status);
  return finish(reader, std::move(message));
}

void Suspend::append_to(std::string& out) const {
  append_json_frame(out, kType, json::object());
}

Result<Suspend> Suspend::parse(std::string_view payload) {
  return finish(JsonReader(payload, "suspend"), Suspend{});
}

void Exec::append_to(std::string& out) const {
  append_json_frame(out, kType,
                    {{"shell", json_bytes(std::string_view(shell).substr(0, kMaxPath))},
                     {"command", command_bytes(command)}});
}

Result<Exec> Exec::parse(std::string_view payload) {
  JsonReader reader(payload, "exec");
  Exec message;
  reader.bytes("shell", message.shell, kMaxPath);
  reader.bytes("command", message.command, kMaxChunk);
  return finish(reader, std::move(message));
}

void Lock::append_to(std::string& out) const {
  append_json_frame(out, kType, {{"command", command_bytes(command)}});
}

Result<Lock> Lock::parse(std::string_view payload) {
  JsonReader reader(payload, "lock");
  Lock message;
  reader.bytes("command", message.command, kMaxChunk);
  return finish(reader, std::move(message));
}

void StdinRequest::append_to(std::string& out) const {
  append_json_frame(out, kType, json::object());
}

Result<StdinRequest> StdinRequest::parse(std::string_view payload) {
  return finish(JsonReader(payload, "stdin_request"), StdinRequest{});
}

void Retry::append_to(std::string& out) const {
  json list = json::array();
  for (const std::string& argument : argv) list.push_back(json_bytes(argument));
  append_json_frame(out, kType, {{"argv", std::move(list)}, {"count", count}}, kFlagOptional);
}

Result<Retry> Retry::parse(std::string_view payload) {
  JsonReader reader(payload, "retry");
  Retry message;
  reader.byte_list("argv", message.argv, kMaxArguments);
  reader.boolean("count", message.count);
  return finish(reader, std::move(message));
}

}  // namespace sess::protocol
