// command-prompt, show-prompt-history, clear-prompt-history, confirm-before, display-panes.
#include <memory>

#include "command/format/format.hpp"
#include "command/language/item.hpp"
#include "command/language/queue.hpp"
#include "command/language/template.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

Result<ArgKind> any_kind(const Args&, std::size_t) {
  return ArgKind::commands_or_string;
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    out.emplace_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

/// Runs commands that an answer made: behind the item that waited, or on their own with -b.
struct Answerer {
  Queue* queue;
  Waker waker;
  bool background;
  std::optional<ClientId> client;
  State state;

  void run(const Result<CommandList>& commands) const {
    if (!background) {
      waker([commands](Item& self) {
        if (!commands) return self.error(commands.error());
        self.run_after(*commands);
        return Status::normal;
      });
    } else if (commands) {
      queue->submit(client, *commands, state);
    } else if (client) {
      queue->ports().messages.show_message(*client, commands.error().text, std::chrono::milliseconds(-1));
    }
  }
  void give_up() const {
    if (!background) waker(Status::normal);
  }
};

/// An incremental prompt answers many times: nothing can wait for it.
bool in_background(const Item& item) {
  return item.args().has('b') || item.args().has('i');
}

Answerer answerer(Item& item) {
  const bool background = in_background(item);
  // What an answer starts is the asked client's: who gave the command may be gone by then.
  const auto asked = item.target_client_id() ? item.target_client_id() : item.client_id();
  return {&item.queue(), background ? Waker() : item.wait(), background, asked, item.state()};
}

/// What command-prompt asks, and the answers so far.
struct Questions {
  std::vector<PromptRequest> prompts;
  std::vector<std::string> answers;
  Value commands;
  Answerer answerer;
  ClientId client;
};

Result<CommandList> commands_from(const Questions& questions) {
  if (!questions.commands.is_string()) {
    const CommandList list = questions.commands.commands();
    std::vector<Command> filled = *list;
    for (Command& command : filled) {
      command.args = command.args.map([&](const std::string& text) {
        std::string out = text;
        for (std::size_t i = 0; i < questions.answers.size(); ++i) {
          out = fill_template(out, questions.answers[i], static_cast<int>(i) + 1);
        }
        return out;
      });
    }
    return std::make_shared<const std::vector<Command>>(std::move(filled));
  }
  std::string text = questions.commands.string();
  for (std::size_t i = 0; i < questions.answers.size(); ++i) {
    text = fill_template(text, questions.answers[i], static_cast<int>(i) + 1);
  }
  Parsed parsed = parse(text, questions.answerer.queue->parse_context(nullptr, questions.answerer.client));
  if (!parsed.ok()) return fail(ErrorCode::invalid_argument, "{}", parsed.errors.front());
  return parsed.commands;
}

Result<> ask(const std::shared_ptr<Questions>& questions) {
  const Ports& ports = questions->answerer.queue->ports();
  PromptRequest request =
      questions->prompts[questions->answers.size()];  // its own: it may hold the questions
  request.answers = questions->answers;
  request.more = request.answers.size() + 1 < questions->prompts.size();
  const bool incremental = request.kind == PromptRequest::Kind::incremental;
  if (incremental) {
    request.changed = [questions](const std::string& text) {
      Questions now = *questions;
      now.answers = {text};
      now.answerer.run(commands_from(now));
    };
  }
  return ports.questions.prompt(questions->client, request,
                                [questions, incremental](const std::optional<std::string>& answer) {
                                  if (!answer || incremental) return questions->answerer.give_up();
                                  questions->answers.push_back(*answer);
                                  const bool more = questions->answers.size() < questions->prompts.size();
                                  if (!more) return questions->answerer.run(commands_from(*questions));
                                  if (!ask(questions)) questions->answerer.give_up();
                                });
}

Status run_prompt(Item& item) {
  const Args& args = item.args();
  if (!item.target_client_id()) return Status::normal;
  using Kind = PromptRequest::Kind;
  Kind kind = Kind::line;
  if (args.has('1')) kind = Kind::single_key;
  if (args.has('N')) kind = Kind::numeric;
  if (args.has('i')) kind = Kind::incremental;
  if (args.has('k')) kind = Kind::key_name;
  const std::string history(args.get_or('T', "command"));
  if (!is_prompt_type(history)) return item.error("unknown type: " + history);

  const Value commands = args.empty() ? Value("%1") : args.values()[0];
  std::string prompts;
  if (args.has('p')) {
    prompts = args.get_or('p', "");
  } else if (args.empty()) {
    prompts = ":";
  } else {
    const std::string text = commands.text();
    prompts = "(" + text.substr(0, text.find(' ')) + ")";
  }
  const auto inputs = split_commas(args.get_or('I', ""));
  auto questions =
      std::make_shared<Questions>(Questions{{}, {}, commands, answerer(item), *item.target_client_id()});
  for (const std::string& prompt : split_commas(prompts)) {
    PromptRequest request;
    request.kind = kind;
    request.prompt = item.expand(prompt) + (args.has('p') || !args.empty() ? " " : "");
    const std::size_t i = questions->prompts.size();
    if (i < inputs.size()) request.initial = item.expand(inputs[i]);
    request.history = history;
    request.again = item.command().print();
    questions->prompts.push_back(std::move(request));
  }
  if (args.has('F') && commands.is_string()) questions->commands = Value(item.expand(commands.string()));
  if (auto asked = ask(questions); !asked) return item.error(asked.error());
  return in_background(item) ? Status::normal : Status::wait;
}

Status run_history(Item& item) {
  const auto type = item.args().get('T');
  if (type && !is_prompt_type(*type)) return item.error(fmt::format("invalid type: {}", *type));
  PromptHistory& history = item.queue().prompt_history();
  if (item.entry().name == "clear-prompt-history") {
    history.clear(type);
    return Status::normal;
  }
  for (const auto shown : kPromptTypes) {
    if (type && *type != shown) continue;
    item.print(fmt::format("History for {}:\n", shown));
    int number = 0;
    for (const auto& line : history.lines(shown)) item.print(fmt::format("{}: {}", ++number, line));
    item.print("");
  }
  return Status::normal;
}

Status run_confirm(Item& item) {
  const Args& args = item.args();
  if (!item.target_client_id()) return Status::normal;
  auto commands = make_commands(item, args.values()[0], {});
  if (!commands) return item.error(commands.error());
  PromptRequest request;
  request.kind = PromptRequest::Kind::single_key;
  if (args.has('p')) {
    request.prompt = item.expand(args.get_or('p', "")) + " ";
  } else {
    const std::string_view name =
        (*commands)->empty() ? std::string_view() : (*commands)->front().entry->name;
    request.prompt = fmt::format("Confirm '{}'? (y/n) ", name);
  }
  request.again = item.command().print();
  const Answerer answer = answerer(item);
  auto asked = item.ports().questions.prompt(*item.target_client_id(), request,
                                             [answer, commands](const std::optional<std::string>& text) {
                                               if (text == "y" || text == "Y") {
                                                 answer.run(commands);
                                               } else {
                                                 answer.give_up();
                                               }
                                             });
  if (!asked) return item.error(asked.error());
  return args.has('b') ? Status::normal : Status::wait;
}

Status run_panes(Item& item) {
  const Args& args = item.args();
  const auto* client = item.target_client();
  if (client == nullptr || !client->session) return Status::normal;
  const auto* session = item.model().session(*client->session);
  std::chrono::milliseconds delay(session != nullptr ? session->options.number("display-panes-time") : 1000);
  if (args.has('d')) {
    const auto given = args.number('d', 0, UINT32_MAX, 0);
    if (!given) return item.error("delay " + given.error().text);
    delay = std::chrono::milliseconds(*given);
  }
  const Value commands = args.empty() ? Value("select-pane -t \"%%%\"") : args.values()[0];
  const Answerer answer = answerer(item);
  auto shown = item.ports().questions.choose_pane(
      client->id, delay, args.has('N') ? QuestionPort::Keys::pass : QuestionPort::Keys::choose,
      item.command().print(), [answer, commands, client_id = client->id](std::optional<PaneId> pane) {
        if (!pane) return answer.give_up();
        answer.run(commands_from({{}, {to_string(*pane)}, commands, answer, client_id}));
      });
  if (!shown) return item.error(shown.error());
  return args.has('b') ? Status::normal : Status::wait;
}

constexpr Flag kPromptFlags[] = {
    {'1', "single-key", "", "one key is the answer"},
    {'b', "background", "", "do not wait for the answer"},
    {'F', "format", "", "expand formats in the template"},
    {'k', "key", "", "the name of a key is the answer"},
    {'i', "incremental", "", "run it at every change"},
    {'I', "initial", "inputs", "what stands there at first, separated by commas"},
    {'N', "numeric", "", "digits only"},
    {'p', "prompt", "prompts", "the questions, separated by commas"},
    {'t', "target", "target-client", "who is asked"},
    {'T', "type", "type", "command, search, target or window-target"}};
constexpr Flag kHistoryFlags[] = {{'T', "type", "type", "command, search, target or window-target"}};
constexpr Flag kConfirmFlags[] = {{'b', "background", "", "do not wait for the answer"},
                                  {'p', "prompt", "prompt", "the question"},
                                  {'t', "target", "target-client", "who is asked"}};
constexpr Flag kPanesFlags[] = {{'b', "background", "", "do not wait for the choice"},
                                {'d', "duration", "duration", "for so many milliseconds; 0: until a key"},
                                {'N', "ignore-keys", "", "keys do not choose"},
                                {'t', "target", "target-client", "the client"}};

constexpr Entry kEntries[] = {
    {.name = "command-prompt",
     .alias = "",
     .purpose = Purpose::keys,
     .args = {kPromptFlags, 0, 1, any_kind},
     .usage = "[-1bFkiN] [-I inputs] [-p prompts] [-t target-client] [-T type] [template]",
     .summary = "Ask for a command, or for what it needs",
     .example = "sess command-prompt -p name 'rename-window \"%%\"'",
     .flags = kClientTFlag,
     .run = run_prompt},
    {.name = "show-prompt-history",
     .alias = "showphist",
     .purpose = Purpose::keys,
     .args = {kHistoryFlags, 0, 0},
     .usage = "[-T type]",
     .summary = "Show what was answered at prompts",
     .example = "sess show-prompt-history -T command",
     .flags = kAfterHook,
     .repeatable = kReads,
     .run = run_history},
    {.name = "clear-prompt-history",
     .alias = "clearphist",
     .purpose = Purpose::keys,
     .args = {kHistoryFlags, 0, 0},
     .usage = "[-T type]",
     .summary = "Forget what was answered at prompts",
     .example = "sess clear-prompt-history -T search",
     .flags = kAfterHook,
     .run = run_history},
    {.name = "confirm-before",
     .alias = "confirm",
     .purpose = Purpose::keys,
     .args = {kConfirmFlags, 1, 1, any_kind},
     .usage = "[-b] [-p prompt] [-t target-client] command",
     .summary = "Ask before running a command",
     .example = "sess confirm-before kill-window",
     .flags = kClientTFlag,
     .run = run_confirm},
    {.name = "display-panes",
     .alias = "displayp",
     .purpose = Purpose::display,
     .args = {kPanesFlags, 0, 1, any_kind},
     .usage = "[-bN] [-d duration] [-t target-client] [template]",
     .summary = "Number the panes; a key chooses one",
     .example = "sess display-panes",
     .flags = kAfterHook | kClientTFlag,
     .run = run_panes},
};

}  // namespace

Entries prompt_entries() {
  return kEntries;
}

}  // namespace sess::command
