#include "base/duration.hpp"

#include <cctype>
#include <cstdlib>

namespace sess {
namespace {

using std::chrono::milliseconds;

double unit_ms(std::string_view unit) {
  struct Row {
    std::string_view name;
    double ms;
  };
  static constexpr Row kUnits[] = {
      {"us", 0.001},     {"ms", 1},          {"msec", 1},     {"s", 1e3},       {"sec", 1e3},
      {"second", 1e3},   {"seconds", 1e3},   {"", 1e3},       {"m", 6e4},       {"min", 6e4},
      {"minute", 6e4},   {"minutes", 6e4},   {"h", 3.6e6},    {"hr", 3.6e6},    {"hour", 3.6e6},
      {"hours", 3.6e6},  {"d", 8.64e7},      {"day", 8.64e7}, {"days", 8.64e7}, {"w", 6.048e8},
      {"week", 6.048e8}, {"weeks", 6.048e8},
  };
  for (const auto& row : kUnits) {
    if (row.name == unit) return row.ms;
  }
  return -1;
}

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  const auto bad = [&](const char* why) {
    return fail(ErrorCode::invalid_argument, "bad duration \"{}\": {} (try 90, 10s, 5min, 2h)", text, why);
  };
  if (text == "infinity") return milliseconds::max();
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  double total = 0;
  bool any = false;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && space(text[at])) ++at;
    if (at == text.size()) break;
    const std::size_t start = at;
    while (at < text.size() && (std::isdigit(static_cast<unsigned char>(text[at])) != 0 || text[at] == '.'))
      ++at;
    if (at == start) return bad("a number is missing");
    const std::string digits(text.substr(start, at - start));
    char* end = nullptr;
    const double number = std::strtod(digits.c_str(), &end);
    if (*end != '\0') return bad("not a number");
    while (at < text.size() && space(text[at])) ++at;
    const std::size_t unit_start = at;
    while (at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0) ++at;
    const double ms = unit_ms(text.substr(unit_start, at - unit_start));
    if (ms < 0) return bad("unknown unit");
    total += number * ms;
    any = true;
  }
  if (!any) return bad("it is empty");
  if (total > 3.2e12) return bad("it is longer than a hundred years");
  return std::chrono::round<milliseconds>(std::chrono::duration<double, std::milli>(total));
}

std::string format_duration(milliseconds duration) {
  if (duration == milliseconds::max()) return "infinity";
  struct Row {
    const char* name;
    long long ms;
  };
  static constexpr Row kUnits[] = {
      {"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}};
  long long rest = duration.count();
  if (rest < 0) return "-" + format_duration(-duration);
  if (rest == 0) return "0s";
  std::string out;
  int used = 0;
  for (const auto& unit : kUnits) {
    const long long count = rest / unit.ms;
    if (count == 0) {
      if (used > 0) break;
      continue;
    }
    if (unit.ms == 1 && used > 0) break;
    if (used > 0) out += ' ';
    out += fmt::format("{}{}", count, unit.name);
    rest -= count * unit.ms;
    if (++used == 2) break;
  }
  return out;
}

}  // namespace sess
