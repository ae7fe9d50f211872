#include "views/control.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/message.hpp"
#include "terminal/show/attach_paint.hpp"

namespace sess::views {
namespace {

/// What one pane may send before the next has its turn.
constexpr std::size_t kShare = 16 * 1024;
constexpr std::size_t kMostMarks = 64;
/// History lines for a client that was overtaken, as many as an attach replays.
constexpr std::uint64_t kMostLines = 2000;

std::string id_text(model::PaneId pane) {
  return fmt::format("%{}", pane.value);
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && c != '\\') {
      out += c;
    } else {
      out += '\\';
      out += static_cast<char>('0' + (byte >> 6));
      out += static_cast<char>('0' + (byte >> 3 & 7));
      out += static_cast<char>('0' + (byte & 7));
    }
  }
}

// --- lines ----------------------------------------------------------------------------------------------

void ControlView::send(std::string_view text) {
  while (!text.empty()) {
    const auto part = text.substr(0, protocol::kMaxChunk);
    connection_.send(protocol::encode(protocol::Print{1, part}));
    text.remove_prefix(part.size());
  }
}

void ControlView::begin(std::uint64_t number, std::string_view line, Time now) {
  if (blocks_.empty()) hold_until_ = now + kHold;
  blocks_[number] = std::string(line) + '\n';
  current_ = number;
}

void ControlView::body(std::string_view text) {
  const auto block = current_ ? blocks_.find(*current_) : blocks_.end();
  if (block != blocks_.end()) {
    block->second.append(text).append("\n");
    return;
  }
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    notify(fmt::format("%message {}", text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void ControlView::end(std::uint64_t number, std::string_view line) {
  auto block = blocks_.extract(number);
  if (block.empty()) return;
  block.mapped().append(line).append("\n");
  send(block.mapped());
  if (current_ == number) current_.reset();
  if (blocks_.empty()) let_go();
}

void ControlView::let_go() {
  hold_until_.reset();
  send(std::exchange(held_, {}));
}

void ControlView::notify(std::string_view line) {
  if (!room()) {
    missed_ = true;
    return;
  }
  if (hold_until_) {
    held_.append(line).append("\n");
  } else {
    send(std::string(line) + '\n');
  }
}

bool ControlView::take_missed() {
  return missed_ && !hold_until_ && room() && std::exchange(missed_, false);
}

// --- panes ----------------------------------------------------------------------------------------------

void ControlView::forget(model::PaneId pane) {
  panes_.erase(pane);
  behind_.erase(pane);
}

void ControlView::printed(model::PaneId id, Time now, std::uint64_t parsed) {
  const auto it = panes_.find(id);
  if (it == panes_.end() || it->second.state == State::off || it->second.state == State::paused) return;
  behind_.insert(id);
  auto& marks = it->second.marks;
  if (!marks.empty() && marks.size() >= kMostMarks) {
    marks.back().end = parsed;
  } else {
    marks.push_back({parsed, now});
  }
}

void ControlView::restart(Pane& pane, std::uint64_t offset) {
  pane.offset = offset;
  pane.state = State::on;
  pane.scrolled.reset();
  pane.marks.clear();
}

void ControlView::turn_off(model::PaneId id) {
  const auto it = panes_.find(id);
  if (it == panes_.end()) return;
  it->second.state = State::off;
  behind_.erase(id);
}

void ControlView::turn_on(const panes::PaneIo& io) {
  const auto it = panes_.find(io.id());
  if (it != panes_.end() && it->second.state == State::off) restart(it->second, io.parsed());
}

void ControlView::pause(model::PaneId id) {
  const auto it = panes_.find(id);
  if (it != panes_.end() && it->second.state != State::paused) pause(id, it->second, State::paused);
}

void ControlView::go_on_with(const panes::PaneIo& io) {
  const auto it = panes_.find(io.id());
  if (it == panes_.end() || it->second.state != State::paused) return;
  restart(it->second, io.parsed());
  notify(fmt::format("%continue {}", id_text(io.id())));
}

void ControlView::pause(model::PaneId id, Pane& pane, State state) {
  // Said whatever waits: it is short, and comes once until the pane goes on.
  if (pane.state != State::overtaken) {
    const auto line = fmt::format("%pause {}\n", id_text(id));
    if (hold_until_) {
      held_ += line;
    } else {
      send(line);
    }
  }
  pane.state = state;
  pane.marks.clear();
}

ControlView::Time ControlView::printed_at(const Pane& pane, Time now) const {
  for (const Mark& mark : pane.marks) {
    if (mark.end > pane.offset) return mark.when;
  }
  return now;
}

void ControlView::send_output(model::PaneId id, const Pane& pane, std::string_view bytes, Time now) {
  std::string line;
  if (pause_after_) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - printed_at(pane, now));
    line = fmt::format("%extended-output {} {} : ", id_text(id), std::max<std::int64_t>(0, age.count()));
  } else {
    line = fmt::format("%output {} ", id_text(id));
  }
  append_escaped(line, bytes);
  line += '\n';
  send(line);
}

/// A share of what the pane has. False: it has nothing more to send now.
bool ControlView::send_some(model::PaneId id, Pane& pane, const panes::PaneIo& io, Time now) {
  if (pane.state == State::overtaken) {
    // The pane's history goes on without this client; what it missed comes when it has taken the rest.
    if (!pause_after_ && connection_.queued() == 0) catch_up(id, pane, io, now);
    return false;
  }
  if (pane.state != State::on || no_output_) return false;
  const std::uint64_t parsed = io.parsed();
  if (pane.offset >= parsed) return false;
  if (pane.offset < io.journal().oldest()) {
    pause(id, pane, pause_after_ ? State::paused : State::overtaken);
    return false;
  }
  if (pause_after_ && now - printed_at(pane, now) > *pause_after_) {
    pause(id, pane, State::paused);
    return false;
  }
  auto bytes = io.journal().output(pane.offset);
  bytes = bytes.substr(0, std::min<std::uint64_t>({bytes.size(), parsed - pane.offset, kShare}));
  send_output(id, pane, bytes, now);
  pane.offset += bytes.size();
  while (!pane.marks.empty() && pane.marks.front().end <= pane.offset) pane.marks.pop_front();
  return pane.offset < parsed;
}

void ControlView::catch_up(model::PaneId id, Pane& pane, const panes::PaneIo& io, Time now) {
  const auto& screen = io.screen();
  send(fmt::format("%continue {}\n", id_text(id)));
  const Scrolled from = pane.scrolled.value_or(Scrolled{screen.history().first_line(), 0});
  const std::string bytes = terminal::repaint(screen, terminal::newest_lines(screen, from, kMostLines));
  restart(pane, io.boundary());
  send_output(id, pane, bytes, now);
}

void ControlView::turn(Time now, const Lookup& lookup) {
  if (hold_until_ && now < *hold_until_) return;
  if (hold_until_) let_go();
  bool more = true;
  while (more && room()) {
    more = false;
    for (auto it = behind_.begin(); it != behind_.end() && room();) {
      const auto id = *it++;
      const auto found = panes_.find(id);
      const panes::PaneIo* io = lookup(id);
      if (found == panes_.end() || io == nullptr) {
        behind_.erase(id);
        continue;
      }
      Pane& pane = found->second;
      if (send_some(id, pane, *io, now)) {
        more = true;
      } else if (pane.state != State::overtaken) {
        pane.scrolled.reset();
        behind_.erase(id);
      }
    }
  }
  // Where the history goes on for it, should its pane's ring overtake it.
  for (const auto id : behind_) {
    const auto found = panes_.find(id);
    const panes::PaneIo* io = lookup(id);
    if (found == panes_.end() || io == nullptr || found->second.state != State::on) continue;
    if (const auto scrolled = io->scrolled_at(found->second.offset)) found->second.scrolled = scrolled;
  }
}

}  // namespace sess::views
