// The preview of choose-tree: a session's windows or a window's panes beside each other, or one pane.
#include <algorithm>

#include "base/width.hpp"
#include "modes/choose/boxes.hpp"
#include "modes/choose/tree.hpp"
#include "render/style.hpp"

namespace sess::modes {
namespace {

/// Columns below which not all parts are shown.
constexpr int kNarrowest = 24;
/// A mark that there are more, and the line beside it.
constexpr int kMark = 3;

}  // namespace

void TreeKind::draw_parts(render::Frame& frame, render::Rect area, model::SessionId session,
                          std::vector<Part> parts, Label label) {
  const int total = static_cast<int>(parts.size());
  left_ = right_ = -1;
  parts_.clear();
  if (total == 0) return;
  const int visible = area.cols / total < kNarrowest ? std::max(1, area.cols / kNarrowest) : total;
  const auto active = std::find_if(parts.begin(), parts.end(), [](const Part& part) { return part.active; });
  const int current = static_cast<int>(active - parts.begin());
  int start = current - visible / 2;
  if (current < visible) {
    start = 0;
  } else if (current >= total - visible) {
    start = total - visible;
  }
  shifted_ = std::clamp(shifted_, -start, total - (start + visible));
  start += shifted_;
  const int end = start + visible;
  bool left = start != 0;
  bool right = end != total;
  const int marks = (left ? kMark : 0) + (right ? kMark : 0);
  if (area.cols <= marks) left = right = false;
  const int room = area.cols - (left ? kMark : 0) - (right ? kMark : 0);
  const int each = room / visible;
  const int rest = room - visible * each;
  if (each == 0) return;
  if (left) {
    left_ = kMark - 1;
    draw_column(frame, area.row, area.col + left_, area.rows);
    frame.put_text(area.row + area.rows / 2, area.col, 1, "<", 0);
  }
  if (right) {
    right_ = area.cols - kMark;
    draw_column(frame, area.row, area.col + right_, area.rows);
    frame.put_text(area.row + area.rows / 2, area.col + area.cols - 1, 1, ">", 0);
  }
  each_ = each;
  for (int i = start; i < end; ++i) {
    const Part& part = parts[static_cast<std::size_t>(i)];
    const bool last = i == end - 1;
    const render::Rect place{area.row, area.col + (left ? kMark : 0) + (i - start) * each, area.rows,
                             last ? each + rest : each - 1};
    draw_screen(frame, place, ports_.screen(part.shows));
    const bool fits = static_cast<int>(display_width(part.label)) <= place.cols;
    const auto style = frame.atlas().style(render::to_style(ports_.colour(session, part.active)));
    render::Rect middle = place;
    if (label == Label::in_share) middle.cols = each;
    draw_label(frame, middle, fits ? part.label : part.short_label, style);
    if (!last) draw_column(frame, area.row, place.col + place.cols, area.rows);
    parts_.push_back(part);
  }
}

void TreeKind::draw_preview(render::Frame& frame, render::Rect area, const Item& item) {
  const Subject& subject = item.subject;
  const model::Session* session = model_.session(subject.session);
  parts_.clear();
  if (session == nullptr) return;
  std::vector<Part> parts;
  if (subject.kind == Subject::Kind::session) {
    for (const auto& [index, link] : session->windows) {
      const model::Window* window = model_.window(link.window);
      parts.push_back({fmt::format(" {}:{} ", index, window->name), fmt::format(" {} ", index),
                       session->current == index, window->active,
                       fmt::format("{}:{}", to_string(session->id), index)});
    }
    return draw_parts(frame, area, session->id, std::move(parts), Label::in_part);
  }
  if (subject.kind == Subject::Kind::pane) return draw_screen(frame, area, ports_.screen(subject.pane));
  const auto link = session->windows.find(subject.link);
  if (link == session->windows.end()) return;
  const model::Window* window = model_.window(link->second.window);
  for (const auto id : window->panes) {
    const std::string label = fmt::format(" {} ", model_.windows().pane_index(id));
    parts.push_back({label, label, id == window->active, id,
                     fmt::format("{}:{}.{}", to_string(session->id), subject.link, to_string(id))});
  }
  draw_parts(frame, area, session->id, std::move(parts), Label::in_share);
}

bool TreeKind::press(Items& items, int /*row*/, int col) {
  if (left_ >= 0 && col <= left_) {
    --shifted_;
    return false;
  }
  if (right_ >= 0 && col >= right_) {
    ++shifted_;
    return false;
  }
  if (parts_.empty() || each_ == 0 || items.current() == nullptr) return false;
  const int at = std::max(0, col - (left_ >= 0 ? left_ : 0)) / each_;
  const auto part = std::min(static_cast<std::size_t>(at), parts_.size() - 1);
  return items.choose(std::string(parts_[part].id));
}

}  // namespace sess::modes
