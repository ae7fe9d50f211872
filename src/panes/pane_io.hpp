// One pane's terminal: reads the program's output into the journal and the emulator, writes its input.
//
// Owns the PTY master, the journal and the emulator. Output goes read() → journal (published) → emulator;
// views take what they show from here at the end of the turn. Input is accepted into the journal first and
// written from there. Knows nothing of clients, windows or commands: it tells its owner what happened.
//
// A pane that servers die of is set aside (pane_aside.cpp): its program runs and gets its input, its output
// stays unparsed in the ring until that is full, and the screen, which is not the program's any more, says
// so.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/fd.hpp"
#include "base/scrolled.hpp"
#include "base/size.hpp"
#include "model/ids.hpp"
#include "os/loop.hpp"
#include "os/programs/pty.hpp"
#include "panes/input_queue.hpp"
#include "panes/journal.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/screen/segment_store.hpp"

namespace sess::panes {

class PaneIo;

/// Told during the loop's callbacks; the owner notes it and acts at the end of the turn.
class PaneObserver {
 public:
  virtual ~PaneObserver() = default;
  /// Bytes that a pane may read in this turn (at least one read(2) is made): what a flood may take of
  /// everybody's time.
  [[nodiscard]] virtual std::size_t read_budget() const = 0;
  virtual void on_pane_output(PaneIo& pane) = 0;
  virtual void on_pane_bell(PaneIo& pane) = 0;
  virtual void on_pane_title(PaneIo& pane) = 0;
  virtual void on_pane_clipboard(PaneIo& pane, std::string_view selection, std::string_view base64) = 0;
  virtual void on_pane_notification(PaneIo& pane, int kind, std::string_view title,
                                    std::string_view body) = 0;
  virtual void on_pane_window_name(PaneIo& pane, std::string_view name) = 0;
  /// terminal::Sink::on_passthrough
  virtual bool on_pane_passthrough(PaneIo& pane, std::string_view bytes) = 0;
  /// The program's side of the terminal was closed by everybody who had it open.
  virtual void on_pane_eof(PaneIo& pane) = 0;
  /// Bytes of the program as they were read, for pipe-pane and logs; not what sess itself says in the pane.
  virtual void on_pane_bytes(PaneIo& pane, std::string_view bytes) = 0;
  /// Bytes that ended servers and are skipped; where they are kept, "" when they are not.
  [[nodiscard]] virtual std::string keep_harmful(PaneIo& /*pane*/, std::uint64_t /*offset*/,
                                                 std::string_view /*bytes*/) {
    return {};
  }
};

class PaneIo final : public terminal::Sink {
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
  ~PaneIo() override;
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

  /// Whether accept() would take so many bytes now.
  [[nodiscard]] bool takes(std::size_t bytes) const;
  /// What a client typed, with how far its input is applied by it. False: no room, or others wait; nothing
  /// changed.
  bool accept(std::string_view bytes, model::ClientToken token, model::InputPosition position);
  /// What a command types: it waits here for room. False: too much waits, nothing changed.
  bool input(std::string_view bytes);
  /// Calls back when everything that was given to input() is in the journal, or nobody will read it any more.
  void when_input_taken(std::function<void()> done) { waiting_.when_taken(std::move(done)); }
  [[nodiscard]] bool input_waits() const { return !waiting_.empty(); }
  /// What the terminal itself says (focus, answers). There is room for it behind a large paste; beyond that a
  /// program that reads nothing misses it.
  void answer(std::string_view bytes);

  /// New size for program and emulator. Same size: nothing.
  void resize(Size size, os::PixelSize pixels = {});
  void set_identity(const terminal::Identity& identity);
  void set_limits(Limits limits);
  /// Its oldest lines go now; what it may hold stays as it is.
  void trim_history(std::uint64_t bytes);
  /// Somebody else owns it from now on.
  void set_observer(PaneObserver& observer) { observer_ = &observer; }
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
  void write_input();
  void drop_input();
  void want_what_fits();
  void save();

  /// How finely a replay steps after a fault, so that the third start skips little.
  static constexpr std::size_t kCarefulPortion = 256;

  void on_reply(std::string_view bytes) override;
  void on_bell() override;
  void on_title() override;
  void on_clipboard(std::string_view selection, std::string_view base64) override;
  void on_notification(int kind, std::string_view title, std::string_view body) override;
  void on_window_name(std::string_view name) override;
  bool on_passthrough(std::string_view bytes) override;

  os::Loop& loop_;
  model::PaneId id_;
  UniqueFd master_;
  std::unique_ptr<Journal> journal_;
  PaneObserver* observer_;
  terminal::HeapSegmentStore
      own_lines_;  ///< of a pane that is set aside: its history in the journal is left alone
  std::unique_ptr<terminal::Emulator> emulator_;
  std::unique_ptr<os::FdWatch> watch_;
  std::deque<Mark> marks_;  ///< in the order of their offsets
  std::string replies_;
  InputQueue waiting_;
  Limits limits_;
  std::uint64_t parsed_ = 0;
  bool quiet_ = false;  ///< replaying what was parsed before: no replies, bells or events
  bool eof_ = false;
  bool full_ = false;        ///< the ring takes no more: the program waits, nothing is lost
  bool recovering_ = false;  ///< a checkpoint that succeeds says nothing yet
  bool unreadable_ =
      false;  ///< the journal is a stand-in that dies with this server: nothing is read into it
};

}  // namespace sess::panes
