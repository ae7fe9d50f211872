// The model written down for the next server, whenever something of it has changed: at the end of a turn, and
// before anything that must not happen to a server that does not know why.
//
// Owns the store in the keeper's memory. What is no part of the model (clients that may come back, jobs) is
// added by whoever collects it.
#pragma once

#include <functional>
#include <string>

#include "store/model_store.hpp"

namespace sess::command {
class Queue;
}

namespace sess::store {

class Checkpoint {
 public:
  Checkpoint(ModelStore store, model::Model& model, input::KeyTables& keys, command::Queue& queue,
             model::MessageLog& messages)
      : store_(std::move(store)), model_(model), keys_(keys), queue_(queue), messages_(messages) {}

  /// Who adds what is beside the model, and who is told, once, that nothing can be written.
  void when_saving(std::function<void(SavedState&)> add, std::function<void(const std::string&)> failed) {
    add_ = std::move(add);
    failed_ = std::move(failed);
  }

  /// Something that is written down changed.
  void changed() { changed_ = true; }
  /// Writes it down, if something did.
  void save();
  /// What the server before this one left. An error when it cannot be read to its end.
  Result<bool> load(SavedState& state);
  /// Bytes that may still be set (options, variables): what is more would not survive a crash.
  [[nodiscard]] std::uint64_t room() const { return store_.room(); }

 private:
  ModelStore store_;
  model::Model& model_;
  input::KeyTables& keys_;
  command::Queue& queue_;
  model::MessageLog& messages_;
  std::function<void(SavedState&)> add_;
  std::function<void(const std::string&)> failed_;
  bool changed_ = true;
  bool unsaved_ = false;  ///< it could not be written down, which was said
};

}  // namespace sess::store
