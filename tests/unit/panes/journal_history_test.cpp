// A history whose segments lie in a journal: what a process that was killed leaves, and who may use its pages
// again.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "os/memory/shared.hpp"
#include "panes/journal.hpp"
#include "support/catch.hpp"
#include "terminal/screen/history.hpp"

using namespace sess;
using panes::Journal;
using terminal::History;
using terminal::HistoryLine;
using terminal::LineEnd;
using terminal::SegmentStore;

namespace {

constexpr std::uint64_t kPlaces = 8192;  // of segments in a journal: part of its format

std::string text(std::uint64_t line) {
  return "line " + std::to_string(line) + std::string(line % 90, '.');
}

/// One pane's journal and history, and every server that ever owned them.
class Pane {
 public:
  Pane() {
    auto made = os::SharedMemory::create("sess-pane", 0);
    REQUIRE(made);
    fd_ = made->take_fd();
    die();
  }

  void limit(std::uint64_t lines) { history().set_limits(lines, std::uint64_t{1} << 40U); }
  void write(std::uint64_t lines) {
    for (; lines > 0; --lines) history().append(text(written_++), {}, LineEnd::hard);
  }
  void checkpoint() {
    ByteWriter out;
    history().save(out);
    saved_ = out.bytes();
    saved_lines_ = written_;
  }
  /// What is not in the file is gone; the next server takes the history from the newest checkpoint.
  void die() {
    history_.reset();
    auto journal = Journal::open(UniqueFd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 3)));
    REQUIRE(journal);
    journal_ = std::move(*journal);
    history_ = std::make_unique<History>(*journal_);
    written_ = saved_lines_;
    if (saved_.empty()) return;
    ByteReader in(saved_);
    history_->restore(in);
    REQUIRE(in.ok());
  }

  /// Every line that is kept reads as it was written; the newest are there.
  [[nodiscard]] bool whole() const {
    HistoryLine line;
    if (history_->end_line() != written_) return false;
    for (std::uint64_t n = history_->first_line(); n < written_; ++n) {
      if (!history_->read(n, line) || line.text != text(n)) return false;
    }
    return true;
  }
  /// Segments' worth of memory in the file, everything else counted as less than one.
  [[nodiscard]] std::uint64_t segments_in_memory() const {
    struct stat facts {};
    REQUIRE(::fstat(fd_.get(), &facts) == 0);
    return static_cast<std::uint64_t>(facts.st_blocks) * 512 / SegmentStore::kSegmentSize;
  }
  /// The same as the history counts it; records leave less than one segment in a hundred unused.
  [[nodiscard]] std::uint64_t segments_needed() const {
    return history_->bytes() * 101 / 100 / SegmentStore::kSegmentSize + 2;
  }

  History& history() { return *history_; }
  Journal& journal() { return *journal_; }
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  UniqueFd fd_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<History> history_;
  std::string saved_;
  std::uint64_t written_ = 0;
  std::uint64_t saved_lines_ = 0;
};

}  // namespace

TEST_CASE(
    "the history is whole after every kill, whatever was written over retired segments since the checkpoint",
    "[server]") {
  Pane pane;
  pane.limit(30000);
  std::uint64_t fewest = 30000;
  for (std::uint64_t round = 0; round < 60; ++round) {
    pane.write(9000 + round * 379 % 5000);
    REQUIRE(pane.segments_in_memory() <= pane.segments_needed() + 1);
    pane.checkpoint();
    pane.write(round * 1733 % 16000);
    pane.die();
    INFO("round " << round << ", " << pane.history().position().segment << " is the newest segment");
    REQUIRE(pane.whole());
    // The lines that were pushed out since the checkpoint are pushed out again by the replay; no others are
    // gone.
    const std::uint64_t replayed = round * 1733 % 16000;
    pane.write(replayed);
    REQUIRE(pane.whole());
    if (round > 3) fewest = std::min(fewest, pane.history().lines());
  }
  CHECK(fewest == 30000);
  // Numbers leap from turn to turn: pages were used again.
  CHECK(pane.history().position().segment > 2 * kPlaces);
}

TEST_CASE("a history that grows after its segments went round takes no place that is in use", "[server]") {
  Pane pane;
  pane.limit(20000);
  // Up to where live segments lie in two turns.
  pane.write(60000);
  while (pane.history().position().segment % kPlaces != 2) pane.write(1);
  pane.limit(200000);
  pane.write(100000);
  CHECK(pane.history().lines() > 110000);
  REQUIRE(pane.whole());
  pane.checkpoint();
  pane.die();
  REQUIRE(pane.whole());
  CHECK(pane.history().lines() > 110000);
  // And round again, with what had grown.
  pane.limit(25000);
  pane.write(90000);
  REQUIRE(pane.whole());
  pane.checkpoint();
  pane.die();
  REQUIRE(pane.whole());
  CHECK(pane.history().lines() == 25000);
}

TEST_CASE("what a killed server had written behind the checkpoint takes no memory afterwards", "[server]") {
  Pane pane;
  pane.limit(20000);
  pane.write(50000);
  pane.checkpoint();
  for (int death = 0; death < 10; ++death) {
    pane.limit(100000);
    pane.write(40000);  // plain growth behind the end that the checkpoint names
    pane.die();
    REQUIRE(pane.whole());
    REQUIRE(pane.segments_in_memory() <= pane.segments_needed());
  }
}

TEST_CASE("a server that dies while it takes a retired segment's pages leaves that segment or none",
          "[server]") {
  int used_again = 0;
  for (int moment = 0; moment < 24; ++moment) {
    Pane pane;
    pane.limit(20000);
    pane.write(30000);
    pane.checkpoint();
    const std::uint64_t first = pane.history().first_line();
    pane.write(static_cast<std::uint64_t>(moment / 4) * 900);
    // What History does for a new segment, up to one of the steps.
    const std::uint64_t newest = pane.history().position().segment;
    const std::uint64_t next = pane.journal().next(newest + 1);
    if (next > newest + 1) ++used_again;
    const auto bytes = pane.journal().map(next);
    const int step = moment % 4;
    if (step >= 1) std::memset(bytes.data(), 0, 4);
    if (step >= 2) std::memset(bytes.data() + 4, 0xA5, 12);
    if (step >= 3) std::memset(bytes.data() + 16, 0, 3000);
    pane.die();
    INFO("moment " << moment);
    REQUIRE(pane.whole());
    CHECK(pane.history().first_line() >= first);
    CHECK(pane.history().lines() > 14000);
  }
  CHECK(used_again > 0);
}

TEST_CASE("clearing a history gives its memory back, the retired segment's too", "[server]") {
  Pane pane;
  pane.limit(20000);
  pane.write(60000);
  pane.history().clear();
  CHECK(pane.segments_in_memory() == 0);
}
