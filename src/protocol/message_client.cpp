// What a client says, where it is JSON.
#include <algorithm>

#include "base/utf8.hpp"
#include "protocol/json.hpp"

namespace sess::protocol {
namespace {

using nlohmann::json;

constexpr std::string_view kModes[] = {"direct", "composed"};
constexpr std::string_view kControlModes[] = {"none", "plain", "raw"};

json environment_object(const std::vector<std::string>& environment) {
  json object = json::object();
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    std::string name = variable.substr(0, equals);
    if (!is_utf8(name)) continue;
    object[std::move(name)] = json_bytes(std::string_view(variable).substr(equals + 1));
  }
  return object;
}

json resume_object(const Resume& resume) {
  json object = {{"token", resume.token},
                 {"session", resume.session},
                 {"pane", resume.pane},
                 {"past", resume.past},
                 {"input_sequence", resume.input_sequence}};
  if (resume.offset != kNoOffset) object["offset"] = resume.offset;
  if (resume.mode) object["mode"] = kModes[static_cast<std::size_t>(*resume.mode)];
  if (resume.drawn) object["drawn"] = true;
  return object;
}

}  // namespace

std::optional<std::string> version_mismatch(Version peer, std::string_view who) {
  if (peer.major == kVersion.major) return std::nullopt;
  return fmt::format(
      "the {} speaks protocol {}.{}, this program {}.{}: use the sess that belongs to the running server",
      who, peer.major, peer.minor, kVersion.major, kVersion.minor);
}

std::vector<std::string> own_features() {
  return {std::string(kSteadyAcks)};
}

namespace {
constexpr std::uint32_t kNoUmask = 01000;
}  // namespace

bool has_feature(const std::vector<std::string>& features, std::string_view name) {
  return std::find(features.begin(), features.end(), name) != features.end();
}

void Hello::append_to(std::string& out) const {
  json object = {{"version", json_version(version)},
                 {"features", features},
                 {"pid", pid},
                 {"tty", tty},
                 {"term", term},
                 {"size", json_size(size)},
                 {"cwd", json_bytes(cwd)},
                 {"environment", environment_object(environment)},
                 {"stdin_tty", stdin_tty},
                 {"stdout_tty", stdout_tty},
                 {"utf8", utf8},
                 {"colours_256", colours_256},
                 {"login_shell", login_shell},
                 {"terminal_features", terminal_features},
                 {"control", kControlModes[static_cast<std::size_t>(control)]}};
  if (umask) object["umask"] = *umask;
  if (resume) object["resume"] = resume_object(*resume);
  for (const std::string& file : config_files) object["config_files"].push_back(json_bytes(file));
  append_json_frame(out, kType, object);
}

Result<Hello> Hello::parse(std::string_view payload) {
  JsonReader reader(payload, "hello");
  Hello message;
  // A hello without a version is no hello, and nothing else of another major version is looked at.
  message.version = {0, 0};
  reader.version("version", message.version);
  if (auto error = reader.error()) return pass(std::move(*error));
  if (message.version.major != kVersion.major) return message;
  reader.names("features", message.features);
  reader.number("pid", message.pid);
  reader.name("tty", message.tty);
  reader.name("term", message.term);
  reader.size("size", message.size);
  reader.bytes("cwd", message.cwd, kMaxPayload);
  if (message.cwd.size() > kMaxPath) message.cwd.clear();
  reader.environment("environment", message.environment);
  reader.boolean("stdin_tty", message.stdin_tty);
  reader.boolean("stdout_tty", message.stdout_tty);
  reader.boolean("utf8", message.utf8);
  reader.boolean("colours_256", message.colours_256);
  reader.boolean("login_shell", message.login_shell);
  std::uint32_t umask = kNoUmask;
  reader.number("umask", umask);
  if (umask <= 0777U) message.umask = umask;
  reader.name("terminal_features", message.terminal_features);
  reader.byte_list("config_files", message.config_files, kMaxConfigFiles);
  if (const auto control = reader.choice("control", kControlModes)) {
    message.control = static_cast<ControlMode>(*control);
  }
  if (reader.enter("resume")) {
    Resume resume;
    reader.name("token", resume.token);
    reader.number("session", resume.session);
    reader.number("pane", resume.pane);
    reader.number("offset", resume.offset);
    reader.number("past", resume.past);
    reader.number("input_sequence", resume.input_sequence);
    if (const auto mode = reader.choice("mode", kModes)) resume.mode = static_cast<AttachMode>(*mode);
    reader.boolean("drawn", resume.drawn);
    reader.leave();
    message.resume = std::move(resume);
  }
  return finish(reader, std::move(message));
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

void Command::append_to(std::string& out) const {
  json list = json::array();
  for (const std::string& argument : argv) list.push_back(json_bytes(argument));
  json object = {{"argv", std::move(list)}};
  if (!again.empty()) object["again"] = again;
  append_json_frame(out, kType, object);
}

Result<Command> Command::parse(std::string_view payload) {
  JsonReader reader(payload, "command");
  Command message;
  reader.byte_list("argv", message.argv, kMaxArguments);
  reader.name("again", message.again);
  return finish(reader, std::move(message));
}

bool Command::fits() const {
  std::size_t total = 32 + (again.empty() ? 0 : again.size() + 12);
  for (const std::string& argument : argv) total += frame_cost(argument);
  return argv.size() <= kMaxArguments && total <= kMaxPayload;
}

void Shell::append_to(std::string& out) const {
  const bool fits = frame_cost(command) < kMaxPayload - kMaxPath;
  const auto text = fits ? std::string_view(command).substr(0, kMaxChunk) : std::string_view();
  append_json_frame(out, kType, {{"command", json_bytes(text)}});
}

Result<Shell> Shell::parse(std::string_view payload) {
  JsonReader reader(payload, "shell");
  Shell message;
  reader.bytes("command", message.command, kMaxChunk);
  return finish(reader, std::move(message));
}

void Resize::append_to(std::string& out) const {
  append_json_frame(out, kType, {{"size", json_size(size)}});
}

Result<Resize> Resize::parse(std::string_view payload) {
  JsonReader reader(payload, "resize");
  Resize message;
  reader.size("size", message.size);
  return finish(reader, std::move(message));
}

void Suspended::append_to(std::string& out) const {
  append_json_frame(out, kType, json::object());
}

Result<Suspended> Suspended::parse(std::string_view payload) {
  return finish(JsonReader(payload, "suspended"), Suspended{});
}

void Continued::append_to(std::string& out) const {
  json object = {{"size", json_size(size)}};
  if (kept) object["kept"] = true;
  append_json_frame(out, kType, object);
}

Result<Continued> Continued::parse(std::string_view payload) {
  JsonReader reader(payload, "continued");
  Continued message;
  reader.size("size", message.size);
  reader.boolean("kept", message.kept);
  return finish(reader, std::move(message));
}

void Detach::append_to(std::string& out) const {
  append_json_frame(out, kType, {{"hangup", hangup}});
}

Result<Detach> Detach::parse(std::string_view payload) {
  JsonReader reader(payload, "detach");
  Detach message;
  reader.boolean("hangup", message.hangup);
  return finish(reader, std::move(message));
}

}  // namespace sess::protocol
