// The server's side of a conversation, played by a test line by line on a real Unix socket, and the client as
// a real process on a real terminal.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "os/socket.hpp"
#include "protocol/message.hpp"
#include "protocol/trace.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/pty.hpp"
#include "support/wait.hpp"

namespace sess::test {

/// One accepted connection.
class Peer {
 public:
  explicit Peer(UniqueFd socket) : socket_(std::move(socket)) {}

  template <class Message>
  void send(const Message& message) {
    send_bytes(protocol::encode(message));
  }
  void send_bytes(std::string_view bytes) { REQUIRE(try_send(bytes) == bytes.size()); }
  /// Sends what the client takes within `patience` and returns how much that was.
  std::size_t try_send(std::string_view bytes, Milliseconds patience = kPatience);

  /// The next frame, acknowledgements of output and pings aside (see acked() and pinged()); nothing at the
  /// end of the connection. Fails the test at the deadline.
  std::optional<protocol::Frame> next();
  /// The next frame, which must be of this kind.
  template <class Message>
  Message expect() {
    const auto frame = next();
    REQUIRE(frame);
    INFO(protocol::trace(*frame));
    REQUIRE(frame->type == Message::kType);
    const auto message = Message::parse(frame->payload);
    REQUIRE(message);
    return *message;
  }
  /// Reads until the client has acknowledged that many bytes of output.
  void expect_ack(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t acked() const { return acked_; }
  [[nodiscard]] int pings() const { return pings_; }
  /// True when the client closes without another frame.
  bool closed() { return !next(); }
  /// Frames that have arrived, read without waiting.
  void take_available();

  /// What welcome lists; all that there is unless said otherwise.
  void set_features(std::vector<std::string> features) { features_ = std::move(features); }
  /// hello, welcome.
  protocol::Hello greet(std::optional<std::uint64_t> input_sequence = {});
  /// hello, welcome, command, attached to session 1 "app" and pane 4, undo.
  protocol::Hello attach();
  void close() { socket_.reset(); }
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  bool read_some(Milliseconds patience);
  void note(const protocol::Frame& frame);

  UniqueFd socket_;
  protocol::FrameReader reader_;
  std::vector<std::string> features_ = protocol::own_features();
  std::string kept_;  // payload of the frame handed out last
  std::uint64_t acked_ = 0;
  int pings_ = 0;
};

inline constexpr std::string_view kUndo = "<undo>";

class FakeServer {
 public:
  FakeServer();
  [[nodiscard]] std::string path() const { return home_.runtime() + "/s"; }
  [[nodiscard]] const TempHome& home() const { return home_; }
  /// The next client.
  Peer accept();
  /// Whether a client connects within a moment; for showing that none does.
  [[nodiscard]] bool has_waiting() { return wait_readable(listener_.get(), Milliseconds(0)); }
  /// Nobody listens any more; the socket is gone.
  void disappear();
  void listen();

  /// The environment of a client that connects here with these arguments; `extra` adds variables.
  [[nodiscard]] std::vector<std::string> client_env(const std::vector<std::string>& arguments,
                                                    std::map<std::string, std::string> extra = {}) const;

 private:
  TempHome home_;
  UniqueFd listener_;
};

/// The command that runs this test program as a client (client_program.cpp).
std::vector<std::string> client_argv();

}  // namespace sess::test
