#include "store/disk_queue.hpp"

#include <optional>

#include "support/catch.hpp"
#include "unit/job/memory_directory.hpp"

using namespace sess;
using store::DiskQueue;
using test::MemoryDirectory;

namespace {

/// A directory whose machine loses its power after so many changes.
class CutDirectory : public MemoryDirectory {
 public:
  std::size_t left = static_cast<std::size_t>(-1);

  Result<> write_atomically(const std::string& name, std::string_view bytes) override {
    return powered() ? MemoryDirectory::write_atomically(name, bytes) : dead();
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    return powered() ? MemoryDirectory::rename(from, to) : dead();
  }
  Result<> remove(const std::string& name) override {
    return powered() ? MemoryDirectory::remove(name) : dead();
  }

 private:
  bool powered() { return left > 0 && left-- > 0; }
  static Result<> dead() { return fail_errno(EIO, "no power"); }
};

struct Queue {
  std::unique_ptr<os::Loop> loop = std::move(*os::Loop::open());
  CutDirectory directory;
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

TEST_CASE("whichever change of the directory is the last before a power cut, one whole state is there",
          "[store]") {
  const auto whole = [](std::string_view bytes) {
    return bytes.starts_with("state ") ? Result<>() : fail(ErrorCode::invalid_argument, "it is torn");
  };
  std::size_t cuts = 0;
  for (bool reached = true; reached; ++cuts) {
    INFO("the power fails after " << cuts << " changes");
    Queue at;
    at.directory.left = cuts;
    int confirmed = 0;
    for (int state = 1; state <= 4; ++state) {
      at.queue->put("a.session", "state " + std::to_string(state));
      at.queue->put("a.1.text", "state text");
      at.queue->put("b.session", "state other");
      at.run();
      if (at.errors.empty()) confirmed = state;
    }
    reached = at.directory.left == 0;
    at.directory.left = static_cast<std::size_t>(-1);
    const auto read = [&](const std::string& name, std::string& note) {
      auto bytes = DiskQueue::read(at.directory, name, whole, note);
      return bytes ? std::stoi(bytes->substr(6)) : 0;
    };
    std::string note;
    const int found = read("a.session", note);
    // What nobody had been told of yet may be there as well; nothing is lost, so nothing is said.
    CHECK((found == confirmed || found == confirmed + 1));
    CHECK(note.empty());
    // Should the newest file be torn all the same, another one is whole, and that is said.
    for (const char* end : {"", ".next"}) {
      const std::string name = std::string("a.session") + end;
      const auto kept = at.directory.content(name);
      if (kept.empty()) continue;
      at.directory.put(name, kept.substr(0, 3));
      const int before = read("a.session", note);
      CHECK((before >= found - 1 && before <= found + 1));
      at.directory.put(name, kept);
    }
    // The next daemon goes on from whatever was left.
    at.errors.clear();
    for (int state = 7; state <= 8; ++state) {
      at.queue->put("a.session", "state " + std::to_string(state));
      at.run();
      note.clear();
      CHECK(read("a.session", note) == state);
      CHECK(note.empty());
    }
    CHECK(at.errors.empty());
  }
  CHECK(cuts > 30);  // four times three files, each a write and two renames but the first
}
