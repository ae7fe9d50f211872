// One pane's terminal: reads the program's output into the journal and the emulator, writes its input.
//
// Owns the PTY master, the journal and the emulator. Output goes read() → journal (published) → emulator;
// views take what they show from here at the end of the turn. What is typed goes through pane_input, what the
// emulator says through pane_sink. Knows nothing of clients, windows or commands: it tells its owner what
// happened.
//
// A pane that servers die of is set aside (pane_aside.cpp): its program runs and gets its input, its output
// stays unparsed in the ring until that is full, and the screen, which is not the program's any more, says
// so.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "base/fd.hpp"
#include "base/scrolled.hpp"
#include "base/size.hpp"
#include "model/ids.hpp"
#include "os/loop.hpp"
#include "os/programs/pty.hpp"
#include "panes/journal.hpp"
#include "panes/pane_input.hpp"
#include "panes/pane_observer.hpp"
#include "panes/pane_sink.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/screen/segment_store.hpp"

namespace sess::panes {

class PaneIo {
 public:
  /// What the pane's options ask of its terminal.
  struct Limits {
    std::uint64_t history_lines = 50'000;
    std::uint64_t history_bytes = 32ULL << 20;
    terminal::Settings settings;
  };
  struct Recovery {
    bool fault = false;     ///< the last server died of its own fault, not of a signal from outside
    bool upgraded = false;  ///< other code than before: it may read what the one before died of
  };

  /// A new pane, or (with `recovery`) one whose journal an earlier server wrote: loads its checkpoint and
  /// replays the ring. The master may be empty for a program that is gone. With `recovery` a pane comes up
  /// set aside when its journal cannot be opened or when kMostDeaths servers in a row died of it.
  static Result<std::unique_ptr<PaneIo>> open(os::Loop& loop, model::PaneId id, UniqueFd master,
                                              UniqueFd journal, Size size, Limits limits,
                                              PaneObserver& observer, std::optional<Recovery> recovery);
  ~PaneIo();
  static constexpr std::uint32_t kMostDeaths = 3;

  [[nodiscard]] model::PaneId id() const { return id_; }
  [[nodiscard]] const terminal::Screen& screen() const { return emulator_->screen(); }
  [[nodiscard]] const terminal::Emulator& emulator() const { return *emulator_; }
  [[nodiscard]] const Journal& journal() const { return *journal_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] int master() const { return master_.get(); }
  /// The screen is sess's own: no view may follow the program's bytes, and parsed() stands still.
  [[nodiscard]] bool aside() const { return journal_->aside().has_value(); }

  /// Stream offset up to which output is on the screen, and the last token boundary before it.
  [[nodiscard]] std::uint64_t parsed() const { return parsed_; }
  [[nodiscard]] std::uint64_t boundary() const { return parsed_ - emulator_->pending(); }

  /// How much had scrolled off when the screen stood at a stream offset: known exactly at the marks that
  /// parsing leaves.
  struct Mark {
    std::uint64_t offset;
    Scrolled scrolled;
    // How the bytes since the mark before were decoded.
    std::uint64_t begin = 0;     ///< the token boundary that this part of the stream begins at
    std::size_t unfinished = 0;  ///< bytes before `offset` of a token that does not end there
    bool plain = false;          ///< Emulator::plain() of all of it
  };
  /// The newest mark in (from, to], else the first one behind `from`, which there is while `from` is before
  /// parsed(). Two marks are never further apart than kMarkSpan but where bytes were skipped.
  [[nodiscard]] std::optional<Mark> mark_within(std::uint64_t from, std::uint64_t to) const;
  static constexpr std::size_t kMarkSpan = 3 * 1024;

  /// Whether all that lies between `boundary`, where a token begins, and the mark at `to` is plain
  /// (Emulator::plain()), and how many bytes at its end begin a token. `from`, at the boundary or inside the
  /// token behind it: what is still to be taken.
  [[nodiscard]] std::optional<std::size_t> plain_until(std::uint64_t boundary, std::uint64_t from,
                                                       std::uint64_t to) const;

  /// What was scrolled off at any offset in the ring, from the mark before it: perhaps a few lines too early.
  [[nodiscard]] std::optional<Scrolled> scrolled_at(std::uint64_t offset) const;

  /// What is typed for the program.
  [[nodiscard]] PaneInput& input() { return input_; }
  [[nodiscard]] const PaneInput& input() const { return input_; }

  /// New size for program and emulator. Same size: nothing.
  void resize(Size size, os::PixelSize pixels = {});
  void set_identity(const terminal::Identity& identity);
  void set_limits(Limits limits);
  /// Its oldest lines go now; what it may hold stays as it is.
  void trim_history(std::uint64_t bytes);
  /// Somebody else owns it from now on.
  void set_observer(PaneObserver& observer) { sink_.set_observer(observer); }
  void clear_history();
  /// A pane that was set aside begins anew with an empty history and shows what was kept.
  void reset_terminal();

  /// Reads what is there after the program's end (bounded), then lets the terminal go.
  void finish();
  /// Another program in the same pane (respawn-pane). The journal and the history go on.
  void replace_master(UniqueFd master);
  /// Text from sess itself, shown as if the program had printed it.
  void announce(std::string_view text);
  /// The newest state into the journal: before an orderly end, so that the next server has nothing to replay.
  void checkpoint();

 private:
  PaneIo(os::Loop& loop, model::PaneId id, UniqueFd master, std::unique_ptr<Journal> journal,
         PaneObserver& observer);
  void recover(Size size, Limits limits, std::optional<Recovery> recovery);
  void load(Size size, Limits limits, bool fault);
  void come_up_aside(Size size, std::string_view why);
  void begin_anew();
  void replay(std::uint64_t end, std::size_t step);
  void watch();
  void on_ready(bool readable, bool writable) noexcept;
  std::size_t read_some(std::size_t budget);
  enum class From : std::uint8_t { program, sess };
  void parse(std::uint64_t from, std::string_view bytes, From whom = From::program);
  void leave_mark();
  void leave_mark(Mark mark);
  void make_room();
  void want_what_fits();
  void save();

  /// How finely a replay steps after a fault, so that the third start skips little.
  static constexpr std::size_t kCarefulPortion = 256;

  os::Loop& loop_;
  model::PaneId id_;
  UniqueFd master_;
  std::unique_ptr<Journal> journal_;
  PaneInput input_;
  PaneSink sink_;
  terminal::HeapSegmentStore
      own_lines_;  ///< of a pane that is set aside: its history in the journal is left alone
  std::unique_ptr<terminal::Emulator> emulator_;
  std::unique_ptr<os::FdWatch> watch_;
  std::deque<Mark> marks_;  ///< in the order of their offsets
  Limits limits_;
  std::uint64_t parsed_ = 0;
  bool eof_ = false;
  bool full_ = false;        ///< the ring takes no more: the program waits, nothing is lost
  bool recovering_ = false;  ///< a checkpoint that succeeds says nothing yet
  bool unreadable_ =
      false;  ///< the journal is a stand-in that dies with this server: nothing is read into it
};

}  // namespace sess::panes
