#include "client/prediction/predictor.hpp"

#include <algorithm>

#include "base/width.hpp"

namespace sess::client::prediction {

using terminal::Screen;

void Predictor::typed(std::uint64_t sequence, const Typed& key, const Screen& screen, Time now) {
  if (keys_.size() >= kMostKeys) forget();
  if (keys_.empty()) {
    // What stands before the cursor came by itself: a question, perhaps, that is answered without an echo.
    const auto cursor = screen.cursor();
    if (!after_enter_ && text_before(screen, cursor.row, cursor.col) != settled_) begin_epoch();
    before_ = guess_of(screen);
    begin_line(screen);
  }
  Key next{sequence, key, std::nullopt, epoch_, now, std::nullopt};
  if (keys_.empty() || keys_.back().guess) {
    if (is_plain(screen))
      next.guess = apply(keys_.empty() ? before_ : *keys_.back().guess, key, start_, screen);
  }
  keys_.push_back(std::move(next));
}

void Predictor::acknowledged(std::uint64_t sequence, Time now) {
  for (auto& key : keys_) {
    if (key.sequence > sequence) break;
    if (!key.acknowledged) key.acknowledged = now;
  }
}

std::size_t Predictor::count_acknowledged() const {
  std::size_t count = 0;
  while (count < keys_.size() && keys_[count].acknowledged) ++count;
  return count;
}

void Predictor::look(const Screen& screen, Time now) {
  if (keys_.empty()) return look_for_prompt(screen);
  other_ = !cursor_holds(before_, screen) && std::none_of(keys_.begin(), keys_.end(), [&](const Key& key) {
    return key.guess && cursor_holds(*key.guess, screen);
  });
  if (confirm(screen, now) && keys_.empty()) return;
  const std::size_t count = count_acknowledged();
  if (count > 0) {
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count);
    const bool barrier = std::any_of(keys_.begin(), end, [](const Key& key) { return !key.guess; });
    if (!barrier && is_shown(keys_.front())) {
      if (now - *keys_.front().acknowledged < grace()) return;
      for (const auto& key : keys_) statistics_.wrong += is_shown(key) && active() ? 1U : 0U;
      needed_ = kTrustAgain;
      std::erase(prompts_, prompt_);
      after_enter_ = false;
    }
    drop(count);
    begin_epoch();
    return guess_anew(screen);
  }
  // The prompt may come later than the end of the line before it.
  const bool waiting =
      after_enter_ && !trusted(epoch_) && keys_.front().epoch == epoch_ && !cursor_holds(before_, screen);
  const bool arrived = std::any_of(keys_.begin(), keys_.end(),
                                   [&](const Key& key) { return key.guess && holds(*key.guess, screen); });
  if (waiting && !arrived) guess_anew(screen);
}

/// The newest guess that the screen holds, of those that were acknowledged, settles all before it.
bool Predictor::confirm(const Screen& screen, Time now) {
  std::size_t known = 0;
  const std::size_t count = count_acknowledged();
  while (known < count && keys_[known].guess) ++known;
  for (std::size_t i = known; i-- > 0;) {
    if (!holds(*keys_[i].guess, screen)) continue;
    credit(i + 1, screen, now);
    return true;
  }
  return false;
}

void Predictor::credit(std::size_t count, const Screen& screen, Time now) {
  round_trip(now - keys_[count - 1].at);
  for (std::size_t i = 0; i < count; ++i) {
    const Key& key = keys_[i];
    if (key.typed.kind != Typed::Kind::insert || key.typed.text == " ") continue;
    if (is_shown(key) && active()) ++statistics_.right;
    if (!trusted(key.epoch) && --needed_ <= 0) trusted_ = key.epoch;
  }
  if (trusted(keys_[count - 1].epoch)) {
    needed_ = 1;
    const bool blank = prompt_.text.find_first_not_of(' ') == std::string::npos;
    if (!blank && std::find(prompts_.begin(), prompts_.end(), prompt_) == prompts_.end()) {
      if (prompts_.size() >= kMostPrompts) prompts_.pop_front();
      prompts_.push_back(prompt_);
    }
  }
  before_ = *keys_[count - 1].guess;
  before_.rows.clear();
  keys_.erase(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(count));
  after_enter_ = false;
  const auto cursor = screen.cursor();
  settled_ = text_before(screen, cursor.row, cursor.col);
}

void Predictor::drop(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto& typed = keys_[i].typed;
    if (typed.kind == Typed::Kind::enter) {
      after_enter_ = true;
      ahead_.clear();
    } else if (typed.kind == Typed::Kind::insert && ahead_.size() < kMostKeys) {
      ahead_ += typed.text;
    } else {
      after_enter_ = false;
    }
  }
  keys_.erase(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Predictor::begin_epoch() {
  ++epoch_;
}

/// What is left was typed on a screen that is another one now.
void Predictor::guess_anew(const Screen& screen) {
  before_ = guess_of(screen);
  begin_line(screen);
  const Guess* last = &before_;
  for (auto& key : keys_) {
    key.epoch = epoch_;
    key.guess = last != nullptr && is_plain(screen) ? apply(*last, key.typed, start_, screen) : std::nullopt;
    last = key.guess ? &*key.guess : nullptr;
  }
  look_for_prompt(screen);
}

/// Where the line begins that is edited now: behind a prompt that is known, where it began before, or at the
/// cursor.
void Predictor::begin_line(const Screen& screen) {
  const Guess at = guess_of(screen);
  const std::string text = text_before(screen, at.row, at.col);
  if (trusted(epoch_) && !prompt_.text.empty() && text.starts_with(prompt_.text)) {
    start_ = {at.row, prompt_.col};
    return;
  }
  const Prompt* best = nullptr;
  for (const auto& prompt : prompts_) {
    if (text.starts_with(prompt.text) && (best == nullptr || prompt.text.size() > best->text.size()))
      best = &prompt;
  }
  start_ = {at.row, best != nullptr ? best->col : at.col};
  if (trusted(epoch_)) return;
  prompt_ = best != nullptr ? *best : Prompt{text, at.col};
  if (best == nullptr && after_enter_ && text.ends_with(ahead_)) {
    prompt_.text.resize(text.size() - ahead_.size());
    prompt_.col -= display_width(ahead_);
  }
}

/// After Enter, at a prompt where keys were echoed before, they are again.
void Predictor::look_for_prompt(const Screen& screen) {
  if (!after_enter_ || trusted(epoch_) || needed_ > 1 || !is_plain(screen)) return;
  const auto cursor = screen.cursor();
  const std::string text = text_before(screen, cursor.row, cursor.col);
  const auto known = std::find_if(prompts_.begin(), prompts_.end(),
                                  [&](const Prompt& prompt) { return text == prompt.text + ahead_; });
  if (known == prompts_.end()) return;
  trusted_ = epoch_;
  prompt_ = *known;
  settled_ = text;
  after_enter_ = false;
}

std::optional<Predictor::Time> Predictor::deadline() const {
  if (keys_.empty() || !keys_.front().acknowledged || !is_shown(keys_.front())) return std::nullopt;
  return *keys_.front().acknowledged + grace();
}

void Predictor::round_trip(Duration time) {
  round_trip_ = round_trip_ ? *round_trip_ + (time - *round_trip_) / 8 : time;
  if (*round_trip_ >= kSlow) slow_ = true;
  if (*round_trip_ < kQuick) slow_ = false;
}

void Predictor::forget() {
  keys_.clear();
  begin_epoch();
  after_enter_ = false;
  settled_.clear();
}

bool Predictor::active() const {
  return policy_ == Policy::always || (policy_ == Policy::automatic && slow_);
}

const Guess* Predictor::shown() const {
  const Guess* out = nullptr;
  if (!active()) return out;
  for (const auto& key : keys_) {
    if (!is_shown(key)) break;
    out = &*key.guess;
  }
  return out;
}

}  // namespace sess::client::prediction
