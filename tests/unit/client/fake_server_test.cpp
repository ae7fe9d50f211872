// The fake server's code, and the hidden test case that is the client: run with its options in the
// environment, so that tests have a process of its own with signals, a terminal and an exit status.
#include "fake_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "client/options.hpp"
#include "client/run.hpp"

namespace sess::test {

std::size_t Peer::try_send(std::string_view bytes, Milliseconds patience) {
  const Deadline deadline(patience);
  std::size_t total = 0;
  while (total < bytes.size()) {
    const ssize_t sent =
        ::send(fd(), bytes.data() + total, bytes.size() - total, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      total += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno != EAGAIN || deadline.passed()) break;
    pollfd entry{fd(), POLLOUT, 0};
    ::poll(&entry, 1, deadline.milliseconds_left());
  }
  return total;
}

bool Peer::read_some(Milliseconds patience) {
  REQUIRE(wait_readable(fd(), patience));
  const auto space = reader_.write_space(64 * 1024);
  const ssize_t got = ::recv(fd(), space.data(), space.size(), 0);
  if (got <= 0) return false;
  reader_.commit(static_cast<std::size_t>(got));
  return true;
}

void Peer::note(const protocol::Frame& frame) {
  if (frame.type == protocol::FrameType::ack) acked_ = protocol::Ack::parse(frame.payload)->bytes;
  if (frame.type == protocol::FrameType::ping) ++pings_;
}

std::optional<protocol::Frame> Peer::next() {
  for (;;) {
    auto frame = reader_.next();
    REQUIRE_FALSE(frame.is_malformed());
    if (frame) {
      note(*frame);
      if (frame->type == protocol::FrameType::ack || frame->type == protocol::FrameType::ping) continue;
      kept_ = frame->payload;
      return protocol::Frame{frame->type, frame->flags, kept_};
    }
    if (!read_some(kPatience)) return std::nullopt;
  }
}

void Peer::expect_ack(std::uint64_t bytes) {
  while (acked_ < bytes) {
    auto frame = reader_.next();
    if (frame) {
      REQUIRE((frame->type == protocol::FrameType::ack || frame->type == protocol::FrameType::ping));
      note(*frame);
    } else {
      REQUIRE(read_some(kPatience));
    }
  }
  CHECK(acked_ == bytes);
}

void Peer::take_available() {
  while (wait_readable(fd(), Milliseconds(0)) && read_some(Milliseconds(0))) {
    for (auto frame = reader_.next(); frame; frame = reader_.next()) note(*frame);
  }
}

protocol::Hello Peer::greet(std::optional<std::uint64_t> input_sequence) {
  const auto hello = expect<protocol::Hello>();
  protocol::Welcome welcome;
  welcome.token = "token";
  welcome.features = features_;
  welcome.input_sequence = input_sequence;
  send(welcome);
  return hello;
}

protocol::Hello Peer::attach() {
  const auto hello = greet();
  expect<protocol::Command>();
  send(protocol::Attached{1, "app", 4, protocol::AttachMode::direct, false, false});
  send(protocol::Undo{kUndo});
  return hello;
}

FakeServer::FakeServer() {
  listen();
}

void FakeServer::listen() {
  const UniqueFd directory(::open(home_.runtime().c_str(), O_DIRECTORY | O_CLOEXEC));
  auto listener = os::listen_unix(directory.get(), "s");
  REQUIRE(listener);
  listener_ = std::move(*listener);
}

void FakeServer::disappear() {
  listener_.reset();
  std::filesystem::remove(path());
}

Peer FakeServer::accept() {
  REQUIRE(wait_readable(listener_.get()));
  auto connection = os::accept_connection(listener_.get());
  REQUIRE(connection);
  REQUIRE(*connection);
  return Peer(std::move(**connection));
}

std::vector<std::string> FakeServer::client_env(const std::vector<std::string>& arguments,
                                                std::map<std::string, std::string> extra) const {
  std::string joined = "-S\n" + path();
  for (const std::string& argument : arguments) joined += "\n" + argument;
  extra["SESS_TEST_ARGUMENTS"] = joined;
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) extra[name] = value;
  }
  return home_.env(extra);
}

std::vector<std::string> client_argv() {
  return {std::filesystem::read_symlink("/proc/self/exe").string(), "[.client_program]"};
}

namespace {

// The end of the process is the end of the test: nothing of Catch2 is printed.
TEST_CASE("the client as a program", "[.client_program]") {
  std::vector<std::string> arguments{"sess"};
  const char* given = std::getenv("SESS_TEST_ARGUMENTS");
  if (given == nullptr) ::_exit(99);
  std::istringstream lines(given);
  for (std::string line; std::getline(lines, line);) arguments.push_back(line);
  ::unsetenv("SESS_TEST_ARGUMENTS");
  auto options = client::parse_options(arguments);
  if (!options) ::_exit(98);
  if (std::getenv("SESS_TEST_STRANGER") != nullptr) {
    options->credentials = [](int) -> Result<os::PeerCredentials> {
      return os::PeerCredentials{1, ::geteuid() + 1, 0};
    };
  }
  ::_exit(client::run(*options));
}

}  // namespace
}  // namespace sess::test
