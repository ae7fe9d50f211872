#include "command/families/spawn.hpp"

#include "command/format/format.hpp"
#include "model/names.hpp"

namespace sess::command {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::string client_directory(const Item& item, const model::Session* session) {
  const auto* client = item.client();
  if (client != nullptr && !client->session && !client->cwd.empty()) return client->cwd;
  if (session != nullptr && !session->start_path.empty()) return session->start_path;
  const auto* own = client != nullptr && client->session ? item.model().session(*client->session) : nullptr;
  if (own != nullptr && !own->start_path.empty()) return own->start_path;
  const std::string& home = item.ports().facts.home;
  return home.empty() ? "/" : home;
}

}  // namespace

std::string start_directory(const Item& item, std::optional<std::string_view> given,
                            const model::Session* session) {
  const std::string base = client_directory(item, session);
  if (!given || given->empty()) return base;
  std::string path = item.expand(*given);
  if (path.empty()) return base;
  if (path.front() != '/') path = base + "/" + path;
  return path;
}

void name_daemon(model::Environment& environment, const model::Model& model, const ServerFacts& facts,
                 std::optional<model::SessionId> session) {
  const std::string number = session ? std::to_string(session->value) : "-1";
  environment.set("SESS", fmt::format("{},{},{}", facts.socket_path, facts.pid, number));
  const auto when = model.globals().server.choice("tmux-environment");
  const bool ours =
      when == "auto" && facts.tmux_is_ours && facts.tmux_is_ours(environment.value("PATH").value_or(""));
  if (when != "on" && !ours) return;
  const std::string& socket = facts.tmux_socket.empty() ? facts.socket_path : facts.tmux_socket;
  environment.set("TMUX", fmt::format("{},{},{}", socket, facts.pid, number));
}

void name_pane(model::Environment& environment, model::PaneId pane) {
  environment.set("SESS_PANE", to_string(pane));
  if (!environment.value("TMUX").value_or("").empty()) environment.set("TMUX_PANE", to_string(pane));
}

model::PaneSpec pane_spec(const Item& item, const model::Session& session, std::vector<std::string> arguments,
                          std::string directory) {
  model::PaneSpec spec;
  spec.shell = session.options.string("default-shell");
  if (spec.shell.empty()) spec.shell = item.ports().facts.shell;
  if (spec.shell.empty()) spec.shell = "/bin/sh";
  if (arguments.size() == 1) {
    spec.shell_command = std::move(arguments.front());
  } else if (arguments.size() > 1) {
    spec.argv = std::move(arguments);
  } else {
    spec.shell_command = session.options.string("default-command");
  }
  spec.start_path = std::move(directory);
  spec.title = item.ports().facts.host;
  for (const std::string& variable : item.args().all('e')) spec.environment.put(variable);
  spec.now = item.ports().daemon.now();
  return spec;
}

ProgramStart program_start(const Item& item, const model::Session& session, const model::Pane& pane) {
  const model::Model& model = item.model();
  const ServerFacts& facts = item.ports().facts;
  model::Environment environment = model.globals().environment;
  environment.merge(session.environment);
  environment.set("TERM", model.globals().server.string("default-terminal"));
  environment.set("TERM_PROGRAM", "sess");
  environment.set("TERM_PROGRAM_VERSION", facts.version);
  // The command was looked up by the user in the client's PATH, not in the server's.
  const auto* client = item.client();
  if (client != nullptr && !client->session) {
    if (const auto path = client->environment.value("PATH")) environment.set("PATH", *path);
  }
  if (!environment.value("PATH")) environment.set("PATH", kDefaultPath);
  name_daemon(environment, model, facts, session.id);
  environment.merge(pane.environment);
  name_pane(environment, pane.id);
  environment.set("SHELL", pane.shell);
  environment.set("PWD", pane.start_path);

  ProgramStart start;
  const std::string shell_name = pane.shell.substr(pane.shell.rfind('/') + 1);
  if (!pane.argv.empty()) {
    start.argv = pane.argv;
  } else if (!pane.shell_command.empty()) {
    start.argv = {pane.shell, "-c", pane.shell_command};
    start.argv0 = shell_name;
  } else {
    start.argv = {pane.shell};
    start.argv0 = "-" + shell_name;
  }
  start.env = environment.block();
  start.cwd = pane.start_path;
  start.umask = client != nullptr && client->umask ? *client->umask : session.umask;
  return start;
}

Status start_program(Item& item, const model::Session& session, model::PaneId id, std::string failure,
                     std::function<Status(Item&)> then) {
  model::Model* model = &item.model();
  const model::Pane* pane = model->pane(id);
  if (pane == nullptr) return item.error(failure);
  const Waker waker = item.wait();
  item.ports().programs.start_program(
      id, program_start(item, session, *pane),
      [waker, model, id, failure = std::move(failure), then = std::move(then)](const Result<>& result) {
        if (!result) model->destroy_pane(id);
        waker([error = result ? std::string() : result.error().text, failed = !result, failure,
               then](Item& self) {
          if (failed) return self.error(error.empty() ? failure : failure + ": " + error);
          return then(self);
        });
      });
  return Status::wait;
}

void name_window(model::Model& model, model::WindowId id) {
  model::Window* window = model.window(id);
  const model::Pane* pane = window != nullptr ? model.pane(window->active) : nullptr;
  if (pane == nullptr || !window->name.empty()) return;
  std::string_view name = !pane->argv.empty() ? std::string_view(pane->argv.front()) : pane->shell_command;
  if (name.empty()) name = pane->shell;
  window->name = model::window_name(model::command_name(name));
}

void print_created(Item& item, const Target& target, std::string_view fallback, TargetKind kind) {
  if (!item.args().has('P')) return;
  FormatContext context = item.formats(target);
  context.kind = kind;
  item.print(expand(context, item.args().get_or('F', fallback)));
}

}  // namespace sess::command
