// The journal of one pane: a shared-memory file that outlives every server and makes a crash invisible.
//
//   0            header (one page): magic, version, stream offsets, slot directory, input positions
//   kSlotA/B     two checkpoints of the emulator, each the whole state at one stream offset
//   kRing        raw output, addressed by stream offset modulo its size; bytes are read() straight into it
//   kInput       typed bytes that were accepted for the program and not yet written to it, likewise a ring
//   kPositions   how far each client's input was applied, where there are more than fit into the header
//   kSegments    history segments in their final encoding (terminal::SegmentStore)
//
// The file is sparse: what was never written costs nothing. Order of writes is the whole protocol: bytes
// first, then the offset that publishes them; a checkpoint's bytes first, then its directory entry. The
// keeper holds the descriptor and never looks inside. Offsets count every byte that the program ever wrote to
// this journal.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "model/ids.hpp"
#include "os/memory/shared.hpp"
#include "os/memory/slots.hpp"
#include "panes/typed_input.hpp"
#include "terminal/screen/segment_store.hpp"

namespace sess::panes {

class Journal final : public terminal::SegmentStore {
 public:
  static constexpr std::size_t kRingSize = 1 << 20;
  static constexpr std::size_t kInputSize = 1 << 20;
  /// Of the input's ring, kept free for the terminal's own answers: a program is answered behind a large
  /// paste.
  static constexpr std::size_t kAnswerRoom = 64 * 1024;
  static constexpr std::size_t kSlotSize = 24 << 20;
  /// The most that one read puts behind written() before it is committed: what read(2) from a PTY returns.
  static constexpr std::size_t kMostAhead = 4096;

  /// Takes a descriptor of an empty file (a new pane) or of one that an earlier server filled. An error names
  /// what is wrong with the contents (magic, version); the descriptor is closed then.
  static Result<std::unique_ptr<Journal>> open(UniqueFd fd);

  // --- output -------------------------------------------------------------------------------------------

  /// Where the next bytes of output go: contiguous, at most `budget` and kMostAhead bytes, and never so many
  /// that they would overwrite what lies behind the newest checkpoint. Empty when a checkpoint has to be
  /// written first.
  ///
  /// A process that is killed inside read(2) has the bytes and never gets to commit() them. The space is
  /// therefore filled with a byte that no UTF-8 text contains; open() takes what differs from it for read.
  [[nodiscard]] std::span<char> write_space(std::size_t budget);
  /// Publishes `count` bytes that were read into write_space().
  void commit(std::size_t count);
  /// Everything in [from, written()), at most to the end of the ring: call again for the rest. Nothing for an
  /// offset that the ring does not hold (any more).
  [[nodiscard]] std::string_view output(std::uint64_t from) const;
  /// Stream offset behind the last byte that was read from the program.
  [[nodiscard]] std::uint64_t written() const;
  /// The oldest stream offset whose bytes are in the ring for sure.
  [[nodiscard]] std::uint64_t oldest() const;

  /// Names the bytes that are about to be parsed, so that a crash can be laid at their door.
  void begin_parse(std::uint64_t from, std::uint64_t to);
  void end_parse(std::uint64_t to);
  /// Up to here bytes were parsed and their replies sent.
  [[nodiscard]] std::uint64_t parsed() const;

  // --- the log of a job ---------------------------------------------------------------------------------

  /// Where the log file of this output stands. A write to it is announced first: whoever finds it begun
  /// compares `base` with the file's size and knows how much of it was done, so that no byte is lost or
  /// logged twice.
  struct LogPosition {
    std::uint64_t logged = 0;  ///< stream offset: everything before it is in the log, or counted as lost
    std::optional<std::uint64_t> base;  ///< a write was begun: the file's size before it
    std::uint64_t lost = 0;  ///< bytes that could not be written (a full disk) and still are to be named
  };
  /// Nothing when this output was never logged.
  [[nodiscard]] std::optional<LogPosition> log_position() const;
  /// Everything from here on is to be logged.
  void start_log(std::uint64_t offset);
  void begin_log_write(std::uint64_t base);
  /// Up to here it is written, but for `lost` bytes since the log stopped.
  void end_log_write(std::uint64_t logged, std::uint64_t lost);

  // --- checkpoints --------------------------------------------------------------------------------------

  struct Checkpoint {
    std::uint64_t offset;    ///< stream offset that the state stands at
    std::string_view state;  ///< valid until the second next save_checkpoint()
  };
  /// The newest valid one, or none (a pane that never needed one: start empty at offset 0).
  [[nodiscard]] std::optional<Checkpoint> checkpoint() const;
  /// Writes the other slot and then makes it the valid one.
  Result<> save_checkpoint(std::uint64_t offset, std::string_view state);
  /// Stream offset of the newest checkpoint (0 without one).
  [[nodiscard]] std::uint64_t checkpoint_offset() const;

  // --- faults -------------------------------------------------------------------------------------------

  struct Suspect {
    std::uint64_t begin, end;  ///< stream offsets
    std::uint32_t count;       ///< how often a server faulted while it parsed them
  };
  /// To be called once at recovery when the last server died of a fault (not of SIGKILL): counts the range
  /// that was being parsed. The same range twice is to be skipped.
  std::optional<Suspect> blame();

  /// What a server may die of that no range of bytes is to blame for.
  enum class Work : std::uint32_t { none, recovery, checkpoint };
  /// Notes the work that begins (or, with what it was before, goes on). Returns what it was before.
  Work begin_work(Work work);
  /// To be called once at recovery: counts the last server's death when it was a fault and happened at such
  /// work here. How many there were since forget_deaths().
  std::uint32_t count_death(bool fault);
  void forget_deaths();

  /// The pane is set aside: bytes from `offset` on come unparsed and stay in the ring, for later servers,
  /// too.
  void set_aside(std::uint64_t offset);
  [[nodiscard]] std::optional<std::uint64_t> aside() const;
  /// It is a pane like others again, with no deaths. What was printed meanwhile counts as answered: a reply
  /// that comes so late would be taken for keys.
  void take_back();

  // --- input --------------------------------------------------------------------------------------------

  enum class Input : std::uint8_t { typed, answer };
  /// How many bytes accept_input() would take now.
  [[nodiscard]] std::size_t input_room(Input kind = Input::typed) const;
  /// Accepts bytes for the program and notes, in the same step, how far the client's input is applied with
  /// them (token 0: not from a client). False when they do not fit: nothing is changed.
  bool accept_input(std::string_view bytes, model::ClientToken token, model::InputPosition position,
                    Input kind = Input::typed);
  /// What waits to be written to the program, contiguous; empty when nothing does.
  [[nodiscard]] std::string_view pending_input() const;
  void consume_input(std::size_t count);
  /// Writes to the program what waits, as much as its terminal takes at once, and consumes it: one system
  /// call does both, so that a process killed in it has written nothing twice. Bytes written, 0 when nothing
  /// waits, -1 (errno).
  ssize_t send_input(int terminal);
  /// How far this client's input was applied here; nothing of it when nothing is known.
  [[nodiscard]] model::InputPosition input_applied(model::ClientToken token) const;

  // --- history ------------------------------------------------------------------------------------------

  // Segment n lies at n modulo the number of places, whoever wrote it. The pages of a retired one are kept
  // for the next: that gets the number which falls on the same place one turn later. Until its header is
  // written the place holds the retired segment as it was, afterwards none that an older checkpoint names.

  [[nodiscard]] std::uint64_t next(std::uint64_t from) override;
  std::span<std::byte> map(std::uint64_t segment) override;
  void release(std::uint64_t segment) override;
  void retire(std::uint64_t segment) override;
  [[nodiscard]] std::uint64_t find(std::uint64_t from) const override;
  void keep_only(std::span<const std::uint64_t> segments) override;

 private:
  struct Header;
  explicit Journal(os::SharedMemory memory);
  [[nodiscard]] Header& header() const;
  Result<> attach();
  void take_what_was_read();
  void take_what_was_sent();
  [[nodiscard]] bool taken(std::uint64_t segment) const;
  void drop_spare();
  void let_go(std::uint64_t segment);

  os::SharedMemory memory_;
  os::Mapping fixed_;  // everything before the segments
  InputPositions positions_;
  struct Group {
    os::Mapping mapping;
    int used = 0;  // segments that are held, and the spare
  };
  std::map<std::uint64_t, Group> groups_;
  std::set<std::uint64_t> segments_;    // held
  std::optional<std::uint64_t> spare_;  // a retired one
  os::SlotPair slots_;
  std::uint64_t filled_ = 0;  // stream offset up to which the space ahead is filled
};

}  // namespace sess::panes
