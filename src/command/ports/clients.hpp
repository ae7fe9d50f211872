// What commands need of clients: what they are told, and what they are attached to.
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

namespace sess::command {

using model::ClientId;
using model::SessionId;

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

class ClientPort {
 public:
  virtual void print(ClientId, std::string_view text) = 0;        ///< its stdout
  virtual void print_error(ClientId, std::string_view text) = 0;  ///< its stderr; its exit status becomes 1
  /// A line on the client's standard error that does not decide its exit status.
  virtual void note(ClientId client, std::string_view line) = 0;
  /// Whether what is printed for the client goes to a terminal.
  [[nodiscard]] virtual bool prints_on_terminal(ClientId client) const = 0;
  /// What its user said of colours before the command (`sess --color never ps`): "always", "never" or "auto".
  [[nodiscard]] virtual std::string_view color_choice(ClientId client) const = 0;
  /// Whether it is there and reads what is printed for it: who prints without end waits while it does not.
  [[nodiscard]] virtual bool takes_more(ClientId client) const = 0;
  /// What the client asks for in place of its command when the server is replaced; with `count`, followed by
  /// the bytes that it has printed since.
  virtual void resume_with(ClientId client, std::vector<std::string> argv, bool count) = 0;
  /// The client's exit status, when it stays attached until the job's session ends, is the job's.
  virtual void report_status_of(ClientId client, const std::string& job) = 0;
  /// Control mode: "begin", then "end" or "error" around every command of a control client; "resume" when it
  /// goes on after it has waited. `typed`: by the client, not by a hook or the command that it was started
  /// with.
  virtual void control_guard(ClientId, std::string_view word, std::chrono::system_clock::time_point time,
                             std::uint64_t number, bool typed) = 0;
  /// Whether this client has a terminal to attach with; the error is what tmux says.
  [[nodiscard]] virtual Result<> can_attach(ClientId) const = 0;
  /// Shows the session to the client: first attach, or a switch when it shows one already. Updates the
  /// model's client and session (last session, attach times) and the client's key table.
  virtual Result<> attach(ClientId, SessionId, const AttachOptions&) = 0;
  virtual void detach(ClientId, DetachReason) = 0;
  /// Those of the session (nothing: of any) whose connections are lost now: who of them comes back is told
  /// that it was detached.
  virtual void detach_absent(std::optional<SessionId>) = 0;
  /// detach-client -E: the client replaces itself by this shell command.
  virtual void detach_and_exec(ClientId, std::string_view shell_command) = 0;
  virtual void suspend(ClientId) = 0;
  virtual void lock(ClientId) = 0;
  /// "read-only", "ignore-size", "no-output", "pause-after=5", "!name" turns off; error names an unknown one.
  virtual Result<> set_client_flag(ClientId, std::string_view flag) = 0;
  /// Flags as a comma separated list, for client_flags.
  [[nodiscard]] virtual std::string client_flags(ClientId) const = 0;
  virtual void set_client_size(ClientId, Size) = 0;  ///< control clients: refresh-client -C
  [[nodiscard]] virtual std::string term_features(ClientId) const = 0;
  /// What its terminal calls itself (XTVERSION): "foot(1.13.1)"; "" while it has not said.
  [[nodiscard]] virtual std::string term_type(ClientId) const = 0;
  /// Commands of control mode: subscriptions (-B), pane output (-A), reports (-r), clipboard query (-l).
  virtual Result<> refresh_special(ClientId, char flag, std::string_view argument) = 0;
  virtual void copy_to_clipboard(std::optional<ClientId>, std::string_view text) = 0;  ///< OSC 52

 protected:
  ~ClientPort() = default;
};

}  // namespace sess::command
