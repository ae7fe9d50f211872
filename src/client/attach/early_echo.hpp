// Keys of a session on another machine that are shown before their echo is back: what prediction/ says, given
// to the terminal at the right moment, and the link measured for it.
//
// Owned by an Attachment, which writes what this hands out, asks it before anybody else writes, and has the
// timer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "client/prediction/local_echo.hpp"

namespace sess::client {

class EarlyEcho {
 public:
  using Write = std::function<void(std::string_view)>;
  using Duration = std::chrono::steady_clock::duration;
  /// `write` gives bytes of this program's own to the terminal.
  EarlyEcho(Size size, prediction::Policy policy, Write write);

  /// A ping with this serial goes out; its pong says how slow the link is, before anything was typed.
  void asked(std::uint64_t serial);
  void answered(std::uint64_t serial);

  /// Before the far side's bytes are written.
  void before_output(std::string_view bytes) { write_some(local_.before_output(bytes)); }
  void typed(std::uint64_t sequence, std::string_view bytes);
  void acknowledged(std::uint64_t sequence);
  /// Shows what is guessed now, unless the screen is `covered` (by a line of this program's own, or by output
  /// that waits) or the terminal somebody else's. How long until the next call, though nothing comes;
  /// nullopt: there is nothing to wait for.
  std::optional<Duration> update(bool covered, bool terminal_is_ours);
  /// Before anybody else writes on the terminal.
  void take_away() { write_some(local_.take_away()); }
  /// Nothing is guessed of what was typed so far.
  void forget() { local_.forget(); }
  /// The terminal is what a new one is, or has another size.
  void begin_anew(Size size) { local_.begin_anew(size); }

  [[nodiscard]] const prediction::Predictor::Statistics& statistics() const { return local_.statistics(); }

 private:
  struct Asked {
    std::uint64_t serial;
    prediction::LocalEcho::Time at;
  };
  void write_some(std::string_view bytes);

  prediction::LocalEcho local_;
  Write write_;
  std::optional<Asked> asked_;
};

}  // namespace sess::client
