#include "support/relay.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <list>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace sess::test {
namespace {

using Clock = std::chrono::steady_clock;

// How long the thread rests at most: its orders come without a signal.
constexpr Milliseconds kTurn{2};
// What waits between the two sides of one direction.
constexpr std::size_t kMostQueued = 1 << 20;
// How long TCP waits at least before it sends again: on a connection that it knows (Linux, above the round
// trip), and on one that is being made (RFC 6298).
constexpr Milliseconds kResend{200};
constexpr Milliseconds kFirstResend{1000};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int open_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error("socket");
  return fd;
}

int port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("getsockname");
  return ntohs(address.sin_port);
}

/// One direction of one connection.
struct Lane {
  int from;
  int to;
  struct Chunk {
    Clock::time_point due;
    std::string bytes;
  };
  std::deque<Chunk> queue;
  std::size_t queued = 0;
  bool ended = false;  // the sender has said its last byte
  bool closed = false;
  double credit = 0;
  Clock::time_point paid = Clock::now();
  // Since when nothing arrives that was sent, and when it is sent the next time.
  std::optional<Clock::time_point> unheard = std::nullopt;
  Clock::duration retry{};

  /// Whether what was lost is still to be sent again. TCP begins with `patience` (RFC 6298) and doubles it.
  bool stalls(bool interrupted, Clock::duration patience) {
    const auto now = Clock::now();
    if (interrupted && !unheard && !queue.empty() && queue.front().due <= now) {
      unheard = now;
      retry = patience;
    }
    while (unheard && *unheard + retry <= now && interrupted) retry = 2 * retry + patience;
    if (!interrupted && unheard && *unheard + retry <= now) unheard.reset();
    return interrupted || unheard;
  }

  /// False when the connection is broken.
  template <class Delay>
  bool read(const Delay& delay) {
    std::array<char, 16384> buffer;
    while (!ended && queued < kMostQueued) {
      const ssize_t got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (got == 0) ended = true;
      queue.push_back({Clock::now() + delay(), std::string(buffer.data(), static_cast<std::size_t>(got))});
      queued += static_cast<std::size_t>(got);
    }
    return true;
  }

  bool write(std::int64_t rate, std::atomic<std::int64_t>& counter) {
    const auto now = Clock::now();
    credit = std::min(credit + static_cast<double>(rate) * std::chrono::duration<double>(now - paid).count(),
                      4096.0);
    paid = now;
    while (!queue.empty() && queue.front().due <= now) {
      auto& chunk = queue.front();
      if (chunk.bytes.empty()) {
        ::shutdown(to, SHUT_WR);
        closed = true;
        queue.pop_front();
        continue;
      }
      const std::size_t most =
          rate > 0 ? static_cast<std::size_t>(std::max(0.0, credit)) : chunk.bytes.size();
      if (most == 0) return true;
      const ssize_t put =
          ::send(to, chunk.bytes.data(), std::min(most, chunk.bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put < 0) return errno == EAGAIN || errno == EINTR;
      counter += put;
      credit -= static_cast<double>(put);
      queued -= static_cast<std::size_t>(put);
      chunk.bytes.erase(0, static_cast<std::size_t>(put));
      if (!chunk.bytes.empty()) return true;
      queue.pop_front();
    }
    return true;
  }
};

}  // namespace

int free_port() {
  const int fd = open_socket();
  auto address = loopback(0);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("bind");
  const int port = port_of(fd);
  ::close(fd);
  return port;
}

struct Relay::Wire {
  int client;
  int server;
  bool lost;
  Clock::duration patience;
  Lane up{client, server, {}};
  Lane down{server, client, {}};
};

Relay::Relay(int target) : target_(target), listener_(open_socket()) {
  auto address = loopback(0);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("relay: listen");
  }
  port_ = port_of(listener_);
  thread_ = std::thread([this] { work(); });
}

Relay::~Relay() {
  over_ = true;
  thread_.join();
  ::close(listener_);
}

void Relay::freeze() {
  frozen_ = true;
  // The turn that goes on may not have seen it, nor the one that begins while this reads the count.
  const std::int64_t end = turns_ + 2;
  while (turns_ < end) std::this_thread::sleep_for(kTurn);
}

void Relay::work() {
  std::list<Wire> wires;
  std::int64_t cuts = 0, losses = 0;
  std::minstd_rand random(1);
  const auto end = [this](Wire& wire) {
    // Without this a peer would get the rest of what is queued in the kernel first.
    const linger at_once{1, 0};
    ::setsockopt(wire.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::setsockopt(wire.server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(wire.client);
    ::close(wire.server);
    --open_;
  };
  while (!over_) {
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    const bool moving = !frozen_;
    for (const auto& wire : wires) {
      if (!moving || wire.lost) continue;
      if (!wire.up.ended && wire.up.queued < kMostQueued) fds.push_back({wire.client, POLLIN, 0});
      if (!wire.down.ended && wire.down.queued < kMostQueued) fds.push_back({wire.server, POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), static_cast<int>(kTurn.count()));
    if (fds[0].revents != 0) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0 && refusing_) {
        ++accepted_;
        ::close(client);
      } else if (client >= 0) {
        ++accepted_;
        const int server = open_socket();
        auto address = loopback(target_);
        if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
          ::close(client);
          ::close(server);
        } else {
          const int on = 1;
          ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          const bool begins_lost = interrupted_;
          wires.push_back({client, server, vanishing_,
                           begins_lost ? kFirstResend : kResend + 2 * Milliseconds(delay_.load())});
          ++open_;
        }
      }
    }
    if (const std::int64_t ordered = losses_; ordered != losses) {
      losses = ordered;
      for (auto& wire : wires) wire.lost = true;
    }
    const std::int64_t ordered = cuts_;
    const bool cut = cuts != ordered;
    cuts = ordered;
    for (auto at = wires.begin(); at != wires.end();) {
      Wire& wire = *at;
      bool good = !cut;
      if (good && moving && !wire.lost) {
        const auto delay = [&] {
          const bool late = static_cast<std::int64_t>(random() % 1000) < loss_;
          return Milliseconds(delay_.load() + (late ? lateness_.load() : 0));
        };
        const bool interrupted = interrupted_;
        good = wire.up.read(delay) && wire.down.read(delay) &&
               (wire.up.stalls(interrupted, wire.patience) || wire.up.write(0, bytes_)) &&
               (wire.down.stalls(interrupted, wire.patience) || wire.down.write(rate_, bytes_)) &&
               !(wire.up.closed && wire.down.closed);
      }
      if (good) {
        ++at;
      } else {
        end(wire);
        at = wires.erase(at);
      }
    }
    ++turns_;
  }
  for (auto& wire : wires) end(wire);
}

}  // namespace sess::test
