// The process here that leads to a far server (ssh, or exec:'s command), and what it has to say.
//
// A Link over a transport owns one. Its lines on standard error are held back by one, so that the last one,
// which says why there is no link, becomes part of the one message that the user gets. Everything it says is
// made fit for a terminal first.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/remote/destination.hpp"
#include "os/programs/helper.hpp"

namespace sess::client::remote {

class FarEnd {
 public:
  FarEnd(Destination destination, std::unique_ptr<os::Helper> helper)
      : destination_(std::move(destination)), helper_(std::move(helper)) {}

  [[nodiscard]] os::Helper& helper() { return *helper_; }
  [[nodiscard]] const os::Helper& helper() const { return *helper_; }
  [[nodiscard]] const Destination& destination() const { return destination_; }
  /// To be polled for reading; -1 once it has closed.
  [[nodiscard]] int errors() const { return closed_ ? -1 : helper_->errors(); }
  /// Reads what was said on standard error and shows it on this program's, but for the last line. Every line
  /// goes to `observe` as well, reports of progress (ssh -v) to nobody else.
  void listen(const std::function<void(const std::string& line)>& observe = {});
  /// The link speaks: the line that was held back is no reason for anything, and shown.
  void release();
  /// From now on nothing is shown: the terminal belongs to a session.
  void hush() { quiet_ = true; }
  /// Why the link ended, in one line for the user; waits a moment for the process to end. `said` is what came
  /// out of it in place of a stream.
  [[nodiscard]] std::string why_lost(std::string_view said, std::chrono::milliseconds patience);
  /// The line that was said last, "" when it is no reason for anything.
  [[nodiscard]] const std::string& last_line() const { return held_; }

 private:
  void take_line(const std::function<void(const std::string& line)>& observe);

  Destination destination_;
  std::unique_ptr<os::Helper> helper_;
  std::string partial_;
  std::string held_;
  bool closed_ = false;
  bool quiet_ = false;
};

}  // namespace sess::client::remote
