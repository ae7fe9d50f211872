#include "command/language/queue.hpp"

#include <algorithm>
#include <utility>

#include "command/families/attach.hpp"
#include "command/format/format.hpp"
#include "command/language/channel.hpp"
#include "command/language/run_words.hpp"
#include "command/language/typed_words.hpp"
#include "model/options/table.hpp"

namespace sess::command {

using model::Model;

Queue::Queue(Model& model, const Ports& ports)
    : model_(model), ports_(ports), channels_(std::make_unique<WaitChannels>()) {}
Queue::~Queue() = default;

// -- what comes in -----------------------------------------------------------------------------------------

void Queue::push(Items& items, std::shared_ptr<Item> item) {
  items.push_back(std::move(item));
  items.back()->place_ = std::prev(items.end());
}

void Queue::remove(Items& line, const std::shared_ptr<Item>& item) {
  item->queued_ = false;
  line.erase(item->place_);
}

Queue::Items Queue::make_items(std::optional<ClientId> client, const CommandList& commands,
                               std::shared_ptr<State> state) {
  Items items;
  if (!commands) return items;
  int parsed_group = 0;
  std::shared_ptr<Item::Group> group;
  for (std::size_t i = 0; i < commands->size(); ++i) {
    if (i == 0 || (*commands)[i].group != parsed_group) group = std::make_shared<Item::Group>();
    parsed_group = (*commands)[i].group;
    auto item = std::shared_ptr<Item>(new Item);
    item->queue_ = this;
    item->list_ = commands;
    item->index_ = i;
    item->client_ = client;
    item->state_ = state;
    item->group_ = group;
    push(items, std::move(item));
  }
  return items;
}

void Queue::append(std::optional<ClientId> client, Items items) {
  if (client && model_.client(*client) == nullptr) return;
  Items& line = lines_[client];
  line.splice(line.end(), std::move(items));
}

void Queue::append_done(std::optional<ClientId> client, std::function<void(int)> done) {
  if (!done) return;
  auto item = std::shared_ptr<Item>(new Item);
  item->queue_ = this;
  item->client_ = client;
  item->state_ = std::make_shared<State>();
  item->callback_ = [this, client, done = std::move(done)](Item&) {
    int status = 0;
    if (client) {
      const auto it = exit_status_.find(*client);
      if (it != exit_status_.end()) {
        status = it->second;
        exit_status_.erase(it);
      }
    }
    done(status);
  };
  push(lines_[client], std::move(item));
}

void Queue::submit(std::optional<ClientId> client, CommandList commands, State state,
                   std::function<void(int)> done) {
  append(client, make_items(client, commands, std::make_shared<State>(std::move(state))));
  append_done(client, std::move(done));
}

namespace {

/// An item that only reports what the parser found.
CommandList no_commands() {
  return std::make_shared<const std::vector<Command>>();
}

}  // namespace

void Queue::report(std::optional<ClientId> client, std::vector<std::string> errors, State state) {
  if (errors.empty()) return;
  auto item = std::shared_ptr<Item>(new Item);
  item->queue_ = this;
  item->client_ = client;
  item->list_ = no_commands();
  item->state_ = std::make_shared<State>(std::move(state));
  item->callback_ = [errors = std::move(errors)](Item& self) {
    for (const std::string& text : errors) self.error(text);
  };
  push(lines_[client], std::move(item));
}

Parsed Queue::parse_typed(ClientId client, std::vector<std::string> argv) const {
  const auto* asking = model_.client(client);
  if (asking != nullptr && asking->dialect == Dialect::tmux) {
    if (argv.empty()) argv = {"new-session"};
    ParseContext context = parse_context(nullptr, client);
    context.words = Words::tmux;
    return parse_arguments(argv, context);
  }
  if (argv.empty()) argv = default_command(model_);
  // What `run` starts has semicolons of its own: find(1) -exec ends with one.
  const bool job = argv.front() == "run" || argv.front() == "run-job";
  if (job && !is_run_shell(std::vector<Value>(argv.begin(), argv.end()))) {
    for (std::string& word : argv) {
      if (!word.empty() && word.back() == ';') word.insert(word.size() - 1, 1, '\\');
    }
  }
  ParseContext context = parse_context(nullptr, client);
  context.words = Words::command_line;
  return parse_arguments(as_meant(std::move(argv), model_), context);
}

bool Queue::may_repeat(ClientId client, std::vector<std::string> argv) const {
  const Parsed parsed = parse_typed(client, std::move(argv));
  return !parsed.ok() ||
         std::all_of(parsed.commands->begin(), parsed.commands->end(), [](const Command& command) {
           return command.entry->repeatable != nullptr && command.entry->repeatable(command.args);
         });
}

void Queue::submit_arguments(ClientId client, std::vector<std::string> argv, std::function<void(int)> done) {
  const Parsed parsed = parse_typed(client, std::move(argv));
  // As tmux: with one command wrong, none is run.
  if (parsed.ok()) {
    append(client, make_items(client, parsed.commands, std::make_shared<State>()));
  } else {
    report(client, {parsed.errors.front()});
  }
  append_done(client, std::move(done));
}

void Queue::submit_text(std::optional<ClientId> client, std::string_view text, State state,
                        std::function<void(int)> done) {
  ParseContext context = parse_context(nullptr, client);
  const auto* asking = client ? model_.client(*client) : nullptr;
  if (state.typed && asking != nullptr && asking->dialect == Dialect::tmux) context.words = Words::tmux;
  Parsed parsed = parse(text, context);
  if (parsed.ok()) {
    append(client, make_items(client, parsed.commands, std::make_shared<State>(std::move(state))));
  } else if (state.typed) {
    report(client, {"parse error: " + parsed.errors.front()}, std::move(state));
  } else {
    report(client, {parsed.errors.front()});
  }
  append_done(client, std::move(done));
}

void Queue::submit_error(ClientId client, std::string text, State state) {
  report(client, {std::move(text)}, std::move(state));
}

void Queue::submit_config(std::string_view path, std::string text) {
  const auto item = std::shared_ptr<Item>(new Item);
  item->queue_ = this;
  item->state_ = std::make_shared<State>();
  item->state_->set_format("current_file", path);
  const auto parser =
      std::make_shared<FileParser>(std::move(text), parse_context(nullptr, std::nullopt, path));
  const auto insert = [this](Item& self, Parsed parsed) {
    for (std::string& wrong : parsed.errors) add_config_error(std::move(wrong));
    self.run_after(std::move(parsed.commands));
    return Status::normal;
  };
  // As a command that has waited: its turn is when what was submitted before it has run.
  item->waiting_ = item->woken_ = true;
  item->next_ = [parser, insert](Item& self) { return parse_file(self, parser, insert); };
  push(lines_[std::nullopt], item);
}

Status Queue::parse_file(Item& item, const std::shared_ptr<FileParser>& parser,
                         std::function<Status(Item&, Parsed)> then) {
  constexpr std::chrono::milliseconds kStep{5};
  if (parser->step(std::chrono::steady_clock::now() + kStep)) return then(item, parser->take());
  item.wait()([parser, then = std::move(then)](Item& self) { return parse_file(self, parser, then); });
  return Status::wait;
}

void Queue::end_configuration(std::function<void()> done) {
  append_done(std::nullopt, [this, done = std::move(done)](int) {
    configuring_ = false;
    let_through_.clear();
    done();
  });
}

void Queue::add_config_error(std::string text) {
  if (config_errors_.size() < kMaxErrors) config_errors_.push_back(std::move(text));
}

std::vector<std::string> Queue::take_config_errors() {
  return std::exchange(config_errors_, {});
}

std::string Queue::expand(std::string_view format, const Target& target, std::optional<ClientId> client) {
  FormatContext context;
  context.model = &model_;
  context.ports = &ports_;
  context.target = target;
  context.client = client;
  context.buffers = &buffers_;
  return expand_time(context, format);
}

ParseContext Queue::parse_context(const Item* item, std::optional<ClientId> client,
                                  std::string_view file) const {
  ParseContext context;
  context.file = std::string(file);
  Model* model = &model_;
  const Ports* ports = &ports_;
  context.variable = [model](std::string_view name) { return model->globals().environment.value(name); };
  context.assign = [model](std::string_view name, std::string_view value, bool hidden) {
    using Visibility = model::Environment::Visibility;
    model->globals().environment.set(name, value, hidden ? Visibility::hidden : Visibility::visible);
  };
  context.home = [ports](std::string_view user) {
    return user.empty() ? ports->facts.home : ports->files.home_of(user);
  };
  FormatContext formats;
  if (item != nullptr) {
    formats = item->formats();
  } else {
    formats.model = model;
    formats.ports = ports;
    formats.client = client;
    formats.target = find_from_client(*model, client);
  }
  formats.jobs = false;
  if (!file.empty()) formats.variables.emplace(formats.variables.begin(), "current_file", file);
  context.expand = [formats = std::move(formats)](std::string_view text) {
    return sess::command::expand(formats, text);
  };
  context.alias = [model](std::string_view name) -> std::optional<std::string> {
    const auto* value = model->globals().server.find("command-alias");
    const auto* aliases = value != nullptr ? std::get_if<model::OptionArray>(value) : nullptr;
    if (aliases == nullptr) return std::nullopt;
    for (const auto& [index, text] : *aliases) {
      const std::size_t equals = text.find('=');
      if (equals != std::string::npos && std::string_view(text).substr(0, equals) == name) {
        return text.substr(equals + 1);
      }
    }
    return std::nullopt;
  };
  return context;
}

// -- hooks -------------------------------------------------------------------------------------------------

namespace {

/// The commands of a hook: of the session, else of the pane and its window, else the global ones.
model::OptionArray hook_commands(const Model& model, std::string_view name, const Target& target) {
  const model::OptionEntry* entry = model::find_option(name);
  if (entry == nullptr || !entry->hook) return {};
  using model::OptionScope;
  const model::ArrayOption hook(*entry);
  if (entry->in(OptionScope::session)) {
    const auto* session = target.session ? model.session(*target.session) : nullptr;
    return session != nullptr ? session->options.array(hook) : model.globals().session.array(hook);
  }
  const auto* pane = target.pane ? model.pane(*target.pane) : nullptr;
  if (pane != nullptr && entry->in(OptionScope::pane)) return pane->options.array(hook);
  const auto* window = target.window ? model.window(*target.window) : nullptr;
  return window != nullptr ? window->options.array(hook) : model.globals().window.array(hook);
}

}  // namespace

Queue::Items Queue::hook_items(std::string_view name, const Target& current, std::optional<ClientId> client,
                               const std::shared_ptr<State>& state) {
  Items items;
  for (const auto& [index, text] : hook_commands(model_, name, current)) {
    Parsed parsed = parse(text, parse_context(nullptr, client));
    items.splice(items.end(), make_items(client, parsed.commands, state));
  }
  return items;
}

void Queue::submit_hook(std::string_view name, const Target& current, std::optional<ClientId> client,
                        std::vector<std::pair<std::string, std::string>> formats) {
  if (model_.events().quiet()) return;
  auto state = std::make_shared<State>();
  state->current = current;
  state->hooks = false;
  state->formats = std::move(formats);
  state->formats.emplace_back("hook", name);
  append(std::nullopt, hook_items(name, current, client, state));
}

void Queue::insert_hook(Item& item, std::string_view name, const Target& current) {
  if (!item.state_->hooks || hook_commands(model_, name, current).empty()) return;
  auto state = std::make_shared<State>();
  state->current = current;
  state->event = item.state_->event;
  state->hooks = false;
  auto& formats = state->formats;
  formats.emplace_back("hook", name);
  const Args& args = item.args();
  formats.emplace_back("hook_arguments", args.print());
  for (std::size_t i = 0; i < args.size(); ++i) {
    formats.emplace_back("hook_argument_" + std::to_string(i), args[i]);
  }
  for (const Flag& flag : item.entry().args.flags) {
    if (!args.has(flag.letter)) continue;
    const std::string key = std::string("hook_flag_") + flag.letter;
    formats.emplace_back(key, args.get_or(flag.letter, "1"));
    int n = 0;
    for (const std::string& value : args.all(flag.letter)) {
      formats.emplace_back(key + "_" + std::to_string(n++), value);
    }
  }
  insert_items(item, hook_items(name, current, item.client_, state));
}

void Queue::insert_items(Item& item, Items items) {
  const auto found = lines_.find(item.line_);
  if (items.empty() || found == lines_.end()) return;  // its client has gone
  Items& line = found->second;
  if (!item.queued_) return;
  // What was put there last may have run already, when the item waited in between: then it is the item's turn
  // again.
  const Item& behind = item.last_inserted_ && item.last_inserted_->queued_ ? *item.last_inserted_ : item;
  item.last_inserted_ = items.back();
  line.splice(std::next(behind.place_), std::move(items));
}

void Queue::insert_after(Item& item, CommandList commands, std::shared_ptr<State> state) {
  insert_items(item, make_items(item.client_, commands, std::move(state)));
}

// -- running -----------------------------------------------------------------------------------------------

bool Queue::idle() const {
  for (const auto& [client, line] : lines_) {
    if (line.empty()) continue;
    const Item& first = *line.front();
    if ((!first.waiting_ || first.woken_) && !held(client, first)) return false;
  }
  return true;
}

bool Queue::held(std::optional<ClientId> client, const Item& first) const {
  if (!configuring_ || !client || let_through_.contains(*client)) return false;
  // A configuration that never comes to its end can be ended.
  return first.callback_ || !first.list_ || first.entry().name != "kill-server";
}

void Queue::client_gone(ClientId client) {
  const auto line = lines_.find(client);
  if (line != lines_.end()) {
    for (const auto& item : line->second) item->queued_ = false;
    lines_.erase(line);
  }
  exit_status_.erase(client);
  let_through_.erase(client);
}

bool Queue::run() {
  if (running_) return true;
  running_ = true;
  const Deadline deadline = std::chrono::steady_clock::now() + kSlice;
  bool over = false;
  for (bool again = true; again && !over;) {
    again = false;
    std::vector<std::optional<ClientId>> clients;
    for (const auto& [client, line] : lines_) {
      if (!line.empty()) clients.push_back(client);
    }
    // A line that uses its slice up leaves the others one command: nobody starves behind a long file.
    for (const auto& client : clients) again = run_line(client, deadline) || again;
    over = std::chrono::steady_clock::now() >= deadline;
  }
  running_ = false;
  return !over || idle();
}

bool Queue::run_line(std::optional<ClientId> client, Deadline deadline) {
  bool ran = false;
  while (!ran || std::chrono::steady_clock::now() < deadline) {
    // The line itself may go while a command of it runs (its client ends).
    const auto line = lines_.find(client);
    if (line == lines_.end() || line->second.empty()) return ran;
    const std::shared_ptr<Item> item = line->second.front();
    item->line_ = client;
    if ((item->waiting_ && !item->woken_) || held(client, *item)) return ran;
    ran = true;
    if (!item->group_ || !item->group_->failed) {
      // An after-hook runs in the line of its client: as in tmux, what happens by it has hooks, which end
      // there.
      const bool of_hook = !item->state_->hooks && !item->line_;
      if (of_hook && around_hooks_) around_hooks_(false);
      model_.events().set_quiet(of_hook);
      const Status status = fire(*item);
      model_.events().set_quiet(false);
      if (of_hook && around_hooks_) around_hooks_(true);
      if (status == Status::wait) continue;
      if (status == Status::error && item->group_) item->group_->failed = true;
    }
    if (!item->queued_) return ran;  // its client ended with it
    remove(line->second, item);
    if (line->second.empty()) lines_.erase(line);
  }
  return ran;
}

Status Queue::fire(Item& item) {
  const auto* client = item.client();
  const bool guarded = client != nullptr && client->control && item.list_ && item.state_->event.key.empty();
  const auto guard = [&](std::string_view word) {
    if (guarded && item.client() != nullptr) {
      ports_.clients.control_guard(*item.client_, word, item.time_, item.number_, item.state_->typed);
    }
  };
  if (item.callback_) {
    item.time_ = ports_.daemon.now();
    if (guarded) item.number_ = next_number_++;
    guard("begin");
    std::exchange(item.callback_, {})(item);
    guard("error");  // what has a list and no command reports what is wrong with it
    return Status::normal;
  }
  Status status = Status::normal;
  if (item.waiting_) {
    item.waiting_ = false;
    item.woken_ = false;
    guard("resume");
    const auto next = std::exchange(item.next_, {});
    status = next(item);
  } else {
    item.time_ = ports_.daemon.now();
    item.number_ = next_number_++;
    guard("begin");
    status = prepare(item);
    if (status == Status::normal) status = item.entry().run(item);
  }
  if (status == Status::wait) {
    // A command that says it waits has taken a waker; otherwise nothing would ever continue it.
    if (item.waiting_) return status;
    status = Status::normal;
  }
  item.waiting_ = false;
  if (!item.list_) return status;

  if (status == Status::error || ((item.entry().flags & kAfterHook) != 0 && item.after_hook_)) {
    Target current = item.target_;
    if (!still_there(model_, current)) current = item.state_->current;
    if (!still_there(model_, current)) current = find_from_client(model_, item.client_);
    if (status == Status::error) {
      insert_hook(item, "command-error", current);
    } else if (current.valid()) {
      insert_hook(item, "after-" + std::string(item.entry().name), current);
    }
  }
  guard(status == Status::error ? "error" : "end");
  return status;
}

/// Finds the target client, source and target that the command's row asks for.
Status Queue::prepare(Item& item) {
  const Entry& entry = item.entry();
  const Args& args = item.args();
  const auto* client = item.client();
  if (client != nullptr && client->read_only && client->session && (entry.flags & kReadOnly) == 0) {
    return item.error("client is read-only");
  }
  const FindContext context = item.find_context();
  std::optional<std::string_view> name;
  bool quiet = (entry.flags & kClientCanFail) != 0;
  if ((entry.flags & kClientCFlag) != 0) {
    name = args.get('c');
  } else if ((entry.flags & kClientTFlag) != 0) {
    name = args.get('t');
  } else {
    quiet = true;
  }
  const auto found = find_client(context, name);
  if (found) {
    item.target_client_ = *found;
  } else if (!quiet) {
    return item.error(found.error());
  }

  const auto resolve = [&](const TargetSpec& spec, Target& target) {
    if (spec.flag == 0) {
      target = find_from_client(model_, item.target_client_ ? item.target_client_ : item.client_);
      return true;
    }
    auto result = find_target(context, args.get(spec.flag), spec.kind, spec.flags);
    if (!result) {
      if ((spec.flags & kFindQuiet) == 0) item.error(result.error());
      return false;
    }
    target = *result;
    return true;
  };
  if (!resolve(entry.source, item.source_) || !resolve(entry.target, item.target_)) return Status::error;
  return Status::normal;
}

}  // namespace sess::command
