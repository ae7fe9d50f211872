// Where log lines go: the seam between log.cpp, which every program has, and log_file.cpp, which brings
// spdlog.
//
// A program that never opens a log (`sess`) is not linked with spdlog: its start is a third of its life.
#pragma once

#include <memory>
#include <string>

#include "base/log.hpp"

namespace sess::log {

class Sink {
 public:
  virtual ~Sink() = default;
  /// May throw; the line is lost then.
  virtual void write(LogLevel level, const std::string& line) = 0;
};

/// From now on lines of `level` and above go there; an empty sink drops all.
void use(std::unique_ptr<Sink> sink, LogLevel level);

}  // namespace sess::log
