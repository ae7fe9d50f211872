#include "base/log.hpp"

#include "base/log_sink.hpp"

namespace sess {
namespace {

struct State {
  std::unique_ptr<log::Sink> sink;
  LogLevel level = LogLevel::off;
};

State& state() {
  static State instance;
  return instance;
}

}  // namespace

void forget_log() {
  state() = {};
}

namespace log {

void use(std::unique_ptr<Sink> sink, LogLevel level) {
  state() = {std::move(sink), level};
}

bool enabled(LogLevel level) noexcept {
  return state().sink && level >= state().level;
}

void write(LogLevel level, const std::string& line) noexcept {
  if (!state().sink) return;
  try {
    state().sink->write(level, line);
  } catch (...) {  // logging must never end a job
  }
}

}  // namespace log
}  // namespace sess
