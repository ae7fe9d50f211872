#include "client/prediction/local_echo.hpp"

namespace sess::client::prediction {

LocalEcho::LocalEcho(Size size, Policy policy) : predictor_(policy) {
  begin_anew(size);
}

void LocalEcho::begin_anew(Size size) {
  emulator_.reset();
  lines_ = {};
  emulator_ = std::make_unique<terminal::Emulator>(size, lines_, sink_);
  emulator_->set_history_limits(0, 0);
  overlay_.forget();
  predictor_.forget();
}

std::string LocalEcho::before_output(std::string_view bytes) {
  auto out = overlay_.take_away(emulator_->screen());
  emulator_->feed(bytes);
  return out;
}

void LocalEcho::typed(std::uint64_t sequence, std::string_view bytes, Time now) {
  for (const auto& key : reader_.read(bytes)) predictor_.typed(sequence, key, emulator_->screen(), now);
}

std::string LocalEcho::update(Time now) {
  const auto& screen = emulator_->screen();
  // Nothing is said about a screen in the middle of a sequence or of a frame.
  if (emulator_->pending() > 0) return {};
  predictor_.look(screen, now);
  const Guess* guess = predictor_.shown();
  if (guess == nullptr || !is_plain(screen)) return overlay_.take_away(screen);
  return overlay_.draw(*guess, screen);
}

std::string LocalEcho::take_away() {
  return overlay_.take_away(emulator_->screen());
}

}  // namespace sess::client::prediction
