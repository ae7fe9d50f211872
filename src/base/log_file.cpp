#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "base/log.hpp"
#include "base/log_sink.hpp"

namespace sess {
namespace {

constexpr std::size_t kLogBytes = 1 << 20;
constexpr std::size_t kLogFiles = 3;

class SpdlogSink final : public log::Sink {
 public:
  explicit SpdlogSink(spdlog::sink_ptr sink) : logger_("sess", std::move(sink)) {
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %P %l %v");
    logger_.set_level(spdlog::level::debug);
    logger_.flush_on(spdlog::level::trace);
  }
  void write(LogLevel level, const std::string& line) override {
    static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                            spdlog::level::warn, spdlog::level::err};
    logger_.log(kLevels[static_cast<int>(level) & 3], "{}", line);
  }

 private:
  spdlog::logger logger_;
};

}  // namespace

Result<> open_log(const std::string& path, LogLevel level) {
  try {
    log::use(std::make_unique<SpdlogSink>(
                 std::make_shared<spdlog::sinks::rotating_file_sink_st>(path, kLogBytes, kLogFiles)),
             level);
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::io, "cannot open the log {}: {}", path, e.what());
  }
  return {};
}

}  // namespace sess
