// Tells when this machine's addresses or routes change (rtnetlink(7)): another network, or one again.
//
// Says that something happened, never what is there now. Used by a client whose server is on another machine.
#pragma once

#include <functional>
#include <memory>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "os/loop.hpp"

namespace sess::os {

class NetworkWatch {
 public:
  /// An error where the kernel offers none of it (some sandboxes).
  [[nodiscard]] static Result<std::unique_ptr<NetworkWatch>> open(Loop& loop,
                                                                  std::function<void()> on_change);
  NetworkWatch(const NetworkWatch&) = delete;
  NetworkWatch& operator=(const NetworkWatch&) = delete;

 private:
  NetworkWatch(Loop& loop, UniqueFd socket, std::function<void()> on_change);
  void on_readable();

  UniqueFd socket_;
  std::function<void()> on_change_;
  FdWatch watch_;
};

}  // namespace sess::os
