// The fields of every message, once each: what is read, what is written and what a trace shows cannot
// disagree. A field is added here and in message.hpp's struct. What came after version 1.0 is written only
// where it is set (set_…, optional_…), so that a frame that does not need it stays as older peers know it.
//
// `Io` is JsonWriter or JsonReader (json.hpp) for messages that are JSON, BytesWriter or BytesReader
// (bytes.hpp) for those that are bytes, and TraceWriter (trace.cpp) for both. Internal to this layer.
#pragma once

#include "protocol/json.hpp"
#include "protocol/message.hpp"

namespace sess::protocol {

inline constexpr std::string_view kDialects[] = {"sess", "tmux"};
inline constexpr std::string_view kControlModes[] = {"none", "plain", "raw"};
inline constexpr std::string_view kColorChoices[] = {"never", "always"};
inline constexpr std::string_view kRefusals[] = {"other", "version", "malformed", "denied", "full", "ending"};
inline constexpr std::string_view kAttachModes[] = {"direct", "composed"};
inline constexpr std::string_view kDetachReasons[] = {"other",  "detached",      "evicted",
                                                      "exited", "server_exited", "hangup"};
/// By bit.
inline constexpr std::string_view kOutputFlags[] = {"drawn", "aside", "scrolled", "asks"};

// --- either end -----------------------------------------------------------------------------------------

void fields(auto& io, Ping& m) {
  io.number("serial", m.serial);
}

void fields(auto& io, Pong& m) {
  io.number("serial", m.serial);
}

// --- client to server -----------------------------------------------------------------------------------

void fields(auto& io, PaneScrolled& m) {
  io.number("pane", m.pane);
  io.number("line", m.line);
  io.number("bytes", m.bytes);
}

void fields(auto& io, Resume& m) {
  io.name("token", m.token);
  io.number("session", m.session);
  io.number("pane", m.pane);
  io.number_or("offset", m.offset, kNoOffset);
  io.number("past", m.past);
  io.number("input_sequence", m.input_sequence);
  io.optional_choice("mode", m.mode, kAttachModes);
  io.set_boolean("drawn", m.drawn);
  io.set_boolean("written_on", m.written_on);
  io.object("scrolled", m.scrolled);
}

void fields(auto& io, Hello& m) {
  io.version("version", m.version);
  io.names("features", m.features);
  io.number("pid", m.pid);
  io.name("tty", m.tty);
  io.name("term", m.term);
  io.size("size", m.size);
  io.path("cwd", m.cwd);
  io.environment("environment", m.environment);
  io.boolean("stdin_tty", m.stdin_tty);
  io.boolean("stdout_tty", m.stdout_tty);
  io.boolean("utf8", m.utf8);
  io.boolean("colours_256", m.colours_256);
  io.optional_choice("color", m.color, kColorChoices);
  io.boolean("login_shell", m.login_shell);
  io.name("terminal_features", m.terminal_features);
  io.choice("control", m.control, kControlModes);
  io.set_choice("dialect", m.dialect, kDialects);
  io.optional_number("umask", m.umask, 0777U);
  io.set_arguments("terminfo", m.terminfo, kMaxTerminfo);
  io.set_name("terminal", m.terminal);
  io.set_arguments("config_files", m.config_files, kMaxConfigFiles);
  io.object("resume", m.resume);
}

void fields(auto& io, Command& m) {
  io.arguments("argv", m.argv);
  io.set_name("again", m.again);
}

void fields(auto& io, Shell& m) {
  io.shell_command("command", m.command);
}

void fields(auto& io, StdinData& m) {
  io.rest(m.bytes);
}

void fields(auto& io, StdinEof& m) {
  io.number("errno", m.sys_errno);
}

void fields(auto& io, Input& m) {
  io.number_within("seq", m.sequence, 1, kNoOffset);
  io.rest(m.bytes);
}

void fields(auto& io, Ack& m) {
  io.number("total", m.bytes);
}

void fields(auto& io, Resize& m) {
  io.size("size", m.size);
}

void fields(auto& io, Suspended& m) {
  io.object("scrolled", m.scrolled);
}

void fields(auto& io, Continued& m) {
  io.size("size", m.size);
  io.set_boolean("kept", m.kept);
}

void fields(auto& io, Detach& m) {
  io.boolean("hangup", m.hangup);
}

// --- server to client -----------------------------------------------------------------------------------

void fields(auto& io, Welcome& m) {
  io.version("version", m.version);
  io.names("features", m.features);
  io.number("server_pid", m.server_pid);
  io.number("keeper_pid", m.keeper_pid);
  io.name("token", m.token);
  // The largest number stands for none where a number cannot be missing.
  io.optional_number("input_sequence", m.input_sequence, kNoOffset - 1);
}

void fields(auto& io, Refusal& m) {
  io.choice("code", m.code, kRefusals);
  io.text("text", m.text);
}

void fields(auto& io, Print& m) {
  io.number_within("stream", m.stream, 1, 2);
  io.rest(m.bytes);
}

void fields(auto& io, Exit& m) {
  io.number("status", m.status);
}

void fields(auto& io, Attached& m) {
  io.number("session", m.session);
  io.name("session_name", m.session_name);
  io.number("pane", m.pane);
  io.choice("mode", m.mode, kAttachModes);
  io.boolean("read_only", m.read_only);
  io.boolean("resumed", m.resumed);
  io.set_number("pauses", m.pauses);
}

void fields(auto& io, Output& m) {
  io.number_or("offset", m.offset, kNoOffset);
  io.flags(m.flags, kOutputFlags, Output::kScrolled, m.scrolled);
  if (m.scrolled) {
    io.number("line", m.scrolled->line);
    io.number("bytes", m.scrolled->bytes);
  }
  io.rest(m.bytes);
}

void fields(auto& io, Undo& m) {
  io.rest(m.bytes);
}

void fields(auto& io, InputAck& m) {
  io.number("seq", m.sequence);
}

void fields(auto& io, Detached& m) {
  io.choice("reason", m.reason, kDetachReasons);
  io.text("message", m.message);
  io.number("status", m.status);
  io.set_boolean("wait", m.wait);
}

void fields(auto& /*io*/, Suspend& /*m*/) {}

void fields(auto& io, Exec& m) {
  io.bytes("shell", m.shell, kMaxPath);
  io.shell_command("command", m.command);
}

void fields(auto& io, Lock& m) {
  io.shell_command("command", m.command);
}

void fields(auto& /*io*/, StdinRequest& /*m*/) {}

void fields(auto& io, Retry& m) {
  io.arguments("argv", m.argv);
  io.boolean("count", m.count);
}

}  // namespace sess::protocol
