// What is typed and how far it got: what a crash must neither lose nor repeat.
//
// A client numbers the frames in which it sends what is typed, and sends again what is not acknowledged.
// TypedFrames counts for one client what was received and what is handled; InputPositions keeps per client,
// in a pane's journal, what is applied there. Both are pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "model/ids.hpp"
#include "model/input_position.hpp"

namespace sess::panes {

class TypedFrames {
 public:
  /// A client that comes back: what it sends goes on from here.
  void resume(model::InputPosition at);
  /// A frame has come; returns what of it was not handled before.
  [[nodiscard]] std::string_view receive(std::uint64_t frame, std::string_view bytes);
  /// So many of the received bytes are handled.
  void consume(std::size_t bytes);
  /// What was handled; `state` is the owner's.
  [[nodiscard]] model::InputPosition position() const { return done_; }
  /// Frames that are not handled to their end.
  [[nodiscard]] std::size_t waiting() const { return frames_.size(); }

 private:
  struct Frame {
    std::uint64_t number;
    std::size_t size;
  };
  void settle();

  std::deque<Frame> frames_;
  model::InputPosition done_;
  std::uint64_t received_ = 0;
};

/// A table in shared memory. A note becomes valid when its owner publishes the stamp that it carries, in the
/// same store that publishes the bytes; until then what was noted before holds. Memory that was never written
/// is an empty table; the pages of places that nobody used are not touched.
class InputPositions {
 public:
  struct Note {
    model::ClientToken token;
    std::uint64_t stamp;
    std::uint64_t frame;
    std::uint32_t bytes;
    std::uint32_t state;
  };
  struct Place {
    Note notes[2];  ///< the newer valid one holds, the other is written next
  };

  InputPositions() = default;
  /// `used` lies in the same shared memory; `near` is filled before `far`.
  InputPositions(std::uint64_t& used, std::span<Place> near, std::span<Place> far)
      : used_(&used), near_(near), far_(far) {}

  /// After a crash: notes that were not published are none.
  void forget_after(std::uint64_t published);
  /// For the bytes that are about to be published with `published` + 1. A full table forgets who typed
  /// longest ago.
  void note(model::ClientToken token, model::InputPosition position, std::uint64_t published);
  [[nodiscard]] std::optional<model::InputPosition> find(model::ClientToken token,
                                                         std::uint64_t published) const;

 private:
  [[nodiscard]] Place& place(std::uint64_t index) const;
  [[nodiscard]] std::uint64_t used() const;

  std::uint64_t* used_ = nullptr;
  std::span<Place> near_, far_;
};

}  // namespace sess::panes
