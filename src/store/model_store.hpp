// The model written down in shared memory, so that the next server has it: sessions, windows, layouts, options,
// environments, buffers, key bindings, and who was attached.
//
// CBOR (RFC 8949) through nlohmann-json: maps with named fields, so that a newer server reads an older one's state
// and the other way round; strings may hold any bytes. Two slots (slots.hpp) in one memfd that the keeper holds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "command/language/buffer.hpp"
#include "input/key_tables.hpp"
#include "model/input_position.hpp"
#include "model/model.hpp"
#include "os/shared_memory.hpp"
#include "os/slots.hpp"

namespace sess::store {

/// A client that was attached: what a resume may take up again.
struct SavedClient {
  model::ClientToken token = 0;
  model::SessionId session;
  std::optional<model::SessionId> last_session;
  bool read_only = false;
  bool ignore_size = false;
  bool active_pane = false;
  std::vector<std::string> flags;  ///< RemoteClient::flags
  std::string key_table;
  std::string job;  ///< RemoteClient::job
  model::InputPosition input;  ///< how far what it typed is applied, unless a pane's journal knows better
};

/// Everything that is written down beside the model's own nodes.
struct SavedState {
  std::vector<SavedClient> clients;
  std::vector<command::Buffer> buffers;  ///< newest first
  std::uint64_t next_buffer = 0;
  std::vector<std::string> messages;     ///< show-messages
  /// job_encoding.hpp; shared, because most of them are the same from save to save
  std::vector<std::shared_ptr<const std::string>> jobs;
  bool configured = false;               ///< the configuration files were found and begun
  bool configuring = false;              ///< they were not yet read to their end
  std::vector<std::string> config_files; ///< those that were read
};

class ModelStore {
 public:
  static constexpr std::size_t kSlotSize = 64 << 20;

  /// The keeper's memfd, empty at the first start.
  static Result<ModelStore> open(UniqueFd fd);

  /// Writes if it differs from what was written last.
  Result<> save(const model::Model& model, const input::KeyTables& keys, const SavedState& state);
  /// Reads the newest into an empty model; false when there is none. An error when it cannot be read: the model
  /// may then be partly filled, and is repaired by the caller as far as it goes.
  Result<bool> load(model::Model& model, input::KeyTables& keys, SavedState& state) const;

 private:
  os::SharedMemory memory_;
  os::Mapping header_;
  std::array<os::Mapping, 2> slot_maps_;
  os::SlotPair slots_;
  std::string scratch_;  ///< the last encoding's memory, so that it is not asked for anew with every command
};

/// The encoding alone, for tests and for saving to disk. `memory`: a string whose capacity is used again.
[[nodiscard]] std::string encode_model(const model::Model& model, const input::KeyTables& keys,
                                       const SavedState& state, std::string memory = {});
Result<> decode_model(std::string_view bytes, model::Model& model, input::KeyTables& keys, SavedState& state);

}  // namespace sess::store
