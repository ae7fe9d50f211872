#include "job/name.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "base/normal_form.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "job/program_name.hpp"

namespace sess::job {

namespace {

bool allowed(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

/// The letters and digits of it, whatever the script.
std::string base_name(const std::vector<std::string>& command) {
  std::string name;
  const std::string program = composed(program_name(command));
  for (std::string_view rest = program; !rest.empty();) {
    const Utf8Decoded next = decode_utf8(rest);
    const bool ascii = next.status == Utf8Status::value && next.code_point < 0x80;
    const bool fits =
        ascii ? allowed(rest[0]) : next.status == Utf8Status::value && is_word_character(next.code_point);
    // Room for "-" and any number.
    if (fits && name.size() + next.length > kMaxName - 12) break;
    if (fits) name += rest.substr(0, next.length);
    rest.remove_prefix(next.length);
  }
  name.erase(0, std::min(name.find_first_not_of("-."), name.size()));
  return name.empty() ? "job" : name;
}

/// Edits between two words; two neighbours that changed places are one (the commonest slip of a finger).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::move(last);
    last = std::move(row);
  }
  return last[b.size()];
}

}  // namespace

Result<> check_name(std::string_view name) {
  if (name.empty()) return fail(ErrorCode::invalid_argument, "a job's name is empty");
  if (name.size() > kMaxName) {
    return fail(ErrorCode::invalid_argument, "a job's name has more than {} characters", kMaxName);
  }
  if (name[0] == '-' || name[0] == '.') {
    return fail(ErrorCode::invalid_argument, "the job name '{}' begins with '{}'", printable(name), name[0]);
  }
  bool fits = true;
  for (auto rest = name; fits && !rest.empty();) {
    const Utf8Decoded next = decode_utf8(rest);
    const bool ascii = next.status == Utf8Status::value && next.code_point < 0x80;
    fits = ascii ? allowed(rest[0]) : next.status == Utf8Status::value && is_word_character(next.code_point);
    rest.remove_prefix(next.length);
  }
  if (!fits) {
    return fail(ErrorCode::invalid_argument, "a job's name has only letters, digits, '.', '_' and '-'");
  }
  return {};
}

std::string name_for(const std::vector<std::string>& command,
                     const std::function<bool(const std::string&)>& taken) {
  const std::string base = base_name(command);
  if (!taken(base)) return base;
  const auto numbered = [&](long i) { return base + "-" + std::to_string(i); };
  // The ten thousandth is not found by ten thousand questions: a free number by doubling, then the first
  // behind those in a row.
  long free = 2;
  while (taken(numbered(free))) free *= 2;
  for (long used = free / 2; free - used > 1;) {
    const long middle = used + (free - used) / 2;
    (taken(numbered(middle)) ? used : free) = middle;
  }
  return numbered(free);
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  // A third of the word wrong is a guess too far.
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace sess::job
