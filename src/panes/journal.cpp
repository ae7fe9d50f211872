#include "panes/journal.hpp"

#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace sess::panes {

using model::InputPosition;

namespace {

constexpr std::uint64_t kMagic = 0x4c4e524a53534553ULL;  // "SESSJRNL"
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kSlotA = kPage;
constexpr std::size_t kRing = kSlotA + 2 * Journal::kSlotSize;
constexpr std::size_t kInput = kRing + Journal::kRingSize;
constexpr std::size_t kSegments = 64 << 20;
// Segments are addressed modulo this many: 2 GiB, more than a history ever holds at once.
constexpr std::uint64_t kSegmentSlots = 8192;
static_assert(terminal::SegmentStore::kMostSegments < kSegmentSlots);
static_assert(terminal::SegmentStore::kMostSpan <= 2 * kSegmentSlots);
constexpr std::size_t kFileSize = kSegments + kSegmentSlots * terminal::SegmentStore::kSegmentSize;
constexpr std::size_t kPositions = kInput + Journal::kInputSize;
/// More than there may be clients at once. Those of the first fit into the header, which has a page anyway.
constexpr std::size_t kNearPositions = 24;
constexpr std::size_t kFarPositions = 1024;
constexpr std::size_t kPositionsSize = kFarPositions * sizeof(InputPositions::Place);
constexpr std::size_t kFixed = kPositions + (kPositionsSize + kPage - 1) / kPage * kPage;
static_assert(kFixed <= kSegments);
/// Places of segments that are mapped together: a long history takes a few mappings, a short one no more than
/// one.
constexpr std::uint64_t kGroup = 16;
static_assert(kSegmentSlots % kGroup == 0);

std::uint64_t group_of(std::uint64_t segment) {
  return segment % kSegmentSlots / kGroup;
}

std::uint64_t place_of(std::uint64_t segment) {
  return kSegments + (segment % kSegmentSlots) * terminal::SegmentStore::kSegmentSize;
}

/// What a server of the first version looks for: sixteen clients, whole frames.
constexpr std::size_t kKnownClients = 16;
constexpr unsigned char kUnread = 0xFF;

}  // namespace

struct Journal::Header {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t reserved;
  std::atomic<std::uint64_t> written;
  std::atomic<std::uint64_t> parsed;
  std::atomic<std::uint64_t> parse_begin;
  std::atomic<std::uint64_t> parse_end;
  std::uint64_t suspect_begin;
  std::uint64_t suspect_end;
  std::uint32_t suspect_count;
  std::uint32_t input_index;  // which of the two input states is valid

  os::SlotDirectory slots;  // tags are stream offsets

  std::atomic<std::uint64_t> ahead;  // stream offset: up to here the ring was filled before a read

  std::atomic<std::uint64_t> input_consumed;
  off_t input_position;  // in the file; the kernel moves it while it writes to the program. 0: not in use
  // Two copies, so that "these bytes are accepted" and "from this client's frame" change in one store.
  struct InputState {
    std::uint64_t accepted;
    std::uint64_t uses;
    struct Known {
      model::ClientToken token;
      std::uint64_t sequence;
      std::uint64_t used;
    } clients[kKnownClients];
  } input[2];

  // Zero in a journal of a version that did not have it.
  std::uint64_t has_log;
  std::atomic<std::uint64_t> logged;
  std::atomic<std::uint64_t> log_base;  // of the write that begins at log_begun, when that is `logged`
  std::atomic<std::uint64_t> log_begun;
  std::atomic<std::uint64_t> log_lost;

  std::uint64_t positions_used;
  InputPositions::Place positions[kNearPositions];

  std::uint32_t work;  // Work
  std::uint32_t deaths;
  std::atomic<std::uint64_t> aside;  // one more than the offset; 0: not set aside
};

Journal::Journal(os::SharedMemory memory) : memory_(std::move(memory)) {}

Journal::Header& Journal::header() const {
  return *reinterpret_cast<Header*>(fixed_.data());
}

Result<std::unique_ptr<Journal>> Journal::open(UniqueFd fd) {
  auto memory = os::SharedMemory::adopt(std::move(fd));
  if (!memory) return pass(memory.error());
  std::unique_ptr<Journal> journal(new Journal(std::move(*memory)));
  if (auto attached = journal->attach(); !attached) return pass(attached.error());
  return journal;
}

Result<> Journal::attach() {
  static_assert(sizeof(Header) <= kPage);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  const bool fresh = memory_.size() == 0;
  if (fresh) {
    if (auto grown = memory_.grow(kFileSize); !grown) return pass(grown.error());
  } else if (memory_.size() < kFileSize) {
    return fail(ErrorCode::protocol, "the journal is too short: {} bytes", memory_.size());
  }
  // One mapping for all that has its place: a process has 65 530 of them (vm.max_map_count).
  auto fixed = memory_.map(0, kFixed);
  if (!fixed) return pass(fixed.error());
  fixed_ = std::move(*fixed);
  Header& h = header();
  const auto bytes = fixed_.bytes();
  slots_ =
      os::SlotPair(h.slots, bytes.subspan(kSlotA, kSlotSize), bytes.subspan(kSlotA + kSlotSize, kSlotSize));
  positions_ =
      InputPositions(h.positions_used, h.positions,
                     {reinterpret_cast<InputPositions::Place*>(fixed_.data() + kPositions), kFarPositions});
  if (h.magic == 0) {  // new, or its first server died before it got here
    h.version = kVersion;
    os::publish_fence();
    h.magic = kMagic;
  }
  if (h.magic != kMagic) return fail(ErrorCode::protocol, "the journal has no valid magic number");
  if (h.version != kVersion) return fail(ErrorCode::protocol, "the journal has version {}", h.version);
  // Else a header that lost its end would have a ring of old bytes typed.
  const std::uint64_t accepted = h.input[h.input_index & 1U].accepted;
  if (h.input_consumed.load(std::memory_order_relaxed) > accepted) h.input_consumed.store(accepted);
  positions_.forget_after(h.input[h.input_index & 1U].uses);
  take_what_was_read();
  take_what_was_sent();
  return {};
}

/// The last process may have died between read(2) and commit().
void Journal::take_what_was_read() {
  Header& h = header();
  const std::uint64_t end = written();
  const std::uint64_t ahead = h.ahead.load(std::memory_order_relaxed);
  if (ahead <= end || ahead - end > kMostAhead) return;
  const std::size_t at = end % kRingSize;
  const auto* space = reinterpret_cast<const unsigned char*>((fixed_.data() + kRing)) + at;
  std::size_t count = std::min<std::size_t>(ahead - end, kRingSize - at);
  while (count > 0 && space[count - 1] == kUnread) --count;
  commit(count);
}

/// The last process may have died between the writing and consume_input().
void Journal::take_what_was_sent() {
  Header& h = header();
  if (h.input_position < static_cast<off_t>(kInput)) return;
  const std::uint64_t consumed = h.input_consumed.load(std::memory_order_relaxed);
  const std::uint64_t position = static_cast<std::uint64_t>(h.input_position) - kInput;
  const std::uint64_t sent = (position + kInputSize - consumed % kInputSize) % kInputSize;
  const std::uint64_t accepted = h.input[h.input_index & 1U].accepted;
  consume_input(std::min(sent, accepted - consumed));
}

// --- output ---------------------------------------------------------------------------------------------

std::span<char> Journal::write_space(std::size_t budget) {
  const std::uint64_t written = header().written.load(std::memory_order_relaxed);
  const std::uint64_t kept = written - checkpoint_offset();
  if (kept >= kRingSize) return {};
  const std::size_t at = written % kRingSize;
  const std::size_t room =
      std::min({budget, kMostAhead, kRingSize - static_cast<std::size_t>(kept), kRingSize - at});
  auto* space = reinterpret_cast<char*>((fixed_.data() + kRing)) + at;
  const std::uint64_t end = written + room;
  if (filled_ < end) {
    const std::size_t filled = filled_ > written ? filled_ - written : 0;
    std::memset(space + filled, kUnread, room - filled);
    filled_ = end;
    header().ahead.store(end, std::memory_order_release);
  }
  return {space, room};
}

void Journal::commit(std::size_t count) {
  Header& h = header();
  h.written.store(h.written.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

std::string_view Journal::output(std::uint64_t from) const {
  const std::uint64_t end = written();
  if (from > end || end - from > kRingSize) return {};
  const std::size_t at = from % kRingSize;
  const std::size_t length = std::min<std::size_t>(end - from, kRingSize - at);
  return {reinterpret_cast<const char*>((fixed_.data() + kRing)) + at, length};
}

std::uint64_t Journal::written() const {
  return header().written.load(std::memory_order_relaxed);
}

std::uint64_t Journal::oldest() const {
  const std::uint64_t end = written();
  constexpr std::size_t kSure = kRingSize - kMostAhead;
  return end > kSure ? end - kSure : 0;
}

void Journal::begin_parse(std::uint64_t from, std::uint64_t to) {
  Header& h = header();
  h.parse_begin.store(from, std::memory_order_release);
  h.parse_end.store(to, std::memory_order_release);
}

void Journal::end_parse(std::uint64_t to) {
  Header& h = header();
  if (h.parsed.load(std::memory_order_relaxed) < to) h.parsed.store(to, std::memory_order_release);
  h.parse_begin.store(to, std::memory_order_release);
  h.parse_end.store(to, std::memory_order_release);
}

std::uint64_t Journal::parsed() const {
  return header().parsed.load(std::memory_order_relaxed);
}

// --- the log of a job -----------------------------------------------------------------------------------

std::optional<Journal::LogPosition> Journal::log_position() const {
  const Header& h = header();
  if (h.has_log == 0) return std::nullopt;
  LogPosition position;
  position.logged = h.logged.load(std::memory_order_relaxed);
  if (h.log_begun.load(std::memory_order_relaxed) == position.logged + 1) {
    position.base = h.log_base.load(std::memory_order_relaxed);
  }
  position.lost = h.log_lost.load(std::memory_order_relaxed);
  return position;
}

void Journal::start_log(std::uint64_t offset) {
  Header& h = header();
  h.log_begun.store(0, std::memory_order_release);
  h.log_lost.store(0, std::memory_order_release);
  h.logged.store(offset, std::memory_order_release);
  os::publish_fence();
  h.has_log = 1;
}

void Journal::begin_log_write(std::uint64_t base) {
  Header& h = header();
  h.log_base.store(base, std::memory_order_release);
  // One more than the offset, so that zero is no write.
  h.log_begun.store(h.logged.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void Journal::end_log_write(std::uint64_t logged, std::uint64_t lost) {
  Header& h = header();
  h.log_lost.store(lost, std::memory_order_release);
  h.logged.store(logged, std::memory_order_release);
}

// --- checkpoints ----------------------------------------------------------------------------------------

std::optional<Journal::Checkpoint> Journal::checkpoint() const {
  const auto newest = slots_.newest();
  if (!newest || newest->tag > written()) return std::nullopt;
  return Checkpoint{newest->tag, newest->bytes};
}

std::uint64_t Journal::checkpoint_offset() const {
  return slots_.newest_tag();
}

Result<> Journal::save_checkpoint(std::uint64_t offset, std::string_view state) {
  return slots_.save(offset, state);
}

// --- faults ---------------------------------------------------------------------------------------------

std::optional<Journal::Suspect> Journal::blame() {
  Header& h = header();
  const std::uint64_t begin = h.parse_begin.load(std::memory_order_relaxed);
  const std::uint64_t end = h.parse_end.load(std::memory_order_relaxed);
  if (begin >= end || end > written()) return std::nullopt;
  // A replay parses in other portions than the first time, so the "same bytes" are ranges that overlap.
  if (begin < h.suspect_end && h.suspect_begin < end) {
    ++h.suspect_count;
    h.suspect_begin = std::max(h.suspect_begin, begin);
    h.suspect_end = std::min(h.suspect_end, end);
  } else {
    h.suspect_begin = begin;
    h.suspect_end = end;
    h.suspect_count = 1;
  }
  return Suspect{h.suspect_begin, h.suspect_end, h.suspect_count};
}

Journal::Work Journal::begin_work(Work work) {
  Header& h = header();
  const auto before = static_cast<Work>(h.work);
  h.work = static_cast<std::uint32_t>(work);
  os::publish_fence();
  return before;
}

std::uint32_t Journal::count_death(bool fault) {
  Header& h = header();
  if (fault && h.work != 0) ++h.deaths;
  os::publish_fence();
  h.work = 0;
  return h.deaths;
}

void Journal::forget_deaths() {
  header().deaths = 0;
}

void Journal::set_aside(std::uint64_t offset) {
  header().aside.store(offset + 1, std::memory_order_release);
}

std::optional<std::uint64_t> Journal::aside() const {
  const std::uint64_t aside = header().aside.load(std::memory_order_relaxed);
  if (aside == 0) return std::nullopt;
  return std::min(aside - 1, written());
}

void Journal::take_back() {
  Header& h = header();
  h.deaths = 0;
  h.parsed.store(written(), std::memory_order_release);
  h.aside.store(0, std::memory_order_release);
}

// --- input ----------------------------------------------------------------------------------------------

std::size_t Journal::input_room(Input kind) const {
  const Header& h = header();
  const std::size_t size = kind == Input::answer ? kInputSize : kInputSize - kAnswerRoom;
  const std::uint64_t waiting =
      h.input[h.input_index & 1U].accepted - h.input_consumed.load(std::memory_order_relaxed);
  return waiting < size ? size - static_cast<std::size_t>(waiting) : 0;
}

bool Journal::accept_input(std::string_view bytes, model::ClientToken token, InputPosition position,
                           Input kind) {
  if (bytes.size() > input_room(kind) && !bytes.empty()) return false;
  Header& h = header();
  const auto& now = h.input[h.input_index & 1U];
  auto* ring = reinterpret_cast<char*>((fixed_.data() + kInput));
  const std::size_t at = now.accepted % kInputSize;
  const std::size_t first = std::min(bytes.size(), kInputSize - at);
  std::copy_n(bytes.begin(), first, ring + at);  // not memcpy: there may be no bytes, only a sequence number
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(first), bytes.end(), ring);

  const std::uint32_t next_index = (h.input_index & 1U) ^ 1U;
  auto& next = h.input[next_index];
  next = now;
  next.accepted += bytes.size();
  ++next.uses;
  if (token != 0) positions_.note(token, position, now.uses);
  if (token != 0 && (position.state & InputPosition::copied) == 0) {
    auto* oldest = &next.clients[0];
    for (auto& known : next.clients) {
      if (known.token == token) {
        oldest = &known;
        break;
      }
      if (known.used < oldest->used) oldest = &known;
    }
    *oldest = {token, position.frame, next.uses};
  }
  os::publish_fence();
  h.input_index = next_index;
  return true;
}

std::string_view Journal::pending_input() const {
  const Header& h = header();
  const std::uint64_t consumed = h.input_consumed.load(std::memory_order_relaxed);
  const std::uint64_t accepted = h.input[h.input_index & 1U].accepted;
  const std::size_t at = consumed % kInputSize;
  const std::size_t length = std::min<std::size_t>(accepted - consumed, kInputSize - at);
  return {reinterpret_cast<const char*>((fixed_.data() + kInput)) + at, length};
}

void Journal::consume_input(std::size_t count) {
  Header& h = header();
  h.input_position = 0;
  os::publish_fence();
  h.input_consumed.store(h.input_consumed.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

ssize_t Journal::send_input(int terminal) {
  Header& h = header();
  const auto bytes = pending_input();
  if (bytes.empty()) return 0;
  const std::uint64_t consumed = h.input_consumed.load(std::memory_order_relaxed);
  h.input_position = static_cast<off_t>(kInput + consumed % kInputSize);
  os::publish_fence();
  // A whole ring at once would leave a position that means "nothing".
  const std::size_t most = std::min(bytes.size(), kInputSize / 2);
  ssize_t n = ::sendfile(terminal, memory_.fd(), &h.input_position, most);
  if (n < 0 && (errno == EINVAL || errno == ENOSYS)) {  // a kernel whose terminals cannot be spliced to
    h.input_position = 0;
    n = ::write(terminal, bytes.data(), most);
  }
  if (n > 0) {
    os::publish_fence();
    h.input_consumed.store(consumed + static_cast<std::uint64_t>(n), std::memory_order_release);
  }
  return n;
}

InputPosition Journal::input_applied(model::ClientToken token) const {
  if (token == 0) return {};
  const auto& now = header().input[header().input_index & 1U];
  InputPosition applied = positions_.find(token, now.uses).value_or(InputPosition{});
  for (const auto& known : now.clients) {
    if (known.token == token && known.sequence > applied.frame) applied = {known.sequence, 0, 0};
  }
  return applied;
}

// --- history --------------------------------------------------------------------------------------------

/// Whether a segment that is held lies where this one would. Their numbers are less than two turns apart.
bool Journal::taken(std::uint64_t segment) const {
  return (segment >= kSegmentSlots && segments_.contains(segment - kSegmentSlots)) ||
         (segment >= 2 * kSegmentSlots && segments_.contains(segment - 2 * kSegmentSlots));
}

std::uint64_t Journal::next(std::uint64_t from) {
  if (spare_) {
    const std::uint64_t segment = *spare_ + kSegmentSlots;
    if (segment >= from) {
      segments_.insert(segment);  // in the group that the spare has kept
      spare_.reset();
      return segment;
    }
    drop_spare();
  }
  while (taken(from)) ++from;
  return from;
}

std::span<std::byte> Journal::map(std::uint64_t segment) {
  const std::uint64_t number = group_of(segment);
  if (!segments_.contains(segment)) {
    Group& group = groups_[number];
    if (!group.mapping) {
      auto got = memory_.map(kSegments + number * kGroup * kSegmentSize, kGroup * kSegmentSize);
      // Out of address space or of mappings (vm.max_map_count): the history makes do with what it has.
      if (!got) {
        groups_.erase(number);
        return {};
      }
      group.mapping = std::move(*got);
    }
    ++group.used;
    segments_.insert(segment);
  }
  return groups_.at(number).mapping.bytes().subspan(segment % kGroup * kSegmentSize, kSegmentSize);
}

void Journal::let_go(std::uint64_t segment) {
  const auto group = groups_.find(group_of(segment));
  if (--group->second.used == 0) groups_.erase(group);
}

void Journal::release(std::uint64_t segment) {
  drop_spare();
  if (segments_.erase(segment) > 0) let_go(segment);
  memory_.punch(place_of(segment), kSegmentSize);
}

void Journal::retire(std::uint64_t segment) {
  drop_spare();
  if (segments_.erase(segment) > 0) spare_ = segment;
}

void Journal::drop_spare() {
  if (!spare_) return;
  memory_.punch(place_of(*spare_), kSegmentSize);
  let_go(*std::exchange(spare_, std::nullopt));
}

std::uint64_t Journal::find(std::uint64_t from) const {
  const auto data = memory_.next_data(place_of(from));
  if (data) return from + (*data - place_of(from)) / kSegmentSize;
  // Nothing up to the end of the file: the next turn begins at its front.
  return from + (kSegmentSlots - from % kSegmentSlots);
}

void Journal::keep_only(std::span<const std::uint64_t> segments) {
  drop_spare();
  std::erase_if(segments_, [&](std::uint64_t held) {
    const bool kept = std::binary_search(segments.begin(), segments.end(), held);
    if (!kept) let_go(held);
    return !kept;
  });
  std::vector<bool> kept(kSegmentSlots);
  for (const std::uint64_t segment : segments) kept[segment % kSegmentSlots] = true;
  for (std::uint64_t place = 0; place < kSegmentSlots; ++place) {
    const auto data = memory_.next_data(place_of(place));
    if (!data) break;
    place = (*data - kSegments) / kSegmentSize;
    if (!kept[place]) memory_.punch(place_of(place), kSegmentSize);
  }
}

}  // namespace sess::panes
