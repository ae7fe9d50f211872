#include "client/top/board.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/amount.hpp"
#include "base/duration.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::client::top {
namespace {

namespace code = input::code;

constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kStrong = "\x1b[1m";
constexpr std::string_view kInverse = "\x1b[7m";
constexpr std::size_t kMostTyped = 64;
/// The last column is worth showing from this width on.
constexpr int kLeastLastLine = 12;

/// Cut to the columns, with a mark where something is missing, or filled with blanks.
std::string fitted(std::string_view text, int columns, bool utf8) {
  if (columns <= 0) return {};
  const int width = display_width(text);
  if (width <= columns)
    return std::string(text) + std::string(static_cast<std::size_t>(columns - width), ' ');
  const auto head = truncate_columns(text, columns - 1);
  const auto missing = static_cast<std::size_t>(columns - 1 - display_width(head));
  return std::string(head) + (utf8 ? "…" : "~") + std::string(missing, ' ');
}

std::string right(const std::string& text, int columns) {
  const auto width = static_cast<std::size_t>(columns);
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text.substr(0, width);
}

std::string cpu_text(double percent) {
  return percent < 1000 ? fmt::format("{:.1f}", percent) : fmt::format("{:.0f}", percent);
}

/// "running 3h", "failed (3) 2min", "auto-restart in 5s"; without the time where that does not fit.
std::string state_text(const Row& row, double now, int columns = 1000) {
  std::string text = row.state;
  if (!row.active() && row.status.value_or(0) != 0) text += fmt::format(" ({})", *row.status);
  std::string age;
  if (row.starts_in) {
    age = " in " + format_duration(std::chrono::ceil<std::chrono::seconds>(
                       std::chrono::duration<double>(*row.starts_in)));
  } else if (row.since) {
    age = " " +
          format_duration(std::chrono::seconds(static_cast<long>(std::clamp(now - *row.since, 0.0, 1e10))));
    age = age.substr(0, age.find(' ', 1));
  }
  // Where there is no room, what it is says more than since when.
  return display_width(text + age) <= columns ? text + age : text;
}

std::string_view colour_of(const Row& row) {
  if (row.is_session || row.state == "running") return "\x1b[32m";
  if (row.state == "failed") return "\x1b[31m";
  return row.active() ? "\x1b[33m" : "\x1b[2m";
}

/// Columns of the table; 0: left out.
struct Columns {
  int name = 4, state = 5, cpu = 5, curve = 0, memory = 0, restarts = 0, last_line = 0;
  [[nodiscard]] int total() const {
    int sum = -2;
    for (const int each : {name, state, cpu, curve, memory, restarts}) sum += each > 0 ? each + 2 : 0;
    return sum;
  }
};

/// What fits, the most useful first.
Columns columns_for(int width, const std::vector<const Row*>& rows, double now) {
  Columns out;
  for (const Row* row : rows) {
    out.name = std::max(out.name, display_width(printable(row->name)));
    out.state = std::max(out.state, display_width(state_text(*row, now)));
  }
  out.name = std::min(out.name, std::clamp(width / 4, 8, 28));
  out.state = std::min(out.state, std::clamp(width * 3 / 10, 8, 20));
  const auto add = [&](int& column, int size, int beside) {
    column = size;
    if (out.total() + beside > width) column = 0;
  };
  add(out.memory, 7, 0);
  add(out.curve, 10, kLeastLastLine + 2);
  add(out.restarts, 3, kLeastLastLine + 2);
  if (out.curve > 0) {
    const int spare = width - out.total() - 2 * kLeastLastLine - 2;
    if (spare > 60) out.curve = std::min(static_cast<int>(kMoments), out.curve + spare / 4);
  }
  const int left = width - out.total() - 2;
  out.last_line = left >= kLeastLastLine ? left : 0;
  // Where even what is needed is too wide.
  if (out.total() > width) out.state = std::max(0, out.state - (out.total() - width));
  return out;
}

std::string row_text(const std::vector<std::pair<int, std::string>>& cells) {
  std::string out;
  for (const auto& [width, text] : cells) {
    if (width > 0) out += (out.empty() ? "" : "  ") + text;
  }
  return out;
}

}  // namespace

void Board::take(std::vector<Row> rows) {
  known_ = true;
  rows_.take(std::move(rows));
}

void Board::say(std::string text, bool wrong) {
  said_ = printable(text);
  wrong_ = wrong;
}

void Board::paste(std::string_view text) {
  if (!typing_ || filter_.size() + text.size() > kMostTyped) return;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') filter_ += c;
  }
  rows_.set_filter(filter_);
}

Wish Board::ask(Question question) {
  const Row* row = rows_.chosen_row();
  if (row == nullptr) return {};
  if (row->is_session && question != Question::kill) {
    say(row->name + " is a session: k ends it, Enter shows it", true);
  } else if (!row->active() && question != Question::restart) {
    say(row->name + " does not run: r starts it again, l shows what it printed", true);
  } else {
    question_ = question;
    asked_about_ = row->name;
    asked_session_ = row->is_session;
  }
  return {Wish::Kind::redraw};
}

Wish Board::on_answer(input::Key key) {
  const auto question = std::exchange(question_, Question::none);
  if (key.code != 'y' && key.code != 'Y') return {Wish::Kind::redraw};
  const auto& name = asked_about_;
  if (question == Question::stop) return {Wish::Kind::command, {"stop", "--", name}};
  if (question == Question::restart) return {Wish::Kind::command, {"restart", "--", name}};
  if (asked_session_) return {Wish::Kind::command, {"kill-session", "-t", "=" + name}};
  return {Wish::Kind::command, {"kill", "-s", "KILL", "--", name}};
}

Wish Board::attach() {
  const Row* row = rows_.chosen_row();
  if (row == nullptr) return {};
  if (!row->target.empty()) return {Wish::Kind::attach, {row->target}};
  say(row->name + " does not run: r starts it again, l shows what it printed", true);
  return {Wish::Kind::redraw};
}

Wish Board::logs() {
  const Row* row = rows_.chosen_row();
  if (row == nullptr) return {};
  if (!row->is_session) return {Wish::Kind::logs, {row->name}};
  say(row->name + " is a session, which has no log: Enter shows it", true);
  return {Wish::Kind::redraw};
}

Wish Board::on_filter_key(input::Key key) {
  const bool control = key.mods == input::mod::kCtrl;
  if (key.code == code::kEscape || (control && (key.code == 'c' || key.code == 'g'))) {
    typing_ = false;
    filter_.clear();
  } else if (key.code == code::kEnter) {
    typing_ = false;
  } else if (key.code == code::kUp || key.code == code::kDown) {
    rows_.move(key.code == code::kUp ? -1 : 1);
  } else if (key.code == code::kBSpace) {
    while (!filter_.empty() && (filter_.back() & '\xC0') == '\x80') filter_.pop_back();
    if (!filter_.empty()) filter_.pop_back();
  } else if (control && key.code == 'u') {
    filter_.clear();
  } else if (input::is_character(key) && key.mods == 0 && key.code >= ' ' && filter_.size() < kMostTyped) {
    append_utf8(filter_, key.code);
  } else {
    return {};
  }
  rows_.set_filter(filter_);
  return {Wish::Kind::redraw};
}

Wish Board::on_key(input::Key key, int page) {
  said_.clear();
  if (question_ != Question::none) return on_answer(key);
  if (typing_) return on_filter_key(key);
  const bool control = key.mods == input::mod::kCtrl;
  if (control && key.code == 'z') return {Wish::Kind::suspend};
  if (control && key.code == 'c') return {Wish::Kind::quit};
  if (helping_) {
    helping_ = false;
    return {Wish::Kind::redraw};
  }
  if (input::is_character(key) && key.mods != 0) {
    if (!control || (key.code != 'p' && key.code != 'n'))
      return {control && key.code == 'l' ? Wish::Kind::redraw : Wish::Kind::nothing};
    rows_.move(key.code == 'p' ? -1 : 1);
    return {Wish::Kind::redraw};
  }
  switch (key.code) {
    case 'q':
      return {Wish::Kind::quit};
    case '?':
    case 'h':
      helping_ = true;
      break;
    case code::kEscape:
      filter_.clear();
      rows_.set_filter(filter_);
      break;
    case '/':
      typing_ = true;
      break;
    case code::kUp:
      rows_.move(-1);
      break;
    case code::kDown:
      rows_.move(1);
      break;
    case code::kPPage:
      rows_.move(-page);
      break;
    case code::kNPage:
    case code::kSpace:
      rows_.move(page);
      break;
    case code::kHome:
      rows_.move(-1'000'000);
      break;
    case code::kEnd:
      rows_.move(1'000'000);
      break;
    case 'o':
      rows_.set_order(static_cast<Order>((static_cast<int>(rows_.order()) + 1) % 5));
      break;
    case code::kEnter:
      return attach();
    case 'l':
      return logs();
    case 's':
      return ask(Question::stop);
    case 'r':
      return ask(Question::restart);
    case 'k':
      return ask(Question::kill);
    default:
      return {};
  }
  return {Wish::Kind::redraw};
}

std::string Board::summary(int columns) const {
  int sessions = 0, jobs = 0, failed = 0;
  double cpu = 0;
  std::uint64_t memory = 0;
  for (const Row& row : rows_.all()) {
    sessions += row.is_session ? 1 : 0;
    jobs += !row.is_session && row.active() ? 1 : 0;
    failed += row.state == "failed" ? 1 : 0;
    cpu += row.cpu;
    memory += row.memory;
  }
  const auto counted = [](int count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  std::string text = fmt::format("sess: {}, {}", counted(sessions, "session"), counted(jobs, "running job"));
  if (failed > 0) text += fmt::format(", {} failed", failed);
  std::string sums = fmt::format("CPU {}%  {}", cpu_text(cpu), bytes_text(memory));
  if (columns >= 60) sums = fmt::format("by {}  {}", name_of(rows_.order()), sums);
  const int room = columns - display_width(sums) - 2;
  if (room < 12) return fitted(text, columns, looks_.utf8);
  return fitted(text, room, looks_.utf8) + "  " + sums;
}

std::string Board::bottom(int columns) const {
  const auto coloured = [&](std::string_view begin, const std::string& text) {
    return looks_.colours ? std::string(begin) + text + std::string(kPlain) : text;
  };
  if (question_ != Question::none) {
    const auto* what = question_ == Question::stop      ? "stop"
                       : question_ == Question::restart ? "restart"
                                                        : "kill";
    return coloured(kStrong,
                    fitted(fmt::format("{} {}? (y/n)", what, printable(asked_about_)), columns, looks_.utf8));
  }
  if (typing_) return fitted("/" + filter_ + "_", columns, looks_.utf8);
  if (!said_.empty()) {
    const auto text = fitted(said_, columns, looks_.utf8);
    return wrong_ ? coloured("\x1b[31m", text) : text;
  }
  std::string keys = filter_.empty() ? "" : "/" + filter_ + " (Esc: all)  ";
  keys += "Enter attach  s stop  r restart  k kill  l logs  / find  o order  ? help  q quit";
  if (display_width(keys) > columns && filter_.empty()) keys = "Enter s r k l / o: keys  ? help  q quit";
  return coloured("\x1b[2m", fitted(keys, columns, looks_.utf8));
}

std::vector<std::string> Board::help(Size size) const {
  static constexpr std::string_view kKeys[] = {
      "Up Down  choose; PgUp PgDn Home End",
      "Enter    attach; C-b d comes back",
      "s        stop it: signal, then kill",
      "r        restart, or start it again",
      "k        kill it at once",
      "         s, r and k ask first",
      "l        what it printed, and prints",
      "/        find words; Esc shows all",
      "o        order: state, name, CPU, ...",
      "C-z q    suspend, quit; jobs go on",
      "CPU is of the last moment, 100% is one",
  };
  std::vector<std::string> out;
  for (const auto line : kKeys) out.push_back(fitted(line, size.cols, looks_.utf8));
  return out;
}

std::vector<std::string> Board::lines(Size size, double now) {
  const int width = size.cols;
  const int height = size.rows;
  std::vector<std::string> out;
  const auto end = [&] {
    out.resize(static_cast<std::size_t>(std::max(1, height)));
    out.back() = bottom(width);
    return out;
  };
  out.push_back(std::string(kStrong) + summary(width) + std::string(kPlain));
  if (helping_) {
    for (auto& line : help(size)) out.push_back(std::move(line));
    return end();
  }
  const auto& rows = rows_.shown();
  if (rows.empty()) {
    out.emplace_back();
    out.push_back(fitted(!known_               ? "asking ..."
                         : rows_.all().empty() ? "nothing runs: sess new makes a session,"
                                               : "nothing has these words",
                         width, looks_.utf8));
    if (known_ && rows_.all().empty()) out.push_back(fitted("sess run -- COMMAND a job", width, looks_.utf8));
    return end();
  }
  const Columns columns = columns_for(width, rows, now);
  const auto cell = [&](int column, std::string_view text) {
    return std::pair(column, fitted(text, column, looks_.utf8));
  };
  const auto number = [](int column, const std::string& text) {
    return std::pair(column, column > 0 ? right(text, column) : "");
  };
  out.push_back(
      std::string(kStrong) +
      fitted(row_text({cell(columns.name, "NAME"), cell(columns.state, "STATE"), number(columns.cpu, "CPU%"),
                       cell(columns.curve, ""), number(columns.memory, "MEMORY"),
                       number(columns.restarts, "RST"), cell(columns.last_line, "LAST LINE")}),
             width, looks_.utf8) +
      std::string(kPlain));
  const int page = std::max(1, height - 3);
  const int count = static_cast<int>(rows.size());
  if (rows_.chosen() < offset_) offset_ = rows_.chosen();
  if (rows_.chosen() >= offset_ + page) offset_ = rows_.chosen() - page + 1;
  offset_ = std::clamp(offset_, 0, std::max(0, count - page));
  for (int i = offset_; i < std::min(count, offset_ + page); ++i) {
    const Row& row = *rows[static_cast<std::size_t>(i)];
    const bool chosen = i == rows_.chosen();
    const bool idle = !row.has_process;
    auto state = cell(columns.state, state_text(row, now, columns.state));
    if (looks_.colours && !chosen)
      state.second = std::string(colour_of(row)) + state.second + std::string(kPlain);
    auto last = cell(columns.last_line, printable(row.last_line));
    if (looks_.colours && !chosen) last.second = "\x1b[2m" + last.second + std::string(kPlain);
    const auto text = row_text(
        {cell(columns.name, printable(row.name)), state, number(columns.cpu, idle ? "-" : cpu_text(row.cpu)),
         std::pair(columns.curve, idle ? std::string(static_cast<std::size_t>(columns.curve), ' ')
                                       : curve(row.spent, columns.curve, looks_.utf8)),
         number(columns.memory, idle ? "-" : bytes_text(row.memory)),
         number(columns.restarts, row.is_session ? "-" : std::to_string(row.restarts)), last});
    out.push_back(chosen ? std::string(kInverse) + fitted(text, width, looks_.utf8) + std::string(kPlain)
                         : text);
  }
  return end();
}

std::string difference(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::string out;
  if (before.size() != after.size()) out += "\x1b[0m\x1b[2J";
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (before.size() == after.size() ? before[i] == after[i] : after[i].empty()) continue;
    out += fmt::format("\x1b[{};1H\x1b[0m\x1b[2K{}", i + 1, after[i]);
  }
  // Drawn as a whole by terminals that know the mode (2026); others skip it.
  return out.empty() ? out : "\x1b[?2026h" + out + "\x1b[?2026l";
}

}  // namespace sess::client::top
