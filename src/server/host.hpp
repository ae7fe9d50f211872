// command::Ports made real: what commands ask of terminals, programs, clients, files and time.
//
// A thin layer over Server; each group of functions has its file: host_clients.cpp, host_panes.cpp, host_outside.cpp
// (shells, files), host_keys.cpp (bindings, mouse), prompts.cpp. Owns only what no other part needs.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "command/format/format.hpp"
#include "command/ports/ports.hpp"
#include "input/encode.hpp"
#include "input/event.hpp"
#include "render/format_draw.hpp"
#include "views/direct.hpp"
#include "server/remote_client.hpp"

namespace sess::server {

class Server;

/// The modes of a program as the key encoder takes them.
[[nodiscard]] input::KeyModes key_modes(const terminal::Modes& modes, const model::Options& server);

/// What lies under a position of a client's screen.
struct MouseTarget {
  input::MouseLocation location = input::MouseLocation::pane;
  std::optional<model::PaneId> pane;
  int row = 0;     ///< in the pane (or the line), from 0
  int column = 0;
};

class HostImpl final : public command::DaemonPort,
                       public command::ClientPort,
                       public command::DisplayPort,
                       public command::KeyboardPort,
                       public command::ProgramPort,
                       public command::PanePort,
                       public command::ScreenPort,
                       public command::ShellPort,
                       public command::FilePort {
 public:
  using ClientId = command::ClientId;
  using PaneId = command::PaneId;
  using SessionId = command::SessionId;

  explicit HostImpl(Server& server) : server_(server) {}
  ~HostImpl();

  // --- for the server's own parts -------------------------------------------------------------------------

  [[nodiscard]] views::DirectView::Options direct_options(ClientId client);
  [[nodiscard]] std::string expand(std::string_view format, const command::Target& target,
                                   std::optional<ClientId> client);
  void pane_clipboard(PaneId pane, std::string_view base64);
  /// An answer to a prompt: kept in its history, and in history-file when there is one.
  void remember_answer(std::string_view type, std::string_view line);
  /// Writes history-file if somebody answered. Call at the end of a turn, when what the answers did is written down: an
  /// answer in the file has had its effect, also when the server dies in this moment.
  void save_answers();
  /// The same with its position in the client's current window instead of on the screen.
  [[nodiscard]] input::Mouse in_window(const RemoteClient& client, input::Mouse mouse) const;
  [[nodiscard]] MouseTarget mouse_target(RemoteClient& client, int row, int col);
  [[nodiscard]] static std::string encode_mouse_event(const input::Mouse& mouse, const MouseTarget& where);
  /// The report as the pane's program asked for it; empty when it did not.
  [[nodiscard]] std::string mouse_bytes(PaneId pane, input::Mouse mouse, const MouseTarget& where);
  void set_status_ranges(ClientId client, int line, std::vector<render::Range> ranges);

  // --- command::Ports -------------------------------------------------------------------------------------

  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
  void after(std::chrono::milliseconds delay, std::function<void()> done) override;

  void print(ClientId client, std::string_view text) override;
  void print_error(ClientId client, std::string_view text) override;
  void show_message(ClientId client, std::string_view text, std::chrono::milliseconds duration) override;
  void show_text(ClientId client, std::string_view text) override;
  /// A line on a command client's standard error that is no failure.
  void notice(model::ClientId client, std::string_view text) { print_to(client, 2, text); }
  [[nodiscard]] std::vector<std::string> message_log() const override;
  void control_guard(ClientId client, std::string_view word, std::chrono::system_clock::time_point time,
                     std::uint64_t number, bool typed) override;

  [[nodiscard]] Result<> can_attach(ClientId client) const override;
  Result<> attach(ClientId client, SessionId session, const command::AttachOptions& options) override;
  void detach(ClientId client, command::DetachReason reason) override;
  void detach_and_exec(ClientId client, std::string_view shell_command) override;
  void suspend(ClientId client) override;
  void lock(ClientId client) override;
  void redraw(ClientId client) override;
  Result<> set_client_flag(ClientId client, std::string_view flag) override;
  [[nodiscard]] std::string client_flags(ClientId client) const override;
  void set_client_size(ClientId client, Size size) override;
  [[nodiscard]] std::optional<model::Viewport> view(ClientId client) const override;
  Result<> move_view(ClientId client, int dx, int dy) override;
  void set_key_table(ClientId client, std::string_view table) override;
  [[nodiscard]] std::string term_features(ClientId client) const override;
  [[nodiscard]] bool prefix_pressed(ClientId client) const override;
  Result<> refresh_special(ClientId client, char flag, std::string_view argument) override;

  void start_program(PaneId pane, command::ProgramStart start, std::function<void(Result<>)> done) override;
  Typed write_pane(PaneId pane, std::string_view bytes) override;
  void feed_pane(PaneId pane, std::string_view bytes) override;
  Typed send_key(PaneId pane, std::string_view key_name) override;
  Typed send_code_point(PaneId pane, std::uint32_t code_point) override;
  Typed send_mouse(PaneId pane, std::string_view mouse_event) override;
  Typed paste(PaneId pane, std::string_view text, bool bracketed) override;
  [[nodiscard]] bool input_waits(PaneId pane) const override;
  void when_input_taken(PaneId pane, std::function<void()> done) override;
  void reset_terminal(PaneId pane) override;
  void clear_history(PaneId pane) override;
  void trim_below_cursor(PaneId pane, int lines) override;
  Result<std::string> capture(PaneId pane, const command::CaptureRequest& request) override;
  [[nodiscard]] command::PaneFacts pane_facts(PaneId pane) const override;
  [[nodiscard]] std::string current_command(PaneId pane) const override;
  [[nodiscard]] std::string current_path(PaneId pane) const override;
  [[nodiscard]] int search_pane(PaneId pane, std::string_view pattern, bool regex, bool ignore_case) const override;
  Result<> pipe_pane(PaneId pane, std::string_view shell_command, bool input, bool output) override;
  Result<> enter_mode(PaneId pane, std::optional<ClientId> client, std::string_view mode,
                      const std::vector<std::string>& arguments) override;
  void leave_modes(PaneId pane) override;
  Result<> mode_command(PaneId pane, std::optional<ClientId> client, const std::vector<std::string>& arguments,
                        int repeat, std::string_view mouse_event) override;

  void drag_border(ClientId client) override;

  void run_shell(command::ShellRequest request, std::function<void(command::ShellResult)> done) override;
  std::string shell_output(std::string_view command, std::string_view cwd) override;
  void read_file(std::optional<ClientId> client, std::string path,
                 std::function<void(Result<std::string>)> done) override;
  void write_file(std::optional<ClientId> client, std::string path, std::string data, bool append,
                  std::function<void(Result<>)> done) override;
  [[nodiscard]] Result<std::vector<std::string>> glob(std::string_view pattern) const override;
  [[nodiscard]] bool is_shell(std::string_view path) const override;
  [[nodiscard]] std::optional<std::uint32_t> uid_of(std::string_view user) const override;
  [[nodiscard]] std::string home_of(std::string_view user) const override;
  void copy_to_clipboard(std::optional<ClientId> client, std::string_view text) override;
  void end_server() override;

  Result<> prompt(ClientId client, command::PromptRequest request,
                  std::function<void(std::optional<std::string>)> answer) override;
  Result<> choose_pane(ClientId client, std::chrono::milliseconds duration, std::string again,
                       std::function<void(std::optional<PaneId>)> answer) override;

  [[nodiscard]] std::uint64_t room() const override;
  void option_changed(std::string_view name) override;
  void redraw_all() override;

 private:
  struct StatusCommand {
    std::string output;
    std::chrono::steady_clock::time_point started{};
    std::chrono::steady_clock::time_point asked{};
    bool running = false;
    bool known = false;  ///< it has ended once: its output stands, also an empty one
  };
  struct After;

  void print_to(ClientId client, std::uint8_t stream, std::string_view text);
  /// The same, without a newline behind it.
  void send_to(ClientId client, std::uint8_t stream, std::string_view bytes);
  void send_clipboard(RemoteClient& client, std::string_view base64);
  Result<> set_window_size(ClientId client, std::string_view argument);
  void load_prompt_history();
  [[nodiscard]] std::string history_file() const;
  [[nodiscard]] std::string absolute_path(std::optional<ClientId> client, std::string path) const;

  Server& server_;
  std::map<std::string, StatusCommand, std::less<>> status_commands_;
  std::map<ClientId, std::vector<std::vector<render::Range>>> status_ranges_;
  bool prompt_history_loaded_ = false;
  bool answers_unsaved_ = false;
  std::set<std::shared_ptr<After>> timers_;
  std::string text_lines_;
};

}  // namespace sess::server
