#include "base/log.hpp"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace sess {
namespace {

constexpr std::size_t kLogBytes = 1 << 20;
constexpr std::size_t kLogFiles = 3;

struct State {
  std::shared_ptr<spdlog::logger> logger;
  LogLevel level = LogLevel::off;
};

State& state() {
  static State instance;
  return instance;
}

void use(spdlog::sink_ptr sink, LogLevel level) {
  auto made = std::make_shared<spdlog::logger>("sess", std::move(sink));
  made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %P %l %v");
  made->set_level(spdlog::level::debug);
  made->flush_on(spdlog::level::trace);
  state() = {std::move(made), level};
}

}  // namespace

Result<> open_log(const std::string& path, LogLevel level) {
  try {
    use(std::make_shared<spdlog::sinks::rotating_file_sink_st>(path, kLogBytes, kLogFiles), level);
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::io, "cannot open the log {}: {}", path, e.what());
  }
  return {};
}

void log_to_stderr(LogLevel level) { use(std::make_shared<spdlog::sinks::stderr_sink_st>(), level); }

void forget_log() { state() = {}; }

namespace log {

bool enabled(LogLevel level) noexcept { return state().logger && level >= state().level; }

void write(LogLevel level, const std::string& line) noexcept {
  if (!state().logger) return;
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err};
  try {
    state().logger->log(kLevels[static_cast<int>(level) & 3], "{}", line);
  } catch (...) {  // logging must never end a job
  }
}

}  // namespace log
}  // namespace sess
