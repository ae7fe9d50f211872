#include "command/language/channel.hpp"

#include <utility>

namespace sess::command {

void WaitChannels::drop_unused(std::string_view channel) {
  const auto it = channels_.find(channel);
  if (it != channels_.end() && it->second.unused()) channels_.erase(it);
}

bool WaitChannels::take_signal(std::string_view channel) {
  const auto it = channels_.find(channel);
  if (it == channels_.end() || !it->second.woken) return false;
  it->second.woken = false;
  drop_unused(channel);
  return true;
}

void WaitChannels::wait(std::string_view channel, Waker waker) {
  channels_[std::string(channel)].waiting.push_back(std::move(waker));
}

void WaitChannels::signal(std::string_view name) {
  Channel& channel = channels_[std::string(name)];
  std::deque<Waker> waiting = std::exchange(channel.waiting, {});
  bool woke = false;
  for (const Waker& waker : waiting) {
    woke = woke || waker.alive();
    waker(Status::normal);
  }
  if (!woke) channel.woken = true;
  drop_unused(name);
}

bool WaitChannels::lock(std::string_view name) {
  Channel& channel = channels_[std::string(name)];
  if (channel.locked) return false;
  channel.locked = true;
  return true;
}

void WaitChannels::wait_lock(std::string_view channel, Waker waker) {
  channels_[std::string(channel)].lockers.push_back(std::move(waker));
}

bool WaitChannels::unlock(std::string_view name) {
  const auto it = channels_.find(name);
  if (it == channels_.end() || !it->second.locked) return false;
  Channel& channel = it->second;
  while (!channel.lockers.empty()) {
    const Waker next = channel.lockers.front();
    channel.lockers.pop_front();
    if (!next.alive()) continue;  // it went while it waited
    next(Status::normal);
    return true;
  }
  channel.locked = false;
  drop_unused(name);
  return true;
}

}  // namespace sess::command
