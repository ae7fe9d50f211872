// The server: everything that may die. One object per process, built by run() from what the keeper handed over.
//
// It owns the loop, the model, the panes' terminals, the clients and the command queue, and wires them together.
// Callbacks only note what happened; decisions are taken once per turn in end_of_turn(), in this order: commands
// run, programs that ended are dealt with, the model's events are followed (terminals resized, programs forgotten,
// clients moved, hooks queued), views send what is new, connections are flushed, the model is written down.
// The code is in several files: server.cpp (life and turn), recovery.cpp (from the keeper's hand-over to a model),
// clients.cpp (connections and messages), keys.cpp (input), prompts.cpp (questions), display.cpp (which view, what is
// drawn).
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "command/language/queue.hpp"
#include "input/key_tables.hpp"
#include "keeper/link.hpp"
#include "model/model.hpp"
#include "os/clock.hpp"
#include "os/descriptor.hpp"
#include "os/loop.hpp"
#include "store/model_store.hpp"
#include "panes/focus.hpp"
#include "panes/pane_io.hpp"
#include "server/remote_client.hpp"
#include "panes/synchronized.hpp"

namespace sess::panes {
class ShellCommands;
}

namespace sess::server {

class Alerts;
class BootControl;
class ControlClients;
class HostImpl;
struct MouseTarget;
class JobControl;
class PaneModes;
class SavedSessions;
class SessionWatch;

class Server final : private panes::PaneObserver {
 public:
  /// Takes Start, Programs and Ready from the link and recovers from them. Errors end the process; the keeper
  /// starts the next.
  static Result<std::unique_ptr<Server>> open(keeper::ServerLink link);
  ~Server() override;

  /// Until the keeper says that it is over; the exit status.
  int run();

  // --- for Host's implementation and the parts of the server ----------------------------------------------

  [[nodiscard]] model::Model& model() { return model_; }
  [[nodiscard]] os::Loop& loop() { return *loop_; }
  [[nodiscard]] os::Clock& clock() { return os::Clock::real(); }
  [[nodiscard]] command::Queue& queue() { return *queue_; }
  [[nodiscard]] const command::Ports& ports() { return *ports_; }
  [[nodiscard]] keeper::ServerLink& link() { return link_; }
  [[nodiscard]] input::KeyTables& keys() { return keys_; }
  [[nodiscard]] const command::ServerFacts& facts() const { return facts_; }
  [[nodiscard]] const keeper::Start& start() const { return start_; }
  [[nodiscard]] panes::PaneIo* pane_io(model::PaneId id);
  [[nodiscard]] RemoteClient* client(model::ClientId id);
  /// Whether the last server died between a program's start and writing it down.
  [[nodiscard]] bool adopted_orphans() const { return adopted_orphans_; }
  [[nodiscard]] panes::ShellCommands& shells() { return *shells_; }
  [[nodiscard]] PaneModes& pane_modes() { return *pane_modes_; }
  [[nodiscard]] Alerts& alerts() { return *alerts_; }
  [[nodiscard]] JobControl& job_control() { return *job_control_; }
  [[nodiscard]] BootControl& boot_control() { return *boot_control_; }
  [[nodiscard]] SessionWatch& session_watch() { return *session_watch_; }
  [[nodiscard]] SavedSessions& saved_sessions() { return *saved_sessions_; }
  [[nodiscard]] ControlClients& control_clients() { return *control_clients_; }
  [[nodiscard]] model::MessageLog& messages() { return messages_; }
  /// A sentence for show-messages.
  void log_message(std::string_view text);
  /// Bytes that may still be set (options, variables): what is more would not survive a crash.
  [[nodiscard]] std::uint64_t room() const { return store_->room(); }

  /// Starts a program in a pane of the model. The keeper answers within milliseconds; when it does not, the
  /// server goes on, and `done` is told when the answer comes. `done` is never called from inside.
  void start_program(model::PaneId pane, const command::ProgramStart& start, std::function<void(Result<>)> done);
  /// What runs when a program was started: its holder, if it has one.
  using Started = std::function<void(Result<std::int32_t>)>;
  /// The same for who goes on at once when it can: the holder, or nothing when the keeper takes its time; then, and
  /// only then, `later` is told.
  Result<std::optional<std::int32_t>> start_program_soon(model::PaneId pane, const command::ProgramStart& start,
                                                         Started later);
  /// Whether a pane's program is still being started, and what commands type into it meanwhile.
  [[nodiscard]] bool is_starting(model::PaneId pane) const;
  void type_ahead(model::PaneId pane, std::string_view bytes);
  Result<> signal_pane(model::PaneId pane, int signo, keeper::Signal::Whom whom);
  /// As a terminal's hard reset, but the title stays: it names the pane, not what was drawn in it.
  void reset_terminal(model::PaneId pane);
  void end_server();
  /// A pane whose program ended: goes, or stays as remain-on-exit says.
  void end_pane(model::PaneId id, int wait_status, model::Time ended);
  void write_death(const model::Pane& pane, panes::PaneIo& io);
  /// A pane whose program ended and will be started again.
  void pane_waits(model::PaneId id, int wait_status, model::Time ended);
  /// Writes the model down now: before the keeper is told to forget what only the model knows then.
  void write_down() { save_model(); }
  /// Something that is written down changed.
  void model_changed() { commands_ran_ = true; }
  /// A sentence for everybody: the log, show-messages and attached clients.
  void report(const std::string& text);

  Result<> attach(model::ClientId client, model::SessionId session);
  /// Ends an attachment: the view's last bytes, then detached. The client goes from the model.
  void detach(RemoteClient& client, protocol::DetachReason reason, std::string message,
              std::optional<int> status = {});
  /// Ends the attachments of clients that saw what they came for.
  void dismiss(const std::function<bool(const RemoteClient&)>& which, int status);
  void send_exec(RemoteClient& client, std::string_view command);
  /// A message over what the client sees.
  void show_message(RemoteClient& client, std::string_view text, std::chrono::milliseconds duration);
  void set_overlay(RemoteClient& client, Overlay overlay);
  void clear_overlay(RemoteClient& client);
  /// Which view fits this client (all clients) is to be decided again.
  void display_changed(RemoteClient& client) { client.display_stale = true; }
  void display_changed();
  void redraw(RemoteClient& client);
  void redraw_all();
  void apply_history_limits();
  /// An option changed from which the names of windows follow.
  void look_at_names();
  [[nodiscard]] panes::PaneIo::Limits history_limits(const model::Pane& pane);
  /// The stable path that SSH_AUTH_SOCK names in every program.
  [[nodiscard]] const std::string& agent_path() const { return agent_path_; }

 private:
  explicit Server(keeper::ServerLink link);

  // server.cpp
  Result<> set_up();
  void end_of_turn();
  void on_keeper() noexcept;
  void on_keeper_message(keeper::ToServer message);
  void watch_keeper();
  Result<std::uint64_t> ask_for_program(model::PaneId pane, const command::ProgramStart& start);
  Result<> take_program(model::PaneId pane, bool replace, Size asked, keeper::Spawned spawned);
  void on_started(std::uint64_t request, Result<keeper::Spawned> answer);
  void give_up_start(model::PaneId pane);
  void on_exited(const keeper::Exited& exited);
  void deal_with_ended_programs();
  void tell_focus(bool of_hook);
  void take_errors();
  void tell_starved();
  void follow_model();
  void follow(const model::Event& event);
  /// Something happened from which another name may follow for a window that takes it from its active pane.
  void look_at_name(model::PaneId pane);
  void look_at_name(const model::Window& window);
  void rename_windows();
  /// Whether a job runs in it, or something is being started.
  [[nodiscard]] bool has_job_or_start(const model::Session& session) const;
  void expect_starter();
  void leave_if_empty();
  void load_configuration();
  void save_model();

  // recovery.cpp
  Result<> recover(std::vector<keeper::Program> programs);
  void reopen_pipe(const model::Pane& pane);
  void adopt_orphan(const keeper::Program& program);

  // clients.cpp
  void on_connection() noexcept;
  void add_connection(UniqueFd socket);
  [[nodiscard]] bool refuse_with_spare();
  bool on_frame(RemoteClient& client, const protocol::Frame& frame);
  bool on_hello(RemoteClient& client, const protocol::Hello& hello);
  void begin_command(const RemoteClient& client);
  bool on_attached_frame(RemoteClient& client, const protocol::Frame& frame);
  void welcome(RemoteClient& client);
  void resume(RemoteClient& client, const protocol::Resume& resume);
  void resume_view(RemoteClient& client, const protocol::Resume& resume);
  void put_away_view(RemoteClient& client, const std::optional<protocol::PaneScrolled>& told = std::nullopt);
  void leave_view(RemoteClient& client);
  [[nodiscard]] store::SavedClient saved_form(const RemoteClient& client, const model::Client& seen) const;
  void save_client(store::SavedClient saved);
  void refuse_repetition(RemoteClient& client, const std::vector<std::string>& argv);
  [[nodiscard]] std::optional<store::SavedClient> take_saved_client(model::ClientToken token);
  void command_done(model::ClientId id, int status);
  void connection_lost(model::ClientId id, const std::string& reason);
  void drop_client(model::ClientId id);
  void sweep_clients();
  void follow_agent(const model::Client& client);
  void follow_client_identity(RemoteClient& client);

  // keys.cpp
  void on_input(RemoteClient& client, std::uint64_t sequence, std::string_view bytes);
  void note_activity(RemoteClient& client);
  void dispatch_events(RemoteClient& client);
  void on_event(RemoteClient& client, const input::Event& event);
  bool on_key(RemoteClient& client, input::Key key);
  void run_bound(RemoteClient& client, const std::string& text, const command::State& state);
  void run_queue();
  bool on_overlay_key(RemoteClient& client, const input::Event& event);
  void hold(RemoteClient& client, const model::Pane& pane, std::string_view bytes, bool alone = false);
  [[nodiscard]] bool held_fits(const RemoteClient& client);
  [[nodiscard]] model::InputPosition typed_position(const RemoteClient& client) const;
  void accept_held(RemoteClient& client, model::InputPosition position);
  void settle(RemoteClient& client);
  void look_ahead(RemoteClient& client, std::string_view fresh);
  void go_on_with_input();
  void acknowledge_input();
  [[nodiscard]] std::vector<model::PaneId> other_receivers(const RemoteClient& client);
  void change_saved(RemoteClient& client);
  [[nodiscard]] std::string key_table(const model::Client& client, std::optional<model::PaneId> over = {});
  [[nodiscard]] model::Pane* target_pane(const RemoteClient& client);
  [[nodiscard]] std::vector<input::Key> intercepted_keys(const RemoteClient& client);

  // mouse.cpp
  void on_mouse(RemoteClient& client, const input::Event& event);
  bool run_mouse_binding(RemoteClient& client, const input::Gestures::Result& gesture, const MouseTarget& where);
  void on_clicks_over(RemoteClient& client);

  // prompts.cpp
  void answer_overlay(RemoteClient& client, std::optional<std::string> answer);
  [[nodiscard]] static std::optional<store::SavedQuestion> saved_question(const RemoteClient& client);
  void ask_again(RemoteClient& client, const store::SavedQuestion& saved);
  bool on_prompt_key(RemoteClient& client, const input::Event& event);
  bool complete_prompt(RemoteClient& client);
  void older_answer(Overlay& overlay, int step);
  void prompt_changed(RemoteClient& client, char how);
  void draw_prompt(RemoteClient& client, render::Frame& frame, int row);

  // display.cpp
  void update_displays();
  void update_display(RemoteClient& client, views::FlowWindow::Time now);
  void decide_view(RemoteClient& client, views::FlowWindow::Time now);
  [[nodiscard]] model::Pane* direct_pane(RemoteClient& client);
  [[nodiscard]] render::Rect window_area(const RemoteClient& client, Size terminal);
  [[nodiscard]] static render::Rect place_of(const model::Pane& pane, const render::Rect& area, int top, int left);
  void draw(RemoteClient& client, render::Frame& frame, const render::Frame* shown_before, views::FlowWindow::Time now);
  void draw_pane(RemoteClient& client, const model::Pane& pane, const panes::PaneIo& io, render::Frame& frame,
                 const render::Rect& shown, int top, int left);
  [[nodiscard]] bool draw_echo(RemoteClient& client, render::Frame& frame, views::FlowWindow::Time now);
  void show_directly(RemoteClient& client, panes::PaneIo& io, views::FlowWindow::Time now);
  void show_last(RemoteClient& client, views::FlowWindow::Time now);
  void remember_direct(RemoteClient& client, views::FlowWindow::Time now);
  void ask_features(RemoteClient& client, views::FlowWindow::Time now);
  [[nodiscard]] render::TerminalModes composed_modes(RemoteClient& client);
  void send_attached(RemoteClient& client, protocol::AttachMode mode, model::PaneId pane, bool resumed);
  std::string expand(const RemoteClient& client, std::string_view format);

  [[nodiscard]] std::size_t read_budget() const override;
  void on_pane_output(panes::PaneIo& pane) override;
  void on_pane_bell(panes::PaneIo& pane) override;
  void on_pane_title(panes::PaneIo& pane) override;
  void on_pane_clipboard(panes::PaneIo& pane, std::string_view selection, std::string_view base64) override;
  void on_pane_notification(panes::PaneIo& pane, int kind, std::string_view title, std::string_view body) override;
  void on_pane_eof(panes::PaneIo& pane) override;
  void on_pane_bytes(panes::PaneIo& pane, std::string_view bytes) override;

  keeper::ServerLink link_;
  keeper::Start start_;
  std::unique_ptr<os::Loop> loop_;
  model::Model model_;
  input::KeyTables keys_;
  command::ServerFacts facts_;
  std::unique_ptr<HostImpl> host_;
  std::unique_ptr<command::Ports> ports_;
  std::unique_ptr<command::Queue> queue_;
  std::unique_ptr<panes::ShellCommands> shells_;
  std::unique_ptr<Alerts> alerts_;
  std::unique_ptr<PaneModes> pane_modes_;
  std::unique_ptr<JobControl> job_control_;
  std::unique_ptr<BootControl> boot_control_;
  std::unique_ptr<SavedSessions> saved_sessions_;
  std::unique_ptr<SessionWatch> session_watch_;
  std::optional<store::ModelStore> store_;
  std::map<model::PaneId, std::unique_ptr<panes::PaneIo>> panes_;
  std::map<model::ClientId, std::unique_ptr<RemoteClient>> clients_;
  std::unique_ptr<ControlClients> control_clients_;  ///< of those that are programs; their views go first
  std::vector<store::SavedClient> saved_clients_;  ///< whose connections were lost, newest last
  bool adopted_orphans_ = false;
  std::vector<keeper::Exited> ended_;
  std::vector<keeper::Emptied> emptied_;
  /// Programs that the keeper was asked for and has not answered about, by the request's number.
  struct Starting {
    model::PaneId pane;
    bool replace;
    Size asked;
    Started done;
    std::string typed;
  };
  std::map<std::uint64_t, Starting> starting_;
  os::SpareDescriptor spare_descriptor_;
  bool keeper_deaf_ = false;  ///< an answer did not come in time, and nothing has come since
  std::set<model::PaneId> printed_;       ///< panes with new output in this turn
  std::size_t printing_ = 0;              ///< how many there were in the turn before
  panes::PaneFocus pane_focus_;
  panes::SynchronizedPanes synchronized_panes_;
  std::set<model::PaneId> starved_;       ///< whose history does not grow for lack of memory: it was said
  std::vector<model::ClientId> lost_;     ///< connections to sweep at the end of the turn
  model::MessageLog messages_;
  std::vector<std::string> errors_to_show_;  ///< of the configuration, until somebody is attached
  std::string agent_path_;
  UniqueFd socket_directory_;
  std::unique_ptr<os::FdWatch> keeper_watch_;
  std::unique_ptr<os::FdWatch> listener_watch_;
  std::unique_ptr<os::Timer> first_client_timer_;
  std::unique_ptr<os::Timer> accept_timer_;
  std::unique_ptr<os::Timer> rename_timer_;  ///< automatic-rename, after output
  std::unique_ptr<os::Timer> status_timer_;  ///< status-interval, while a status line is shown
  std::vector<std::pair<model::WindowId, std::string>> names_due_;
  bool had_client_ = false;
  bool may_leave_ = false;  ///< there was a session, or the time for the first one is over
  bool stopping_ = false;
  bool unsaved_ = false;  ///< the model could not be written down, which was said
  bool left_ = false;  ///< Leave was sent, and nothing was started since
  bool commands_ran_ = true;
  int exit_status_ = 0;
};

}  // namespace sess::server
