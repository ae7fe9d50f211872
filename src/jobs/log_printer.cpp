#include "jobs/log_printer.hpp"

#include <algorithm>

#include "base/time_text.hpp"

namespace sess::jobs {
namespace {

/// Bytes of log per turn: about a millisecond of the emulator.
constexpr std::size_t kPortion = 128 * 1024;

std::string time_text(job::WallTime time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  return fmt::format("{}.{:03}{}", format_time("%Y-%m-%dT%H:%M:%S", time), micros / 1000 % 1000,
                     format_time("%z", time));
}

std::string without_trailing_blanks(std::string text) {
  const auto end = text.find_last_not_of(' ');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

}  // namespace

LogPrinter::LogPrinter(std::unique_ptr<job::Directory> directory, job::LogReader log,
                       command::LogRequest request, Size size, Reader reader,
                       std::function<void(Result<>)> done)
    : directory_(std::move(directory)),
      log_(std::move(log)),
      request_(std::move(request)),
      reader_(std::move(reader)),
      done_(std::move(done)),
      size_(clamp(size)),
      page_(std::make_unique<Page>(size_, static_cast<terminal::Sink&>(*this))),
      keeping_(request_.lines.has_value() && !request_.raw) {
  progress_.place = log_.place();
}

void LogPrinter::step() {
  if (over()) return;
  if (reader_.gone()) {
    done_ = nullptr;
    return;
  }
  if (!told_) tell();
  at_end_ = false;
  for (std::size_t taken = 0; taken < kPortion && reader_.takes_more();) {
    auto chunk = log_.next();
    if (!chunk) return finish(pass(chunk.error()));
    if (!*chunk) {
      at_end_ = true;
      break;
    }
    taken += (*chunk)->bytes.size();
    take(**chunk);
  }
  if (!at_end_) return tell();
  if (request_.follow && !log_.at_next_run() && reader_.more_to_come()) {
    if (!request_.raw) print_up_to(cursor_line());
    if (std::exchange(keeping_, false)) {
      for (const auto& line : kept_) reader_.print(line);
      kept_.clear();
      told_ = false;
    }
    return tell();
  }
  finish({});
}

void LogPrinter::take(const job::LogChunk& chunk) {
  if (chunk.what == job::Written::run_begins) return begin_run(chunk);
  if (request_.raw) {
    reader_.print(chunk.bytes);
    progress_ = {log_.place(), 0, 0};
    told_ = false;
    return;
  }
  page_->emulator.feed(chunk.bytes);
  newest_ = chunk.time;
  if (request_.timestamps) stamp(chunk.time);
  print_up_to(page_->emulator.screen().history().end_line());
}

void LogPrinter::begin_run(const job::LogChunk& mark) {
  if (request_.raw) return;
  print_up_to(last_line());
  if (!line_over_) emit(next_, {}, true);
  page_ = std::make_unique<Page>(size_, static_cast<terminal::Sink&>(*this));
  request_.from.reset();
  next_ = stamped_ = 0;
  times_.clear();
  newest_ = mark.time;
  std::string text = mark.bytes;
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  if (request_.colours) text = "\x1b[2m" + text + "\x1b[0m";
  emit(0, std::move(text), true);
  progress_ = {log_.place(), 0, 0};
}

void LogPrinter::stamp(job::WallTime time) {
  // A line's first moment counts. One under the cursor that holds nothing has not begun, and one that was
  // erased begins again.
  const std::uint64_t end = std::max(cursor_line(), last_line());
  while (!times_.empty() && times_.back().first >= end) times_.pop_back();
  stamped_ = std::min(stamped_, end);
  if (end > stamped_) times_.emplace_back(stamped_, time);
  stamped_ = end;
}

std::uint64_t LogPrinter::cursor_line() const {
  const auto& screen = page_->emulator.screen();
  std::uint64_t line = screen.history().end_line();
  for (int row = 1; row <= screen.cursor().row; ++row) {
    if (!screen.wrapped(row - 1)) ++line;
  }
  return line;
}

/// The line behind the last one that holds anything.
std::uint64_t LogPrinter::last_line() const {
  const auto& screen = page_->emulator.screen();
  int last = screen.cursor().col > 0 ? screen.cursor().row : -1;
  for (int row = 0; row < screen.size().rows; ++row) {
    const auto cells = screen.row(row);
    if (std::any_of(cells.begin(), cells.end(),
                    [](const auto& c) { return c.glyph != 0 && c.glyph != ' '; })) {
      last = std::max(last, row);
    }
  }
  std::uint64_t line = screen.history().end_line();
  if (last < 0 && !screen.history().has_open_line()) return line;
  for (int row = 1; row <= last; ++row) {
    if (!screen.wrapped(row - 1)) ++line;
  }
  return line + 1;
}

std::string LogPrinter::screen_text(std::uint64_t line) const {
  const auto& screen = page_->emulator.screen();
  const auto& history = screen.history();
  std::string text;
  std::uint64_t at = history.end_line();
  if (line == at) text = std::string(history.open_line().text);
  for (int row = 0; row < screen.size().rows && at <= line; ++row) {
    if (at == line) {
      for (const auto& cell : screen.row(row)) {
        if (cell.width == 0) continue;
        if (cell.glyph == 0) {
          text += ' ';
        } else {
          screen.append_text(text, cell);
        }
      }
    }
    if (!screen.wrapped(row)) ++at;
  }
  return text;
}

void LogPrinter::print_up_to(std::uint64_t line) {
  const auto& history = page_->emulator.screen().history();
  next_ = std::max(next_, history.first_line());
  for (; next_ < line; ++next_) {
    terminal::HistoryLine read;
    if (next_ >= history.end_line()) {
      emit(next_, screen_text(next_), true);
    } else if (history.read(next_, read)) {
      emit(next_, std::string(read.text), !read.wrapped);
    }
  }
}

void LogPrinter::emit(std::uint64_t line, std::string text, bool ends) {
  while (times_.size() > 1 && times_[1].first <= line) times_.pop_front();
  if (ends) text = without_trailing_blanks(std::move(text)) + '\n';
  const bool begins = std::exchange(line_over_, ends);
  if (begins && request_.timestamps) {
    text.insert(0, time_text(times_.empty() ? newest_ : times_.front().second) + " ");
  }
  if (begins) text.insert(0, request_.prefix);
  // What the reader got from a server that died.
  const auto from = request_.from.value_or(command::LogProgress{});
  const std::uint64_t size = text.size();
  if (progress_.lines < from.lines) {
    text.clear();
  } else if (progress_.lines == from.lines && progress_.bytes < from.bytes) {
    text.erase(0, static_cast<std::size_t>(std::min(from.bytes - progress_.bytes, size)));
  }
  progress_.lines += ends ? 1 : 0;
  progress_.bytes = ends ? 0 : progress_.bytes + size;
  told_ = false;
  if (!keeping_) return text.empty() ? void() : reader_.print(text);
  if (begins) {
    kept_.push_back(std::move(text));
  } else if (!kept_.empty()) {
    kept_.back() += text;
  }
  if (kept_.size() > *request_.lines) kept_.pop_front();
}

void LogPrinter::tell() {
  if (std::exchange(told_, true) || !reader_.tell) return;
  // Nothing was printed of lines that are kept: the next server begins with them again.
  const auto nothing = command::LogProgress{progress_.place, 0, 0};
  reader_.tell(keeping_ ? nothing : progress_, keeping_ ? Keeping::yes : Keeping::no);
}

void LogPrinter::finish(const Result<>& result) {
  if (!request_.raw && result) {
    print_up_to(last_line());
    if (!line_over_) emit(next_, {}, true);
    for (const auto& line : kept_) reader_.print(line);
    keeping_ = false;
    told_ = false;
    tell();
  }
  std::exchange(done_, nullptr)(result);
}

}  // namespace sess::jobs
