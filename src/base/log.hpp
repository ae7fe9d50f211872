// The log of a process: levels, one rotated file, never with what users typed or programs printed.
//
// Until open_log() is called everything is dropped, so libraries and tests may log freely. Use:
// log::info("client {}: attached to {}", id, name). Messages carry sizes and names, never contents.
// spdlog does the work in log_file.cpp; its headers and its library stay out of whatever opens no log.
#pragma once

#include <fmt/format.h>

#include <string>

#include "base/result.hpp"

namespace sess {

enum class LogLevel { debug, info, warn, error, off };

/// Opens PATH (created 0600 through the process's umask; rotated at 1 MiB, three old files kept) as the
/// log of this process. The directory must exist.
Result<> open_log(const std::string& path, LogLevel level);

/// After fork: drops the inherited sink without flushing it, so that parent and child never share a file
/// offset.
void forget_log();

namespace log {

[[nodiscard]] bool enabled(LogLevel level) noexcept;
/// Writes one line. Never throws; a full disk loses the line.
void write(LogLevel level, const std::string& line) noexcept;

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(LogLevel::debug)) write(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(LogLevel::info)) write(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(LogLevel::warn)) write(LogLevel::warn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(LogLevel::error)) write(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace log
}  // namespace sess
