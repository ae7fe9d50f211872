// What commands need of the world: terminals, programs, files, time. The server implements it.
//
// Commands change the model themselves; the model's events tell the server which panes, windows and sessions
// came, went, moved or changed size, and the server follows (it resizes terminals, ends programs, redraws). A
// Host call is therefore only made for what is not in the model. Every call returns at once: what takes time
// takes a callback, which runs later from the loop and never inside the call, and is dropped with its owner.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/size.hpp"
#include "model/ids.hpp"
#include "model/viewport.hpp"

namespace sess::command {

using model::ClientId;
using model::PaneId;
using model::SessionId;
using model::WindowId;

/// What never changes while a server runs.
struct ServerFacts {
  std::string version;      ///< ours: "0.1.0"
  std::string socket_path;  ///< absolute
  std::string host;         ///< gethostname()
  std::string user;         ///< login name
  std::string home;         ///< home directory of the user
  std::string login_home;   ///< the one that the password file has
  std::string shell;        ///< the user's login shell, for default-shell
  std::uint32_t uid = 0;
  int pid = 0;  ///< of the process whose death ends the jobs (the keeper): $SESS names it
  int server_pid = 0;
  std::chrono::system_clock::time_point start_time;
  std::vector<std::string> config_files;  ///< that were loaded
};

/// A program to start in a pane. Complete: nothing is inherited from the server.
struct ProgramStart {
  std::vector<std::string> argv;  ///< argv[0] is searched in the PATH of env
  std::string argv0;              ///< what the program sees as its own name ("-bash"); empty: argv[0]
  std::vector<std::string> env;   ///< "NAME=value"
  std::string cwd;
  bool replace = false;  ///< respawn: end what runs there, keep the pane's history
  std::optional<int> nice;
  std::uint64_t memory_limit = 0;  ///< bytes of address space; 0: none
  std::string input;               ///< a file that is its standard input; empty: the terminal
  unsigned umask = 022;
  bool held = false;               ///< with a holder (os/holder.hpp), by which all of its processes are known
};

/// What the emulator knows about a pane.
struct PaneFacts {
  int cursor_x = 0, cursor_y = 0;
  bool cursor_visible = true, cursor_blinking = false;
  std::string cursor_shape = "block", cursor_character, cursor_colour;
  std::function<std::uint64_t()> history_rows;  ///< counted when asked for: O(history)
  std::uint64_t history_bytes = 0;
  std::uint64_t history_limit = 0;
  bool alternate_on = false;
  int alternate_saved_x = 0, alternate_saved_y = 0;
  bool insert = false, keypad = false, keypad_cursor = false, origin = false, wrap = true;
  bool mouse_any = false, mouse_all = false, mouse_button = false, mouse_standard = false, mouse_sgr = false,
       mouse_utf8 = false, bracket_paste = false, focus = false, synchronized_output = false;
  int scroll_region_upper = 0, scroll_region_lower = 0;
  std::string tabs;   ///< "8,16,24"
  std::string title;  ///< OSC 0/2
  std::string path;   ///< OSC 7
  std::string search_string;
  std::string mode;  ///< innermost mode: "copy-mode", "" when none
  int modes = 0;     ///< how many are stacked
  std::vector<std::pair<std::string, std::string>> mode_formats;  ///< scroll_position, selection_present, ...
  std::string fg, bg;                                             ///< colours of the pane's terminal
};

/// capture-pane, already resolved to lines: negative lines are history, INT64_MIN is its beginning.
struct CaptureRequest {
  std::int64_t start = 0;
  std::optional<std::int64_t> end;  ///< inclusive; none: the last line of the screen
  bool escapes = false;             ///< -e
  bool octal = false;               ///< -C
  bool join_wrapped = false;        ///< -J
  bool keep_trailing = false;       ///< -N
  bool alternate = false;           ///< -a: the screen that is not shown; not_found when there is none
  bool pending = false;             ///< -P: the unfinished escape sequence instead
  bool last_used_only = false;      ///< -T: cells that hold a character only
};

/// A shell command outside any pane, its output collected (run-shell, if-shell, #()).
struct ShellRequest {
  std::string command;
  std::string cwd;
  std::vector<std::string> env;
  std::optional<std::string> input;  ///< its stdin; none: /dev/null
  unsigned umask = 022;
  std::chrono::milliseconds limit{0};  ///< it is killed, with all that it started, when it takes longer; 0: never
};
struct ShellResult {
  int exit_status = 0;  ///< 128+n when a signal ended it, as shells say
  std::string output;   ///< stdout and stderr, at most 1 MiB
  bool timed_out = false;
};

/// Why a client stops showing a session. The text a user then sees is the server's.
enum class DetachReason {
  detached,         ///< "[detached (from session NAME)]"
  detached_parent,  ///< and SIGHUP to the client's parent (-P)
  session_ended,    ///< "[exited]"
  server_ended,
};

struct AttachOptions {
  bool keep_size = false;          ///< switch-client -Z and the like: do not unzoom
  std::vector<std::string> flags;  ///< client flags of -f, "read-only", "!ignore-size", applied in order
};

/// One key binding, in text: keys are named as tmux names them.
struct KeyBinding {
  std::string table, key;
  std::string command;  ///< canonical text, commands separated by " ; "; empty: only note and repeat change
  std::string note;
  bool repeat = false;
};

/// list-keys: what to list of the key tables.
struct ListKeysRequest {
  std::optional<std::string> table;   ///< -T
  std::optional<std::string> only;    ///< one key
  bool notes = false;                 ///< -N
  bool all = false;                   ///< -a
  bool first = false;                 ///< -1
  std::optional<std::string> prefix;  ///< -P
  std::string prefix_key;             ///< the prefix option
};

/// A question in a client's status line.
struct PromptRequest {
  enum class Kind { line, single_key, key_name, numeric, incremental } kind = Kind::line;
  std::string prompt;  ///< expanded already
  std::string initial;
  std::string history = "command";  ///< command, search, target, window-target
  /// The command that asks this, and what was answered before this question: how the next server asks it again.
  std::string again;
  std::vector<std::string> answers;
  bool more = false;  ///< another question follows: an answer does nothing yet
  /// incremental: told of every change of the line, with "=" before it, or "-" and "+" to search on up and down.
  std::function<void(const std::string&)> changed = {};
};

class JobHost;
class BootHost;
class RestoreHost;

class Host {
 public:
  virtual ~Host() = default;
  /// Jobs (job_host.hpp); null where there are none.
  [[nodiscard]] virtual JobHost* jobs() { return nullptr; }
  /// What starts with the machine (boot_host.hpp); null where nothing does.
  [[nodiscard]] virtual BootHost* boot() { return nullptr; }
  /// Sessions of an earlier daemon (restore_host.hpp); null where none are kept.
  [[nodiscard]] virtual RestoreHost* restore() { return nullptr; }

  // Time and identity.
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  [[nodiscard]] virtual const ServerFacts& facts() const = 0;
  /// Calls back once after `delay`; never before this call returned.
  virtual void after(std::chrono::milliseconds delay, std::function<void()> done) = 0;

  // What a client sees. `text` has no newline at its end.
  virtual void print(ClientId, std::string_view text) = 0;        ///< its stdout
  virtual void print_error(ClientId, std::string_view text) = 0;  ///< its stderr; its exit status becomes 1
  /// A line in an attached client's status line. Zero: until a key; negative: display-time.
  virtual void show_message(ClientId, std::string_view text, std::chrono::milliseconds duration) = 0;
  /// Text that an attached client asked for (list-keys from a key binding): shown until a key is pressed.
  virtual void show_text(ClientId, std::string_view text) = 0;
  /// The newest messages that were shown, oldest first: "time: text".
  [[nodiscard]] virtual std::vector<std::string> message_log() const = 0;

  /// Control mode: "begin", then "end" or "error" around every command of a control client.
  virtual void control_guard(ClientId, std::string_view word, std::chrono::system_clock::time_point time,
                             std::uint64_t number) = 0;

  // Clients.
  /// Whether this client has a terminal to attach with; the error is what tmux says.
  [[nodiscard]] virtual Result<> can_attach(ClientId) const = 0;
  /// Shows the session to the client: first attach, or a switch when it shows one already. Updates the
  /// model's client and session (last session, attach times) and the client's key table.
  virtual Result<> attach(ClientId, SessionId, const AttachOptions&) = 0;
  virtual void detach(ClientId, DetachReason) = 0;
  /// detach-client -E: the client replaces itself by this shell command.
  virtual void detach_and_exec(ClientId, std::string_view shell_command) = 0;
  virtual void suspend(ClientId) = 0;
  virtual void lock(ClientId) = 0;
  virtual void redraw(ClientId) = 0;
  /// "read-only", "ignore-size", "no-output", "pause-after=5", "!name" turns off; error names an unknown one.
  virtual Result<> set_client_flag(ClientId, std::string_view flag) = 0;
  /// Flags as a comma separated list, for client_flags.
  [[nodiscard]] virtual std::string client_flags(ClientId) const = 0;
  virtual void set_client_size(ClientId, Size) = 0;          ///< control clients: refresh-client -C
  virtual Result<> move_view(ClientId, int dx, int dy) = 0;  ///< refresh-client -L -R -U -D; both 0: -c
  /// What the client sees of its current window; none while it shows none.
  [[nodiscard]] virtual std::optional<model::Viewport> view(ClientId) const = 0;
  virtual void set_key_table(ClientId, std::string_view table) = 0;
  [[nodiscard]] virtual std::string term_features(ClientId) const = 0;
  [[nodiscard]] virtual bool prefix_pressed(ClientId) const = 0;
  /// Commands of control mode: subscriptions (-B), pane output (-A), reports (-r), clipboard query (-l).
  virtual Result<> refresh_special(ClientId, char flag, std::string_view argument) = 0;

  // Programs and their terminals.
  /// Starts a program in a pane of the model; `done` is told whether it runs (then Pane::pid and tty are
  /// set).
  virtual void start_program(PaneId, ProgramStart, std::function<void(Result<>)> done) = 0;
  virtual Result<> signal_pane(PaneId, int signal_number) = 0;
  // What is typed into a pane waits there when its program does not read: see input_waits(). What is refused is
  // beyond what may wait (64 MiB).
  enum class Typed : std::uint8_t { sent, refused, unknown_key };
  /// Bytes as if typed, whatever modes the pane is in.
  virtual Typed write_pane(PaneId, std::string_view bytes) = 0;
  /// Bytes as if the pane's program had written them (display-message -I, split-window -I).
  virtual void feed_pane(PaneId, std::string_view bytes) = 0;
  /// A key by its name ("C-c", "Up"), encoded for the pane's modes, or given to the mode it is in.
  virtual Typed send_key(PaneId, std::string_view key_name) = 0;
  /// One code point (send-keys -H, -l): as a key without modifiers.
  virtual Typed send_code_point(PaneId, std::uint32_t code_point) = 0;
  virtual Typed send_mouse(PaneId, std::string_view mouse_event) = 0;  ///< Event::mouse, send-keys -M
  virtual Typed paste(PaneId, std::string_view text, bool bracketed) = 0;
  /// Whether something that commands typed still waits for the pane's program, and a call once nothing of it does.
  [[nodiscard]] virtual bool input_waits(PaneId) const = 0;
  virtual void when_input_taken(PaneId, std::function<void()> done) = 0;
  virtual void reset_terminal(PaneId) = 0;  ///< send-keys -R
  virtual void clear_history(PaneId) = 0;
  /// Moves so many lines from below the cursor away: the screen moves down, history fills it (resize-pane
  /// -T).
  virtual void trim_below_cursor(PaneId, int lines) = 0;
  /// One line per row, each ended by a newline.
  virtual Result<std::string> capture(PaneId, const CaptureRequest&) = 0;
  [[nodiscard]] virtual PaneFacts pane_facts(PaneId) const = 0;
  /// Name and working directory of the pane's foreground process; empty when it has none.
  [[nodiscard]] virtual std::string current_command(PaneId) const = 0;
  [[nodiscard]] virtual std::string current_path(PaneId) const = 0;
  /// Row (1-based) of the visible screen that matches, 0 for none. Formats' C modifier and find-window.
  [[nodiscard]] virtual int search_pane(PaneId, std::string_view pattern, bool regex,
                                        bool ignore_case) const = 0;
  /// Connects the pane's output and/or input to a shell command; an empty one stops it.
  virtual Result<> pipe_pane(PaneId, std::string_view shell_command, bool input, bool output) = 0;
  /// copy-mode, clock-mode, choose-tree ... with the command's own flags; an error when there is no such
  /// mode.
  virtual Result<> enter_mode(PaneId, std::optional<ClientId>, std::string_view mode,
                              const std::vector<std::string>& arguments) = 0;
  virtual void leave_modes(PaneId) = 0;
  /// send-keys -X: "not in a mode" when the pane is in none.
  virtual Result<> mode_command(PaneId, std::optional<ClientId>, const std::vector<std::string>& arguments,
                                int repeat, std::string_view mouse_event) = 0;

  /// resize-pane -M: the border under the mouse follows it until the button is released.
  virtual void drag_border(ClientId) = 0;

  // Key bindings (the server owns the tables).
  virtual Result<> bind_key(const KeyBinding&) = 0;  ///< error: "unknown key: X"
  /// The error is "unknown key: X" or "table X doesn't exist"; a key that is not bound is no error.
  virtual Result<> unbind_key(std::string_view table, std::string_view key) = 0;
  virtual void unbind_table(std::string_view table) = 0;
  [[nodiscard]] virtual bool has_key_table(std::string_view table) const = 0;
  /// list-keys' text, each line ended by a newline; empty when nothing matches.
  [[nodiscard]] virtual std::string list_keys(const ListKeysRequest&) const = 0;
  /// The canonical name, none for an unknown one.
  [[nodiscard]] virtual std::optional<std::string> key_name(std::string_view key) const = 0;

  // Work outside.
  virtual void run_shell(ShellRequest, std::function<void(ShellResult)> done) = 0;
  /// The newest output line of #(command): runs in the background, at most once a second, and has the
  /// statuses redrawn when it changes. Nothing until it ended; `<'command' not ready>` after a second.
  virtual std::string shell_output(std::string_view command, std::string_view cwd) = 0;
  /// Reads a file as the client sees it: relative to its directory, "-" is its stdin. Bounded (16 MiB).
  virtual void read_file(std::optional<ClientId>, std::string path,
                         std::function<void(Result<std::string>)> done) = 0;
  virtual void write_file(std::optional<ClientId>, std::string path, std::string data, bool append,
                          std::function<void(Result<>)> done) = 0;
  /// Paths that match a glob(3) pattern, sorted; the error is errno's (ENOENT: "No such file or directory").
  [[nodiscard]] virtual Result<std::vector<std::string>> glob(std::string_view pattern) const = 0;
  /// Whether the path is absolute and may be executed: what default-shell must be.
  [[nodiscard]] virtual bool is_shell(std::string_view path) const = 0;
  /// Number of a user, none when there is no such user.
  [[nodiscard]] virtual std::optional<std::uint32_t> uid_of(std::string_view user) const = 0;
  /// Home directory of a user, "" when there is no such user.
  [[nodiscard]] virtual std::string home_of(std::string_view user) const = 0;
  virtual void copy_to_clipboard(std::optional<ClientId>, std::string_view text) = 0;  ///< OSC 52
  virtual void end_server() = 0;  ///< kill-server: orderly, after this turn

  // Questions to the user; `answer` gets none when they were cancelled.
  virtual Result<> prompt(ClientId, PromptRequest,
                          std::function<void(std::optional<std::string>)> answer) = 0;
  /// Numbers over the panes (display-panes); `answer` gets the chosen one.
  virtual Result<> choose_pane(ClientId, std::chrono::milliseconds duration, std::string again,
                               std::function<void(std::optional<PaneId>)> answer) = 0;

  // What changed in tables that the server mirrors.
  /// Bytes of options, variables and bindings that can still be kept over a crash of the server.
  [[nodiscard]] virtual std::uint64_t room() const = 0;
  /// After set-option, with the option's name: terminals, statuses, timers, history limits follow.
  virtual void option_changed(std::string_view name) = 0;
  virtual void buffers_changed(std::string_view name) = 0;
  /// Something drawn changed that is not in the model's events (a name, a flag, a style).
  virtual void redraw_all() = 0;
};

}  // namespace sess::command
