#include "os/network_watch.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>

namespace sess::os {

Result<std::unique_ptr<NetworkWatch>> NetworkWatch::open(Loop& loop, std::function<void()> on_change) {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket) return fail_errno(errno, "cannot watch the network");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return fail_errno(errno, "cannot watch the network");
  }
  return std::unique_ptr<NetworkWatch>(new NetworkWatch(loop, std::move(socket), std::move(on_change)));
}

NetworkWatch::NetworkWatch(Loop& loop, UniqueFd socket, std::function<void()> on_change)
    : socket_(std::move(socket)),
      on_change_(std::move(on_change)),
      watch_(loop, socket_.get(), [this](bool, bool) { on_readable(); }) {
  watch_.want(true, false);
}

void NetworkWatch::on_readable() {
  std::array<char, 8192> buffer;
  // ENOBUFS says that some were lost, which is a change, too.
  while (::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
  on_change_();
}

}  // namespace sess::os
