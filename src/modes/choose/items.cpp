#include "modes/choose/items.hpp"

#include <algorithm>

namespace sess::modes {

void Items::begin() {
  kept_ = empty() ? std::string() : line(current_).id;
  items_.clear();
}

int Items::add(int parent, Item item, bool open) {
  item.parent = parent;
  item.depth = parent < 0 ? 0 : at(parent).depth + 1;
  open_.try_emplace(item.id, open);
  items_.push_back(std::move(item));
  return count() - 1;
}

void Items::end() {
  std::map<int, int> last;         // of each parent's
  std::map<int, bool> has_deeper;  // whether one of its rows has rows below
  for (int i = 0; i < count(); ++i) {
    Item& item = items_[static_cast<std::size_t>(i)];
    item.parent_of = i + 1 < count() && at(i + 1).parent == i;
    last[item.parent] = i;
    has_deeper[item.parent] = has_deeper[item.parent] || item.parent_of;
  }
  std::set<std::string, std::less<>> there;
  for (int i = 0; i < count(); ++i) {
    Item& item = items_[static_cast<std::size_t>(i)];
    item.last = last[item.parent] == i;
    item.flat = !has_deeper[item.parent];
    there.insert(item.id);
  }
  std::erase_if(tagged_, [&](const std::string& id) { return there.count(id) == 0; });
  std::erase_if(open_, [&](const auto& entry) { return there.count(entry.first) == 0; });
  make_lines();
  if (!kept_.empty()) go_to(kept_);
}

bool Items::is_open(const Item& item) const {
  const auto it = open_.find(item.id);
  return it != open_.end() && it->second;
}

void Items::make_lines() {
  lines_.clear();
  int closed_below = -1;  // the depth of a closed row: what is deeper behind it is not shown
  for (int i = 0; i < count(); ++i) {
    const Item& item = at(i);
    if (closed_below >= 0 && item.depth > closed_below) continue;
    lines_.push_back(i);
    closed_below = item.parent_of && !is_open(item) ? item.depth : -1;
  }
}

void Items::show_current() {
  if (current_ > height_ - 1) offset_ = current_ - height_ + 1;
}

/// Where it is not, the current line stays, as far as there are lines.
bool Items::go_to(std::string_view id) {
  const auto scroll = [this] { offset_ = std::max(0, current_ - height_ + 1); };
  for (int i = 0; i < lines(); ++i) {
    if (line(i).id != id) continue;
    current_ = i;
    scroll();
    return true;
  }
  if (current_ >= lines()) {
    current_ = std::max(0, lines() - 1);
    scroll();
  }
  return false;
}

bool Items::choose(std::string_view id) {
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
  if (found == items_.end()) return false;
  for (int up = found->parent; up >= 0; up = at(up).parent) open_[at(up).id] = true;
  make_lines();
  return go_to(std::string(id));
}

void Items::up(Ends ends) {
  if (empty()) return;
  if (current_ > 0) {
    if (--current_ < offset_) --offset_;
  } else if (ends == Ends::wrap) {
    current_ = lines() - 1;
    if (lines() >= height_) offset_ = lines() - height_;
  }
}

void Items::down(Ends ends) {
  if (empty()) return;
  if (current_ < lines() - 1) {
    if (++current_ > offset_ + height_ - 1) ++offset_;
  } else if (ends == Ends::wrap) {
    current_ = offset_ = 0;
  }
}

void Items::page_up() {
  for (int i = 0; i < height_; ++i) up(Ends::stop);
}

void Items::page_down() {
  for (int i = 0; i < height_; ++i) down(Ends::stop);
}

void Items::first() {
  current_ = offset_ = 0;
}

void Items::last() {
  current_ = std::max(0, lines() - 1);
  offset_ = std::max(0, current_ - height_ + 1);
}

void Items::set_open(std::string_view id, bool open) {
  const auto it = open_.find(id);
  if (it == open_.end()) return;
  const std::string kept = empty() ? std::string() : line(current_).id;
  it->second = open;
  make_lines();
  go_to(kept);
}

void Items::open_current() {
  if (empty()) return;
  const Item& item = line(current_);
  if (item.flat || is_open(item)) return down(Ends::stop);
  set_open(std::string(item.id), true);
}

/// A row with nothing open below closes what it is in.
void Items::close_current() {
  if (empty()) return;
  int number = lines_[static_cast<std::size_t>(current_)];
  if (at(number).flat || !is_open(at(number))) number = at(number).parent;
  if (number < 0) return up(Ends::stop);
  const std::string id = at(number).id;
  go_to(id);
  set_open(id, false);
}

/// The rows at the top, as in tmux.
void Items::open_all(bool open) {
  const std::string kept = empty() ? std::string() : line(current_).id;
  for (const Item& item : items_) {
    if (item.parent < 0) open_[item.id] = open;
  }
  make_lines();
  go_to(kept);
}

std::vector<Item> Items::chosen() const {
  std::vector<Item> out;
  for (const Item& item : items_) {
    if (is_tagged(item)) out.push_back(item);
  }
  return out;
}

/// A row is never tagged together with one that it is in.
void Items::toggle_tag() {
  if (empty()) return;
  const int number = lines_[static_cast<std::size_t>(current_)];
  const Item& item = at(number);
  if (!item.taggable) return;
  if (is_tagged(item)) {
    tagged_.erase(item.id);
  } else {
    for (int up = item.parent; up >= 0; up = at(up).parent) tagged_.erase(at(up).id);
    for (int below = number + 1; below < count() && at(below).depth > item.depth; ++below) {
      tagged_.erase(at(below).id);
    }
    tagged_.insert(item.id);
  }
}

void Items::tag_all() {
  for (const int number : lines_) {
    const Item& item = at(number);
    const bool top = item.parent < 0 ? item.taggable : !at(item.parent).taggable;
    if (top) {
      tagged_.insert(item.id);
    } else {
      tagged_.erase(item.id);
    }
  }
}

}  // namespace sess::modes
