// run-shell, if-shell, wait-for, source-file.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "command/language/channel.hpp"
#include "command/language/shell_environment.hpp"
#include "command/format/format.hpp"
#include "command/format/variables.hpp"
#include "command/language/item.hpp"
#include "command/language/queue.hpp"
#include "command/families/spawn.hpp"
#include "command/language/template.hpp"

namespace sess::command {
namespace {

/// A shell command of this item: where and with which environment.
ShellRequest job_request(const Item& item, std::string command) {
  const model::Model& model = item.model();
  const auto* session = item.session();
  model::Environment environment = shell_environment(model, item.ports().facts, session);
  if (item.target().pane) name_pane(environment, *item.target().pane);
  ShellRequest request;
  request.command = std::move(command);
  request.env = environment.block();
  request.cwd = start_directory(item, std::nullopt, session);
  const auto* client = item.client();
  if (client != nullptr && client->umask) {
    request.umask = *client->umask;
  } else if (session != nullptr) {
    request.umask = session->umask;
  }
  return request;
}

std::string shell_report(const std::string& command, int status) {
  constexpr int kSignal = 128;
  if (status == 0) return {};
  if (status > kSignal) return fmt::format("'{}' terminated by signal {}", command, status - kSignal);
  return fmt::format("'{}' returned {}", command, status);
}

/// Output of a job, without the newline at its end, and how it ended.
std::string shell_text(const std::string& command, const ShellResult& result) {
  std::string text = result.output;
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const std::string report = shell_report(command, result.exit_status);
  if (!text.empty() && !report.empty()) text += '\n';
  return text + report;
}

/// The pane that shows what run-shell printed, in view mode: the target's, for commands that speak tmux, as
/// in 3.3a. Empty: whoever asked is told.
std::optional<PaneId> shell_view(const Item& item) {
  const auto* client = item.client();
  if (client == nullptr || client->session || item.dialect() != Dialect::tmux) return std::nullopt;
  return item.target().pane;
}

void show_in(const Ports& ports, PaneId pane, const std::string& text) {
  static_cast<void>(ports.panes.enter_mode(pane, std::nullopt, "view-mode", {text}));
}

Status finish_shell(Item& item, const std::string& command, const ShellResult& result) {
  const std::string text = shell_text(command, result);
  const auto pane = shell_view(item);
  if (!text.empty() && pane) show_in(item.ports(), *pane, text);
  if (!text.empty() && !pane) item.print(text);
  const auto* client = item.client();
  // In a configuration nobody reads what it prints; that it failed is said with the configuration's errors.
  if (client == nullptr && result.exit_status != 0) return item.error(text);
  if (client != nullptr && !client->session) item.set_exit_status(result.exit_status);
  return Status::normal;
}

/// Who sees what run-shell -b prints: the pane, or whoever looks at the session.
struct ShellViewers {
  std::optional<PaneId> pane;
  std::optional<model::SessionId> session;
};

/// Starts the shell command of run-shell; `waker` is dead for -b.
void start_shell(const Ports* ports, model::Model* model, ShellRequest request, Waker waker, bool background,
                 ShellViewers viewers) {
  const std::string command = request.command;
  ports->shells.run_shell(std::move(request), [=](const ShellResult& result) {
    if (!background) {
      waker([command, result](Item& self) { return finish_shell(self, command, result); });
      return;
    }
    const std::string text = shell_text(command, result);
    if (text.empty()) return;
    if (viewers.pane) return show_in(*ports, *viewers.pane, text);
    if (const auto client = best_client(*model, viewers.session)) ports->messages.show_text(*client, text);
  });
}

/// Who runs what -b leaves for later, and where. As in tmux whom the command acts on: the command client that
/// asked leaves at once, and with nobody attached they are nobody's commands.
class Later {
 public:
  explicit Later(const Item& item) : queue_(&item.queue()), state_(item.state()) {
    const auto* asked = item.client();
    if (asked != nullptr && asked->session) {
      client_ = asked->id;
      return;
    }
    // Somebody who may only look is not the one who acts.
    const auto* target = item.target_client();
    if (target != nullptr && !target->read_only) client_ = target->id;
    if (!still_there(item.model(), state_.current)) {
      state_.current = find_from_client(item.model(), item.client_id());
    }
  }

  void run(const Value& commands) const {
    const bool gone = client_ && queue_->model().client(*client_) == nullptr;
    const auto client = gone ? std::nullopt : client_;
    if (commands.is_string()) {
      queue_->submit_text(client, commands.string(), state_);
    } else {
      queue_->submit(client, commands.commands(), state_);
    }
  }

 private:
  Queue* queue_;
  State state_;
  std::optional<ClientId> client_;
};

Status run_shell(Item& item) {
  const Args& args = item.args();
  std::chrono::milliseconds delay(0);
  if (const auto given = args.get('d')) {
    const std::string text(*given);
    char* end = nullptr;
    const double seconds = std::strtod(text.c_str(), &end);
    constexpr double kLongest = 1e9;
    if (text.empty() || *end != '\0' || !(seconds >= 0) || seconds > kLongest) {
      return item.error("invalid delay time: " + text);
    }
    delay = std::chrono::milliseconds(std::llround(seconds * 1000));
  } else if (args.empty()) {
    return Status::normal;
  }
  const bool background = args.has('b');
  const Ports* ports = &item.ports();

  if (args.has('C') || args.empty()) {
    CommandList commands;
    if (!args.empty()) {
      const Value& given = args.values()[0];
      const bool text = given.is_string();
      auto made = make_commands(item, text ? Value(item.expand(given.string(), item.target())) : given, {});
      if (!made) return item.error(made.error());
      commands = *made;
    }
    if (background && commands) {
      ports->daemon.after(delay, [later = Later(item), commands] { later.run(Value(commands)); });
      return Status::normal;
    }
    if (background || !args.has('d')) {
      item.run_after(commands);
      return Status::normal;
    }
    const Waker waker = item.wait();
    ports->daemon.after(delay, [waker, commands] {
      waker([commands](Item& self) {
        self.run_after(commands);
        return Status::normal;
      });
    });
    return Status::wait;
  }

  ShellRequest request = job_request(item, item.expand(args[0], item.target()));
  const Waker waker = background ? Waker() : item.wait();
  const ShellViewers viewers{shell_view(item), item.target().session};
  model::Model* model = &item.model();
  if (args.has('d')) {
    ports->daemon.after(delay, [=, request = std::move(request)] {
      start_shell(ports, model, request, waker, background, viewers);
    });
  } else {
    start_shell(ports, model, std::move(request), waker, background, viewers);
  }
  return background ? Status::normal : Status::wait;
}

Result<ArgKind> run_kind(const Args& args, std::size_t) {
  return args.has('C') ? ArgKind::commands_or_string : ArgKind::string;
}
Result<ArgKind> if_kind(const Args&, std::size_t index) {
  return index == 0 ? ArgKind::string : ArgKind::commands_or_string;
}

Status run_if(Item& item) {
  const Args& args = item.args();
  const std::string condition = item.expand(args[0], item.target());
  // Only the branch that is taken is read: the other may hold what this version does not know.
  const auto branch = [values = args.values()](Item& self, bool yes) {
    const std::size_t index = yes ? 1 : 2;
    if (index >= values.size()) return Status::normal;
    auto made = make_commands(self, values[index], {});
    if (!made) return self.error(made.error());
    self.run_after(*made);
    return Status::normal;
  };
  if (args.has('F')) return branch(item, is_true(condition));

  ShellRequest request = job_request(item, condition);
  if (args.has('b')) {
    item.ports().shells.run_shell(std::move(request),
                                  [later = Later(item), values = args.values()](const ShellResult& result) {
                                    const std::size_t index = result.exit_status == 0 ? 1 : 2;
                                    if (index < values.size()) later.run(values[index]);
                                  });
    return Status::normal;
  }
  const Waker waker = item.wait();
  item.ports().shells.run_shell(std::move(request), [waker, branch](const ShellResult& result) {
    waker([branch, yes = result.exit_status == 0](Item& self) { return branch(self, yes); });
  });
  return Status::wait;
}

Status run_wait(Item& item) {
  const Args& args = item.args();
  WaitChannels& channels = item.queue().channels();
  const std::string channel = args[0];
  if (args.has('S')) {
    channels.signal(channel);
    return Status::normal;
  }
  if (args.has('U')) {
    return channels.unlock(channel) ? Status::normal : item.error("channel " + channel + " not locked");
  }
  if (!item.client_id()) return item.error(args.has('L') ? "not able to lock" : "not able to wait");
  if (args.has('L')) {
    if (channels.lock(channel)) return Status::normal;
    channels.wait_lock(channel, item.wait());
    return Status::wait;
  }
  if (channels.take_signal(channel)) return Status::normal;
  channels.wait(channel, item.wait());
  return Status::wait;
}

// -- source-file -------------------------------------------------------------------------------------------

struct Source {
  std::vector<std::string> paths;
  std::size_t next = 0;
  bool failed = false;
};

/// A pattern's special characters in a directory that is put before it do not count.
std::string glob_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// What -v prints of a list: as tmux the commands of a block before the one that has it.
void print_commands(Item& item, const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    for (const Value& value : command.args.values()) {
      if (!value.is_string() && value.commands()) print_commands(item, *value.commands());
    }
    item.print(fmt::format("{}:{}: {}", command.file, command.line, command.print()));
  }
}

void load(Item& item, Source& source, const std::string& path, const Parsed& parsed) {
  const Args& args = item.args();
  for (const std::string& wrong : parsed.errors) {
    source.failed = true;
    if (item.client_id()) {
      item.print(wrong);
    } else {
      item.queue().add_config_error(wrong);
    }
  }
  if (args.has('v')) print_commands(item, *parsed.commands);
  if (args.has('n')) return;
  auto state = std::make_shared<State>(item.state());
  ++state->depth;
  state->set_format("current_file", path);
  item.queue().insert_after(item, parsed.commands, std::move(state));
}

Status read_next(Item& item, const std::shared_ptr<Source>& source) {
  if (source->next == source->paths.size()) {
    if (!source->failed) return Status::normal;
    item.set_exit_status(1);
    return Status::normal;
  }
  const std::string path = source->paths[source->next++];
  const Waker waker = item.wait();
  item.ports().files.read_file(item.client_id(), path, [waker, source, path](Result<std::string> text) {
    waker([source, path, text = std::move(text)](Item& self) mutable {
      if (text) {
        ParseContext context = self.queue().parse_context(&self, self.client_id(), path);
        context.parse_only = self.args().has('n');
        return Queue::parse_file(self, std::make_shared<FileParser>(std::move(*text), std::move(context)),
                                 [source, path](Item& rest, const Parsed& parsed) {
                                   load(rest, *source, path, parsed);
                                   return read_next(rest, source);
                                 });
      }
      if (!self.args().has('q')) {
        source->failed = true;
        self.error(text.error());
      }
      return read_next(self, source);
    });
  });
  return Status::wait;
}

Status run_source(Item& item) {
  constexpr int kMaxDepth = 50;
  const Args& args = item.args();
  if (item.state().depth >= kMaxDepth) return item.error("too many nested files");
  auto source = std::make_shared<Source>();
  const std::string directory = start_directory(item, std::nullopt, nullptr);
  for (std::string path : args.strings()) {
    if (args.has('F')) path = item.expand(path, item.target());
    if (path == "-") {
      source->paths.push_back(path);
      continue;
    }
    const std::string pattern =
        !path.empty() && path.front() == '/' ? path : glob_escape(directory) + "/" + path;
    auto found = item.ports().files.glob(pattern);
    if (!found) {
      if (args.has('q')) continue;
      source->failed = true;
      item.error(path + ": " + found.error().text);
      continue;
    }
    source->paths.insert(source->paths.end(), found->begin(), found->end());
  }
  return read_next(item, source);
}

constexpr Flag kRunFlags[] = {{'b', "background", "", "do not wait for it"},
                              {'C', "command", "", "a command of sess, not of the shell"},
                              {'d', "delay", "delay", "after so many seconds"},
                              {'t', "target", "target-pane", "what formats are about"}};
constexpr Flag kIfFlags[] = {{'b', "background", "", "do not wait for the shell"},
                             {'F', "format", "", "no shell: the condition is a format"},
                             {'t', "target", "target-pane", "what formats are about"}};
constexpr Flag kWaitFlags[] = {{'L', "lock", "", "lock the channel, wait while it is locked"},
                               {'S', "signal", "", "wake those who wait"},
                               {'U', "unlock", "", "unlock it"}};
constexpr Flag kSourceFlags[] = {{'F', "format", "", "expand formats in the paths"},
                                 {'n', "check", "", "read it, run nothing"},
                                 {'q', "quiet", "", "no error about a file that is not there"},
                                 {'v', "verbose", "", "print the commands"}};

constexpr Entry kEntries[] = {
    {.name = "run-shell",
     .alias = "run",
     .purpose = Purpose::scripting,
     .args = {kRunFlags, 0, 1, run_kind},
     .usage = "[-bC] [-d delay] [-t target-pane] [shell-command]",
     .summary = "Run a shell command",
     .example = "sess run-shell -b 'notify-send done'",
     .target = {'t', TargetKind::pane, kFindCanFail},
     .run = run_shell},
    {.name = "if-shell",
     .alias = "if",
     .purpose = Purpose::scripting,
     .args = {kIfFlags, 2, 3, if_kind},
     .usage = "[-bF] [-t target-pane] shell-command command [command]",
     .summary = "Run one command or another",
     .example = "sess if-shell -F '#{pane_dead}' respawn-pane",
     .target = {'t', TargetKind::pane, kFindCanFail},
     .run = run_if},
    {.name = "wait-for",
     .alias = "wait",
     .purpose = Purpose::scripting,
     .args = {kWaitFlags, 1, 1},
     .usage = "[-L|-S|-U] channel",
     .summary = "Wait for another command, or wake one",
     .example = "sess wait-for build-done",
     .run = run_wait},
    {.name = "source-file",
     .alias = "source",
     .purpose = Purpose::scripting,
     .args = {kSourceFlags, 1, -1},
     .usage = "[-Fnqv] path ...",
     .summary = "Run the commands of a file",
     .example = "sess source-file ~/.config/sess/sess.conf",
     .run = run_source},
};

}  // namespace

Entries script_entries() {
  return kEntries;
}

}  // namespace sess::command
