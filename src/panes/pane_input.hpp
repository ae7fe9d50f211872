// What is typed for one pane's program: accepted into the pane's journal, written from there.
//
// What clients type waits with them for room in the journal; what commands type waits here (input_queue.hpp);
// what the terminal itself says has room behind both. Owns neither the journal nor the terminal's descriptor,
// which PaneIo opens and closes, and watches for as long as wants_to_write().
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "model/ids.hpp"
#include "model/input_position.hpp"
#include "panes/input_queue.hpp"
#include "panes/journal.hpp"

namespace sess::panes {

class PaneInput {
 public:
  /// `written` is called whenever wants_to_write() may be another.
  PaneInput(Journal& journal, std::function<void()> written)
      : journal_(journal), written_(std::move(written)) {}
  PaneInput(const PaneInput&) = delete;
  PaneInput& operator=(const PaneInput&) = delete;

  /// Whether accept() would take so many bytes now.
  [[nodiscard]] bool takes(std::size_t bytes) const;
  /// What a client typed, with how far its input is applied by it. False: no room, or others wait; nothing
  /// changed.
  bool accept(std::string_view bytes, model::ClientToken token, model::InputPosition position);
  /// What a command types: it waits here for room. False: too much waits, nothing changed.
  bool type(std::string_view bytes);
  /// Calls back when everything that was given to type() is in the journal, or nobody will read it any more.
  void when_taken(std::function<void()> done) { waiting_.when_taken(std::move(done)); }
  [[nodiscard]] bool waits() const { return !waiting_.empty(); }
  /// What the terminal itself says (focus, a theme). There is room for it behind a large paste; beyond that a
  /// program that reads nothing misses it.
  void answer(std::string_view bytes);
  /// Replies to what the program asked with its output up to a stream offset. They are accepted as frames of
  /// a client of their own, numbered by that offset: a replay knows from it which were given. False: the
  /// program does not read, and they are dropped.
  bool reply(std::string_view bytes, std::uint64_t offset);
  /// The offset up to which replies were given.
  [[nodiscard]] std::uint64_t replied() const;

  /// The terminal that a program reads from; -1: nobody reads any more, and nothing is kept for anybody.
  void open(int terminal) { terminal_ = terminal; }
  void close();
  /// As much as the program takes, and a turn has time for.
  void write();
  [[nodiscard]] bool wants_to_write() const { return !journal_.pending_input().empty() || !waiting_.empty(); }

 private:
  void drop();

  Journal& journal_;
  std::function<void()> written_;
  InputQueue waiting_;
  int terminal_ = -1;
};

}  // namespace sess::panes
