// The client's end of a connection that a test holds in its hand: what the server sent, frame by frame.
//
// Owns the socket and the bytes of a frame that is not whole yet. Does not answer, and knows no terminal:
// what a frame does is the test's.
#pragma once

#include <sys/socket.h>

#include <functional>

#include "os/socket.hpp"
#include "protocol/frame.hpp"
#include "views/connection.hpp"

namespace sess::test {

class ClientEnd {
 public:
  explicit ClientEnd(UniqueFd socket) : socket_(std::move(socket)) {}

  /// Hands out all that the connection has to send and what is on its way. Does not wait.
  void take(views::Connection& connection, const std::function<void(const protocol::Frame&)>& see) {
    connection.flush();
    while (true) {
      const auto space = reader_.write_space(64 * 1024);
      const ssize_t n = ::recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
      if (n <= 0) return;
      reader_.commit(static_cast<std::size_t>(n));
      while (const auto frame = reader_.next()) see(*frame);
      connection.flush();
    }
  }

 private:
  UniqueFd socket_;
  protocol::FrameReader reader_;
};

}  // namespace sess::test
