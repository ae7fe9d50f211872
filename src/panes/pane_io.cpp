#include "panes/pane_io.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "base/log.hpp"

namespace sess::panes {
namespace {

/// A read(2) from a PTY returns at most 4 KiB; larger portions only serve replays.
constexpr std::size_t kPortion = 16 * 1024;
/// What one returns when there is more: n_tty's buffer without the byte that it keeps free.
constexpr std::size_t kFullRead = 4095;
/// After the program's end this much more is read at the most: somebody else may hold the terminal and print
/// for ever.
constexpr std::size_t kLastRead = 4 << 20;
/// So much is parsed between two marks, and nearer ones are merged: a view stops at marks, with the least
/// room that it ever has (FlowWindow::kMin without what is never acknowledged), and a ring full of output has
/// less than 1024.
constexpr std::size_t kMarkEvery = 1024;
constexpr std::size_t kMarkPortion = PaneIo::kMarkSpan - kMarkEvery;

}  // namespace

PaneIo::PaneIo(os::Loop& loop, model::PaneId id, UniqueFd master, std::unique_ptr<Journal> journal,
               PaneObserver& observer)
    : loop_(loop),
      id_(id),
      master_(std::move(master)),
      journal_(std::move(journal)),
      input_(*journal_, [this] { want_what_fits(); }),
      sink_(*this, observer) {}

PaneIo::~PaneIo() = default;

Result<std::unique_ptr<PaneIo>> PaneIo::open(os::Loop& loop, model::PaneId id, UniqueFd master,
                                             UniqueFd journal, Size size, Limits limits,
                                             PaneObserver& observer, std::optional<Recovery> recovery) {
  auto opened = Journal::open(std::move(journal));
  std::optional<Error> unreadable;
  if (!opened && recovery) {
    // The keeper has it still: a server that can read it finds everything.
    unreadable = opened.error();
    log::error("pane {}: its journal cannot be read: {}", id.value, unreadable->text);
    auto memory = os::SharedMemory::create("sess-pane", 0);
    if (!memory) return pass(memory.error());
    opened = Journal::open(memory->take_fd());
  }
  if (!opened) return pass(opened.error());
  std::unique_ptr<PaneIo> pane(new PaneIo(loop, id, std::move(master), std::move(*opened), observer));
  pane->limits_ = limits;
  pane->unreadable_ = unreadable.has_value();
  if (unreadable) {
    pane->journal_->set_aside(0);
    pane->come_up_aside(size, fmt::format("its memory cannot be read ({})", unreadable->text));
  } else {
    pane->recover(size, limits, recovery);
  }
  pane->watch();
  return pane;
}

void PaneIo::recover(Size size, Limits limits, std::optional<Recovery> recovery) {
  const std::uint32_t deaths = recovery ? journal_->count_death(recovery->fault) : 0;
  if (recovery && recovery->upgraded && journal_->aside()) {
    log::info("pane {}: was set aside; tried again", id_.value);
    journal_->take_back();
  } else if (deaths >= kMostDeaths && !journal_->aside()) {
    log::error("pane {}: {} servers died of it; it is set aside", id_.value, deaths);
    journal_->set_aside(journal_->written());
  }
  if (journal_->aside()) {
    return come_up_aside(size, fmt::format("{} servers in a row died recovering or saving it", deaths));
  }
  journal_->begin_work(Journal::Work::recovery);
  recovering_ = true;
  if (recovery) SESS_FAULT("pane-recover", id_.value);
  load(size, limits, recovery && recovery->fault);
  recovering_ = false;
  journal_->begin_work(Journal::Work::none);
}

void PaneIo::load(Size size, Limits limits, bool fault) {
  const auto checkpoint = journal_->checkpoint();
  if (checkpoint) {
    ByteReader reader(checkpoint->state);
    auto restored = terminal::Emulator::restore(reader, *journal_, sink_);
    if (restored) {
      emulator_ = std::move(*restored);
      parsed_ = checkpoint->offset;
    } else {
      log::error("pane {}: the checkpoint cannot be read: {}", id_.value, restored.error().text);
      parsed_ = journal_->oldest();
    }
  }
  if (!emulator_) {
    emulator_ = std::make_unique<terminal::Emulator>(size, *journal_, sink_);
    emulator_->set_history_limits(limits.history_lines, limits.history_bytes);
    emulator_->set_settings(limits.settings);
  }
  const std::uint64_t end = journal_->written();
  if (parsed_ < journal_->oldest() && end - parsed_ > Journal::kRingSize) {
    // Only the older of two checkpoints was whole: what lies between it and the ring is gone.
    log::error("pane {}: {} bytes behind its checkpoint are lost", id_.value, journal_->oldest() - parsed_);
    parsed_ = journal_->oldest();
    sink_.set_quiet(true);
    emulator_->feed("\x18");
    sink_.set_quiet(false);
  }
  leave_mark();
  std::optional<Journal::Suspect> suspect;
  if (fault) suspect = journal_->blame();
  if (suspect && suspect->count >= 2 && suspect->begin >= parsed_ && suspect->end <= end) {
    replay(suspect->begin, kCarefulPortion);
    const std::uint64_t skipped = suspect->end - suspect->begin;
    log::error("pane {}: {} bytes at offset {} ended the server twice and are skipped", id_.value, skipped,
               suspect->begin);
    std::string bytes;
    while (bytes.size() < skipped) {
      const auto more = journal_->output(suspect->begin + bytes.size()).substr(0, skipped - bytes.size());
      if (more.empty()) break;
      bytes += more;
    }
    const auto kept = sink_.observer().keep_harmful(*this, suspect->begin, bytes);
    sink_.set_quiet(true);
    emulator_->feed("\x18");  // CAN: whatever sequence was begun is over
    emulator_->feed(fmt::format("\r\n[sess: {} bytes of output could not be shown{}]\r\n", skipped,
                                kept.empty() ? "" : "; they are kept in " + kept));
    sink_.set_quiet(false);
    parsed_ = suspect->end;
    journal_->end_parse(parsed_);
    leave_mark();
    this->checkpoint();
  }
  replay(end, suspect ? kCarefulPortion : kPortion);
  emulator_->set_settings(limits.settings);  // a checkpoint of before they were kept has none
  if (emulator_->screen().size() != size) resize(size);
}

void PaneIo::replay(std::uint64_t end, std::size_t step) {
  const std::uint64_t answered = std::max(journal_->parsed(), input_.replied());
  while (parsed_ < end) {
    auto bytes = journal_->output(parsed_).substr(0, std::min<std::uint64_t>(step, end - parsed_));
    if (bytes.empty()) break;
    sink_.set_quiet(parsed_ < answered);
    if (sink_.quiet()) bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), answered - parsed_));
    parse(parsed_, bytes);
  }
  sink_.set_quiet(false);
}

void PaneIo::watch() {
  if (!master_ || eof_) return;
  input_.open(master_.get());
  watch_ = std::make_unique<os::FdWatch>(
      loop_, master_.get(), [this](bool readable, bool writable) { on_ready(readable, writable); });
  want_what_fits();
}

void PaneIo::want_what_fits() {
  if (!watch_) return;
  watch_->want(!eof_ && !full_ && !unreadable_, input_.wants_to_write());
}

void PaneIo::on_ready(bool readable, bool writable) noexcept {
  if (writable) input_.write();
  if (!readable || eof_) return;
  if (read_some(sink_.observer().read_budget()) > 0) sink_.observer().on_pane_output(*this);
  if (eof_) {
    watch_->want(false, false);
    sink_.observer().on_pane_eof(*this);
  }
}

std::size_t PaneIo::read_some(std::size_t budget) {
  std::size_t total = 0;
  while (total < budget && master_ && !unreadable_) {
    make_room();
    const auto space = journal_->write_space(kPortion);
    full_ = space.empty();  // no checkpoint could be taken: the program waits, nothing is lost
    if (full_) {
      log::warn("pane {}: there is no room for what its program prints: it has to wait", id_.value);
      want_what_fits();
      break;
    }
    const ssize_t n = ::read(master_.get(), space.data(), space.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n <= 0) {  // EIO: nobody has the other side open any more
      eof_ = true;
      input_.close();
      break;
    }
    const std::uint64_t from = journal_->written();
    journal_->commit(static_cast<std::size_t>(n));
    const std::string_view bytes(space.data(), static_cast<std::size_t>(n));
    if (aside()) {
      sink_.observer().on_pane_bytes(*this, bytes);
    } else {
      parse(from, bytes);
    }
    total += static_cast<std::size_t>(n);
    // The kernel's buffer is empty. Asking it again would wait for what its worker has not moved there yet.
    if (static_cast<std::size_t>(n) < kFullRead) break;
  }
  return total;
}

void PaneIo::parse(std::uint64_t from, std::string_view bytes, From whom) {
  const std::uint64_t to = from + bytes.size();
  journal_->begin_parse(from, to);
  for (auto rest = bytes; !rest.empty();) {
    const auto portion = rest.substr(0, kMarkPortion);
    rest.remove_prefix(portion.size());
    SESS_FAULT_IN(portion, "pane-bytes", id_.value);
    const std::uint64_t boundary = this->boundary();
    emulator_->feed(portion);
    parsed_ = to - rest.size();
    leave_mark({parsed_, {}, boundary, emulator_->pending(), emulator_->plain()});
  }
  if (const std::string replies = sink_.take_replies(); !replies.empty()) {
    if (!input_.reply(replies, to)) {
      log::info("pane {}: {} bytes of answers are dropped, the program does not read", id_.value,
                replies.size());
    }
    if (watch_) input_.write();
  }
  journal_->end_parse(to);
  if (!sink_.quiet() && whom == From::program) sink_.observer().on_pane_bytes(*this, bytes);
}

/// Behind what did not come through parse().
void PaneIo::leave_mark() {
  leave_mark({parsed_, {}, parsed_, 0, false});
}

/// At parsed(). The newest mark is always there.
void PaneIo::leave_mark(Mark mark) {
  mark.scrolled = emulator_->screen().history().scrolled();
  const std::size_t count = marks_.size();
  if (count >= 2 && marks_[count - 1].offset - marks_[count - 2].offset < kMarkEvery) {
    const Mark& last = marks_.back();
    mark.plain = mark.plain && last.plain && mark.begin == last.offset - last.unfinished;
    mark.begin = last.begin;
    marks_.pop_back();
  }
  marks_.push_back(mark);
  while (marks_.size() > 1 && marks_.front().offset < journal_->oldest()) marks_.pop_front();
}

void PaneIo::make_room() {
  if (journal_->written() - journal_->checkpoint_offset() >= Journal::kRingSize / 2) checkpoint();
}

void PaneIo::checkpoint() {
  if (!aside()) save();  // else what the journal holds is the program's
}

void PaneIo::save() {
  const auto before = journal_->begin_work(Journal::Work::checkpoint);
  SESS_FAULT("pane-checkpoint", id_.value);
  static_assert(terminal::Emulator::kMaxSaved <= Journal::kSlotSize);
  ByteWriter writer;
  emulator_->save(writer);
  if (writer.size() > Journal::kSlotSize) {
    // No state takes so much, by the limits of what it is made of. Were one of them wrong, the pane would
    // lose its links and colours for it, not the server its life.
    log::error("pane {}: a checkpoint of {} bytes does not fit; its oldest links and styles go", id_.value,
               writer.size());
    static_cast<void>(emulator_->save_within(writer, Journal::kSlotSize));
  }
  if (auto saved = journal_->save_checkpoint(parsed_, writer.bytes()); !saved) {
    log::error("pane {}: {}", id_.value, saved.error().text);
  } else {
    if (!recovering_) journal_->forget_deaths();
    if (std::exchange(full_, false)) want_what_fits();
  }
  journal_->begin_work(before);
}

std::optional<PaneIo::Mark> PaneIo::mark_within(std::uint64_t from, std::uint64_t to) const {
  const auto behind = [](std::uint64_t offset, const Mark& mark) { return offset < mark.offset; };
  const auto first = std::upper_bound(marks_.begin(), marks_.end(), from, behind);
  if (first == marks_.end()) return std::nullopt;
  const auto next = std::upper_bound(first, marks_.end(), to, behind);
  return next == first ? *first : *(next - 1);
}

std::optional<std::size_t> PaneIo::plain_until(std::uint64_t boundary, std::uint64_t from,
                                               std::uint64_t to) const {
  const auto behind = [](std::uint64_t offset, const Mark& mark) { return offset < mark.offset; };
  for (auto at = std::upper_bound(marks_.begin(), marks_.end(), from, behind); at != marks_.end(); ++at) {
    if (!at->plain || at->begin > boundary || at->offset > to) break;
    if (at->offset == to) return at->unfinished;
    boundary = at->offset - at->unfinished;  // where the next one begins, or something came between
  }
  return std::nullopt;
}

std::optional<Scrolled> PaneIo::scrolled_at(std::uint64_t offset) const {
  if (offset < journal_->oldest() || offset > parsed_) return std::nullopt;
  const auto next = std::upper_bound(marks_.begin(), marks_.end(), offset,
                                     [](std::uint64_t at, const Mark& mark) { return at < mark.offset; });
  if (next == marks_.begin()) return std::nullopt;
  return (next - 1)->scrolled;
}

void PaneIo::resize(Size size, os::PixelSize pixels) {
  const bool changed = emulator_->screen().size() != clamp(size);
  if (changed) {
    emulator_->resize(size);
    checkpoint();  // a size is no part of the byte stream
    // The newest mark stays: a terminal that showed the pane in its old size has what had scrolled off then,
    // and not the lines that the resize moved.
  }
  if (master_) {
    if (auto resized = os::resize_pty(master_.get(), size, pixels); !resized) {
      log::warn("pane {}: {}", id_.value, resized.error().text);
    }
  }
}

void PaneIo::set_identity(const terminal::Identity& identity) {
  if (emulator_->identity() == identity) return;
  emulator_->set_identity(identity);
  if (const std::string report = sink_.take_replies(); !report.empty()) input_.answer(report);  // its theme
  checkpoint();
}

void PaneIo::set_limits(Limits limits) {
  limits_ = limits;
  emulator_->set_history_limits(limits.history_lines, limits.history_bytes);
  emulator_->set_settings(limits.settings);
  if (parsed_ > 0) checkpoint();
}

void PaneIo::trim_history(std::uint64_t bytes) {
  if (emulator_->screen().history().bytes() <= bytes) return;
  emulator_->set_history_limits(limits_.history_lines, std::min(bytes, limits_.history_bytes));
  emulator_->set_history_limits(limits_.history_lines, limits_.history_bytes);
  if (parsed_ > 0) checkpoint();
}

void PaneIo::clear_history() {
  emulator_->clear_history();
  checkpoint();
}

void PaneIo::reset_terminal() {
  if (aside()) return begin_anew();
  emulator_->reset();
  checkpoint();
}

void PaneIo::finish() {
  if (master_ && !eof_) read_some(kLastRead);
  watch_.reset();
  master_.reset();
  eof_ = true;
  input_.close();
}

void PaneIo::replace_master(UniqueFd master) {
  watch_.reset();
  master_ = std::move(master);
  eof_ = false;
  watch();
}

void PaneIo::announce(std::string_view text) {
  if (aside()) {
    sink_.set_quiet(true);
    emulator_->feed(text);
    sink_.set_quiet(false);
    return sink_.observer().on_pane_output(*this);
  }
  // Through the ring, like everything that is shown: views and a replay need no second way.
  while (!text.empty()) {
    make_room();
    const auto space = journal_->write_space(text.size());
    if (space.empty()) break;
    const auto part = text.substr(0, space.size());
    std::copy(part.begin(), part.end(), space.begin());
    const std::uint64_t from = journal_->written();
    journal_->commit(part.size());
    parse(from, part, From::sess);
    text.remove_prefix(part.size());
  }
  sink_.observer().on_pane_output(*this);
}

}  // namespace sess::panes
