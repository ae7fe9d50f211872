#include "panes/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <string>

#include "os/memory/shared.hpp"
#include "support/catch.hpp"

using namespace sess;
using panes::Journal;

namespace {

/// The file that every server gets a descriptor of.
class File {
 public:
  File() {
    auto made = os::SharedMemory::create("sess-pane", 0);
    REQUIRE(made);
    fd_ = made->take_fd();
  }
  /// As the next server after a death finds it.
  std::unique_ptr<Journal> open() {
    auto journal = try_open();
    REQUIRE(journal);
    return std::move(*journal);
  }
  Result<std::unique_ptr<Journal>> try_open() {
    return Journal::open(UniqueFd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 3)));
  }
  std::string bytes(std::size_t count) const {
    std::string out(count, '\0');
    REQUIRE(::pread(fd_.get(), out.data(), count, 0) == static_cast<ssize_t>(count));
    return out;
  }
  void write(const std::string& bytes) {
    REQUIRE(::pwrite(fd_.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  UniqueFd fd_;
};

void print(Journal& journal, std::string_view text) {
  const auto space = journal.write_space(text.size());
  REQUIRE(space.size() == text.size());
  std::memcpy(space.data(), text.data(), text.size());
}

}  // namespace

TEST_CASE("bytes that a killed server had read and not yet published are there for the next one",
          "[server]") {
  File file;
  {
    const auto journal = file.open();
    print(*journal, "whole ");
    journal->commit(6);
    const auto space = journal->write_space(Journal::kMostAhead);
    std::memcpy(space.data(), "in the air", 10);
  }
  const auto journal = file.open();
  CHECK(journal->written() == 16);
  CHECK(journal->output(0) == "whole in the air");
}

TEST_CASE("space that was offered and not read into adds nothing", "[server]") {
  File file;
  {
    const auto journal = file.open();
    print(*journal, "text");
    journal->commit(4);
    static_cast<void>(journal->write_space(Journal::kMostAhead));
  }
  CHECK(file.open()->written() == 4);
}

TEST_CASE("typed bytes are written to the terminal and consumed in one step", "[server]") {
  File file;
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  {
    const auto journal = file.open();
    REQUIRE(journal->accept_input("typed", 77, {3, 2, 0}));
    CHECK(journal->send_input(writer.get()) == 5);
    CHECK(journal->pending_input().empty());
  }
  const auto journal = file.open();
  CHECK(journal->pending_input().empty());
  CHECK(journal->input_applied(77) == model::InputPosition{3, 2, 0});
  std::array<char, 16> got{};
  CHECK(::read(reader.get(), got.data(), got.size()) == 5);
  CHECK(std::string_view(got.data(), 5) == "typed");
}

TEST_CASE("a hundred clients type into one pane, and how far each of them got is known to the next server",
          "[server]") {
  File file;
  {
    const auto journal = file.open();
    for (std::uint64_t round = 1; round <= 2; ++round) {
      for (model::ClientToken client = 100; client < 200; ++client) {
        REQUIRE(journal->accept_input("x", client, {client * round, 1, 0}));
      }
    }
  }
  const auto journal = file.open();
  CHECK(journal->pending_input().size() == 200);
  for (model::ClientToken client = 100; client < 200; ++client) {
    CHECK(journal->input_applied(client) == model::InputPosition{client * 2, 1, 0});
  }
}

TEST_CASE("a full ring takes no more of what is typed, still the terminal's answers, and nothing half",
          "[server]") {
  File file;
  const auto journal = file.open();
  const std::string most(journal->input_room(), 'x');
  CHECK(most.size() == Journal::kInputSize - Journal::kAnswerRoom);
  REQUIRE(journal->accept_input(most, 77, {1, 0, 0}));
  CHECK_FALSE(journal->accept_input("y", 77, {2, 0, 0}));
  CHECK(journal->input_applied(77).frame == 1);
  CHECK(journal->accept_input({}, 77, {3, 0, 0}));  // bytes that are for nobody need no place
  CHECK(journal->input_applied(77).frame == 3);
  CHECK(journal->accept_input("\x1b[0n", 0, {}, Journal::Input::answer));
  CHECK_FALSE(journal->accept_input(std::string(Journal::kAnswerRoom, 'a'), 0, {}, Journal::Input::answer));
}

TEST_CASE("the same bytes that fault twice are named, others are not", "[server]") {
  File file;
  auto journal = file.open();
  print(*journal, "harmless and harmful");
  journal->commit(20);
  journal->begin_parse(13, 20);
  journal.reset();
  journal = file.open();
  auto suspect = journal->blame();
  REQUIRE(suspect);
  CHECK(suspect->count == 1);
  journal->begin_parse(9, 20);  // a replay parses in other portions
  journal.reset();
  journal = file.open();
  suspect = journal->blame();
  REQUIRE(suspect);
  CHECK(suspect->count == 2);
  CHECK(suspect->begin == 13);
  CHECK(suspect->end == 20);
  journal->end_parse(20);
  CHECK_FALSE(journal->blame());
}

TEST_CASE("what a killed server had begun to log is known to the next one", "[server]") {
  File file;
  {
    const auto journal = file.open();
    CHECK_FALSE(journal->log_position());
    journal->start_log(0);
    journal->begin_log_write(100);
    journal->end_log_write(10, 3);
  }
  {
    const auto journal = file.open();
    const auto position = journal->log_position();
    REQUIRE(position);
    CHECK(position->logged == 10);
    CHECK(position->lost == 3);
    CHECK_FALSE(position->base);  // that write is over
    journal->begin_log_write(110);
  }
  const auto position = file.open()->log_position();
  REQUIRE(position);
  CHECK(position->base == 110U);
  CHECK(position->logged == 10);
}

TEST_CASE("offsets that the ring does not hold give nothing", "[server]") {
  File file;
  const auto journal = file.open();
  print(*journal, "text");
  journal->commit(4);
  CHECK(journal->output(0) == "text");
  CHECK(journal->output(4).empty());
  CHECK(journal->output(5).empty());
  CHECK(journal->output(~std::uint64_t{0}).empty());
}

TEST_CASE("deaths at a pane's recovery or checkpoint are counted until one is saved", "[server]") {
  using Work = Journal::Work;
  File file;
  CHECK(file.open()->count_death(true) == 0);  // it died elsewhere
  CHECK(file.open()->begin_work(Work::recovery) == Work::none);
  CHECK(file.open()->count_death(false) == 0);  // killed from outside
  CHECK(file.open()->begin_work(Work::recovery) == Work::none);
  CHECK(file.open()->count_death(true) == 1);
  CHECK(file.open()->count_death(true) == 1);  // no work was begun
  CHECK(file.open()->begin_work(Work::checkpoint) == Work::none);
  CHECK(file.open()->begin_work(Work::recovery) == Work::checkpoint);
  CHECK(file.open()->count_death(true) == 2);
  file.open()->forget_deaths();
  CHECK(file.open()->count_death(true) == 0);
}

TEST_CASE("a journal knows for every later server from which byte on its pane is set aside", "[server]") {
  File file;
  CHECK(!file.open()->aside());
  file.open()->set_aside(0);
  CHECK(file.open()->aside() == 0);
  auto journal = file.open();
  print(*journal, "kept");
  journal->commit(4);
  CHECK(journal->aside() == 0);
  journal->take_back();
  CHECK(!file.open()->aside());
  CHECK(file.open()->parsed() == 4);
}

TEST_CASE("a journal takes one mapping, and one for each sixteen segments of history", "[server]") {
  const auto mappings = [] {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);)
      count += line.find("sess-pane") != std::string::npos ? 1 : 0;
    return count;
  };
  File file;
  const auto journal = file.open();
  REQUIRE(mappings() == 1);
  constexpr std::uint64_t kHeld = 130;
  for (std::uint64_t segment = 0; segment < kHeld; ++segment) {
    const auto bytes = journal->map(segment);
    REQUIRE(bytes.size() == Journal::kSegmentSize);
    bytes.front() = bytes.back() = std::byte(segment);
  }
  CHECK(mappings() <= 10);
  std::uint64_t newest = kHeld;
  for (std::uint64_t oldest = 0; oldest < 100;
       ++oldest) {  // a full history: each new one in the place of the oldest
    journal->retire(oldest);
    newest = journal->next(newest);
    REQUIRE_FALSE(journal->map(newest).empty());
    ++newest;
  }
  CHECK(mappings() <= 10);
  for (std::uint64_t segment = 100; segment < kHeld; ++segment) {
    CHECK(journal->map(segment).front() == std::byte(segment));
    CHECK(journal->map(segment).back() == std::byte(segment));
  }
  for (std::uint64_t segment = 0; segment < newest; ++segment) journal->release(segment);
  CHECK(mappings() == 1);
}

TEST_CASE("a journal whose header is cut at any length is refused, or says nothing that was not in it",
          "[server]") {
  File file;
  {
    const auto journal = file.open();
    print(*journal, "printed");
    journal->commit(7);
    journal->begin_parse(3, 7);
    REQUIRE(journal->save_checkpoint(3, "the screen"));
    REQUIRE(journal->accept_input("typed", 77, {3, 2, 0}));
    journal->consume_input(2);
    journal->start_log(0);
    journal->begin_log_write(100);
    journal->set_aside(5);
    static_cast<void>(journal->begin_work(Journal::Work::recovery));
  }
  constexpr std::size_t kHeader = 4096;
  const std::string whole = file.bytes(kHeader);
  int refused = 0;
  for (std::size_t length = 0; length <= kHeader; ++length) {
    INFO(length << " bytes are left");
    file.write(whole.substr(0, length) + std::string(kHeader - length, '\0'));
    auto opened = file.try_open();
    if (!opened) {
      ++refused;
      continue;
    }
    const auto journal = std::move(*opened);
    const std::string output(journal->output(0));
    CHECK((output.empty() || output.size() == 7));
    const std::string input(journal->pending_input());
    CHECK((input.empty() || input.size() == 3 || input.size() == 5));
    if (const auto checkpoint = journal->checkpoint()) CHECK(checkpoint->state == "the screen");
    const auto applied = journal->input_applied(77);
    CHECK((applied == model::InputPosition{} || applied == model::InputPosition{3, 2, 0} ||
           applied.frame == 3));
    if (const auto suspect = journal->blame()) CHECK(suspect->end <= 7);
    if (const auto log = journal->log_position()) CHECK(log->logged == 0);
    if (const auto aside = journal->aside()) CHECK(*aside <= 7);
    CHECK(journal->input_room() <= Journal::kInputSize);
    CHECK(journal->count_death(true) <= 1);
    // And it goes on: what is printed and typed next has its place.
    print(*journal, "next");
    journal->commit(4);
    CHECK(journal->output(journal->written() - 4) == "next");
    CHECK(journal->accept_input("more", 78, {1, 0, 0}));
  }
  CHECK(refused > 0);   // a magic number or a version in two halves
  CHECK(refused < 16);  // behind them everything is a value of its own
}

TEST_CASE("a journal whose file is shorter than it must be is refused", "[server]") {
  for (const std::size_t size : {1U, 4095U, 4096U, 64U << 20U}) {
    auto memory = os::SharedMemory::create("sess-pane", size);
    REQUIRE(memory);
    CHECK(Journal::open(memory->take_fd()).error().code == ErrorCode::protocol);
  }
}
