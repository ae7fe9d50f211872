#include "keeper/link.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "os/descriptor.hpp"
#include "os/socket.hpp"

namespace sess::keeper {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kReadSize = 16 * 1024;

}  // namespace

void MessageReader::feed(std::string bytes, std::vector<UniqueFd> fds) {
  if (at_ == bytes_.size()) {
    bytes_ = std::move(bytes);
    at_ = 0;
  } else {
    bytes_.erase(0, std::exchange(at_, 0));
    bytes_ += bytes;
  }
  for (auto& fd : fds) fds_.push_back(std::move(fd));
}

Result<std::optional<RawMessage>> MessageReader::next() {
  const std::string_view rest = std::string_view(bytes_).substr(at_);
  if (rest.size() < kHeader) return std::optional<RawMessage>();
  ByteReader header(rest.substr(0, kHeader));
  const std::size_t length = header.u32();
  RawMessage raw;
  raw.type = header.u8();
  const std::size_t fds = header.u8();
  if (length > kMaxPayload || fds > kMaxMessageFds) {
    return fail(ErrorCode::protocol, "keeper link: {} bytes with {} descriptors are too much", length, fds);
  }
  if (rest.size() < kHeader + length) return std::optional<RawMessage>();
  if (fds_.size() < fds) return fail(ErrorCode::protocol, "keeper link: a descriptor is missing");
  raw.payload = rest.substr(kHeader, length);
  for (std::size_t i = 0; i < fds; ++i) {
    raw.fds.push_back(std::move(fds_.front()));
    fds_.pop_front();
  }
  at_ += kHeader + length;
  return std::optional<RawMessage>(std::move(raw));
}

// ---- the server's end -------------------------------------------------------------------------------------

ServerLink::ServerLink(UniqueFd socket, std::deque<ToServer> preloaded)
    : socket_(std::move(socket)), queued_(std::move(preloaded)) {
  if (auto set = os::set_nonblocking(socket_.get()); !set) log::error("{}", set.error().text);
}

Result<std::optional<ToServer>> ServerLink::read_one() {
  while (true) {
    auto raw = reader_.next();
    if (!raw) return pass(raw.error());
    if (raw->has_value()) {
      auto message = decode_to_server(std::move(**raw));
      if (!message) return pass(message.error());
      return std::optional<ToServer>(std::move(*message));
    }
    auto got = os::receive_with_fds(socket_.get(), kReadSize, os::Wait::no);
    if (!got) return pass(got.error());
    if (got->eof) return fail(ErrorCode::unavailable, "the keeper has closed the link");
    if (got->would_block) return std::optional<ToServer>();
    reader_.feed(std::move(got->bytes), std::move(got->fds));
  }
}

Result<ToServer> ServerLink::receive() {
  while (true) {
    auto message = next();
    if (!message) return pass(message.error());
    if (message->has_value()) return std::move(**message);
    (void)os::wait_readable(socket_.get(), std::chrono::milliseconds(-1));
  }
}

Result<std::optional<ToServer>> ServerLink::next() {
  if (queued_.empty()) return read_one();
  std::optional<ToServer> message(std::move(queued_.front()));
  queued_.pop_front();
  return message;
}

Result<> ServerLink::send(const ToKeeper& message) {
  const Packet packet = encode(message);
  if (packet.bytes.size() > kHeader + kMaxPayload) {
    return fail(ErrorCode::too_large, "arguments and environment are larger than {} bytes", kMaxPayload);
  }
  const std::size_t waiting = unsent_.size() - sent_;
  const bool program = std::holds_alternative<Spawn>(message);
  if (waiting + packet.bytes.size() > kMostUnsent || (program && waiting > kMostUnsent / 2)) {
    return fail(ErrorCode::unavailable, "the keeper does not answer: {} bytes wait for it", waiting);
  }
  unsent_ += packet.bytes;
  return flush();
}

Result<> ServerLink::flush() {
  while (unsent()) {
    auto sent = os::send_with_fds(socket_.get(), std::string_view(unsent_).substr(sent_), {});
    if (!sent) return pass(sent.error());
    if (*sent == 0) break;
    sent_ += *sent;
  }
  if (!unsent()) {
    unsent_.clear();
    unsent_.shrink_to_fit();
    sent_ = 0;
  } else if (sent_ > kMostUnsent / 4) {
    unsent_.erase(0, std::exchange(sent_, 0));
  }
  return {};
}

Result<std::uint64_t> ServerLink::start_spawn(Spawn request) {
  request.request = next_request_++;
  const std::uint64_t number = request.request;
  if (auto sent = send(std::move(request)); !sent) return pass(sent.error());
  return number;
}

Result<std::optional<Spawned>> ServerLink::await_spawn(std::uint64_t number,
                                                       std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds kFlush{5};
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    auto message = read_one();
    if (!message) return pass(message.error());
    if (!message->has_value()) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (limit.count() < 0) left = limit;
      if (limit.count() >= 0 && left.count() <= 0) return std::optional<Spawned>();
      if (auto flushed = flush(); !flushed) return pass(flushed.error());
      if (unsent()) left = left.count() < 0 ? kFlush : std::min(left, kFlush);
      (void)os::wait_readable(socket_.get(), left);
      continue;
    }
    if (auto* done = std::get_if<Spawned>(&**message); done != nullptr && done->request == number) {
      return std::optional<Spawned>(std::move(*done));
    }
    if (auto* failed = std::get_if<SpawnFailed>(&**message); failed != nullptr && failed->request == number) {
      return pass(Error{ErrorCode::io, failed->sys_errno, std::move(failed->text)});
    }
    queued_.push_back(std::move(**message));
  }
}

// ---- the keeper's end -------------------------------------------------------------------------------------

KeeperLink::KeeperLink(UniqueFd socket) : socket_(std::move(socket)) {
  if (auto set = os::set_nonblocking(socket_.get()); !set) log::error("{}", set.error().text);
}

Result<> KeeperLink::send(const ToServer& message) {
  Packet packet = encode(message);
  Outgoing out;
  for (const int fd : packet.fds) {
    auto copy = os::duplicate(fd);
    if (!copy) return pass(copy.error());
    out.fds.push_back(std::move(*copy));
  }
  unsent_bytes_ += packet.bytes.size();
  out.bytes = std::move(packet.bytes);
  outgoing_.push_back(std::move(out));
  return {};
}

Result<> KeeperLink::flush() {
  throttled_ = false;
  while (!outgoing_.empty()) {
    auto& first = outgoing_.front();
    std::vector<int> fds;
    if (first.sent == 0) {
      for (const auto& fd : first.fds) fds.push_back(fd.get());
    }
    auto sent = os::send_with_fds(socket_.get(), std::string_view(first.bytes).substr(first.sent), fds);
    if (!sent) {
      // Too many descriptors are under way in sockets; they count until the server takes them out.
      throttled_ = sent.error().sys_errno == ETOOMANYREFS;
      if (throttled_) return {};
      return pass(sent.error());
    }
    if (*sent == 0) return {};
    first.sent += *sent;
    unsent_bytes_ -= *sent;
    if (first.sent == first.bytes.size()) outgoing_.pop_front();
  }
  return {};
}

Result<KeeperLink::Fed> KeeperLink::feed() {
  auto got = os::receive_with_fds(socket_.get(), kReadSize, os::Wait::no);
  if (!got) return pass(got.error());
  if (got->eof) return Fed{true, false};
  if (got->would_block) return Fed{};
  // A server sends no descriptors: whatever came along is closed here.
  reader_.feed(std::move(got->bytes), {});
  return Fed{false, true};
}

Result<std::optional<ToKeeper>> KeeperLink::next() {
  auto raw = reader_.next();
  if (!raw) return pass(raw.error());
  if (!raw->has_value()) return std::optional<ToKeeper>();
  auto message = decode_to_keeper(std::move(**raw));
  if (!message) return pass(message.error());
  return std::optional<ToKeeper>(std::move(*message));
}

}  // namespace sess::keeper
