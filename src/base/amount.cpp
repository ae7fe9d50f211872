#include "base/amount.hpp"

#include <fmt/format.h>

namespace sess {

std::string bytes_text(std::uint64_t bytes) {
  static constexpr char kUnits[] = "BKMGT";
  double size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 2 < sizeof kUnits; ++unit) size /= 1024;
  return unit == 0 ? fmt::format("{}B", bytes) : fmt::format("{:.1f}{}", size, kUnits[unit]);
}

}  // namespace sess
