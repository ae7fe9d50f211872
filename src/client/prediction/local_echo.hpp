// The user's terminal as the far side has it, and over it what was typed since: keys are shown before their
// echo is back.
//
//   typed bytes ──► TypedReader ──► Predictor ──► Overlay ──► bytes for the terminal
//   output bytes ─► Emulator ────────┘
//
// Owned by an Attachment whose server is on another machine; it writes what this returns, in this order, and
// nothing else between. Writes nothing itself and knows no link.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "client/prediction/overlay.hpp"
#include "client/prediction/predictor.hpp"
#include "client/prediction/typed.hpp"
#include "terminal/act/emulator.hpp"

namespace sess::client::prediction {

class LocalEcho {
 public:
  using Time = Predictor::Time;

  LocalEcho(Size size, Policy policy);

  /// The far side's bytes, which are written to the terminal behind what this returns.
  [[nodiscard]] std::string before_output(std::string_view bytes);
  void typed(std::uint64_t sequence, std::string_view bytes, Time now);
  void acknowledged(std::uint64_t sequence, Time now) { predictor_.acknowledged(sequence, now); }
  void round_trip(Predictor::Duration time) { predictor_.round_trip(time); }
  /// After any of these: what the terminal is to be given so that it shows what is guessed now.
  [[nodiscard]] std::string update(Time now);
  /// Before anybody else writes on the terminal.
  [[nodiscard]] std::string take_away();
  /// Nothing is guessed of what was typed so far.
  void forget() { predictor_.forget(); }
  /// The terminal is what a new one is, or has another size: the far side draws all of it anew.
  void begin_anew(Size size);

  [[nodiscard]] std::optional<Time> deadline() const { return predictor_.deadline(); }
  [[nodiscard]] const Predictor::Statistics& statistics() const { return predictor_.statistics(); }

 private:
  terminal::HeapSegmentStore lines_;
  terminal::NullSink sink_;
  std::unique_ptr<terminal::Emulator> emulator_;
  TypedReader reader_;
  Predictor predictor_;
  Overlay overlay_;
};

}  // namespace sess::client::prediction
