#include "render/format_text.hpp"

#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::render {
namespace {

/// Where the ] of a style is: not inside of #{...}. npos when there is none (tmux's format_skip).
[[nodiscard]] std::size_t style_end(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && i + 1 < text.size() && text[i + 1] == '{') ++depth;
    if (text[i] == '#' && i + 1 < text.size() &&
        (text[i + 1] == ',' || text[i + 1] == '#' || text[i + 1] == '{' || text[i + 1] == '}' ||
         text[i + 1] == ':')) {
      ++i;
      continue;
    }
    if (text[i] == '}' && depth > 0) --depth;
    if (text[i] == ']' && depth == 0) return i;
  }
  return text.npos;
}

}  // namespace

/// A run of # : pairs are one # each; an odd one before [ begins a style; before anything else it stays.
FormatPiece FormatReader::hashes(bool ignore) {
  std::size_t n = 0;
  while (n < rest_.size() && rest_[n] == '#') ++n;
  const std::string_view before = rest_;
  FormatPiece piece{FormatPiece::Kind::text, "#", {}, 1, 0};
  if (n >= rest_.size() || rest_[n] != '[') {
    piece.count = static_cast<int>((n + 1) / 2);
    rest_.remove_prefix(n);
    ignore = false;
  } else if (n % 2 == 0) {
    piece.count = static_cast<int>(n / 2);
    literal_bracket_ = true;
    rest_.remove_prefix(n);
  } else {
    piece.count = static_cast<int>(n / 2);
    rest_.remove_prefix(n - 1);
  }
  if (ignore) piece.count = 0;  // as tmux has it
  piece.raw = before.substr(0, before.size() - rest_.size());
  return piece;
}

FormatPiece FormatReader::next(bool ignore) {
  while (!rest_.empty()) {
    const bool bracket = literal_bracket_;
    literal_bracket_ = false;
    if (rest_[0] == '#' && !bracket) {
      const bool style = rest_.size() > 1 && rest_[1] == '[';
      if (!style) return hashes(ignore);
      if (!ignore) {
        const auto end = style_end(rest_.substr(2));
        if (end == rest_.npos) {  // tmux drops what follows a style without end
          rest_ = {};
          return {};
        }
        FormatPiece piece{FormatPiece::Kind::style, rest_.substr(2, end), rest_.substr(0, end + 3), 0, 1};
        rest_.remove_prefix(end + 3);
        return piece;
      }
    }
    // One cluster.
    GraphemeBreaker breaker;
    std::size_t length = 0;
    bool bad = false;
    while (length < rest_.size()) {
      const auto decoded = decode_utf8(rest_.substr(length));
      const bool ends = breaker.breaks_before(decoded.code_point);
      if (length > 0 && (ends || rest_[length] == '#')) break;
      if (length == 0) {
        bad = decoded.status != Utf8Status::value || decoded.code_point < 32 ||
              (decoded.code_point >= 127 && decoded.code_point < 160);
      }
      length += decoded.length;
      if (bad) break;
    }
    const std::string_view cluster = rest_.substr(0, length);
    rest_.remove_prefix(length);
    const int width = bad ? 0 : cluster_width(cluster);
    if (width > 0 && is_utf8(cluster)) return {FormatPiece::Kind::text, cluster, cluster, width, 1};
  }
  return {};
}

}  // namespace sess::render
