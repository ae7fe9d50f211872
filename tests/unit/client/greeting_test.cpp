#include "client/greeting.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "support/catch.hpp"

using namespace sess;
using namespace sess::client;

namespace {

/// A connection whose other end has said this; nothing: has closed it.
Link connection_that_said(const std::string& bytes, UniqueFd& other) {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  other.reset(ends[1]);
  REQUIRE(::write(other.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  if (bytes.empty()) other.reset();
  Link link;
  link.socket = UniqueFd(ends[0]);
  return link;
}

Error nobody() {
  return Error{ErrorCode::not_found, 0, "no server running on here"};
}

}  // namespace

TEST_CASE("a daemon that leaves before it answers is started again", "[client]") {
  int connections = 0, starts = 0;
  UniqueFd server;
  const Connector connector = [&]() -> Result<Link> {
    switch (++connections) {
      case 1:
      case 3:
        return pass(nobody());
      case 2:
        return connection_that_said("", server);
      default:
        return connection_that_said(protocol::encode(protocol::Welcome{}), server);
    }
  };
  const auto greeting = greet(connector, protocol::Hello{}, [&]() -> Result<> {
    ++starts;
    return {};
  });
  REQUIRE(greeting);
  CHECK(starts == 2);
  CHECK(connections == 4);
}

TEST_CASE("a daemon that starts and then does not listen is not started for ever", "[client]") {
  int starts = 0;
  const Connector connector = []() -> Result<Link> { return pass(nobody()); };
  const auto greeting = greet(connector, protocol::Hello{}, [&]() -> Result<> {
    ++starts;
    return {};
  });
  REQUIRE_FALSE(greeting);
  CHECK(greeting.error().code == ErrorCode::not_found);
  CHECK(starts > 1);
  CHECK(starts < 20);
}

TEST_CASE("a daemon that is ending is followed by the next one, where one may be started", "[client]") {
  int connections = 0, starts = 0;
  UniqueFd server;
  const std::string ending =
      protocol::encode(protocol::Refusal{protocol::RefusalCode::ending, "the daemon is ending"});
  const Connector connector = [&]() -> Result<Link> {
    switch (++connections) {
      case 1:
        return connection_that_said(ending, server);
      case 2:
        return pass(nobody());
      default:
        return connection_that_said(protocol::encode(protocol::Welcome{}), server);
    }
  };
  SECTION("a question is told that there is no server, as if it had come later") {
    const auto greeting = greet(connector, protocol::Hello{}, {});
    REQUIRE_FALSE(greeting);
    CHECK(greeting.error().code == ErrorCode::not_found);
    CHECK(connections == 2);
  }
  SECTION("a question ends with an error where the daemon takes its time to end") {
    const auto greeting = greet([&] { return connection_that_said(ending, server); }, protocol::Hello{}, {});
    REQUIRE_FALSE(greeting);
    CHECK(greeting.error().text == "the daemon is ending");
  }
  SECTION("a new session waits") {
    CHECK(greet(connector, protocol::Hello{}, [&]() -> Result<> {
      ++starts;
      return {};
    }));
    CHECK(starts == 1);
  }
}
