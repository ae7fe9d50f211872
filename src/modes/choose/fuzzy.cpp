#include "modes/choose/fuzzy.hpp"

#include <algorithm>
#include <climits>

namespace sess::modes {
namespace {

constexpr std::size_t kMostText = 512;
constexpr std::size_t kMostWord = 64;
constexpr int kLetter = 16;
constexpr int kWordBegins = 10;
constexpr int kFollows = 12;
constexpr int kTextBegins = 4;  ///< beside kWordBegins
constexpr int kGap = 1;         ///< lost for each byte between two letters

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_letter(char c) {
  return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || (c & 0x80) != 0;
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}

int bonus(std::string_view text, std::size_t at) {
  if (at == 0) return kWordBegins + kTextBegins;
  const char before = text[at - 1];
  if (!is_letter(before) && is_letter(text[at])) return kWordBegins;
  return is_lower(before) && is_upper(text[at]) ? kWordBegins : 0;
}

/// One word: for each of its letters and each place the best score with that letter there, and where the one
/// before it then stands.
std::optional<Fit> fit_word(std::string_view word, std::string_view text) {
  const bool exact = std::any_of(word.begin(), word.end(), is_upper);
  const std::size_t width = text.size();
  std::vector<int> scores(word.size() * width, INT_MIN);
  std::vector<std::size_t> from(word.size() * width, 0);
  for (std::size_t i = 0; i < word.size(); ++i) {
    // The best place for the letter before, each byte since then lost a little.
    int best = INT_MIN;
    std::size_t best_at = 0;
    for (std::size_t j = i; j < width; ++j) {
      if (i > 0 && j > 0) {
        const int before = scores[(i - 1) * width + j - 1];
        if (best != INT_MIN) best -= kGap;
        if (before != INT_MIN && before >= best) {
          best = before;
          best_at = j - 1;
        }
      }
      if (exact ? word[i] != text[j] : lower(word[i]) != lower(text[j])) continue;
      if (i > 0 && best == INT_MIN) continue;
      int score = (i == 0 ? 0 : best) + kLetter + bonus(text, j);
      std::size_t previous = best_at;
      if (i > 0 && scores[(i - 1) * width + j - 1] != INT_MIN) {
        const int adjacent = scores[(i - 1) * width + j - 1] + kLetter + std::max(kFollows, bonus(text, j));
        if (adjacent > score) {
          score = adjacent;
          previous = j - 1;
        }
      }
      scores[i * width + j] = score;
      from[i * width + j] = previous;
    }
  }
  const auto last = scores.end() - static_cast<std::ptrdiff_t>(width);
  const auto best = std::max_element(last, scores.end());
  if (best == scores.end() || *best == INT_MIN) return std::nullopt;
  Fit fit{*best, std::vector<std::size_t>(word.size())};
  auto at = static_cast<std::size_t>(best - last);
  for (std::size_t i = word.size(); i-- > 0;) {
    fit.at[i] = at;
    at = from[i * width + at];
  }
  return fit;
}

}  // namespace

std::optional<Fit> fuzzy_fit(std::string_view pattern, std::string_view text) {
  text = text.substr(0, kMostText);
  Fit all;
  while (!pattern.empty()) {
    const auto end = std::min(pattern.find(' '), pattern.size());
    const auto word = pattern.substr(0, std::min(end, kMostWord));
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
    if (word.empty()) continue;
    if (word.size() > text.size()) return std::nullopt;
    const auto fit = fit_word(word, text);
    if (!fit) return std::nullopt;
    all.score += fit->score;
    all.at.insert(all.at.end(), fit->at.begin(), fit->at.end());
  }
  std::sort(all.at.begin(), all.at.end());
  all.at.erase(std::unique(all.at.begin(), all.at.end()), all.at.end());
  return all;
}

}  // namespace sess::modes
