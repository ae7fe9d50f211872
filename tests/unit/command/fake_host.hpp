// The ports in memory: records what commands ask for and answers from tables, so that tests run real commands
// over a real Model without terminals, programs or files.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/ports/ports.hpp"
#include "command/language/queue.hpp"
#include "input/key_tables.hpp"
#include "model/model.hpp"

namespace sess::command {

class FakeHost final : public DaemonPort,
                       public ClientPort,
                       public MessagePort,
                       public DisplayPort,
                       public KeyboardPort,
                       public QuestionPort,
                       public OverlayPort,
                       public ProgramPort,
                       public PanePort,
                       public ScreenPort,
                       public ShellPort,
                       public FilePort {
 public:
  std::vector<RunningShell> shells_running;
  explicit FakeHost(model::Model& model) : model_(model) {
    facts_.version = "0.1.0";
    facts_.socket_path = "/run/sess/default";
    facts_.host = "box.example";
    facts_.user = "ann";
    facts_.home = "/home/ann";
    facts_.shell = "/bin/sh";
    facts_.uid = 1000;
    facts_.pid = 42;
    facts_.server_pid = 43;
    facts_.start_time = time;
  }

  // What was asked for.
  std::string out, err;            ///< of every client
  std::uint64_t left = 1 << 30;    ///< room()
  std::vector<std::string> calls;  ///< "attach 0 $1", "send %0 Enter", ...
  std::vector<ProgramStart> started;
  std::vector<ShellRequest> jobs;
  std::vector<PromptRequest> prompts;
  std::vector<MenuRequest> menus;
  std::vector<PopupRequest> popups;
  std::deque<std::function<void(std::optional<std::string>)>> answers;
  // What is answered.
  std::chrono::system_clock::time_point time{std::chrono::seconds(1'700'000'000)};
  std::string start_error, terminal_error;
  std::map<std::string, ShellResult> job_results;  ///< by command; others succeed silently
  std::map<std::string, std::string> files;
  input::KeyTables keys = input::KeyTables::with_defaults();
  std::map<PaneId, PaneFacts> facts_of;
  std::string upgrade_refusal;
  std::string captured = "one\ntwo\n";
  CaptureRequest capture_request;

  /// Does what was promised for later, once.
  bool deliver() {
    auto todo = std::exchange(later_, {});
    for (auto& work : todo) work();
    return !todo.empty();
  }

  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return time; }
  void after(std::chrono::milliseconds delay, std::function<void()> done) override {
    call("after {}", delay.count());
    later_.push_back(std::move(done));
  }
  void print(ClientId, std::string_view text) override { (out += text) += '\n'; }
  void print_error(ClientId, std::string_view text) override { (err += text) += '\n'; }
  void note(ClientId, std::string_view text) override { (err += text) += '\n'; }
  [[nodiscard]] bool prints_on_terminal(ClientId) const override { return false; }
  [[nodiscard]] std::string_view color_choice(ClientId) const override { return "auto"; }
  [[nodiscard]] bool takes_more(ClientId) const override { return true; }
  void resume_with(ClientId, std::vector<std::string>, bool) override {}
  void report_status_of(ClientId, const std::string&) override {}
  void show_message(ClientId, std::string_view text, std::chrono::milliseconds) override {
    call("message {}", text);
  }
  void show_text(ClientId, std::string_view text) override { call("text {}", text); }
  [[nodiscard]] std::vector<std::string> message_log() const override { return {}; }
  void control_guard(ClientId, std::string_view word, std::chrono::system_clock::time_point, std::uint64_t,
                     bool by_client) override {
    call("guard {}{}", word, by_client ? " typed" : "");
  }
  [[nodiscard]] Result<> can_attach(ClientId) const override {
    if (terminal_error.empty()) return {};
    return fail(ErrorCode::unavailable, "{}", terminal_error);
  }
  Result<> attach(ClientId client, SessionId session, const AttachOptions& options) override {
    call("attach {}", to_string(session));
    for (const std::string& flag : options.flags) call("flag {}", flag);
    model_.clients().attach(client, session, time);
    return {};
  }
  void detach(ClientId client, DetachReason reason) override {
    call("detach {} {}", client.value, reason == DetachReason::detached ? "" : "parent");
    model_.clients().detach(client);
  }
  void detach_absent(std::optional<SessionId> session) override {
    call("detach absent {}", session ? to_string(*session) : "all");
  }
  void detach_and_exec(ClientId client, std::string_view command) override {
    call("exec {} {}", client.value, command);
  }
  void suspend(ClientId client) override { call("suspend {}", client.value); }
  void lock(ClientId client) override { call("lock {}", client.value); }
  void redraw(ClientId client) override { call("redraw {}", client.value); }
  Result<> set_client_flag(ClientId, std::string_view flag) override {
    call("flag {}", flag);
    return {};
  }
  [[nodiscard]] std::string client_flags(ClientId) const override { return "attached"; }
  void set_client_size(ClientId, Size size) override { call("size {}x{}", size.cols, size.rows); }
  [[nodiscard]] std::optional<model::Viewport> view(ClientId) const override { return std::nullopt; }
  Result<> move_view(ClientId, int dx, int dy) override {
    call("view {} {}", dx, dy);
    return {};
  }
  void set_key_table(ClientId, std::string_view table) override { call("table {}", table); }
  [[nodiscard]] std::string term_features(ClientId) const override { return "RGB"; }
  [[nodiscard]] std::string term_type(ClientId) const override { return "XTerm(370)"; }
  [[nodiscard]] bool prefix_pressed(ClientId) const override { return false; }
  Result<> refresh_special(ClientId, char flag, std::string_view argument) override {
    call("special {} {}", flag, argument);
    return {};
  }
  void start_program(PaneId pane, ProgramStart start, std::function<void(Result<>)> done) override {
    started.push_back(std::move(start));
    later_.push_back([this, pane, done = std::move(done)] {
      if (!start_error.empty()) return done(fail(ErrorCode::io, "{}", start_error));
      if (auto* found = model_.pane(pane)) {
        found->pid = next_pid_++;
        found->tty = "/dev/pts/" + std::to_string(100 + pane.value);
        found->dead = false;
      }
      done({});
    });
  }
  Typed write_pane(PaneId pane, std::string_view bytes) override {
    call("write {} {}", to_string(pane), bytes);
    return typed;
  }
  void feed_pane(PaneId pane, std::string_view bytes) override { call("feed {} {}", to_string(pane), bytes); }
  Typed send_key(PaneId pane, std::string_view key) override {
    if (!input::parse_key(key)) return Typed::unknown_key;
    call("send {} {}", to_string(pane), key);
    return typed;
  }
  Typed send_code_point(PaneId pane, std::uint32_t code_point) override {
    call("send {} U+{:04X}", to_string(pane), code_point);
    return typed;
  }
  Typed send_mouse(PaneId pane, std::optional<ClientId>, std::string_view, std::string_view event) override {
    call("mouse {} {}", to_string(pane), event);
    return typed;
  }
  Typed paste(PaneId pane, std::string_view text, bool bracketed) override {
    call("paste {} {} {}", to_string(pane), text, bracketed);
    return typed;
  }
  [[nodiscard]] bool input_waits(PaneId) const override { return waits; }
  void when_input_taken(PaneId, std::function<void()> done) override { taken.push_back(std::move(done)); }
  Typed typed = Typed::sent;
  bool waits = false;
  std::vector<std::function<void()>> taken;
  void reset_terminal(PaneId pane) override { call("reset {}", to_string(pane)); }
  void clear_history(PaneId pane) override { call("clear {}", to_string(pane)); }
  void trim_below_cursor(PaneId pane, int lines) override { call("trim {} {}", to_string(pane), lines); }
  Result<std::string> capture(PaneId, const CaptureRequest& request) override {
    capture_request = request;
    if (request.alternate) return fail(ErrorCode::not_found, "no alternate screen");
    return captured;
  }
  [[nodiscard]] PaneFacts pane_facts(PaneId pane) const override {
    const auto it = facts_of.find(pane);
    return it == facts_of.end() ? PaneFacts{} : it->second;
  }
  [[nodiscard]] std::string current_command(PaneId) const override { return "vim"; }
  [[nodiscard]] std::string current_path(PaneId) const override { return "/srv/www"; }
  [[nodiscard]] int search_pane(PaneId, std::string_view pattern, bool, bool) const override {
    return pattern == "needle" ? 3 : 0;
  }
  Result<> pipe_pane(PaneId pane, std::string_view command, bool input, bool output, unsigned) override {
    call("pipe {} '{}' {} {}", to_string(pane), command, input, output);
    return {};
  }
  Result<> enter_mode(PaneId pane, std::optional<ClientId>, std::string_view mode,
                      const std::vector<std::string>& arguments) override {
    call("mode {} {} {}", to_string(pane), mode, arguments.size());
    return {};
  }
  void leave_modes(PaneId pane) override { call("leave {}", to_string(pane)); }
  Result<> mode_command(PaneId, std::optional<ClientId>, const std::vector<std::string>&, int,
                        std::string_view) override {
    return fail(ErrorCode::unavailable, "not in a mode");
  }
  void drag_border(ClientId client) override { call("drag {}", client.value); }
  void run_shell(ShellRequest request, std::function<void(ShellResult)> done) override {
    const auto it = job_results.find(request.command);
    ShellResult result = it == job_results.end() ? ShellResult{} : it->second;
    jobs.push_back(std::move(request));
    later_.push_back([result = std::move(result), done = std::move(done)] { done(result); });
  }
  [[nodiscard]] std::vector<RunningShell> running_shells() const override { return shells_running; }
  std::string shell_output(std::string_view command, std::string_view, unsigned) override {
    return "<" + std::string(command) + ">";
  }
  void read_file(std::optional<ClientId>, std::string path,
                 std::function<void(Result<std::string>)> done) override {
    later_.push_back([this, path = std::move(path), done = std::move(done)] {
      const auto it = files.find(path);
      if (it == files.end()) return done(fail(ErrorCode::not_found, "{}: No such file or directory", path));
      done(it->second);
    });
  }
  void write_file(std::optional<ClientId>, std::string path, std::string data, bool append,
                  std::function<void(Result<>)> done) override {
    if (path == "-") {
      out += data;
    } else if (append) {
      files[path] += data;
    } else {
      files[path] = std::move(data);
    }
    later_.push_back([done = std::move(done)] { done({}); });
  }
  [[nodiscard]] bool is_shell(std::string_view path) const override { return path.substr(0, 5) == "/bin/"; }
  [[nodiscard]] Result<std::vector<std::string>> glob(std::string_view pattern) const override {
    if (files.count(std::string(pattern)) == 0)
      return fail(ErrorCode::not_found, "No such file or directory");
    return std::vector<std::string>{std::string(pattern)};
  }
  [[nodiscard]] std::optional<std::uint32_t> uid_of(std::string_view user) const override {
    return user == "bob" ? std::optional<std::uint32_t>(1001) : std::nullopt;
  }
  [[nodiscard]] std::string home_of(std::string_view user) const override {
    return user == "bob" ? "/home/bob" : "";
  }
  void copy_to_clipboard(std::optional<ClientId>, std::string_view text) override {
    call("clipboard {}", text);
  }
  void end_server(std::function<void()> done) override {
    call("end");
    later_.push_back(std::move(done));
  }
  void upgrade(std::function<void(const std::string& why)> refused) override {
    call("upgrade");
    if (!upgrade_refusal.empty())
      later_.push_back([this, refused = std::move(refused)] { refused(upgrade_refusal); });
  }
  Result<> prompt(ClientId, PromptRequest request,
                  std::function<void(std::optional<std::string>)> answer) override {
    prompts.push_back(std::move(request));
    answers.push_back(std::move(answer));
    return {};
  }
  Result<> choose_pane(ClientId, std::chrono::milliseconds, Keys, std::string,
                       std::function<void(std::optional<PaneId>)> answer) override {
    later_.push_back([answer = std::move(answer)] { answer(PaneId{1}); });
    return {};
  }
  [[nodiscard]] std::optional<Surroundings> surroundings(ClientId, std::optional<WindowId>) const override {
    Surroundings around;
    around.status_lines = 1;
    return around;
  }
  void open_menu(ClientId, MenuRequest request, std::function<void()> closed) override {
    menus.push_back(std::move(request));
    later_.push_back(std::move(closed));
  }
  void open_popup(ClientId, PopupRequest request, std::function<void(Result<int>)> closed) override {
    popups.push_back(std::move(request));
    later_.push_back([closed = std::move(closed)] { closed(3); });
  }
  void close_overlay(ClientId) override { call("close overlay"); }
  [[nodiscard]] Size menu_size(const MenuRequest& request) const override {
    return {static_cast<std::uint16_t>(request.items.size() + 2), 20};
  }
  [[nodiscard]] std::uint64_t room() const override { return left; }
  void option_changed(std::string_view name) override { call("option {}", name); }
  void redraw_all() override {}

  const Ports ports{facts_, *this, *this, *this, *this, *this, *this,
                    *this,  keys,  *this, *this, *this, *this, *this};

  /// Whether a call was made.
  [[nodiscard]] bool called(std::string_view call) const {
    for (const std::string& made : calls) {
      if (made == call) return true;
    }
    return false;
  }

 private:
  template <class... A>
  void call(fmt::format_string<A...> format, A&&... arguments) {
    calls.push_back(fmt::format(format, std::forward<A>(arguments)...));
  }
  model::Model& model_;
  ServerFacts facts_;
  std::vector<std::function<void()>> later_;
  int next_pid_ = 1000;
};

/// What one command line did.
struct Ran {
  std::string out, err;
  int status = -1;  ///< -1: it waits still
};

/// A server's worth of state with one command client.
class World {
 public:
  World() : host(model), queue(model, host.ports) {
    model.globals().environment.set("HOME", "/home/ann");
    client = add_client("client-1");
  }
  ClientId add_client(std::string name) {
    model::Client& made = model.clients().add(std::move(name), host.time);
    made.cwd = "/work";
    made.size = Size{30, 100};
    made.environment.set("PATH", "/opt/bin:/bin");
    return made.id;
  }
  /// Runs a command's argument vector to its end, or until it waits for the outside.
  Ran run(std::vector<std::string> argv) { return run_as(client, std::move(argv)); }
  Ran run_as(ClientId who, std::vector<std::string> argv) {
    host.out.clear();
    host.err.clear();
    Ran ran;
    auto status = std::make_shared<int>(-1);
    queue.submit_arguments(who, std::move(argv), [status](int result) { *status = result; });
    settle();
    ran.out = host.out;
    ran.err = host.err;
    ran.status = *status;
    return ran;
  }
  /// A command line in text, as a binding or config has it.
  Ran line(std::string_view text) {
    host.out.clear();
    host.err.clear();
    auto status = std::make_shared<int>(-1);
    queue.submit_text(client, text, {}, [status](int result) { *status = result; });
    settle();
    return {host.out, host.err, *status};
  }
  void settle() {
    do {
      queue.run();
    } while (host.deliver() || !queue.idle());
  }
  /// A format over the current target.
  std::string format(std::string_view text) { return run({"display-message", "-p", std::string(text)}).out; }

  model::Model model;
  FakeHost host;
  Queue queue;
  ClientId client;
};

}  // namespace sess::command
