// What commands type into one pane, waiting for room in its journal: in order, bounded, whole.
//
// send-keys, paste-buffer and the like give bytes here when the journal's ring has no place for them. PaneIo
// moves them on as the program reads. It is this process's memory: what stands here dies with the server, and
// the command that waits for it is then told so.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sess::panes {

class InputQueue {
 public:
  /// A program that does not read is not given more than this to read later.
  static constexpr std::size_t kMost = 64 << 20;

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// False, and nothing is kept, when it would be more than kMost.
  bool push(std::string_view bytes) {
    if (bytes.size() > kMost - size_) return false;
    if (bytes.empty()) return true;
    // Single keys share a piece, large texts keep their own.
    if (!pieces_.empty() && pieces_.back().done.empty() &&
        pieces_.back().bytes.size() + bytes.size() <= kShared) {
      pieces_.back().bytes.append(bytes);
    } else {
      pieces_.push_back({std::string(bytes), {}});
    }
    size_ += bytes.size();
    return true;
  }

  /// Calls `done` once everything that stands here now is taken (at once when nothing does).
  void when_taken(std::function<void()> done) {
    if (pieces_.empty()) return done();
    pieces_.back().done.push_back(std::move(done));
  }

  /// The next bytes; empty when nothing waits.
  [[nodiscard]] std::string_view front() const {
    return pieces_.empty() ? std::string_view() : std::string_view(pieces_.front().bytes).substr(taken_);
  }

  /// So much of front() was taken.
  void take(std::size_t count) {
    size_ -= count;
    taken_ += count;
    if (pieces_.empty() || taken_ < pieces_.front().bytes.size()) return;
    const auto done = std::move(pieces_.front().done);
    pieces_.pop_front();
    taken_ = 0;
    for (const auto& call : done) call();
  }

  /// The program is gone: nothing of it is wanted any more, and nobody waits in vain.
  void clear() {
    while (!pieces_.empty()) take(front().size());
  }

 private:
  static constexpr std::size_t kShared = 16 * 1024;
  struct Piece {
    std::string bytes;
    std::vector<std::function<void()>> done;
  };
  std::deque<Piece> pieces_;
  std::size_t taken_ = 0;  ///< of the first piece
  std::size_t size_ = 0;
};

}  // namespace sess::panes
