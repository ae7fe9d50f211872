// A point in time as people read it: the local time zone, strftime(3)'s formats.
#pragma once

#include <chrono>
#include <ctime>
#include <string>

namespace sess {

[[nodiscard]] std::tm local_time(std::time_t time);
/// Up to 8 KiB of `format` filled in; empty when that is not enough.
[[nodiscard]] std::string format_time(const std::string& format, std::time_t time);
/// The same of a clock's time; what is below a second is left out.
[[nodiscard]] std::string format_time(const std::string& format, std::chrono::system_clock::time_point time);

}  // namespace sess
