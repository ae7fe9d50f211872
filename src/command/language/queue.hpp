// Commands that wait their turn: one queue per client and a global one (config files, hooks without a
// client).
//
// Items of one line form a group: an error ends the rest of the group, other lines go on. An item may wait (a
// shell, a channel, a question); its queue then stands still while the others go on. Hooks are inserted right
// after the command that fired them. The server calls run() at the end of each loop turn; it runs for a slice
// of time, so that a long list of commands keeps nobody waiting: the loop turns between its slices.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "command/language/buffer.hpp"
#include "command/ports/ports.hpp"
#include "command/language/item.hpp"
#include "command/language/parser.hpp"
#include "command/language/prompt_history.hpp"

namespace sess::command {

class WaitChannels;

class Queue {
 public:
  /// Both must outlive the queue.
  Queue(model::Model& model, const Ports& ports);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// A client's command{argv}. Without arguments: default_command(). `done` is told the exit status (0 or 1)
  /// when all of it has run; when the client became attached by it, the status says nothing and the client
  /// stays.
  void submit_arguments(ClientId client, std::vector<std::string> argv, std::function<void(int)> done);

  /// Whether the same may be submitted once more, when nobody knows how the first time ended: every command
  /// of it is repeatable, or it is wrong and does nothing.
  [[nodiscard]] bool may_repeat(ClientId client, std::vector<std::string> argv) const;

  /// A line from the prompt, a control client or a key binding. `done` may be empty.
  void submit_text(std::optional<ClientId> client, std::string_view text, State state = {},
                   std::function<void(int)> done = {});
  /// In the place of a line that is wrong as a whole: says why.
  void submit_error(ClientId client, std::string text, State state = {});
  void submit(std::optional<ClientId> client, CommandList commands, State state = {},
              std::function<void(int)> done = {});

  /// The text of a config file; its errors are added to config_errors() as "path:line: text".
  void submit_config(std::string_view path, std::string text);
  /// Parses a file as the rest of `item`, in pieces, for it may be long; then `then` goes on with what came
  /// of it.
  static Status parse_file(Item& item, const std::shared_ptr<FileParser>& parser,
                           std::function<Status(Item&, Parsed)> then);

  /// From here until what was submitted without a client before end_configuration() has run, what it waits
  /// for included, clients' commands wait: the first session is made as the whole configuration wants it.
  void begin_configuration() { configuring_ = true; }
  /// `done` is told.
  void end_configuration(std::function<void()> done);
  [[nodiscard]] bool configuring() const { return configuring_; }
  /// A client that does not wait for the configuration: the configuration may wait for it (run-shell 'sess
  /// ...').
  void let_through(ClientId client) { let_through_.insert(client); }

  /// Runs the commands of a hook ("session-created", "pane-died"), if it has any, in the place of `current`;
  /// `formats` are hook, hook_session and so on, "hook" itself is added. Nothing while such a hook's own
  /// command runs: as in tmux it starts no hooks, which would have no end. What an after-hook does may start
  /// some.
  void submit_hook(std::string_view name, const Target& current, std::optional<ClientId> client = {},
                   std::vector<std::pair<std::string, std::string>> formats = {});

  /// Runs what can run, for about one slice; false when the slice was over before the work: then the loop
  /// turns, and calls it again without waiting for an event. Never calls itself; commands may submit more.
  bool run();
  static constexpr std::chrono::milliseconds kSlice{20};
  /// Errors that are kept until they are taken; more of them are dropped.
  static constexpr std::size_t kMaxErrors = 1000;
  /// Is told before and after each command of a hook (true: after it): what changed until then is not its
  /// doing.
  void around_hooks(std::function<void(bool after)> tell) { around_hooks_ = std::move(tell); }
  /// Whether nothing waits for run(): items that wait for a Waker do not count.
  [[nodiscard]] bool idle() const;

  /// A client went: its items end, what waits for it is forgotten.
  void client_gone(ClientId client);

  /// What went wrong without a client since the last call (config files, hooks), as "path:line: text".
  [[nodiscard]] std::vector<std::string> take_config_errors();
  void add_config_error(std::string text);

  /// Parsing with this server's variables, formats and aliases, as seen by `item` (may be null); `file` is
  /// what is parsed, "" for what was typed.
  [[nodiscard]] ParseContext parse_context(const Item* item, std::optional<ClientId> client,
                                           std::string_view file = {}) const;

  /// A format as it reads for a target and, where it is about one, a client; strftime(3)'s sequences, too.
  [[nodiscard]] std::string expand(std::string_view format, const Target& target,
                                   std::optional<ClientId> client);

  [[nodiscard]] model::Model& model() { return model_; }
  [[nodiscard]] const Ports& ports() { return ports_; }
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
  void report(std::optional<ClientId> client, std::vector<std::string> errors, State state = {});
  [[nodiscard]] Parsed parse_typed(ClientId client, std::vector<std::string> argv) const;
  using Deadline = std::chrono::steady_clock::time_point;
  bool run_line(std::optional<ClientId> client, Deadline deadline);
  static void push(Items& items, std::shared_ptr<Item> item);
  static void remove(Items& line, const std::shared_ptr<Item>& item);
  [[nodiscard]] bool held(std::optional<ClientId> client, const Item& first) const;
  Status fire(Item& item);
  Status prepare(Item& item);
  void append_done(std::optional<ClientId> client, std::function<void(int)> done);

  model::Model& model_;
  const Ports& ports_;
  BufferStore buffers_;
  PromptHistory prompt_history_;
  std::unique_ptr<WaitChannels> channels_;
  std::map<std::optional<ClientId>, Items> lines_;  // nullopt: the global one
  std::vector<std::string> config_errors_;
  std::map<ClientId, int> exit_status_;
  std::uint64_t next_number_ = 1;
  std::set<ClientId> let_through_;
  std::function<void(bool after)> around_hooks_;
  bool configuring_ = false;
  bool running_ = false;
};

}  // namespace sess::command
