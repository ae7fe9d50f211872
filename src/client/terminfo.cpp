#include "client/terminfo.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sess::client {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kMostNames = 256;
constexpr std::size_t kLongestName = 32;
constexpr int kLegacy = 0432;  ///< numbers of 16 bits
constexpr int kWide = 01036;   ///< and of 32

struct Place {
  std::size_t index;
  std::string_view name;
};
// Where term(5) has them; their terminfo names.
constexpr std::size_t kColours = 13;
constexpr Place kFlags[] = {{28, "bce"}};
constexpr Place kStrings[] = {{3, "csr"},   {26, "blink"}, {30, "dim"},   {37, "ech"},
                              {121, "rep"}, {135, "tsl"},  {311, "sitm"}, {355, "kmous"}};

/// Reads little-endian numbers off the front; what lies behind the end makes everything that follows fail.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool failed() const { return failed_; }

  std::string_view take(std::size_t count) {
    if (count > bytes_.size() - at_) {
      failed_ = true;
      count = bytes_.size() - at_;
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  int number(std::size_t width) {
    std::uint32_t value = 0;
    const auto bytes = take(width);
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
    return width == 2 ? static_cast<std::int16_t>(value) : static_cast<std::int32_t>(value);
  }
  std::size_t count() {
    const int value = number(2);
    if (value < 0) failed_ = true;
    return value < 0 ? 0 : static_cast<std::size_t>(value);
  }
  /// What follows begins at an even place.
  void align() {
    if (at_ % 2 == 1) take(1);
  }
  [[nodiscard]] bool at_end() const { return at_ >= bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::vector<int> take_numbers(Reader& in, std::size_t count, std::size_t width) {
  std::vector<int> out;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) out.push_back(in.number(width));
  return out;
}

void add(std::vector<std::string>& out, std::string_view name) {
  if (out.size() < kMostNames && !name.empty() && name.size() <= kLongestName) out.emplace_back(name);
}

/// The names that are no standard ones (user_caps(5)): flags, numbers, strings, and behind them what they are
/// called.
void add_extended(std::vector<std::string>& out, Reader& in, std::size_t width) {
  in.align();
  if (in.at_end()) return;
  const std::size_t flags = in.count();
  const std::size_t numbers = in.count();
  const std::size_t strings = in.count();
  in.count();
  const std::size_t table_size = in.count();
  const auto flag_bytes = in.take(flags);
  in.align();
  const auto values = take_numbers(in, numbers, width);
  const auto offsets = take_numbers(in, strings, 2);
  const auto names = take_numbers(in, flags + numbers + strings, 2);
  const auto table = in.take(table_size);
  if (in.failed()) return;
  const auto text_at = [&](std::size_t at) {
    const auto rest = at < table.size() ? table.substr(at) : std::string_view();
    return rest.substr(0, rest.find('\0'));
  };
  std::size_t base = 0;  // the names lie behind the strings
  for (const int offset : offsets) {
    if (offset >= 0) base += text_at(static_cast<std::size_t>(offset)).size() + 1;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool has = i < flags             ? flag_bytes[i] == 1
                     : i < flags + numbers ? values[i - flags] >= 0
                                           : offsets[i - flags - numbers] >= 0;
    if (!has || names[i] < 0) continue;
    // Keys, dozens of them with their modifiers: nothing is drawn by them, and every log-in would carry them.
    const auto name = text_at(base + static_cast<std::size_t>(names[i]));
    if (!name.starts_with('k')) add(out, name);
  }
}

std::optional<std::string> read_entry(const std::string& directory, const std::string& term) {
  for (const auto& place :
       {std::string(1, term[0]), fmt::format("{:x}", static_cast<unsigned char>(term[0]))}) {
    std::ifstream file(directory + "/" + place + "/" + term, std::ios::binary);
    if (!file) continue;
    std::string bytes(kMostBytes, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
  }
  return std::nullopt;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// In ncurses' order (terminfo(5)); an empty place of TERMINFO_DIRS is the system's.
std::vector<std::string> directories() {
  std::vector<std::string> out;
  const auto add_system = [&out] {
    for (const char* place : {"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"}) {
      out.emplace_back(place);
    }
  };
  if (const auto own = variable("TERMINFO"); own.starts_with('/')) out.push_back(own);
  if (const auto home = variable("HOME"); !home.empty()) out.push_back(home + "/.terminfo");
  std::string list = variable("TERMINFO_DIRS");
  while (!list.empty()) {
    const auto colon = list.find(':');
    const auto place = list.substr(0, colon);
    if (place.empty()) {
      add_system();
    } else {
      out.push_back(place);
    }
    list = colon == list.npos ? "" : list.substr(colon + 1);
  }
  add_system();
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> parse_terminfo(std::string_view entry) {
  Reader in(entry);
  const int magic = in.number(2);
  if (magic != kLegacy && magic != kWide) return std::nullopt;
  const std::size_t width = magic == kWide ? 4 : 2;
  const std::size_t names = in.count();
  const std::size_t flag_count = in.count();
  const std::size_t number_count = in.count();
  const std::size_t string_count = in.count();
  const std::size_t table_size = in.count();
  in.take(names);
  const auto flags = in.take(flag_count);
  in.align();
  const auto numbers = take_numbers(in, number_count, width);
  const auto strings = take_numbers(in, string_count, 2);
  in.take(table_size);
  if (in.failed()) return std::nullopt;

  std::vector<std::string> out;
  for (const auto& [index, name] : kFlags) {
    if (index < flags.size() && flags[index] == 1) add(out, name);
  }
  if (kColours < numbers.size() && numbers[kColours] > 0)
    add(out, fmt::format("colors={}", numbers[kColours]));
  for (const auto& [index, name] : kStrings) {
    if (index < strings.size() && strings[index] >= 0) add(out, name);
  }
  add_extended(out, in, width);
  return out;
}

std::optional<std::vector<std::string>> read_terminfo(const std::string& term) {
  if (term.empty() || term[0] == '.' || term.find('/') != term.npos || term.size() > kMostNames)
    return std::nullopt;
  for (const auto& directory : directories()) {
    if (const auto entry = read_entry(directory, term)) return parse_terminfo(*entry);
  }
  return std::nullopt;
}

}  // namespace sess::client
