// Commands that wait their turn: one queue per client and a global one (config files, hooks without a
// client).
//
// Items of one line form a group: an error ends the rest of the group, other lines go on. An item may wait (a
// shell, a channel, a question); its queue then stands still while the others go on. Hooks are inserted right
// after the command that fired them. The server calls run() once at the end of each loop turn.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/buffer.hpp"
#include "command/ports/host.hpp"
#include "command/language/item.hpp"
#include "command/language/parser.hpp"
#include "command/language/prompt_history.hpp"

namespace sess::command {

class WaitChannels;

class Queue {
 public:
  /// Both must outlive the queue.
  Queue(model::Model& model, Host& host);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// A client's command{argv}. Without arguments: default_command(). `done` is told the exit status (0 or 1)
  /// when all of it has run; when the client became attached by it, the status says nothing and the client
  /// stays.
  void submit_arguments(ClientId client, std::vector<std::string> argv, std::function<void(int)> done);

  /// A line from the prompt, a control client or a key binding. `done` may be empty.
  void submit_text(std::optional<ClientId> client, std::string_view text, State state = {},
                   std::function<void(int)> done = {});
  void submit(std::optional<ClientId> client, CommandList commands, State state = {},
              std::function<void(int)> done = {});

  /// The text of a config file; its errors are added to config_errors() as "path:line: text".
  void submit_config(std::string_view path, std::string_view text);

  /// Runs the commands of a hook ("session-created", "pane-died"), if it has any, in the place of `current`;
  /// `formats` are hook, hook_session and so on, "hook" itself is added.
  void submit_hook(std::string_view name, const Target& current, std::optional<ClientId> client = {},
                   std::vector<std::pair<std::string, std::string>> formats = {});

  /// Runs what can run, at most kMaxItems commands: while it is not idle() afterwards, the next turn must
  /// call it again without waiting for an event. Never calls itself; commands may submit more.
  void run();
  static constexpr int kMaxItems = 10'000;
  /// Whether nothing waits for run(): items that wait for a Waker do not count.
  [[nodiscard]] bool idle() const;

  /// A client went: its items end, what waits for it is forgotten.
  void client_gone(ClientId client);

  /// Errors of config files since the last call, as "path:line: text".
  [[nodiscard]] std::vector<std::string> take_config_errors();
  void add_config_error(std::string text) { config_errors_.push_back(std::move(text)); }

  /// Parsing with this server's variables, formats and aliases, as seen by `item` (may be null).
  [[nodiscard]] ParseContext parse_context(const Item* item, std::optional<ClientId> client) const;

  [[nodiscard]] model::Model& model() { return model_; }
  [[nodiscard]] Host& host() { return host_; }
  [[nodiscard]] BufferStore& buffers() { return buffers_; }
  [[nodiscard]] PromptHistory& prompt_history() { return prompt_history_; }
  [[nodiscard]] WaitChannels& channels() { return *channels_; }

  /// Runs `commands` right behind `item` (after what was put there before).
  void insert_after(Item& item, CommandList commands, std::shared_ptr<State> state);

 private:
  friend class Item;
  using Items = std::list<std::shared_ptr<Item>>;

  Items make_items(std::optional<ClientId> client, const CommandList& commands, std::shared_ptr<State> state);
  void append(std::optional<ClientId> client, Items items);
  void insert_hook(Item& item, std::string_view name, const Target& current);
  Items hook_items(std::string_view name, const Target& current, std::optional<ClientId> client,
                   const std::shared_ptr<State>& state);
  void insert_items(Item& item, Items items);
  void report(std::optional<ClientId> client, std::vector<std::string> errors);
  bool run_line(std::optional<ClientId> client, int& budget);
  Status fire(Item& item);
  Status prepare(Item& item);
  void append_done(std::optional<ClientId> client, std::function<void(int)> done);

  model::Model& model_;
  Host& host_;
  BufferStore buffers_;
  PromptHistory prompt_history_;
  std::unique_ptr<WaitChannels> channels_;
  std::map<std::optional<ClientId>, Items> lines_;  // nullopt: the global one
  std::vector<std::string> config_errors_;
  std::map<ClientId, int> exit_status_;
  std::uint64_t next_group_ = 1, next_number_ = 1;
  bool running_ = false;
};

}  // namespace sess::command
