#include "client/attach/attachment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "client/greeting.hpp"

namespace sess::client {
namespace {

using namespace protocol;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBudget = 256 * 1024;
constexpr std::size_t kTypedAtOnce = 16 * 1024;
constexpr std::uint64_t kAckEvery = 64 * 1024;
// Below this an acknowledgement rides along with the next frame, if it is of more than a few echoes of keys.
constexpr std::uint64_t kAckLeast = 1024;
constexpr std::uint64_t kAckWithInput = 256;
// A server that does not read is not sent acknowledgements on top of what it has not read.
constexpr std::size_t kUnsentLimit = 512 * 1024;
constexpr std::size_t kPrintedLimit = 64 * 1024;
constexpr std::chrono::milliseconds kRest{100};
constexpr std::chrono::milliseconds kLeavePatience{300};
constexpr std::chrono::milliseconds kExitPatience{1000};

/// Ctrl-C as a terminal sends it: plain, by the kitty keyboard protocol, by xterm's modifyOtherKeys.
bool holds_interrupt(std::string_view typed) {
  for (const std::string_view key : {"\x03", "\x1b[99;5u", "\x1b[27;5;99~"}) {
    if (typed.find(key) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Attachment::Attachment(std::unique_ptr<os::Loop> loop, std::unique_ptr<Terminal> terminal,
                       Connector connector, Hello hello)
    : loop_(std::move(loop)),
      terminal_(std::move(terminal)),
      connector_(std::move(connector)),
      hello_(std::move(hello)),
      terminal_watch_(*loop_, terminal_->fd(), [this](bool r, bool w) { on_terminal(r, w); }),
      retry_timer_(*loop_, [this] { connect_again(); }),
      notice_timer_(*loop_, [this] { show_notice(); }),
      answer_timer_(*loop_, [this] { on_answer_due(); }),
      drain_timer_(*loop_, [this] { on_patience_over(); }),
      size_(hello_.size),
      part_timer_(*loop_,
                  [this] {
                    if (reports_ && reports_->holds_part() && state_ != State::ending)
                      send_typed(reports_->take_part());
                    update_wants();
                  }),
      echo_timer_(*loop_, [this] { update_wants(); }) {}

Attachment::~Attachment() = default;

Result<std::unique_ptr<Attachment>> Attachment::open(int tty, Channel channel, Connector connector,
                                                     Hello hello, const Welcome& welcome,
                                                     const Attached& attached,
                                                     std::optional<remote::Route> route,
                                                     prediction::Policy predict) {
  auto terminal = Terminal::open(tty);
  if (!terminal) return pass(terminal.error());
  auto loop = os::Loop::open();
  if (!loop) return pass(loop.error());
  std::unique_ptr<Attachment> self(
      new Attachment(std::move(*loop), std::move(*terminal), std::move(connector), std::move(hello)));
  self->channel_.emplace(std::move(channel));
  self->token_ = welcome.token;
  self->steady_acks_ = has_feature(welcome.features, kSteadyAcks);
  self->tells_scrolled_ = has_feature(welcome.features, kScrolledOff);
  self->watch_signals();
  if (auto raw = self->terminal_->enter(); !raw) return pass(raw.error());
  self->watch_channel();
  if (const char* by_ssh = std::getenv("SSH_TTY");
      !route && by_ssh != nullptr && self->hello_.tty == by_ssh) {
    self->reports_.emplace();
  }
  if (route) {
    self->pursue(std::move(*route));
    if (predict != prediction::Policy::never && has_feature(welcome.features, kEcho)) {
      Attachment* it = self.get();
      self->echo_.emplace(self->size_.cells, predict,
                          [it](std::string_view bytes) { it->write_aside(bytes); });
      self->echo_->asked(++self->ping_serial_);
      self->channel_->send(Ping{self->ping_serial_});
    }
  }
  self->on_attached(attached);
  return self;
}

AttachmentEnd Attachment::run() {
  on_resized();
  handle_frames();
  update_wants();
  if (!finished_) loop_->run();
  terminal_->leave(std::chrono::milliseconds(0));
  end_.far = pursuit_.has_value();
  return std::move(end_);
}

void Attachment::on_socket(bool readable, bool writable) {
  if (!channel_) return;
  if (writable) channel_->flush();
  // After a rest this process may have been stopped, and then what waits is for a screen that others have
  // written on. SIGCONT tells, later in this turn; what there is to read is there in the next.
  const auto now = Clock::now();
  const bool rested = now - std::exchange(served_at_, now) >= kRest;
  if (readable && !rested) {
    if (channel_->receive(kReadBudget) == Channel::Received::data) {
      liveness_.heard(Clock::now());
      if (pursuit_) pursuit_->heard();
    }
    handle_frames();
  }
  update_wants();
}

void Attachment::on_terminal(bool readable, bool writable) {
  if (writable) terminal_->output().flush();
  if (readable && state_ == State::ending) drop_answers();
  if (readable && state_ != State::ending) read_terminal();
  update_wants();
}

void Attachment::on_resized() {
  const TerminalSize size = terminal_->size();
  if (size == size_) return;
  size_ = size;
  if (echo_) echo_->begin_anew(size_.cells);
  // A server that is still to be greeted learns it from hello, or right after welcome.
  if (state_ == State::connected) channel_->send(Resize{size_});
}

void Attachment::handle_frames() {
  while (channel_ && state_ != State::ending) {
    const auto frame = channel_->next();
    if (frame.is_malformed()) return fail_with("the server sent what cannot be read: " + frame.reason());
    if (!frame) return;
    if (state_ == State::greeting) {
      on_greeted(*frame);
    } else {
      handle(*frame);
    }
  }
}

template <class Message, class Take>
void Attachment::with(const Frame& frame, Take take) {
  const auto message = Message::parse(frame.payload);
  if (message) {
    take(*message);
  } else {
    fail_with("the server sent what cannot be read: " + message.error().text);
  }
}

void Attachment::handle(const Frame& frame) {
  switch (frame.type) {
    case FrameType::output:
      return with<Output>(frame, [this](const Output& m) { on_output(m); });
    case FrameType::input_ack:
      return with<InputAck>(frame, [this](const InputAck& m) {
        input_.acknowledge(m.sequence);
        if (echo_) echo_->acknowledged(m.sequence);
      });
    case FrameType::undo:
      return with<Undo>(frame, [this](const Undo& m) { terminal_->set_undo(m.bytes); });
    case FrameType::attached:
      return with<Attached>(frame, [this](const Attached& m) { on_attached(m); });
    case FrameType::ping:
      return with<Ping>(frame, [this](const Ping& m) { channel_->send(Pong{m.serial}); });
    case FrameType::pong:
      return with<Pong>(frame, [this](const Pong& m) {
        if (echo_) echo_->answered(m.serial);
      });
    case FrameType::suspend:
      return suspend();
    case FrameType::lock:
      // Another machine's command is not run here; the terminal was not given to anybody.
      if (pursuit_) {
        repaint_due_ = true;
        return show_anew_if_due();
      }
      return with<Lock>(frame, [this](const Lock& m) { run_lock(m.command); });
    case FrameType::detached:
      return with<Detached>(frame, [this](const Detached& m) {
        AttachmentEnd end;
        end.status = m.status;
        end.message = m.message;
        end.hang_up_parent = m.reason == DetachReason::hangup;
        // What a program said last is shown whole; who leaves during a flood is not kept waiting for it.
        const bool over = m.reason == DetachReason::exited || m.reason == DetachReason::server_exited;
        end_with(std::move(end), over ? kExitPatience : kLeavePatience);
      });
    case FrameType::exec:
      return with<Exec>(frame, [this](const Exec& m) {
        AttachmentEnd end;
        end.exec = m;
        end_with(std::move(end), kLeavePatience);
      });
    case FrameType::exit:
      return with<Exit>(frame, [this](const Exit& m) {
        AttachmentEnd end;
        end.status = m.status;
        end_with(std::move(end), kExitPatience);
      });
    case FrameType::error:
      return with<Refusal>(frame, [this](const Refusal& m) { fail_with(m.text); });
    case FrameType::print:
      return with<Print>(frame, [this](const Print& m) {
        end_.printed += m.bytes.substr(0, kPrintedLimit - std::min(kPrintedLimit, end_.printed.size()));
      });
    case FrameType::stdin_request:
      return channel_->send(StdinEof{EBUSY});
    default:
      if (is_known(frame.type) || may_skip(frame)) return;
      fail_with(fmt::format("the server sent a message of an unknown type ({})",
                            static_cast<unsigned>(frame.type)));
  }
}

void Attachment::on_attached(const Attached& message) {
  progress_.attached(message);
  if (message.pauses == pauses_) dropping_ = false;
  if (!progress_.begin_counting()) return;
  outage_.over(Clock::now());
  notice_timer_.stop();
  if (pursuit_) pursuit_->resumed();
  if (echo_) echo_->forget();
  if (told_ && tells_scrolled_) {
    if (std::exchange(repaint_due_, false)) progress_.drawn();  // until it is shown anew
  }
  show_anew_if_due();
}

void Attachment::on_output(const Output& message) {
  if ((message.flags & Output::kAsks) != 0) answers_.asked(Clock::now());
  progress_.received(message.bytes.size());
  if (dropping_) return;
  if (echo_) echo_->before_output(message.bytes);
  terminal_->output().write(message.bytes);
  if ((message.flags & Output::kAside) == 0 && progress_.counting()) written_on_ = false;
  if (progress_.shown(message, terminal_->output().queued())) ask_status();
}

/// Behind whole sequences only.
void Attachment::ask_status() {
  const auto now = Clock::now();
  if (!reports_ || !reports_->due(progress_.received(), now)) return;
  write_aside(StatusReports::kQuestion);
  reports_->asked(progress_.received(), now);
}

bool Attachment::owes_answers() const {
  const auto now = Clock::now();
  return answers_.awaited(now) || (reports_ && reports_->awaited(now));
}

void Attachment::read_terminal() {
  std::array<char, kTypedAtOnce> buffer;
  const std::size_t size = std::min(buffer.size(), input_.room());
  if (size == 0) return;
  const ssize_t got = ::read(terminal_->fd(), buffer.data(), size);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return hang_up();
  std::string_view typed(buffer.data(), static_cast<std::size_t>(got));
  answers_.typed(typed);
  remote::Escape::Filtered filtered;
  if (pursuit_) {
    filtered = escape_.filter(typed);
    typed = filtered.typed;
    if (filtered.command) obey(*filtered.command);
    if (state_ == State::ending || typed.empty()) return;
    if (!filtered.command && std::exchange(said_, false)) remove_notice();
  }
  if (pursuit_ && pursuit_->asks()) return pursuit_->answer(typed);
  // Of a server on another machine it is the program's: the network is what is waited for, and keys are kept.
  if (!pursuit_ && outage_.may_abort(Clock::now()) && holds_interrupt(typed)) {
    return fail_with("[lost server: gave up waiting]");
  }
  if (!reports_) return send_typed(typed);
  const std::string rest = reports_->filter(typed);
  if (reports_->holds_part()) part_timer_.start(StatusReports::kPartLimit);
  send_typed(rest);
}

void Attachment::send_typed(std::string_view typed) {
  if (typed.empty()) return;
  const std::uint64_t sequence = input_.push(typed);
  if (echo_) {
    echo_->typed(sequence, typed);
    update_echo();
  }
  if (pursuit_) pursuit_->key_pressed();
  if (state_ != State::connected) return;  // replayed after welcome
  queue_ack(kAckWithInput);  // before it: a key may be the one that leaves, and the server learns what the
                             // terminal has
  channel_->queue(Input{sequence, typed});
  channel_->flush();
}

/// At the end: what the terminal answers now would be typed into the shell.
void Attachment::drop_answers() {
  std::array<char, kTypedAtOnce> buffer;
  const ssize_t got = ::read(terminal_->fd(), buffer.data(), buffer.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return finish();
  const std::string_view typed(buffer.data(), static_cast<std::size_t>(got));
  answers_.typed(typed);
  if (reports_) (void)reports_->filter(typed);
}

void Attachment::queue_ack(std::uint64_t least) {
  if (state_ != State::connected || !progress_.counting()) return;
  std::uint64_t taken = progress_.taken(terminal_->output().queued());
  if (reports_) taken = reports_->reached(taken, Clock::now());
  const auto total = progress_.owed_ack(taken, least);
  if (!total || channel_->unsent() > kUnsentLimit) return;
  channel_->queue(Ack{*total});
  progress_.acknowledged(*total);
}

void Attachment::on_answer_due() {
  if (!channel_) return;
  switch (liveness_.due(Clock::now())) {
    case Liveness::Action::none:
      break;
    case Liveness::Action::ping:
      channel_->send(Ping{++ping_serial_});
      break;
    case Liveness::Action::ring:
      ring_keeper(channel_->link());
      break;
  }
  update_wants();
}

/// An answer is due while input is not acknowledged or an attachment is to be resumed, and the client
/// listens.
void Attachment::watch_server() {
  // Silence of a link to another machine is the pursuit's business.
  const bool due = !pursuit_ && channel_ && (!progress_.counting() || !input_.empty());
  if (!due || terminal_->output().above_mark()) {
    liveness_.settle();
    return answer_timer_.stop();
  }
  const auto now = Clock::now();
  liveness_.expect(now, state_ == State::greeting ? Liveness::Ping::no : Liveness::Ping::yes);
  if (!answer_timer_.armed())
    answer_timer_.start(std::max(Clock::duration::zero(), *liveness_.deadline() - now));
}

void Attachment::update_echo() {
  if (!echo_) return;
  // A line of this program's own lies over the screen, or the terminal is behind anyway.
  const bool covered = repaint_due_ || dropping_ || terminal_->output().queued() > 0;
  const auto next = echo_->update(covered, terminal_->entered());
  if (next) return echo_timer_.start(*next);
  echo_timer_.stop();
}

/// What every callback ends with: acknowledge, notice ends of either side, and say what is waited for.
void Attachment::update_wants() {
  OutputQueue& output = terminal_->output();
  if (state_ == State::ending) {
    const bool owed = owes_answers();
    terminal_watch_.want(owed, output.queued() > 0);
    if (output.queued() == 0 && !owed) finish();
    return;
  }
  if (output.broken()) return hang_up();
  update_echo();
  if (channel_) {
    queue_ack(output.queued() == 0 ? kAckLeast : kAckEvery);
    channel_->flush();
    if (channel_->lost()) {
      // Writing fails before what the server said last has been read, how to undo its modes among it.
      while (channel_ && state_ != State::ending && channel_->receive(kReadBudget) == Channel::Received::data)
        handle_frames();
      if (!channel_ || state_ == State::ending) return update_wants();
      lose_connection();
    }
  }
  if (channel_) socket_watch_->want(!output.above_mark(), channel_->unsent() > 0);
  terminal_watch_.want(input_.room() > 0, output.queued() > 0);
  watch_server();
}

}  // namespace sess::client
