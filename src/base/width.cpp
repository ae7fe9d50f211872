#include "base/width.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "base/utf8.hpp"

namespace sess {
namespace {

constexpr char32_t kVs15 = 0xFE0E;
constexpr char32_t kVs16 = 0xFE0F;

bool is_regional_indicator(char32_t c) {
  return c >= 0x1F1E6 && c <= 0x1F1FF;
}

/// Thai and Lao SARA AM: spacing marks by UAX #29, but a column of their own wherever columns are counted
/// (wcwidth).
bool is_sara_am(char32_t c) {
  return c == 0x0E33 || c == 0x0EB3;
}

/// Calls visit(begin, length, columns) for each cluster of the text.
template <class Visit>
void each_cluster(std::string_view text, Visit visit) {
  GraphemeBreaker breaker;
  std::size_t begin = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto got = decode_utf8(text.substr(at));
    if (breaker.breaks_before(got.code_point) && at > begin) {
      visit(begin, at - begin, cluster_width(text.substr(begin, at - begin)));
      begin = at;
    }
    at += got.length;
  }
  if (at > begin) visit(begin, at - begin, cluster_width(text.substr(begin, at - begin)));
}

}  // namespace

int code_point_width(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;
  if (c < 0x300) return c == 0xAD ? 1 : 1;
  if (c >= 0x1160 && c <= 0x11FF) return 0;  // Hangul vowels and trailing consonants join their syllable
  if (c >= 0xD7B0 && c <= 0xD7FB) return 0;  // the same, extended B
  if (is_regional_indicator(c)) return 1;    // two of them are one flag, two columns
  if (c == kReplacement) return 1;
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
  if (width == 0) {
    // utf8proc gives 0 to unassigned and private-use code points too; terminals show those in one column.
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    if (category == UTF8PROC_CATEGORY_CN || category == UTF8PROC_CATEGORY_CO ||
        category == UTF8PROC_CATEGORY_CS) {
      return c == 0xFFFE || c == 0xFFFF ? 1 : 1;
    }
  }
  return width > 2 ? 2 : width;
}

bool GraphemeBreaker::breaks_before(char32_t next) {
  const auto code = static_cast<utf8proc_int32_t>(next);
  if (state_.previous < 0 || is_sara_am(next)) {
    state_.previous = code;
    state_.utf8proc_state = 0;
    return true;
  }
  utf8proc_int32_t state = state_.utf8proc_state;
  const bool breaks = utf8proc_grapheme_break_stateful(state_.previous, code, &state) != 0;
  state_.previous = code;
  state_.utf8proc_state = state;
  return breaks;
}

void ClusterWidth::add(char32_t c) {
  if (c == kVs16 && !first_) {
    width_ = 2;
  } else if (c == kVs15 && !first_) {
    width_ = 1;
  } else {
    if (is_regional_indicator(c)) ++regional_;
    width_ = std::max(width_, code_point_width(c));
  }
  first_ = false;
}

int cluster_width(std::string_view cluster) {
  ClusterWidth width;
  while (!cluster.empty()) {
    const auto got = decode_utf8(cluster);
    cluster.remove_prefix(got.length);
    width.add(got.code_point);
  }
  return width.columns();
}

int display_width(std::string_view text) {
  int total = 0;
  each_cluster(text, [&](std::size_t, std::size_t, int columns) { total += columns; });
  return total;
}

std::string_view truncate_columns(std::string_view text, int columns) {
  std::size_t end = 0;
  int used = 0;
  bool full = false;
  each_cluster(text, [&](std::size_t begin, std::size_t length, int width) {
    if (full || used + width > columns) {
      full = true;
      return;
    }
    used += width;
    end = begin + length;
  });
  return text.substr(0, end);
}

std::string_view truncate_columns_left(std::string_view text, int columns) {
  struct Cluster {
    std::size_t begin;
    int width;
  };
  std::vector<Cluster> clusters;
  each_cluster(text, [&](std::size_t begin, std::size_t, int width) { clusters.push_back({begin, width}); });
  std::size_t from = text.size();
  int used = 0;
  for (auto it = clusters.rbegin(); it != clusters.rend(); ++it) {
    if (used + it->width > columns) break;
    used += it->width;
    from = it->begin;
  }
  return text.substr(from);
}

}  // namespace sess
