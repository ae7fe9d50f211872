// One message of every type with unremarkable contents: what recording and round-trip tests share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocol/message.hpp"

namespace sess::test {

inline protocol::Hello example_hello() {
  protocol::Hello hello;
  hello.pid = 4711;
  hello.tty = "/dev/pts/3";
  hello.term = "xterm-256color";
  hello.size = {{50, 132}, 1188, 950};
  hello.cwd = "/home/user";
  hello.environment = {"DISPLAY=:0", "LANG=C.UTF-8", "ODD=\xff\x41"};
  hello.stdin_tty = hello.stdout_tty = hello.utf8 = true;
  hello.terminal_features = "RGB";
  return hello;
}

inline protocol::Hello example_resume() {
  protocol::Hello hello = example_hello();
  hello.resume = protocol::Resume{"c9f2", 1, 4, 81920, 3, 57};
  return hello;
}

inline protocol::Attached example_attached() {
  return {1, "app", 4, protocol::AttachMode::composed, true, true};
}

/// Name of the recording and the frame.
inline std::vector<std::pair<std::string, std::string>> example_frames() {
  using namespace protocol;
  Welcome welcome;
  welcome.server_pid = 200;
  welcome.keeper_pid = 199;
  welcome.token = "c9f2";
  welcome.input_sequence = 55;
  return {
      {"ping", encode(Ping{7})},
      {"pong", encode(Pong{7})},
      {"hello", encode(example_hello())},
      {"hello_resume", encode(example_resume())},
      {"command", encode(Command{{"new-session", "-s", "app", "\xfe"}})},
      {"shell", encode(Shell{"make test"})},
      {"stdin_data", encode(StdinData{"some text"})},
      {"stdin_eof", encode(StdinEof{5})},
      {"input", encode(Input{12, "ls\r"})},
      {"ack", encode(Ack{65536})},
      {"resize", encode(Resize{{{40, 100}, 0, 0}})},
      {"suspended", encode(Suspended{})},
      {"continued", encode(Continued{{{40, 100}, 0, 0}})},
      {"detach", encode(Detach{true})},
      {"welcome", encode(welcome)},
      {"error", encode(Refusal{RefusalCode::full, "too many clients"})},
      {"print", encode(Print{2, "can't find session: app\n"})},
      {"exit", encode(Exit{1})},
      {"attached", encode(example_attached())},
      {"output", encode(Output{81925, 0, "total"})},
      {"output_drawn", encode(Output{kNoOffset, 0, "\x1b[H"})},
      {"output_scrolled", encode(Output{81925, 0, "total", Scrolled{1200, 80}})},
      {"suspended_scrolled", encode(Suspended{PaneScrolled{4, 1200, 80}})},
      {"undo", encode(Undo{"\x1b[?2004l"})},
      {"input_ack", encode(InputAck{12})},
      {"detached", encode(Detached{DetachReason::exited, "[exited]", 0})},
      {"suspend", encode(Suspend{})},
      {"exec", encode(Exec{"/bin/sh", "exec htop"})},
      {"lock", encode(Lock{"vlock"})},
      {"stdin_request", encode(StdinRequest{})},
      {"retry", encode(Retry{{"wait", "make"}, true})},
  };
}

}  // namespace sess::test
