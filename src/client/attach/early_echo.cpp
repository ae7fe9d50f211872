#include "client/attach/early_echo.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sess::client {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

EarlyEcho::EarlyEcho(Size size, prediction::Policy policy, Write write)
    : local_(size, policy), write_(std::move(write)) {}

void EarlyEcho::asked(std::uint64_t serial) {
  asked_ = Asked{serial, Clock::now()};
}

void EarlyEcho::answered(std::uint64_t serial) {
  if (!asked_ || asked_->serial != serial) return;
  local_.round_trip(Clock::now() - asked_->at);
  asked_.reset();
}

void EarlyEcho::typed(std::uint64_t sequence, std::string_view bytes) {
  local_.typed(sequence, bytes, Clock::now());
}

void EarlyEcho::acknowledged(std::uint64_t sequence) {
  local_.acknowledged(sequence, Clock::now());
}

std::optional<EarlyEcho::Duration> EarlyEcho::update(bool covered, bool terminal_is_ours) {
  const auto now = Clock::now();
  if (!covered && terminal_is_ours) write_some(local_.update(now));
  const auto at = local_.deadline();
  if (!at || covered) return std::nullopt;
  return std::max(std::chrono::duration_cast<Duration>(std::chrono::milliseconds(1)), *at - now);
}

void EarlyEcho::write_some(std::string_view bytes) {
  if (!bytes.empty()) write_(bytes);
}

}  // namespace sess::client
