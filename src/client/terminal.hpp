// The user's terminal while it shows a session: raw mode, output that never blocks, and the way back.
//
// The terminal is opened anew where that is allowed, because O_NONBLOCK on the shared descriptor would reach
// every other program on it. Whatever ends the client, leave() comes before anything else is printed.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "client/output_queue.hpp"
#include "os/terminal.hpp"
#include "protocol/message.hpp"

namespace sess::client {

class Terminal {
 public:
  /// Takes the terminal that `fd` is; the mode does not change yet. Fails where fd is no terminal.
  [[nodiscard]] static Result<std::unique_ptr<Terminal>> open(int fd);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Raw mode, remembering what was before.
  Result<> enter();
  /// Raw mode again after somebody else may have changed it (SIGCONT); the mode to restore stays the first
  /// one.
  Result<> enter_again();
  /// Gives what is queued up to `patience` to get out.
  void drain(std::chrono::milliseconds patience);
  /// Gives what is queued up to `patience` to get out, then drops it; writes undo, and stays in raw mode.
  void undo(std::chrono::milliseconds patience);
  /// undo(), and restores the mode. Does nothing outside raw mode. What was set to undo stays: it holds for
  /// the next enter().
  void leave(std::chrono::milliseconds patience);
  [[nodiscard]] bool entered() const { return guard_.has_value(); }

  void set_undo(std::string_view bytes) { undo_ = bytes; }
  [[nodiscard]] protocol::TerminalSize size() const;
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] OutputQueue& output() { return output_; }

 private:
  Terminal(int shared, UniqueFd own);
  void write_within(std::string_view bytes, std::chrono::milliseconds patience);

  UniqueFd own_;  // empty where the terminal could not be opened anew
  int fd_;
  OutputQueue output_;
  std::optional<os::TerminalGuard> guard_;
  std::string undo_;
};

/// Size and pixels of the terminal behind fd; 24x80 where it is none.
[[nodiscard]] protocol::TerminalSize size_of_terminal(int fd);

}  // namespace sess::client
