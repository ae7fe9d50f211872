#include "bench/remote/datagrams.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <string>

#include "bench/terminal.hpp"

namespace sess::bench {
namespace {

constexpr int kTurn = 2;  // milliseconds that the thread rests at most
// What waits in front of the narrow piece of the network; what comes then is lost.
constexpr std::size_t kMostQueued = 1 << 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int bound_socket() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto address = loopback(0);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw Failure("no UDP socket");
  return fd;
}

/// One direction.
struct Way {
  struct Datagram {
    Clock::time_point due;
    std::string bytes;
  };
  std::deque<Datagram> queue;
  std::size_t queued = 0;
  double credit = 0;
  Clock::time_point paid = Clock::now();

  void put(Clock::time_point due, std::string bytes) {
    if (queued + bytes.size() > kMostQueued) return;
    queued += bytes.size();
    queue.push_back({due, std::move(bytes)});
  }

  /// What may leave now.
  std::optional<std::string> take(std::int64_t rate) {
    const auto now = Clock::now();
    credit = std::min(credit + static_cast<double>(rate) * std::chrono::duration<double>(now - paid).count(),
                      4096.0);
    paid = now;
    if (queue.empty() || queue.front().due > now || (rate > 0 && credit <= 0)) return std::nullopt;
    std::string bytes = std::move(queue.front().bytes);
    queue.pop_front();
    queued -= bytes.size();
    credit -= static_cast<double>(bytes.size());
    return bytes;
  }
};

}  // namespace

Datagrams::Datagrams() : near_(bound_socket()) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(near_, reinterpret_cast<sockaddr*>(&address), &size) != 0) throw Failure("getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { work(); });
}

Datagrams::~Datagrams() {
  over_ = true;
  thread_.join();
  ::close(near_);
}

void Datagrams::work() {
  int far = bound_socket();
  int roams = 0;
  Way up, down;
  sockaddr_in client{};
  std::minstd_rand random(1);
  std::array<char, 65536> buffer;
  while (!over_) {
    std::array<pollfd, 2> fds{{{near_, POLLIN, 0}, {far, POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), kTurn);
    if (const int ordered = roams_; ordered != roams) {
      roams = ordered;
      ::close(far);
      far = bound_socket();
    }
    const auto receive = [&](int fd, Way& way, sockaddr_in* sender) {
      for (;;) {
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const ssize_t got =
            ::recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (got < 0) return;
        if (sender != nullptr) *sender = from;
        if (gone_ || static_cast<int>(random() % 1000) < loss_) continue;
        way.put(Clock::now() + test::Milliseconds(delay_.load()),
                std::string(buffer.data(), static_cast<std::size_t>(got)));
      }
    };
    const auto send = [&](int fd, Way& way, const sockaddr_in& to, std::int64_t rate) {
      while (const auto bytes = way.take(rate)) {
        if (gone_) continue;
        bytes_ += static_cast<std::int64_t>(bytes->size());
        (void)::sendto(fd, bytes->data(), bytes->size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
                       sizeof to);
      }
    };
    receive(near_, up, &client);
    receive(far, down, nullptr);
    send(far, up, loopback(target_), 0);
    send(near_, down, client, rate_);
  }
  ::close(far);
}

}  // namespace sess::bench
