// The two ends of the link between keeper and server.
//
// ServerLink is what the server is started with: it already holds Start, one Program per pane and Ready when
// the server begins, because a server is a fork of its keeper. The server reads them with receive(), then
// watches fd() and calls next() until nothing is left. At end of file the keeper is gone: exit.
// KeeperLink is the keeper's end: it never blocks, whatever the server does.
#pragma once

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
  /// `preloaded` is handed out before anything that is read.
  explicit ServerLink(UniqueFd socket, std::deque<ToServer> preloaded = {});

  /// Readable when next() may have something. Watch it for reading only.
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// The next message, waiting for it. unavailable: the keeper closed the link.
  [[nodiscard]] Result<ToServer> receive();
  /// The next message if one is there, without waiting; nothing when there is none now. Call it until then:
  /// messages that spawn() set aside do not make fd() readable.
  [[nodiscard]] Result<std::optional<ToServer>> next();
  /// Whether next() has a message that needs no reading: true after spawn() set something aside.
  [[nodiscard]] bool has_queued() const { return !queued_.empty(); }

  /// Sends a message; waits while the keeper's end is full (it reads at once).
  Result<> send(const ToKeeper& message);

  /// Starts a program and waits for the keeper's answer. What else arrives meanwhile is handed out by later
  /// receive() and next(), in order. The request's number is chosen here. An error's text names the program,
  /// sys_errno is exec's.
  [[nodiscard]] Result<Spawned> spawn(Spawn request);
  /// The same without waiting: Spawned or SpawnFailed with the returned number comes later.
  [[nodiscard]] Result<std::uint64_t> start_spawn(Spawn request);

 private:
  enum class Blocking { no, yes };
  Result<std::optional<ToServer>> read_one(Blocking blocking);

  UniqueFd socket_;
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
