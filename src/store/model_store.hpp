// The model written down in shared memory, so that the next server has it: sessions, windows, layouts,
// options, environments, buffers, key bindings, jobs, messages, and who was attached.
//
// A record for each session, window, pane, option table, buffer and so on (keyed_log.hpp, in one memfd that
// the keeper holds), each CBOR (RFC 8949): maps with named fields, so that a newer server reads an older
// one's state and the other way round; strings may hold any bytes. What was touched since the last save is
// encoded, and written if it differs. Release 0.1 wrote the whole model into two slots; those are read, and
// left alone for a server of that release.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "command/language/buffer.hpp"
#include "input/key_tables.hpp"
#include "input/line_editor.hpp"
#include "model/input_position.hpp"
#include "model/message_log.hpp"
#include "model/model.hpp"
#include "os/memory/shared.hpp"
#include "store/keyed_log.hpp"

namespace sess::store {

/// What lay over a client's window and took its keys: a question, or a text.
struct SavedQuestion {
  std::string again;                 ///< the command that asks it; empty: it cannot be asked again
  std::vector<std::string> answers;  ///< to the questions before it
  input::LineEditor::State line;     ///< what is typed
  std::string text;                  ///< a text that is shown instead, and its first line shown
  std::uint64_t top = 0;
};

/// A menu that lay over a client's panes.
struct SavedMenu {
  std::string title;
  std::vector<std::string> entries;  ///< for each its text, its key's name, its command
  std::int64_t row = 0, col = 0, choice = -1;
  bool mouse = false, stay_open = false;
  std::string lines, style, border_style, selected_style;
  std::uint64_t pane = 0;  ///< that its commands are about
  std::optional<std::uint64_t> mouse_pane;
  std::string mouse_event;
};

/// A popup over a client's panes, and its program's terminal.
struct SavedPopup {
  std::uint64_t terminal = 0;  ///< the number that the keeper knows it by
  std::int64_t pid = -1;
  std::int64_t row = 0, col = 0, rows = 0, cols = 0;
  std::string lines, style, border_style, title;
  std::uint64_t closes = 0;  ///< command::PopupRequest::Closes
};

/// A client that was attached: what a resume may take up again.
struct SavedClient {
  model::ClientToken token = 0;
  model::SessionId session;
  std::optional<model::SessionId> last_session;
  bool detached = false;  ///< while it was away, or it may not have heard of it; nothing else counts then
  bool read_only = false;
  bool ignore_size = false;
  bool active_pane = false;
  std::vector<std::string> active_panes;  ///< windows and their panes in turn: "@1", "%2"
  std::vector<std::string> flags;         ///< RemoteClient::flags
  std::string key_table;
  std::string job;             ///< RemoteClient::job
  model::InputPosition input;  ///< how far what it typed is applied, unless a pane's journal knows better
  std::optional<SavedQuestion> question;
  std::optional<SavedMenu> menu;
  std::optional<SavedPopup> popup;
};

/// What is written down beside the model's nodes, bindings, buffers and messages.
struct SavedState {
  std::vector<SavedClient> clients;
  /// jobs/encoding.hpp; shared: one that is the same object as at the last save is not looked at
  std::vector<std::shared_ptr<const std::string>> jobs;
  bool configured = false;                ///< the configuration files were found and begun
  bool configuring = false;               ///< they were not yet read to their end
  std::vector<std::string> config_files;  ///< those that were read
};

/// All that one server leaves to the next.
struct Saved {
  model::Model& model;
  input::KeyTables& keys;
  command::BufferStore& buffers;
  model::MessageLog& messages;
};

class ModelStore {
 public:
  /// The keeper's memfd, empty at the first start.
  static Result<ModelStore> open(UniqueFd fd);

  /// Writes what differs from what was written last. After an error nothing is lost: the next save tries all
  /// of it.
  Result<> save(const Saved& saved, const SavedState& state);
  /// Reads into an empty model; false when nothing was ever written. An error when it cannot be read: the
  /// model may then be partly filled, and is repaired by the caller as far as it goes.
  Result<bool> load(const Saved& saved, SavedState& state);

  /// Bytes that may still be set before kMostBytes is reached.
  [[nodiscard]] std::uint64_t room() const;
  [[nodiscard]] const KeyedLog& log() const { return *log_; }

 private:
  enum class Kind : std::uint8_t;
  [[nodiscard]] static KeyedLog::Key key(Kind kind, std::uint64_t id);
  [[nodiscard]] bool legacy_is_newer() const;
  Result<bool> load_legacy(const Saved& saved, SavedState& state);
  template <class Encode>
  void put(KeyedLog::Key key, const Encode& encode);
  void put_bytes(KeyedLog::Key key, std::string_view bytes);
  void put_nodes(model::Model& model);
  void put_tables(const model::Model& model, const input::KeyTables& keys);
  void put_buffers(const command::BufferStore& buffers);
  void put_messages(const model::MessageLog& messages);
  void put_jobs(const std::vector<std::shared_ptr<const std::string>>& jobs);

  os::Mapping page_;  ///< the first one: magic numbers, the directory of 0.1's slots
  std::array<os::Mapping, 2> slots_;
  std::optional<KeyedLog> log_;
  std::string scratch_;  ///< the last encoding's memory
  Result<> problem_;     ///< what went wrong in this save
  bool all_ = true;      ///< everything is to be looked at: at first, and after an error
  // What was written last, where asking costs less than encoding.
  std::array<std::uint64_t, 3> options_{};
  std::uint64_t environment_ = 0, buffers_ = 0, next_job_ = 0, first_message_ = 0, next_message_ = 0;
  std::unordered_map<std::shared_ptr<const std::string>, std::uint64_t> jobs_;
  std::set<std::uint64_t> saved_buffers_;
  std::set<KeyedLog::Key> kept_;  ///< of a save that looks at everything
};

}  // namespace sess::store
