#include "job/restart.hpp"

#include <algorithm>
#include <charconv>

#include "base/duration.hpp"

namespace sess::job {

namespace {

/// The doubling stops here: 2^40 of any delay is beyond every maximum.
constexpr int kMaxStep = 40;
/// A tracker remembers at most this many restarts; a limit above it is never reached.
constexpr std::size_t kMaxRecent = 10'000;

Milliseconds delay_of(const RestartPolicy& policy, int step) {
  const auto max = std::max(policy.delay, policy.max_delay);
  auto delay = policy.delay;
  for (int i = 0; i < step && delay < max; ++i) delay = delay > max / 2 ? max : delay * 2;
  return std::min(delay, max);
}

}  // namespace

std::optional<Restart> parse_restart(std::string_view text) {
  for (const Restart restart : {Restart::no, Restart::on_failure, Restart::always}) {
    if (restart_name(restart) == text) return restart;
  }
  return std::nullopt;
}

std::string_view restart_name(Restart restart) {
  switch (restart) {
    case Restart::no:
      return "no";
    case Restart::on_failure:
      return "on-failure";
    case Restart::always:
      return "always";
  }
  return "no";
}

Result<RestartLimit> parse_restart_limit(std::string_view text) {
  if (text == "0" || text == "none") return RestartLimit{};
  RestartLimit limit;
  const auto slash = text.find('/');
  const std::string_view count = text.substr(0, slash);
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), limit.count);
  if (error != std::errc() || end != count.data() + count.size() || limit.count < 1 ||
      slash == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "'{}' is not a limit: write N/WINDOW, for example 5/10min",
                text);
  }
  const auto window = parse_duration(text.substr(slash + 1));
  if (!window) return pass(window.error());
  if (window->count() <= 0) return fail(ErrorCode::invalid_argument, "the window of '{}' is empty", text);
  limit.window = *window;
  return limit;
}

std::string restart_limit_text(const RestartLimit& limit) {
  return limit.count == 0 ? "none" : std::to_string(limit.count) + "/" + format_duration(limit.window);
}

void RestartTracker::on_started(Time now) {
  started_ = now;
}

Verdict RestartTracker::on_ended(const Exit& exit, const RestartPolicy& policy, Time now) {
  const bool success = policy.success.contains(exit);
  Verdict verdict;
  if (policy.when == Restart::no || (policy.when == Restart::on_failure && success)) {
    verdict.action = success ? Verdict::Action::finish : Verdict::Action::fail;
    if (!success) verdict.reason = exit.text();
    return verdict;
  }
  if (now - started_ >= policy.healthy_after) step_ = 0;
  if (policy.limit.count > 0) {
    while (!recent_.empty() && now - recent_.front() >= policy.limit.window) recent_.pop_front();
    if (recent_.size() >= static_cast<std::size_t>(policy.limit.count)) {
      verdict.action = Verdict::Action::give_up;
      verdict.reason = exit.text() + ", restarted " + std::to_string(recent_.size()) + " times within " +
                       format_duration(policy.limit.window);
      return verdict;
    }
  }
  verdict.action = Verdict::Action::restart;
  verdict.delay = delay_of(policy, step_);
  verdict.at = now + verdict.delay;
  step_ = std::min(step_ + 1, kMaxStep);
  ++restarts_;
  recent_.push_back(verdict.at);
  if (recent_.size() > kMaxRecent) recent_.pop_front();
  return verdict;
}

void RestartTracker::reset() {
  restarts_ = 0;
  step_ = 0;
  recent_.clear();
}

void RestartTracker::save(ByteWriter& out) const {
  out.i64(started_.time_since_epoch().count());
  out.i32(restarts_);
  out.i32(step_);
  out.varint(recent_.size());
  for (const Time time : recent_) out.i64(time.time_since_epoch().count());
}

RestartTracker RestartTracker::restore(ByteReader& in) {
  RestartTracker tracker;
  tracker.started_ = Time(Time::duration(in.i64()));
  tracker.restarts_ = std::max(0, in.i32());
  tracker.step_ = std::clamp(in.i32(), 0, kMaxStep);
  const std::uint64_t count = in.varint();
  if (count > kMaxRecent) in.reject();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) tracker.recent_.emplace_back(Time::duration(in.i64()));
  return in.ok() ? tracker : RestartTracker();
}

}  // namespace sess::job
