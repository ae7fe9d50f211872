#include "views/direct.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "protocol/message.hpp"
#include "views/output.hpp"
#include "terminal/show/attach_paint.hpp"
#include "terminal/screen/modes.hpp"

namespace sess::views {
namespace {

/// How long a client may take for what it is behind before it is shown the newest screen instead.
constexpr double kPatienceSeconds = 0.1;
constexpr std::uint64_t kLeastPatience = 16 * 1024;
/// Some of the ring stays free for what comes while the client catches up.
constexpr std::uint64_t kMostPatience = panes::Journal::kRingSize - 128 * 1024;
constexpr std::size_t kPull = 64 * 1024;
/// Each portion of what is caught up tells where it ends: so much may be sent twice to who goes away
/// meanwhile.
constexpr std::size_t kCatchUp = 32 * 1024;
/// For so long old lines are worth the link's time: then the newest go first.
constexpr std::chrono::seconds kWholeFor{2};
/// At an orderly end there is no window to wait for, but somebody who waits.
constexpr std::size_t kMostAtOnce = 4 << 20;
static_assert(panes::PaneIo::kMarkSpan + 1024 <= FlowWindow::kMin);
/// Screens of a flood: sixty a second at the most.
constexpr std::chrono::microseconds kFrameInterval{16'667};
/// And never more than four fifths of what the terminal takes: what the kernel's buffers hold drains
/// meanwhile, so that the next screen (the one after Ctrl-C) is not behind them.
constexpr double kFrameShare = 0.8;
constexpr std::chrono::milliseconds kLongestInterval{250};

}  // namespace

DirectView::DirectView(Connection& connection, FlowWindow& flow, panes::PaneIo& pane, Options options)
    : connection_(connection),
      flow_(flow),
      pane_(pane),
      options_(options),
      relay_(std::make_unique<terminal::Relay>(options.policy)) {}

void DirectView::synchronize() {
  relay_ = std::make_unique<terminal::Relay>(options_.policy, pane_.screen().modes().alternate_screen);
  hidden_ = 0;
  skipping_ = inside_long_picture();
  catching_up_ = false;
  fed_ = skipping_ ? pane_.parsed() : pane_.boundary();
  scrolled_ = pane_.screen().history().scrolled();
  shown_ = pane_.parsed();
  repaint_due_ = false;
  deadline_.reset();
}

void DirectView::set_options(const Options& options) {
  const auto before = std::exchange(options_, options).policy;
  relay_->set_policy(options.policy);
  auto same = before;
  same.lacks = options.policy.lacks;  // what the terminal was asked: nothing of it is shown
  if (same == options.policy) return;
  if (before.cursor_color && !options.policy.cursor_color) before_repaint_ += "\x1b]112\x1b\\";
  if (before.palette != options.policy.palette) before_repaint_ += "\x1b]104\x1b\\";
  undo_for_.reset();
  repaint();
}

/// What the user's options want of a cursor of which the program has said nothing.
std::string DirectView::defaults() const {
  terminal::RelayPolicy wanted = options_.policy;
  if (pane_.screen().modes().cursor_shape != terminal::CursorShape::default_) wanted.cursor_style = 0;
  if (pane_.screen().cursor_color()) wanted.cursor_color.reset();
  return terminal::default_cursor(wanted);
}

std::string DirectView::undo() const {
  std::string out = terminal::undo_for_detach(pane_.screen());
  if (options_.policy.cursor_style != 0) out += "\x1b[0 q";
  if (options_.policy.cursor_color) out += "\x1b]112\x1b\\";
  return out;
}

std::optional<Scrolled> DirectView::told() {
  told_ = scrolled_;
  return options_.tell_scrolled ? told_ : std::nullopt;
}

/// The echo of a key scrolls nothing off, and says nothing of it.
std::optional<Scrolled> DirectView::told_if_new() {
  return told_ == scrolled_ ? std::nullopt : told();
}

void DirectView::paint(Size client, Time now, const std::optional<Scrolled>& from, std::uint64_t owed) {
  update_undo();
  synchronize();
  terminal::PaintOptions how{options_.history_lines, client, from, options_.policy.titles};
  const bool whole = from && from->line < owed;
  const bool later = whole && misses_much(*from);  // the screen does not wait for so much
  if (whole) how.history_lines = std::numeric_limits<std::uint64_t>::max();
  if (later) how.from = scrolled_;
  const std::string bytes = terminal::paint_for_attach(pane_.screen(), how) + defaults();
  if (!later) return send_output(connection_, flow_, now, bytes, fed_, told());
  send_output(connection_, flow_, now, bytes);
  catch_up(*from, now, owed);
}

bool DirectView::resume(std::uint64_t offset, std::uint64_t past, const Scrolled& scrolled,
                        std::uint64_t owed) {
  if (offset > pane_.parsed() || offset < pane_.journal().oldest()) return false;
  update_undo();
  relay_ = std::make_unique<terminal::Relay>(options_.policy);
  fed_ = offset;
  hidden_ = past;
  scrolled_ = scrolled;
  owed_ = owed;
  skipping_ = catching_up_ = false;
  return true;
}

bool DirectView::misses_much(Scrolled at) const {
  // A portion of that size is there only where so much is missing.
  return !terminal::missed_lines(pane_.screen(), at, patience()).empty();
}

void DirectView::catch_up(Scrolled from, Time now, std::uint64_t owed) {
  update_undo();
  synchronize();
  skipping_ = false;
  catching_up_ = true;
  scrolled_ = std::min(from, scrolled_);
  owed_ = owed;
  end_ = pane_.screen().history().end_line();
  whole_until_ = now + kWholeFor;
  go_on(now);
}

/// The lines between what the terminal has and `up_to`; its scrollback says so there.
void DirectView::leave_out(const Scrolled& up_to, Time now) {
  if (up_to.line > scrolled_.line) {
    send_output(connection_, flow_, now, terminal::left_out(pane_.screen(), up_to.line - scrolled_.line));
  }
  scrolled_ = up_to;
}

/// In portions that are whole lines: a client that is cut off in between knows what it has. Behind those that
/// the window takes at once the screen stands as it is now, so that whoever types sees what comes of it.
void DirectView::go_on(Time now) {
  // No more than a third of a narrow link is for screens.
  const std::size_t portion = std::min(kCatchUp, std::max(flow_.size(), 2 * shown_bytes_));
  bool sent = false;
  while (flow_.drained() || flow_.room() >= portion) {
    if (now >= whole_until_ && scrolled_.line >= owed_) {
      leave_out(terminal::newest_lines(pane_.screen(), scrolled_, options_.history_lines), now);
      whole_until_ = Time::max();
    }
    if (!send_missing(now, portion)) return;
    sent = true;
  }
  if (!sent) return;
  const std::string bytes = screen_again();
  shown_bytes_ = bytes.size();
  send_output(connection_, flow_, now, bytes);
}

/// False when nothing is missing any more, or so much came meanwhile that it is a flood.
bool DirectView::send_missing(Time now, std::size_t portion) {
  const auto& screen = pane_.screen();
  // What the history does not hold any more is lost.
  leave_out(terminal::newest_lines(screen, scrolled_, std::numeric_limits<std::uint64_t>::max()), now);
  Scrolled at = scrolled_;
  const auto part = terminal::missed_lines(screen, at, portion);
  if (part.empty()) {
    synchronize();
    const std::string before = std::exchange(before_repaint_, {});
    send_output(connection_, flow_, now,
                before + terminal::repaint(screen, at, options_.policy.titles) + defaults(), fed_, told());
    return false;
  }
  if (at.line > end_ && scrolled_.line >= owed_) {
    if (misses_much(scrolled_)) {
      catching_up_ = false;
      start_skipping();
      return false;
    }
    end_ = screen.history().end_line();
  }
  scrolled_ = at;
  send_output(connection_, flow_, now, part, protocol::kNoOffset, told());
  return true;
}

std::string DirectView::screen_again() {
  return std::exchange(before_repaint_, {}) +
         terminal::repaint(pane_.screen(), std::nullopt, options_.policy.titles) + defaults();
}

void DirectView::draw_again(Time now) {
  synchronize();
  send_output(connection_, flow_, now, screen_again(), fed_, told());
}

void DirectView::turn(Time now) {
  update_undo();
  if (flow_.woke()) owed_ = std::max(owed_, pane_.screen().history().end_line());
  deadline_.reset();
  if (!skipping_ && !catching_up_) follow(now);
  if (repaint_due_ && !skipping_ && !catching_up_ && fed_ == pane_.parsed()) draw_again(now);
  // With a mode on that the terminal lacks the screen is somebody else's to draw.
  if ((terminal::needed(pane_.screen().modes()) & options_.policy.lacks) != 0) return;
  if (skipping_ && scrolled_.line < owed_ && !inside_long_picture()) return catch_up(scrolled_, now, owed_);
  if (catching_up_) go_on(now);
  if (skipping_) skip(now);
}

std::uint64_t DirectView::patience() const {
  const double rate = flow_.rate();
  if (rate <= 0) return kMostPatience / 2;
  return std::clamp(static_cast<std::uint64_t>(rate * kPatienceSeconds), kLeastPatience, kMostPatience);
}

/// From mark to mark, so that what has scrolled off with each frame is known.
void DirectView::follow(Time now) {
  while (fed_ < pane_.parsed()) {
    if (fed_ < pane_.journal().oldest()) return start_skipping();
    const std::size_t room = std::min(flow_.room(), kPull);
    const auto mark = pane_.mark_within(fed_, fed_ + room);
    const std::uint64_t to = mark ? mark->offset : pane_.parsed();
    // A window that is as good as empty has room for whatever lies between two marks.
    if (to - fed_ > room && !flow_.drained()) {
      if (pane_.parsed() - fed_ > patience()) start_skipping();
      return;
    }
    const std::uint64_t from = fed_;
    feed_up_to(to);
    if (relay_->take_missing()) repaint_due_ = true;
    if (relay_->halted()) {
      // What came before goes out, but from here on nothing can be resumed.
      std::string out;
      relay_->append_to(out);
      relay_->clear();
      send_output(connection_, flow_, now, out);
      fed_ = from;
      return start_skipping();
    }
    if (mark) scrolled_ = mark->scrolled;
    if (!relay_->empty()) send_relayed(now);
  }
}

/// What the emulator decoded and found plain is not decoded again. False: it has to be.
bool DirectView::feed_plain(std::uint64_t offset) {
  if (fed_ < relay_->pending()) return false;
  const auto unfinished = pane_.plain_until(fed_ - relay_->pending(), fed_, offset);
  if (!unfinished) return false;
  const auto first = pane_.journal().output(fed_).substr(0, offset - fed_);
  if (first.empty()) return false;
  const auto second = pane_.journal().output(fed_ + first.size()).substr(0, offset - fed_ - first.size());
  if (first.size() + second.size() != offset - fed_) return false;
  if (second.empty()) {
    relay_->feed_plain(first, *unfinished);
  } else {
    // The ring's end lies anywhere, a token may lie across it.
    if (*unfinished > second.size()) return false;
    relay_->feed_plain(first, 0);
    relay_->feed_plain(second, *unfinished);
  }
  fed_ = offset;
  return true;
}

/// The ring's end lies anywhere.
void DirectView::feed_up_to(std::uint64_t offset) {
  if (fed_ < offset && feed_plain(offset)) return;
  while (fed_ < offset) {
    const auto bytes = pane_.journal().output(fed_).substr(0, offset - fed_);
    if (bytes.empty()) return;
    relay_->feed(bytes);
    fed_ += bytes.size();
  }
}

void DirectView::send_relayed(Time now) {
  std::string& queue = connection_.queue();
  // In the middle of a picture nothing can be resumed from here.
  const bool inside = relay_->in_stream();
  const std::uint64_t offset = inside ? protocol::kNoOffset : fed_ - relay_->pending();
  const auto scrolled = inside ? std::nullopt : told_if_new();
  std::size_t size = relay_->size();
  if (hidden_ == 0) {
    protocol::Output::append_header(queue, offset, size, 0, scrolled);
    relay_->append_to(queue);
  } else {
    std::string rest;
    relay_->append_to(rest);
    const std::size_t cut = std::min<std::uint64_t>(hidden_, rest.size());
    hidden_ -= cut;
    rest.erase(0, cut);
    size = rest.size();
    protocol::Output::append_header(queue, offset, size, 0, scrolled);
    queue += rest;
  }
  relay_->clear();
  flow_.on_sent(size, now);
}

void DirectView::finish(Time now) {
  const bool behind = skipping_ || fed_ < pane_.journal().oldest() || pane_.parsed() - fed_ > kLeastPatience;
  if (catching_up_ || behind) return finish_catching_up(now);
  feed_up_to(pane_.parsed());
  std::string out;
  relay_->append_to(out);
  relay_->clear();
  send_output(connection_, flow_, now, out);
}

void DirectView::finish_catching_up(Time now) {
  const auto& screen = pane_.screen();
  update_undo();
  catching_up_ = true;
  skipping_ = false;
  end_ = screen.history().end_line();
  const std::size_t before = connection_.queued();
  do {
    const bool too_much = connection_.queued() - before > kMostAtOnce;
    if (too_much || (scrolled_.line >= owed_ && misses_much(scrolled_))) {
      leave_out(terminal::newest_lines(screen, scrolled_, options_.history_lines), now);
    }
  } while (send_missing(now, kCatchUp));
}

void DirectView::start_skipping() {
  skipping_ = true;
  calm_ = false;
  shown_ = 0;
}

void DirectView::skip(Time now) {
  const bool ready = flow_.drained() || (flow_.is_far() && shown_ != 0 && flow_.room() >= shown_bytes_);
  if (!ready || inside_long_picture()) return;
  if (const auto next = shown_at_ + frame_interval(); now < next) {
    deadline_ = next;
    return;
  }
  const std::uint64_t parsed = pane_.parsed();
  // Either nothing came since the last screen, or so little that this client can take it: the flood is over.
  const double rate = flow_.rate();
  const bool calm = shown_ != 0 && static_cast<double>(parsed - shown_) <= rate * kPatienceSeconds / 4;
  // The screen as it is now does not wait for the lines that are missing before it.
  if (calm && (std::exchange(calm_, true) || shown_ == parsed)) {
    if (flow_.drained()) catch_up(scrolled_, now, owed_);
    return;
  }
  calm_ = calm;
  const std::uint64_t left_out = parsed - std::max(fed_, shown_);
  discarded_ += left_out;
  flow_.on_discarded(left_out);
  shown_ = parsed;
  shown_at_ = now;
  fed_ = parsed;
  const std::string bytes = screen_again();
  shown_bytes_ = bytes.size();
  send_output(connection_, flow_, now, bytes);
}

std::chrono::nanoseconds DirectView::frame_interval() const {
  const double rate = flow_.rate();
  if (rate <= 0) return kFrameInterval;
  const std::chrono::duration<double> needed(static_cast<double>(shown_bytes_) / (rate * kFrameShare));
  if (needed > kLongestInterval) return kLongestInterval;
  return std::max<std::chrono::nanoseconds>(kFrameInterval,
                                            std::chrono::duration_cast<std::chrono::nanoseconds>(needed));
}

void DirectView::update_undo() {
  const auto& screen = pane_.screen();
  const terminal::Modes& modes = screen.modes();
  const bool guard = (screen.pen().attrs & terminal::protected_) != 0;
  if (undo_for_ && *undo_for_ == modes && undo_palette_ == screen.palette_changed() && undo_guard_ == guard)
    return;
  undo_for_ = modes;
  undo_palette_ = screen.palette_changed();
  undo_guard_ = guard;
  // The client prints its last line where this leaves the cursor: below everything.
  const std::string bytes = undo() + "\x1b[9999;1H\n";
  connection_.send(protocol::encode(protocol::Undo{bytes}));
}

std::string below_screen(const terminal::Screen& screen) {
  if (screen.modes().alternate_screen) return {};
  int last = screen.cursor().row;
  for (int r = screen.size().rows - 1; r > last; --r) {
    const auto row = screen.row(r);
    if (std::any_of(row.begin(), row.end(),
                    [](const terminal::Cell& c) { return c.glyph != 0 && c.glyph != ' '; })) {
      last = r;
    }
  }
  return fmt::format("\x1b[{};1H\n", last + 1);
}

}  // namespace sess::views
