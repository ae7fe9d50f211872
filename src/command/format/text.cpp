#include "command/format/text.hpp"

#include <fnmatch.h>
#include <regex.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <span>
#include <vector>

#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::command {
namespace {

bool escapes(std::string_view text, std::size_t i) {
  if (text[i] != '#' || i + 1 >= text.size()) return false;
  const char c = text[i + 1];
  return c == ',' || c == '#' || c == '{' || c == '}' || c == ':';
}

/// A compiled regular expression; valid() is false when it was not one.
class Regex {
 public:
  Regex(std::string_view pattern, int flags) {
    valid_ = regcomp(&regex_, std::string(pattern).c_str(), flags) == 0;
  }
  ~Regex() {
    if (valid_) regfree(&regex_);
  }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] bool search(const char* text, std::span<regmatch_t> matches, int flags = 0) const {
    return regexec(&regex_, text, matches.size(), matches.data(), flags) == 0;
  }

 private:
  regex_t regex_{};
  bool valid_ = false;
};

/// A run of bytes that is drawn or passed as one: a cluster, a style, or a run of #.
struct Piece {
  std::string_view bytes;
  int width;
  bool style;
};

std::vector<Piece> pieces(std::string_view text) {
  std::vector<Piece> out;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '#') {
      std::size_t n = 0;
      while (i + n < text.size() && text[i + n] == '#') ++n;
      const bool bracket = i + n < text.size() && text[i + n] == '[';
      const std::size_t plain = bracket && n % 2 == 1 ? n - 1 : n;
      // Pairs show one #; without a bracket an odd one shows as well.
      for (std::size_t k = 0; k < plain; k += 2) {
        out.push_back({text.substr(i + k, std::min<std::size_t>(2, plain - k)), 1, false});
      }
      i += plain;
      if (plain == n) continue;
      const std::size_t end = skip_format(text, "]", i + 2);
      const std::size_t stop = end == std::string_view::npos ? text.size() : end + 1;
      out.push_back({text.substr(i, stop - i), 0, true});
      i = stop;
      continue;
    }
    GraphemeBreaker breaker;
    std::size_t end = i;
    while (end < text.size() && (end == i || text[end] != '#')) {
      const Utf8Decoded got = decode_utf8(text.substr(end));
      if (breaker.breaks_before(got.code_point) && end != i) break;
      end += got.length;
    }
    const std::string_view cluster = text.substr(i, end - i);
    const bool control =
        cluster.size() == 1 && (static_cast<unsigned char>(cluster[0]) < 0x20 || cluster[0] == 0x7f);
    out.push_back({cluster, control ? 0 : cluster_width(cluster), false});
    i = end;
  }
  return out;
}

}  // namespace

std::size_t skip_format(std::string_view text, std::string_view ends, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#' && i + 1 < text.size() && text[i + 1] == '{') ++depth;
    if (c == '#' && escapes(text, i)) {
      ++i;
      continue;
    }
    if (c == '}') --depth;
    if (depth != 0) continue;
    for (const char end : ends) {
      if (c == end) return i;
    }
  }
  return std::string_view::npos;
}

std::string unescape_format(std::string_view text) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && i + 1 < text.size() && text[i + 1] == '{') ++depth;
    if (depth == 0 && escapes(text, i)) {
      out += text[++i];
      continue;
    }
    if (text[i] == '}') --depth;
    out += text[i];
  }
  return out;
}

int format_width(std::string_view text) {
  int width = 0;
  for (const Piece& piece : pieces(text)) width += piece.width;
  return width;
}

std::string keep_left(std::string_view text, int columns) {
  std::string out;
  int width = 0;
  for (const Piece& piece : pieces(text)) {
    if (width >= columns || width + piece.width > columns) break;
    out += piece.bytes;
    width += piece.width;
  }
  return out;
}

std::string keep_right(std::string_view text, int columns) {
  const int total = format_width(text);
  if (total <= columns) return std::string(text);
  const int skip = total - columns;
  std::string out;
  int width = 0;
  for (const Piece& piece : pieces(text)) {
    if (piece.style || width >= skip) out += piece.bytes;
    width += piece.width;
  }
  return out;
}

std::string pad(std::string text, int columns) {
  // Beyond any terminal's width, spaces serve nobody.
  constexpr int kMax = 10'000;
  const int want = std::min(columns < 0 ? -columns : columns, kMax);
  const int have = display_width(text);
  if (have >= want) return text;
  const std::string spaces(static_cast<std::size_t>(want - have), ' ');
  return columns < 0 ? spaces + text : text + spaces;
}

std::string quote_shell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::strchr("|&;<>()$`\\\"'*?[# =%", c) != nullptr && c != '\0') out += '\\';
    out += c;
  }
  return out;
}

std::string quote_style(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#') out += '#';
    out += c;
  }
  return out;
}

bool match(std::string_view pattern, std::string_view text, std::string_view flags) {
  const bool ignore_case = flags.find('i') != std::string_view::npos;
  if (flags.find('r') != std::string_view::npos) {
    const Regex regex(pattern, REG_EXTENDED | REG_NOSUB | (ignore_case ? REG_ICASE : 0));
    return regex.valid() && regex.search(std::string(text).c_str(), {});
  }
  if (flags.find('z') != std::string_view::npos) {
    std::size_t at = 0;
    for (const char c : pattern) {
      at = text.find(c, at);
      if (at == std::string_view::npos) return false;
      ++at;
    }
    return true;
  }
  return fnmatch(std::string(pattern).c_str(), std::string(text).c_str(), ignore_case ? FNM_CASEFOLD : 0) ==
         0;
}

std::string substitute(std::string_view given, std::string_view pattern, std::string_view with,
                       std::string_view flags) {
  if (given.empty()) return {};
  const Regex regex(pattern, REG_EXTENDED | (flags.find('i') != std::string_view::npos ? REG_ICASE : 0));
  if (!regex.valid()) return std::string(given);
  const std::string text(given);
  std::array<regmatch_t, 10> found{};
  std::string out;
  std::size_t start = 0;
  std::size_t last = 0;
  bool empty = false;
  while (start <= text.size()) {
    if (!regex.search(text.c_str() + start, found)) {
      out += text.substr(start);
      break;
    }
    const std::size_t from = start + static_cast<std::size_t>(found[0].rm_so);
    const std::size_t to = start + static_cast<std::size_t>(found[0].rm_eo);
    out += text.substr(last, from - last);
    // An empty match right after another is not one; go on one character further.
    if (empty || from != last || from != to) {
      for (std::size_t i = 0; i < with.size(); ++i) {
        if (with[i] == '\\' && i + 1 < with.size()) {
          const char c = with[++i];
          if (c >= '0' && c <= '9') {
            const regmatch_t& group = found[static_cast<std::size_t>(c - '0')];
            if (group.rm_so >= 0 && group.rm_so != group.rm_eo) {
              out += text.substr(start + static_cast<std::size_t>(group.rm_so),
                                 static_cast<std::size_t>(group.rm_eo - group.rm_so));
              continue;
            }
          }
        }
        out += with[i];
      }
      empty = false;
      start = to;
    } else {
      empty = true;
      start = to + 1;
    }
    last = to;
    if (!pattern.empty() && pattern[0] == '^') {
      if (start <= text.size()) out += text.substr(start);
      break;
    }
  }
  return out;
}

std::string long_time(std::time_t time) {
  std::array<char, 64> out{};
  if (ctime_r(&time, out.data()) == nullptr) return {};
  std::string text = out.data();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string pretty_time(std::time_t time, std::time_t now) {
  now = std::max(now, time);
  const std::time_t age = now - time;
  const std::tm then = local_time(time);
  const std::tm today = local_time(now);
  constexpr std::time_t kDay = 24 * 60 * 60;
  if (age < kDay) return format_time("%H:%M", time);
  if ((then.tm_year == today.tm_year && then.tm_mon == today.tm_mon) || age < 28 * kDay) {
    return format_time("%a%d", time);
  }
  const bool within_year = (then.tm_year == today.tm_year && then.tm_mon < today.tm_mon) ||
                           (then.tm_year == today.tm_year - 1 && then.tm_mon > today.tm_mon);
  return format_time(within_year ? "%d%b" : "%h%y", time);
}

}  // namespace sess::command
