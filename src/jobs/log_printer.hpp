// `sess logs`: a job's log as a person would have read it, sent to one client.
//
// The bytes go through an emulator of their own, so that progress bars, cursor movement and colours come out
// as the lines that were left on the screen, and nothing but text reaches the reader. A portion per turn of
// the loop, and only while the client takes it: a log of gigabytes stops nobody else.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "command/ports/jobs.hpp"
#include "job/log_reader.hpp"
#include "terminal/act/emulator.hpp"

namespace sess::jobs {

class LogPrinter final : private terminal::Sink {
 public:
  enum class Keeping : bool { no, yes };

  /// Where printed text goes, and what is known about the reader and the job.
  struct Reader {
    std::function<void(std::string_view)> print;
    std::function<bool()> takes_more;  ///< false: its connection is full
    std::function<bool()> gone;
    std::function<bool()> more_to_come;  ///< the job still runs
    /// How far that is, when it has gone on; the last lines have still to be found with Keeping::yes.
    std::function<void(const command::LogProgress&, Keeping)> tell = {};
  };

  LogPrinter(std::unique_ptr<job::Directory> directory, job::LogReader log, command::LogRequest request,
             Size size, Reader reader, std::function<void(Result<>)> done);

  /// One portion; once per turn.
  void step();
  [[nodiscard]] bool over() const { return done_ == nullptr; }
  /// Whether step() has something to do without anything happening first.
  [[nodiscard]] bool ready() const { return !over() && !at_end_ && reader_.takes_more(); }

 private:
  void take(const job::LogChunk& chunk);
  /// What a run left on its screen is printed, and the next one has a screen of its own behind its mark.
  void begin_run(const job::LogChunk& mark);
  void print_up_to(std::uint64_t line);
  /// One line, or a piece of one that the history has cut (History::kMaxLine): the next piece goes on behind
  /// it.
  void emit(std::uint64_t line, std::string text, bool ends);
  /// What has begun since the last chunk came at this time.
  void stamp(job::WallTime time);
  void finish(const Result<>& result);
  void tell();
  [[nodiscard]] std::uint64_t cursor_line() const;
  [[nodiscard]] std::uint64_t last_line() const;
  /// Of a line that ends on the screen.
  [[nodiscard]] std::string screen_text(std::uint64_t line) const;
  void on_reply(std::string_view) override {}  // questions in a log are not asked again

  std::unique_ptr<job::Directory> directory_;  ///< of a log elsewhere; else none
  job::LogReader log_;
  command::LogRequest request_;
  Reader reader_;
  std::function<void(Result<>)> done_;
  /// What a run shows.
  struct Page {
    Page(Size size, terminal::Sink& sink) : emulator(size, store, sink) {}
    terminal::HeapSegmentStore store;
    terminal::Emulator emulator;
  };
  Size size_;
  std::unique_ptr<Page> page_;
  std::uint64_t next_ = 0;                                     ///< line to be printed
  std::deque<std::pair<std::uint64_t, job::WallTime>> times_;  ///< from this line on they came then
  std::uint64_t stamped_ = 0;                                  ///< lines before this one have their time
  job::WallTime newest_{};
  bool line_over_ = true;         ///< false: a piece of a line was printed, and the rest is still to come
  std::deque<std::string> kept_;  ///< with -n: the last lines, until the end is known
  bool keeping_ = false;
  command::LogProgress progress_;
  bool told_ = false;  ///< all of that
  bool at_end_ = false;
};

}  // namespace sess::jobs
