// Searches of copy mode: the cursor goes where Searching has found something.
#include <algorithm>

#include "modes/copy/mode.hpp"

namespace sess::modes {

namespace {

/// Lines that are counted before what was found is shown: all of a short text, and no time in a long one.
constexpr int kCountAtOnce = 4096;

}  // namespace

bool CopyMode::search(bool down) {
  const auto found = searching_.find(*lines_, cursor_.at(), down, settings_);
  if (!found) return false;
  cursor_.show(found->begin);
  cursor_.update_selection();  // as in tmux it reaches to the match, which the cursor may be behind
  if (down && !settings_.vi) cursor_.put(searching_.behind(*lines_, found->begin, settings_.wrap_search));
  static_cast<void>(searching_.count_more(*lines_, kCountAtOnce));
  return true;
}

void CopyMode::search_times(bool down, int times) {
  for (; times > 0; --times) {
    if (!search(down)) return;
  }
}

/// '=' begins anew from where the prompt was opened; '+' and '-' go to the next one.
Outcome CopyMode::search_incrementally(bool down, std::string_view argument) {
  if (argument.empty()) return Outcome::nothing;
  const char how = argument.front();
  const std::string text(argument.substr(1));
  if (!incremental_from_) {
    incremental_from_ = From{cursor_.x, cursor_.y, cursor_.scroll};
  } else if (!searching_.text().empty() && text != searching_.text()) {
    cursor_.x = incremental_from_->x;
    cursor_.y = incremental_from_->y;
    cursor_.scroll = std::min(incremental_from_->scroll, lines_->history());
  }
  if (text.empty()) {
    searching_.unmark();
    return Outcome::redraw;
  }
  if (how != '=' && how != '+' && how != '-') return Outcome::redraw;
  const bool to_down = how == '=' ? down : how == '+';
  searching_.look_for(text, false, to_down);
  if (!search(to_down)) searching_.unmark();
  return Outcome::redraw;
}

}  // namespace sess::modes
