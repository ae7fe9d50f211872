#include "panes/typed_input.hpp"

#include <algorithm>

namespace sess::panes {

using model::InputPosition;

namespace {

/// The note that holds; the one that was never written has stamp 0.
std::size_t newer(const InputPositions::Place& place, std::uint64_t published) {
  const auto stamp = [&](std::size_t i) {
    return place.notes[i].stamp <= published ? place.notes[i].stamp : 0;
  };
  return stamp(1) > stamp(0) ? 1 : 0;
}

}  // namespace

void TypedFrames::resume(InputPosition at) {
  frames_.clear();
  done_ = {at.frame, at.bytes, 0};
  received_ = at.frame;
}

std::string_view TypedFrames::receive(std::uint64_t frame, std::string_view bytes) {
  if (frame <= received_) return {};
  if (frames_.empty() && frame != done_.frame + 1) done_ = {frame - 1, 0, 0};
  const std::size_t skipped = frames_.empty() ? std::min<std::size_t>(done_.bytes, bytes.size()) : 0;
  received_ = frame;
  frames_.push_back({frame, bytes.size()});
  settle();
  return bytes.substr(skipped);
}

void TypedFrames::consume(std::size_t bytes) {
  while (bytes > 0 && !frames_.empty()) {
    const std::size_t step = std::min(bytes, frames_.front().size - done_.bytes);
    done_.bytes += static_cast<std::uint32_t>(step);
    bytes -= step;
    settle();
  }
}

void TypedFrames::settle() {
  while (!frames_.empty() && done_.bytes >= frames_.front().size) {
    done_ = {frames_.front().number, 0, 0};
    frames_.pop_front();
  }
}

std::uint64_t InputPositions::used() const {
  return std::min<std::uint64_t>(used_ != nullptr ? *used_ : 0, near_.size() + far_.size());
}

InputPositions::Place& InputPositions::place(std::uint64_t index) const {
  return index < near_.size() ? near_[index] : far_[index - near_.size()];
}

void InputPositions::forget_after(std::uint64_t published) {
  for (std::uint64_t i = 0; i < used(); ++i) {
    for (Note& note : place(i).notes) {
      if (note.stamp > published) note = {};
    }
  }
}

void InputPositions::note(model::ClientToken token, InputPosition position, std::uint64_t published) {
  std::uint64_t chosen = used();
  std::uint64_t oldest = UINT64_MAX;
  const bool full = chosen == near_.size() + far_.size();
  for (std::uint64_t i = 0; i < used(); ++i) {
    const Note& note = place(i).notes[newer(place(i), published)];
    if (note.token == token) {
      chosen = i;
      break;
    }
    if (full && note.stamp < oldest) {
      oldest = note.stamp;
      chosen = i;
    }
  }
  if (chosen == used()) ++*used_;  // an empty place, until the note in it is published
  Place& into = place(chosen);
  const std::size_t holds = newer(into, published);
  const bool unused = into.notes[holds].stamp == 0;
  into.notes[unused ? holds : 1 - holds] = {token, published + 1, position.frame, position.bytes,
                                            position.state};
}

std::optional<InputPosition> InputPositions::find(model::ClientToken token, std::uint64_t published) const {
  for (std::uint64_t i = 0; i < used(); ++i) {
    const Note& note = place(i).notes[newer(place(i), published)];
    if (note.token == token && note.stamp != 0 && note.stamp <= published) {
      return InputPosition{note.frame, note.bytes, note.state};
    }
  }
  return std::nullopt;
}

}  // namespace sess::panes
