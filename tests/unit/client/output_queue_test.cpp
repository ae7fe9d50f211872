#include "client/output_queue.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "os/descriptor.hpp"
#include "support/catch.hpp"

using namespace sess;
using namespace sess::client;

namespace {

/// A pipe instead of a terminal: it takes 64 KiB while nobody reads.
struct Sink {
  os::Pipe pipe = std::move(*os::open_pipe());
  Sink() {
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(pipe.write.get(), F_SETFL, O_NONBLOCK);
  }
  std::string take() {
    std::string out;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(pipe.read.get(), buffer, sizeof buffer)) > 0;) {
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
};

}  // namespace

TEST_CASE("bytes go straight through while the terminal takes them", "[client]") {
  for (const auto mode : {OutputQueue::Mode::nonblocking, OutputQueue::Mode::polled}) {
    Sink sink;
    OutputQueue queue(sink.pipe.write.get(), mode);
    queue.write("abc");
    CHECK(queue.queued() == 0);
    CHECK(queue.written() == 3);
    CHECK(sink.take() == "abc");
  }
}

TEST_CASE("what the terminal does not take is kept in order", "[client]") {
  Sink sink;
  OutputQueue queue(sink.pipe.write.get(), OutputQueue::Mode::nonblocking);
  std::string all;
  for (int i = 0; !queue.above_mark(); ++i) {
    const std::string piece = std::to_string(i) + std::string(1000, '.');
    all += piece;
    queue.write(piece);
    REQUIRE(i < 10'000);
  }
  CHECK(queue.queued() + queue.written() == all.size());
  std::string got;
  while (queue.queued() > 0) {
    got += sink.take();
    queue.flush();
  }
  got += sink.take();
  CHECK(got == all);
  CHECK(queue.written() == all.size());
}

TEST_CASE("dropping says whether something was cut off", "[client]") {
  Sink sink;
  OutputQueue queue(sink.pipe.write.get(), OutputQueue::Mode::nonblocking);
  queue.write("abc");
  CHECK_FALSE(queue.drop());
  queue.write(std::string(200'000, 'x'));
  CHECK(queue.drop());
  CHECK(queue.queued() == 0);
}

TEST_CASE("a terminal that is gone is noticed and nothing is kept for it", "[client]") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Sink sink;
  OutputQueue queue(sink.pipe.write.get(), OutputQueue::Mode::nonblocking);
  sink.pipe.read.reset();
  queue.write("abc");
  CHECK(queue.broken());
  queue.write("def");
  CHECK(queue.queued() == 0);
  std::signal(SIGPIPE, before);
}
