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

void DirectView::paint(Size client, Time now, const std::optional<Scrolled>& from) {
  update_undo();
  synchronize();
  send_output(connection_, flow_, now,
              terminal::paint_for_attach(pane_.screen(),
                                         {options_.history_lines, client, from, options_.policy.titles}) +
                  defaults(),
              fed_, told());
}

bool DirectView::resume(std::uint64_t offset, std::uint64_t past, const Scrolled& scrolled) {
  if (offset > pane_.parsed() || offset < pane_.journal().oldest()) return false;
  update_undo();
  relay_ = std::make_unique<terminal::Relay>(options_.policy);
  fed_ = offset;
  hidden_ = past;
  scrolled_ = scrolled;
  skipping_ = false;
  return true;
}

/// Behind `from`; later when what is missing is both more lines than the user wants of a history and more
/// bytes than the link carries in a moment.
Scrolled DirectView::where_to_go_on(const Scrolled& from) const {
  const auto& screen = pane_.screen();
  const Scrolled newest = terminal::newest_lines(screen, from, options_.history_lines);
  const Scrolled known = terminal::newest_lines(screen, from, std::numeric_limits<std::uint64_t>::max());
  if (known.line == newest.line) return newest;
  // A portion of that size is there only where so much is missing.
  Scrolled end = known;
  return terminal::missed_lines(screen, end, patience()).empty() ? known : newest;
}

void DirectView::catch_up(Scrolled from, Time now) {
  const auto& screen = pane_.screen();
  update_undo();
  synchronize();
  Scrolled at = where_to_go_on(from);
  if (at.line != from.line && from.bytes > 0) {
    send_output(connection_, flow_, now, terminal::end_scrolled_line(screen));
  }
  // In portions that are whole lines: a client that is cut off in between knows what it has.
  for (auto part = terminal::missed_lines(screen, at, kCatchUp); !part.empty();
       part = terminal::missed_lines(screen, at, kCatchUp)) {
    send_output(connection_, flow_, now, part, protocol::kNoOffset,
                options_.tell_scrolled ? std::optional(at) : std::nullopt);
  }
  const std::string before = std::exchange(before_repaint_, {});
  send_output(connection_, flow_, now,
              before + terminal::repaint(screen, at, options_.policy.titles) + defaults(), fed_, told());
}

void DirectView::draw_again(Time now) {
  synchronize();
  const std::string before = std::exchange(before_repaint_, {});
  send_output(connection_, flow_, now,
              before + terminal::repaint(pane_.screen(), std::nullopt, options_.policy.titles) + defaults(),
              fed_, told());
}

void DirectView::turn(Time now) {
  update_undo();
  if (!skipping_) follow(now);
  if (repaint_due_ && !skipping_ && fed_ == pane_.parsed()) draw_again(now);
  // With a mode on that the terminal lacks the screen is somebody else's to draw.
  if (skipping_ && (terminal::needed(pane_.screen().modes()) & options_.policy.lacks) == 0) skip(now);
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
  if (skipping_ || fed_ < pane_.journal().oldest() || pane_.parsed() - fed_ > kLeastPatience) {
    return catch_up(scrolled_, now);
  }
  feed_up_to(pane_.parsed());
  std::string out;
  relay_->append_to(out);
  relay_->clear();
  send_output(connection_, flow_, now, out);
}

void DirectView::start_skipping() {
  skipping_ = true;
  calm_ = false;
  shown_ = 0;
}

void DirectView::skip(Time now) {
  deadline_.reset();
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
    if (flow_.drained()) catch_up(scrolled_, now);
    return;
  }
  calm_ = calm;
  const std::uint64_t left_out = parsed - std::max(fed_, shown_);
  discarded_ += left_out;
  flow_.on_discarded(left_out);
  shown_ = parsed;
  shown_at_ = now;
  fed_ = parsed;
  const std::string bytes =
      terminal::repaint(pane_.screen(), std::nullopt, options_.policy.titles) + defaults();
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
