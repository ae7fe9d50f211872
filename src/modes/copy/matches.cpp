#include "modes/copy/matches.hpp"

#include <regex.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace sess::modes {
namespace {

/// How long counting may keep a key or a turn waiting.
constexpr std::chrono::milliseconds kCountFor{8};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A column of a row from a byte of its text; the row's end behind it.
int column_of(const Row& row, std::size_t byte) {
  const auto it = std::lower_bound(row.cells.begin(), row.cells.end(), byte,
                                   [](const RowCell& cell, std::size_t b) { return cell.begin < b; });
  return static_cast<int>(it - row.cells.begin());
}

}  // namespace

/// Where a pattern of small letters stands in a text in whichever case, until `see` says false.
template <class See>
void each_in_any_case(std::string_view text, std::string_view pattern, const See& see) {
  // Both cases of the first letter by memchr, which is many times as fast as looking at each byte.
  const char small = pattern.front();
  const char large = small >= 'a' && small <= 'z' ? static_cast<char>(small - 'a' + 'A') : small;
  const auto next = [&](char c, std::size_t from) -> std::size_t {
    if (from >= text.size()) return text.size();
    const void* p = std::memchr(text.data() + from, c, text.size() - from);
    return p == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(p) - text.data());
  };
  std::size_t small_at = next(small, 0);
  std::size_t large_at = large == small ? text.size() : next(large, 0);
  while (true) {
    const std::size_t at = std::min(small_at, large_at);
    if (at + pattern.size() > text.size()) return;
    std::size_t to = at + 1;
    if (std::equal(pattern.begin(), pattern.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                   [](char p, char c) { return p == lower(c); })) {
      to = at + pattern.size();
      if (!see(at)) return;
    }
    if (small_at < to) small_at = next(small, to);
    if (large_at < to) large_at = next(large, to);
  }
}

/// The longest text that every match of an extended regular expression has in it, "" when none is seen: only
/// what stands outside of groups and brackets counts. Of an expression for any case, ASCII.
std::string needed_text(std::string_view pattern, bool any_case) {
  if (pattern.find('|') != std::string_view::npos) return {};
  std::string best;
  std::string run;
  const auto end_run = [&] {
    if (run.size() > best.size()) best = run;
    run.clear();
  };
  const auto skip_brackets = [&](std::size_t at) {  // from '[' to its end
    ++at;
    if (at < pattern.size() && pattern[at] == '^') ++at;
    if (at < pattern.size() && pattern[at] == ']') ++at;
    for (; at < pattern.size() && pattern[at] != ']'; ++at) {
      if (pattern[at] != '[' || at + 1 >= pattern.size()) continue;
      const char kind = pattern[at + 1];  // [:alpha:], [=e=], [.x.]
      if (kind != ':' && kind != '=' && kind != '.') continue;
      const auto end = pattern.find(std::string{kind, ']'}, at + 2);
      if (end == std::string_view::npos) return pattern.size();
      at = end + 1;
    }
    return at;
  };
  int depth = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '[') {
      end_run();
      at = skip_brackets(at);
    } else if (c == '\\' && at + 1 < pattern.size()) {
      const char escaped = pattern[++at];
      if (depth > 0) continue;
      if (std::string_view("^$*+?()[]{}.|\\/-").find(escaped) != std::string_view::npos) {
        run += escaped;
      } else {
        end_run();
      }
    } else if (c == '(' || c == ')') {
      end_run();
      depth += c == '(' ? 1 : -1;
    } else if (depth > 0) {
      continue;
    } else if (c == '*' || c == '?' || c == '{') {
      // What is repeated may be there not at all.
      while (!run.empty() && (static_cast<unsigned char>(run.back()) & 0xC0U) == 0x80U) run.pop_back();
      if (!run.empty()) run.pop_back();
      end_run();
      if (c != '{') continue;
      at = pattern.find_first_not_of("0123456789,", at + 1);
      if (at == std::string_view::npos || pattern[at] != '}') return {};
    } else if (c == '+' || c == '.' || c == '^' || c == '$' || (any_case && (c & 0x80) != 0)) {
      end_run();
    } else {
      run += c;
    }
  }
  end_run();
  return best;
}

struct Matches::Compiled {
  regex_t regex{};
  bool valid = false;
  Compiled(const std::string& pattern, bool any_case) {
    valid = ::regcomp(&regex, pattern.c_str(), REG_EXTENDED | (any_case ? REG_ICASE : 0)) == 0;
  }
  ~Compiled() {
    if (valid) ::regfree(&regex);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
};

Matches::Matches(std::string pattern, bool regex)
    : pattern_(std::move(pattern)),
      // Without any of these it is a text, which is found sooner.
      regex_(regex && pattern_.find_first_of("^$*+()?[].\\") != std::string::npos),
      any_case_(std::none_of(pattern_.begin(), pattern_.end(), [](char c) { return c != lower(c); })) {
  if (regex_) compiled_ = std::make_unique<Compiled>(pattern_, any_case_);
  if (regex_) needed_ = needed_text(pattern_, any_case_);
}

Matches::~Matches() = default;

void Matches::find(std::string_view text, std::vector<std::pair<std::size_t, std::size_t>>& out) const {
  out.clear();
  if (pattern_.empty() || text.empty()) return;
  if (regex_) {
    if (!compiled_->valid || !may_match(text)) return;
    for (std::size_t at = 0; at < text.size();) {
      regmatch_t found{static_cast<regoff_t>(at), static_cast<regoff_t>(text.size())};
      const int flags = REG_STARTEND | (at > 0 ? REG_NOTBOL : 0);
      if (::regexec(&compiled_->regex, text.data(), 1, &found, flags) != 0) return;
      const auto begin = static_cast<std::size_t>(found.rm_so);
      const auto end = static_cast<std::size_t>(found.rm_eo);
      if (end > begin) out.emplace_back(begin, end);
      at = end > begin ? end : end + 1;
    }
    return;
  }
  if (!any_case_) {
    for (auto at = text.find(pattern_); at != std::string_view::npos;
         at = text.find(pattern_, at + pattern_.size()))
      out.emplace_back(at, at + pattern_.size());
    return;
  }
  each_in_any_case(text, pattern_, [&](std::size_t at) {
    out.emplace_back(at, at + pattern_.size());
    return true;
  });
}

bool Matches::is_in(std::string_view text) const {
  if (pattern_.empty() || text.empty()) return false;
  if (regex_) {
    if (!compiled_->valid || !may_match(text)) return false;
    // An empty match is none, and another may stand behind it: find() knows.
    regmatch_t found{0, static_cast<regoff_t>(text.size())};
    return ::regexec(&compiled_->regex, text.data(), 1, &found, REG_STARTEND) == 0;
  }
  if (!any_case_) return text.find(pattern_) != std::string_view::npos;
  bool found = false;
  each_in_any_case(text, pattern_, [&](std::size_t) { return !(found = true); });
  return found;
}

bool Matches::may_match(std::string_view text) const {
  if (needed_.empty()) return true;
  if (!any_case_) return text.find(needed_) != std::string_view::npos;
  bool found = false;
  each_in_any_case(text, needed_, [&](std::size_t) { return !(found = true); });
  return found;
}

void Matches::places(const Lines& lines, const LogicalLine& line, std::vector<Match>& out) const {
  out.clear();
  std::vector<std::pair<std::size_t, std::size_t>> found;
  find(line.text, found);
  if (found.empty()) return;
  // Reading rows may look anew for what the text's view is into, but changes nothing of it.
  const auto starts = lines.starts_of(line);
  const auto place = [&](std::size_t byte, bool end) -> Place {
    auto after = std::upper_bound(starts.begin(), starts.end(), byte);
    if (end && after != starts.begin() && *std::prev(after) == byte && byte > 0)
      --after;  // behind the row before
    const auto part = std::max<std::ptrdiff_t>(after - starts.begin() - 1, 0);
    const int row = line.row + static_cast<int>(part);
    return {row, column_of(lines.row(row), byte - starts[static_cast<std::size_t>(part)])};
  };
  for (const auto& [begin, end] : found) out.push_back({place(begin, false), place(end, true)});
}

std::optional<Match> Matches::next(const Lines& lines, Place from, bool wrap) const {
  std::optional<Match> found;
  std::vector<Match> all;
  const auto wants = [&](std::string_view text) { return is_in(text); };
  const int first = lines.begin_of(from.row);
  const auto look = [&](int begin, int end, Place least, Place most) {
    lines.visit(
        begin, end, false,
        [&](const LogicalLine& line) {
          places(lines, line, all);
          const auto it =
              std::find_if(all.begin(), all.end(), [&](const Match& m) { return m.begin >= least; });
          if (it == all.end() || it->begin >= most) return true;
          found = *it;
          return false;
        },
        wants);
  };
  look(first, lines.rows(), from, {lines.rows(), 0});
  if (!found && wrap) look(0, first + 1, {0, 0}, from);
  return found;
}

std::optional<Match> Matches::previous(const Lines& lines, Place from, bool wrap) const {
  std::optional<Match> found;
  std::vector<Match> all;
  const auto wants = [&](std::string_view text) { return is_in(text); };
  const auto look = [&](int begin, int end, Place least, Place most) {
    lines.visit(
        begin, end, true,
        [&](const LogicalLine& line) {
          places(lines, line, all);
          const auto it =
              std::find_if(all.rbegin(), all.rend(), [&](const Match& m) { return m.begin <= most; });
          if (it == all.rend() || it->begin < least) return true;
          found = *it;
          return false;
        },
        wants);
  };
  look(0, from.row + 1, {0, 0}, from);
  if (!found && wrap)
    look(lines.begin_of(from.row), lines.rows(), {from.row, from.col + 1}, {lines.rows(), 0});
  return found;
}

std::vector<Match> Matches::in_rows(const Lines& lines, int from, int to) const {
  std::vector<Match> out;
  std::vector<Match> all;
  lines.visit(
      lines.begin_of(from), to, false,
      [&](const LogicalLine& line) {
        places(lines, line, all);
        for (const Match& match : all) {
          if (match.end.row >= from && match.begin.row < to) out.push_back(match);
        }
        return true;
      },
      [&](std::string_view text) { return is_in(text); });
  return out;
}

std::optional<Match> Matches::at(const Lines& lines, Place place) const {
  for (const Match& match : in_rows(lines, place.row, place.row + 1)) {
    if (match.begin <= place && place < match.end) return match;
  }
  return std::nullopt;
}

bool Matches::count_more(const Lines& lines, int most) {
  if (done_) return false;
  const auto until = std::chrono::steady_clock::now() + kCountFor;
  std::vector<std::pair<std::size_t, std::size_t>> found;
  int looked = 0;
  bool more = false;
  const auto stops_at = [&](const LogicalLine& line) {
    counted_to_ = line.row;
    more = true;
    return false;
  };
  // What has been counted is not seen any more.
  const auto stops = [&](std::string_view text) {
    if (looked >= most) return true;
    // A look at the clock costs as much as a few lines.
    if (++looked % 32 == 0 && std::chrono::steady_clock::now() > until) return true;
    find(text, found);
    counted_ += static_cast<int>(found.size());
    return false;
  };
  lines.visit(counted_to_, lines.rows(), false, stops_at, stops);
  done_ = !more;
  return more;
}

}  // namespace sess::modes
