// The two ends of the link between keeper and server.
//
// ServerLink is what the server is started with: it already holds Start, one Program per pane and Ready when
// the server begins, because a server is a fork of its keeper. The server reads them with receive(), then
// watches fd() and calls next() until nothing is left. At end of file the keeper is gone: exit.
// KeeperLink is the keeper's end. Neither end's send() ever waits for the other: what is not taken at once is
// queued up to a bound, and written when fd() is writable.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "keeper/message.hpp"

namespace sess::keeper {

/// Bytes and descriptors in, whole messages out.
class MessageReader {
 public:
  void feed(std::string bytes, std::vector<UniqueFd> fds);
  /// The next message, nothing when bytes are missing, or an error after which the stream is useless.
  [[nodiscard]] Result<std::optional<RawMessage>> next();

 private:
  std::string bytes_;
  std::size_t at_ = 0;
  std::deque<UniqueFd> fds_;
};

class ServerLink {
 public:
  /// Bytes that may wait for a keeper that does not read; a program is refused from half of it on.
  static constexpr std::size_t kMostUnsent = 16U << 20U;

  /// `preloaded` is handed out before anything that is read. `socket` is made non-blocking.
  explicit ServerLink(UniqueFd socket, std::deque<ToServer> preloaded = {});

  /// Readable when next() may have something; watch it for writing while unsent().
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// The next message, waiting for it. unavailable: the keeper closed the link.
  [[nodiscard]] Result<ToServer> receive();
  /// The next message if one is there, without waiting; nothing when there is none now. Call it until then:
  /// messages that await_spawn() set aside do not make fd() readable.
  [[nodiscard]] Result<std::optional<ToServer>> next();
  /// Whether next() has a message that needs no reading: true after await_spawn() set something aside.
  [[nodiscard]] bool has_queued() const { return !queued_.empty(); }

  /// Sends a message, or queues it. An error when too much waits already, or the keeper is gone.
  Result<> send(const ToKeeper& message);
  /// Writes what the socket takes; an error means that the keeper is gone.
  Result<> flush();
  [[nodiscard]] bool unsent() const { return sent_ < unsent_.size(); }

  /// Asks for a program: Spawned or SpawnFailed with the returned number comes later. The number is chosen
  /// here.
  [[nodiscard]] Result<std::uint64_t> start_spawn(Spawn request);
  /// Waits for that answer, at most this long; a negative limit: for ever. Nothing when it did not come in
  /// time: then receive() or next() hand it out. What else arrives meanwhile is set aside for them, in order.
  /// An error's text names the program, sys_errno is exec's.
  [[nodiscard]] Result<std::optional<Spawned>> await_spawn(std::uint64_t number,
                                                           std::chrono::milliseconds limit);

 private:
  Result<std::optional<ToServer>> read_one();

  UniqueFd socket_;
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  std::deque<ToServer> queued_;
  MessageReader reader_;
  std::uint64_t next_request_ = 1;
};

class KeeperLink {
 public:
  /// `socket` is made non-blocking.
  explicit KeeperLink(UniqueFd socket);

  [[nodiscard]] int fd() const { return socket_.get(); }
  /// Queues a message; its descriptors are duplicated, so the caller may drop them. Call flush() afterwards.
  Result<> send(const ToServer& message);
  /// Writes what the socket takes. An error means that the server is gone.
  Result<> flush();
  [[nodiscard]] bool unsent() const { return !outgoing_.empty(); }
  /// Bytes that wait: a server that never reads shows here.
  [[nodiscard]] std::size_t unsent_bytes() const { return unsent_bytes_; }
  /// Set when the system refused to pass more descriptors for now (ETOOMANYREFS): flush again later.
  [[nodiscard]] bool throttled() const { return throttled_; }

  /// Reads once, then hands out messages with next() until it has none.
  struct Fed {
    bool eof = false;
    bool more = false;  ///< something was read: worth another feed()
  };
  [[nodiscard]] Result<Fed> feed();
  [[nodiscard]] Result<std::optional<ToKeeper>> next();

 private:
  struct Outgoing {
    std::string bytes;
    std::size_t sent = 0;
    std::vector<UniqueFd> fds;
  };
  UniqueFd socket_;
  std::deque<Outgoing> outgoing_;
  std::size_t unsent_bytes_ = 0;
  bool throttled_ = false;
  MessageReader reader_;
};

}  // namespace sess::keeper
