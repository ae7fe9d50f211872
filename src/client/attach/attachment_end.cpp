// Suspension, lock, signals, and the ways an attachment ends.
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "client/attach/attachment.hpp"

namespace sess::client {
namespace {

using namespace protocol;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLeavePatience{300};
constexpr milliseconds kInputPatience{500};
constexpr milliseconds kAnswerPatience{500};
constexpr int kDrains = 5;

}  // namespace

void Attachment::watch_signals() {
  const auto watch = [this](int signo, void (Attachment::*call)()) {
    signals_.push_back(std::make_unique<os::SignalWatch>(*loop_, signo, [this, call] {
      if (state_ == State::ending) return;
      (this->*call)();
      update_wants();
    }));
  };
  watch(SIGWINCH, &Attachment::on_resized);
  watch(SIGTSTP, &Attachment::suspend);
  watch(SIGCONT, &Attachment::on_continued);
  watch(SIGTERM, &Attachment::terminate);
  watch(SIGQUIT, &Attachment::terminate);
  watch(SIGHUP, &Attachment::hang_up);
  // The keyboard cannot send it in raw mode; from elsewhere it means the programs, not their window.
  signals_.push_back(std::make_unique<os::SignalWatch>(*loop_, SIGINT, [] {}));
}

/// For others who write on the terminal. From here on the server paints anew, behind what the terminal got.
void Attachment::let_others_write() {
  if (echo_) echo_->take_away();
  // As long as the terminal takes something it is sent what is queued: what is dropped is sent again.
  OutputQueue& output = terminal_->output();
  for (int tries = 0; tries < kDrains && output.queued() > 0; ++tries) {
    const std::size_t before = output.queued();
    terminal_->drain(kLeavePatience);
    if (output.queued() == before) break;
  }
  progress_.forget_unwritten(output.queued());
  if (state_ != State::connected || !progress_.counting() || !tells_scrolled_) return;
  tell_pause();
  written_on_ = true;
}

/// What the terminal was asked it answers to whoever reads next: not to a shell.
void Attachment::await_answers() {
  const auto end = Clock::now() + kAnswerPatience;
  while (state_ != State::ending && owes_answers() && input_.room() > 0) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    pollfd entry{terminal_->fd(), POLLIN, 0};
    if (left <= milliseconds(0) || ::poll(&entry, 1, static_cast<int>(left.count())) <= 0) return;
    read_terminal();
  }
}

void Attachment::suspend() {
  if (state_ == State::connected && !tells_scrolled_) channel_->send(Suspended{});
  let_others_write();
  await_answers();
  if (state_ == State::ending) return;
  terminal_->leave(milliseconds(0));
  // Without watches the signals have their default meaning: this stops here until SIGCONT (or goes on at once
  // in an orphaned process group, which nobody could continue).
  signals_.clear();
  ::raise(SIGTSTP);
  show_again();
  watch_signals();
}

void Attachment::run_lock(const std::string& command) {
  let_others_write();
  await_answers();
  if (state_ == State::ending) return;
  terminal_->leave(milliseconds(0));
  if (!command.empty() && std::system(command.c_str()) == -1) {
    // No shell could be started; the terminal comes back unlocked, as in tmux.
  }
  show_again();
}

void Attachment::show_again() {
  if (!terminal_->enter()) return hang_up();
  size_ = terminal_->size();
  if (echo_) echo_->begin_anew(size_.cells);
  if (state_ == State::connected && progress_.counting() && steady_acks_) {
    channel_->send(Continued{size_});
  } else {
    repaint_due_ = written_on_ = true;
    told_ = false;
    // A server that begins to count anew would never agree with this end again; a connection makes both
    // begin.
    if (state_ == State::connected && progress_.counting()) lose_connection();
  }
}

/// Stopped by SIGSTOP from elsewhere, and back: the shell may have used the terminal meanwhile. What is
/// painted anew begins where undo leaves it, on the main screen.
void Attachment::on_continued() {
  if (!terminal_->enter_again()) return hang_up();
  let_others_write();
  terminal_->undo(milliseconds(0));
  show_again();
}

void Attachment::terminate() {
  if (state_ == State::connected) channel_->send(Detach{});
  AttachmentEnd end;
  end.status = 1;
  end.message = "[terminated]";
  end_with(std::move(end), kLeavePatience);
}

void Attachment::hang_up() {
  if (state_ == State::ending) return;
  if (state_ == State::connected) {
    // What was typed before the terminal went away still counts.
    channel_->send(Detach{true});
    pollfd entry{channel_->fd(), POLLOUT, 0};
    while (channel_->unsent() > 0 && !channel_->lost() &&
           ::poll(&entry, 1, static_cast<int>(kInputPatience.count())) > 0) {
      channel_->flush();
    }
  }
  AttachmentEnd end;
  end.status = 1;
  end.message = "[lost tty]";
  end_with(std::move(end), milliseconds(0));
}

void Attachment::fail_with(std::string message) {
  AttachmentEnd end;
  end.status = 1;
  end.message = std::move(message);
  end_with(std::move(end), kLeavePatience);
}

void Attachment::end_with(AttachmentEnd end, milliseconds patience) {
  if (state_ == State::ending) return;
  if (echo_) echo_->take_away();
  state_ = State::ending;
  end.printed = std::move(end_.printed);
  end_ = std::move(end);
  retry_timer_.stop();
  notice_timer_.stop();
  answer_timer_.stop();
  part_timer_.stop();
  echo_timer_.stop();
  socket_watch_.reset();
  if (channel_) channel_->flush();
  patience_ = patience;
  left_ = terminal_->output().queued();
  // The terminal is not read any more, but for answers that it owes: what is typed from here on belongs to
  // whoever gets it back.
  const bool owed = owes_answers();
  if ((left_ == 0 && !owed) || patience == milliseconds(0)) return finish();
  terminal_watch_.want(owed, left_ > 0);
  drain_timer_.start(left_ == 0 ? std::min(patience_, kAnswerPatience) : patience_);
}

void Attachment::on_patience_over() {
  const std::size_t left = terminal_->output().queued();
  if (left == 0 || left == left_ || patience_ <= kLeavePatience) return finish();
  left_ = left;
  drain_timer_.start(patience_);
}

void Attachment::finish() {
  if (finished_) return;
  finished_ = true;
  drain_timer_.stop();
  loop_->stop();
}

}  // namespace sess::client
