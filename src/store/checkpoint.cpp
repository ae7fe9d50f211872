#include "store/checkpoint.hpp"

#include <utility>

#include "command/language/queue.hpp"

namespace sess::store {

void Checkpoint::save() {
  if (!changed_) return;
  changed_ = false;
  SavedState state;
  state.configured = true;
  state.configuring = queue_.configuring();
  if (add_) add_(state);
  const auto saved = store_.save({model_, keys_, queue_.buffers(), messages_}, state);
  // Once, and again when it has worked in between.
  if (!saved && !std::exchange(unsaved_, true) && failed_) {
    failed_(fmt::format("what changes now does not survive a crash of the server: {}", saved.error().text));
  }
  if (saved) unsaved_ = false;
}

Result<bool> Checkpoint::load(SavedState& state) {
  return store_.load({model_, keys_, queue_.buffers(), messages_}, state);
}

}  // namespace sess::store
