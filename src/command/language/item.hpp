// One command that is being run: what its function sees of arguments, targets, client and output.
//
// Made by the queue, which alone runs it. A command that must wait returns Status::wait after taking a Waker,
// and goes on in the function that the waker is given, later, from the loop.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/ports/ports.hpp"
#include "command/language/parser.hpp"
#include "command/language/registry.hpp"
#include "command/language/target.hpp"
#include "model/model.hpp"

namespace sess::command {

class Queue;
class Item;
class BufferStore;
struct FormatContext;

/// What a key or the mouse did, for commands that a binding runs.
struct Event {
  std::string key;              ///< its name; empty: no key
  std::optional<Target> mouse;  ///< what is under the mouse
  std::string mouse_event;      ///< the server's own encoding, handed back by PanePort::send_mouse
  std::optional<std::pair<int, int>> screen;  ///< row and column of the mouse on the client's terminal
  std::vector<std::pair<std::string, std::string>> formats;  ///< mouse_x, mouse_word, ...
};

/// What the commands of one submission share.
struct State {
  Event event;
  Target current;  ///< where they stand; empty: found from the client
  std::vector<std::pair<std::string, std::string>> formats;  ///< hook, hook_pane, hook_argument_0, ...
  bool hooks =
      true;  ///< false inside a hook: neither its commands nor what they cause in the model run hooks
  bool typed = false;  ///< a control client typed it: its blocks say so
  int depth = 0;       ///< files within files (source-file), so that one that reads itself ends

  /// In the place of an older value of that name.
  void set_format(std::string_view name, std::string_view value);
};

/// Continues a waiting item once. Copyable, outlives the item and its client harmlessly.
class Waker {
 public:
  Waker() = default;
  /// Runs `next` (on the queue's next run) as the rest of the command.
  void operator()(std::function<Status(Item&)> next) const;
  void operator()(Status status) const;
  [[nodiscard]] bool alive() const { return !item_.expired(); }

 private:
  friend class Item;
  explicit Waker(std::weak_ptr<Item> item) : item_(std::move(item)) {}
  std::weak_ptr<Item> item_;
};

class Item : public std::enable_shared_from_this<Item> {
 public:
  [[nodiscard]] model::Model& model() const;
  [[nodiscard]] const Ports& ports() const;
  [[nodiscard]] Queue& queue() const { return *queue_; }
  [[nodiscard]] BufferStore& buffers() const;

  [[nodiscard]] const Command& command() const;
  [[nodiscard]] const Entry& entry() const { return *command().entry; }
  [[nodiscard]] const Args& args() const { return command().args; }

  /// Who runs it: none for a config file or a hook without client.
  [[nodiscard]] std::optional<ClientId> client_id() const { return client_; }
  [[nodiscard]] model::Client* client() const;
  /// Whose words and texts who runs it wants.
  [[nodiscard]] Dialect dialect() const;
  /// Whom it acts on or shows things to (-c, -t, else the client itself or the session's newest).
  [[nodiscard]] std::optional<ClientId> target_client_id() const { return target_client_; }
  [[nodiscard]] model::Client* target_client() const;

  [[nodiscard]] const Target& source() const { return source_; }
  [[nodiscard]] const Target& target() const { return target_; }
  /// What the command made or chose: the after-hook stands there.
  void set_target(const Target& target) { target_ = target; }
  /// Nothing of what the command's name says was done (select-pane -T only names the pane): no after-hook.
  void skip_after_hook() { after_hook_ = false; }
  // The target's parts; null when the target has none or it has gone.
  [[nodiscard]] model::Session* session() const;
  [[nodiscard]] model::Window* window() const;
  [[nodiscard]] model::Pane* pane() const;

  [[nodiscard]] State& state() const { return *state_; }
  [[nodiscard]] std::chrono::system_clock::time_point time() const { return time_; }

  /// A line for whoever typed it: stdout of a command client, a text view in an attached one.
  void print(std::string_view text);
  /// Says what is wrong (stderr and exit status 1; or the status line; or the config's list of errors) and
  /// returns Status::error.
  Status error(std::string_view text);
  Status error(const Error& error) { return this->error(error.text); }

  /// The exit status of a command client when all has run (run-shell); error() makes it 1.
  void set_exit_status(int status);

  /// Call before returning Status::wait.
  [[nodiscard]] Waker wait();

  /// Runs these right after this item, before what follows it in its line.
  void run_after(CommandList commands, std::optional<Target> current = std::nullopt);
  /// Parses and runs text (with this item's state) right after it. False: it was wrong, and was reported.
  bool run_text_after(std::string_view text, std::optional<Target> current = std::nullopt);

  /// The context for formats: this item's targets, client, time and extra variables.
  [[nodiscard]] FormatContext formats() const;
  [[nodiscard]] FormatContext formats(const Target& target) const;
  /// Expands `text` over formats(); `target` likewise.
  [[nodiscard]] std::string expand(std::string_view text) const;
  [[nodiscard]] std::string expand(std::string_view text, const Target& target) const;

  /// The context in which targets are looked up.
  [[nodiscard]] FindContext find_context() const;

 private:
  friend class Queue;
  friend class Waker;
  Item() = default;

  Queue* queue_ = nullptr;
  CommandList list_;
  std::size_t index_ = 0;
  std::function<void(Item&)> callback_;  ///< instead of a command
  std::optional<ClientId> client_, target_client_, line_;
  Target source_, target_;
  std::shared_ptr<State> state_;
  std::chrono::system_clock::time_point time_{};
  /// What the commands of one line share.
  struct Group {
    bool failed = false;  ///< one of them was wrong: the rest is not run
  };
  std::shared_ptr<Group> group_;
  std::uint64_t number_ = 0;
  std::list<std::shared_ptr<Item>>::iterator place_;  ///< in its line, while queued_
  bool queued_ = true;
  bool after_hook_ = true;
  bool waiting_ = false, woken_ = false;
  std::function<Status(Item&)> next_;    // how a woken item goes on
  std::shared_ptr<Item> last_inserted_;  // what runs after it is inserted behind this one
};

}  // namespace sess::command
