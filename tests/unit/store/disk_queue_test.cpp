#include "store/disk_queue.hpp"

#include <optional>

#include "support/catch.hpp"
#include "unit/job/memory_directory.hpp"

using namespace sess;
using store::DiskQueue;
using test::MemoryDirectory;

namespace {

struct Queue {
  std::unique_ptr<os::Loop> loop = std::move(*os::Loop::open());
  MemoryDirectory directory;
  std::vector<std::string> errors;
  std::optional<DiskQueue> queue{std::in_place, *loop, directory,
                                 [this](const Error& error) { errors.push_back(error.text); }};

  /// The loop goes on until all that was queued is done.
  void run() {
    queue->then([this] { loop->stop(); });
    loop->run();
  }
};

}  // namespace

TEST_CASE("what was queued is on the disk when then() is called, the file before it beside it", "[store]") {
  Queue at;
  for (int i = 0; i < 1000; ++i) at.queue->put("file" + std::to_string(i), "first");
  at.run();
  for (int i = 0; i < 1000; ++i) at.queue->put("file" + std::to_string(i), "second");
  at.run();
  int whole = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto name = "file" + std::to_string(i);
    if (at.directory.content(name) == "second" && at.directory.content(name + ".last") == "first") ++whole;
  }
  CHECK(whole == 1000);
  CHECK(at.errors.empty());
}

TEST_CASE("a thousand removals list the directory a few times, and remove no others", "[store]") {
  Queue at;
  for (int i = 0; i < 1000; ++i) at.queue->put(std::to_string(1000 + i) + ".text", "x");
  at.queue->put("1", "stays");
  at.queue->put("2000.text", "stays");
  at.run();
  for (int i = 0; i < 1000; ++i) at.queue->remove(std::to_string(1000 + i) + ".");
  at.run();
  CHECK(at.directory.list().value() == std::vector<std::string>{"1", "2000.text"});
  CHECK(at.directory.lists <= 10);
}

TEST_CASE("a removal between two writes of a file stays between them", "[store]") {
  Queue at;
  at.queue->put("a.text", "old");
  at.queue->remove("a.");
  at.queue->put("a.text", "new");
  at.queue->put("b.text", "b");
  at.queue->remove("b.");
  at.run();
  CHECK(at.directory.content("a.text") == "new");
  CHECK_FALSE(at.directory.has("a.text.last"));
  CHECK_FALSE(at.directory.has("b.text"));
}

TEST_CASE("when not all have room each is tried alone, and those without are reported", "[store]") {
  Queue at;
  at.queue->put("before", "x");
  at.run();
  at.directory.capacity = 200;
  at.queue->put("large", std::string(500, 'x'));
  at.queue->put("small", "y");
  at.run();
  CHECK(at.directory.content("small") == "y");
  CHECK_FALSE(at.directory.has("large"));
  CHECK(at.errors.size() == 1);
}
