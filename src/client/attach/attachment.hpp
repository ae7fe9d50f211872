// One terminal attached to one session, from `attached` to the end, across as many servers as it takes.
//
//   terminal --- input ---> InputBuffer --- numbered frames ---> server
//   terminal <-- output queue <----------- output frames ------- server
//
// Owns the loop, the terminal's mode, the channel and what resume needs: how far the output got
// (progress.hpp) and which input is not acknowledged. A lost connection leaves the terminal as it is and is
// made again (outage.hpp); a silent server is reported to its keeper (liveness.hpp). Knows no escape
// sequences but one line that says that it is waiting.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/channel.hpp"
#include "client/attach/early_echo.hpp"
#include "client/link.hpp"
#include "client/attach/liveness.hpp"
#include "client/attach/outage.hpp"
#include "client/attach/pending_answers.hpp"
#include "client/attach/progress.hpp"
#include "client/remote/escape.hpp"
#include "client/remote/pursuit.hpp"
#include "client/attach/status_reports.hpp"
#include "client/terminal.hpp"
#include "os/loop.hpp"
#include "protocol/input_buffer.hpp"
#include "protocol/message.hpp"

namespace sess::client {

/// How an attachment ended. The terminal is back to normal by then.
struct AttachmentEnd {
  int status = 0;
  std::string message;                 ///< a line for the user, "" for none
  std::string printed;                 ///< what the server printed meanwhile
  std::optional<protocol::Exec> exec;  ///< become this shell command
  bool hang_up_parent = false;         ///< detach -P: SIGHUP to the parent process
  bool far = false;                    ///< another machine's server: what it asks for is not done on this one
};

class Attachment {
 public:
  /// `tty` is the terminal (standard input), `channel` carries the server's frames after its `attached`.
  /// `route` leads to a server on another machine again; without one the connector does.
  [[nodiscard]] static Result<std::unique_ptr<Attachment>> open(
      int tty, Channel channel, Connector connector, protocol::Hello hello, const protocol::Welcome& welcome,
      const protocol::Attached& attached, std::optional<remote::Route> route = std::nullopt,
      prediction::Policy predict = prediction::Policy::never);
  ~Attachment();
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;

  /// Relays until the end.
  [[nodiscard]] AttachmentEnd run();

 private:
  enum class State {
    connected,  // frames go both ways
    greeting,   // hello was sent again, welcome is awaited
    waiting,    // for the next attempt to connect
    ending,     // the end is known; output gets out
  };
  using Time = std::chrono::steady_clock::time_point;

  Attachment(std::unique_ptr<os::Loop> loop, std::unique_ptr<Terminal> terminal, Connector connector,
             protocol::Hello hello);

  // attachment.cpp: the relay
  void on_socket(bool readable, bool writable);
  void on_terminal(bool readable, bool writable);
  void on_resized();
  void on_answer_due();
  void handle_frames();
  void handle(const protocol::Frame& frame);
  template <class Message, class Take>
  void with(const protocol::Frame& frame, Take take);
  void on_attached(const protocol::Attached& message);
  void on_output(const protocol::Output& message);
  void read_terminal();
  void send_typed(std::string_view typed);
  void ask_status();
  [[nodiscard]] bool owes_answers() const;
  void drop_answers();
  void queue_ack(std::uint64_t least);
  void watch_server();
  void update_echo();
  void update_wants();

  // attachment_outage.cpp: losing and finding the server
  void watch_channel();
  void lose_connection();
  void try_again_after(Outage::Duration delay);
  void connect_again();
  void leave_channel();
  void say_hello();
  void on_greeted(const protocol::Frame& frame);
  void show_notice();
  void write_notice(std::string_view text);
  void write_aside(std::string_view bytes);
  void show_anew_if_due();
  void tell_pause();
  [[nodiscard]] protocol::Resume resume_point() const;

  // attachment_remote.cpp: a link that is silent, and its replacement
  void pursue(remote::Route route);
  void take_link(Channel channel);
  void show_far_notice();
  void say(std::string_view text);
  void obey(remote::Escape::Command command);
  void remove_notice();

  // attachment_end.cpp: suspension and the end
  void watch_signals();
  void on_continued();
  void suspend();
  void run_lock(const std::string& command);
  void show_again();
  void let_others_write();
  void await_answers();
  void hang_up();
  void terminate();
  void end_with(AttachmentEnd end, std::chrono::milliseconds patience);
  void fail_with(std::string message);
  void on_patience_over();
  void finish();

  std::unique_ptr<os::Loop> loop_;
  std::unique_ptr<Terminal> terminal_;
  Connector connector_;
  protocol::Hello hello_;
  State state_ = State::connected;

  std::optional<Channel> channel_;
  std::optional<os::FdWatch> socket_watch_;
  Time served_at_{};  // when the socket was ready last
  os::FdWatch terminal_watch_;
  os::Timer retry_timer_;
  os::Timer notice_timer_;
  os::Timer answer_timer_;
  os::Timer drain_timer_;
  std::vector<std::unique_ptr<os::SignalWatch>> signals_;

  std::string token_;
  bool steady_acks_ = false;  // the server goes on counting at continued (protocol::kSteadyAcks)
  protocol::InputBuffer input_;
  Progress progress_;
  bool tells_scrolled_ = false;  // the server understands what has scrolled off (protocol::kScrolledOff)
  std::uint32_t pauses_ = 0;     // how many it was told of on this connection
  bool dropping_ = false;        // output is for the screen before a pause
  PendingAnswers answers_;       // of the terminal, to the server's questions
  protocol::TerminalSize size_;

  std::optional<remote::Pursuit> pursuit_;  // only where the server is on another machine
  remote::Escape escape_;                   // there, too
  std::optional<EarlyEcho> echo_;           // there, too, unless nothing is to be predicted
  std::optional<StatusReports> reports_;    // only where the terminal is at the other end of an ssh
  os::Timer part_timer_;                    // of an answer that may have begun
  os::Timer echo_timer_;
  bool said_ = false;  // an answer to an escape stands on the screen
  Outage outage_;
  std::string refused_;  ///< why there is no server for it; empty: nobody has said
  Liveness liveness_;
  std::uint64_t ping_serial_ = 0;
  bool repaint_due_ = false;  // the terminal's screen is not what the server thinks, and nobody could be told
  bool written_on_ = false;   // and others wrote on it, not only the notice
  bool told_ = false;         // the hello that was sent said so
  bool finished_ = false;

  AttachmentEnd end_;
  std::chrono::milliseconds patience_{0};  // for output at the end, without progress
  std::size_t left_ = 0;                   // queued when that time began
};

}  // namespace sess::client
