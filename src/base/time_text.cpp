#include "base/time_text.hpp"

#include <array>

namespace sess {

std::tm local_time(std::time_t time) {
  std::tm local{};
  localtime_r(&time, &local);
  return local;
}

std::string format_time(const std::string& format, std::time_t time) {
  const std::tm local = local_time(time);
  std::array<char, 8192> out;
  return {out.data(), std::strftime(out.data(), out.size(), format.c_str(), &local)};
}

std::string format_time(const std::string& format, std::chrono::system_clock::time_point time) {
  return format_time(format, std::chrono::system_clock::to_time_t(time));
}

}  // namespace sess
