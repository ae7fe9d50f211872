// Losing the server and finding it, or the next one, again.
#include "client/attach/attachment.hpp"
#include "client/greeting.hpp"

namespace sess::client {
namespace {

using namespace protocol;
using Clock = std::chrono::steady_clock;

// Cursor saved, last row, reverse video, the rest of the row cleared, cursor back. The repaint that is asked
// for later removes it.
constexpr std::string_view kBeforeNotice = "\0337\033[999;1H\033[0;7m";
constexpr std::string_view kAfterNotice = "\033[0m\033[K\0338";
constexpr std::string_view kNotice = "waiting for the server";

}  // namespace

void Attachment::watch_channel() {
  socket_watch_.emplace(*loop_, channel_->fd(), [this](bool r, bool w) { on_socket(r, w); });
  socket_watch_->want(true, channel_->unsent() > 0);
}

void Attachment::leave_channel() {
  if (pursuit_) pursuit_->leave();
  socket_watch_.reset();
  channel_.reset();
  progress_.stop_counting();
  pauses_ = 0;
  if (std::exchange(dropping_, false)) repaint_due_ = true;
  liveness_.settle();
  answer_timer_.stop();
}

void Attachment::lose_connection() {
  if (pursuit_) {
    channel_->far()->listen();
    const std::string reason = channel_->far()->last_line();
    leave_channel();
    state_ = State::waiting;
    return pursuit_->lost(reason);
  }
  leave_channel();
  if (!outage_.active()) notice_timer_.start(Outage::kNoticeAfter);
  try_again_after(outage_.lost(Clock::now()));
}

void Attachment::try_again_after(Outage::Duration delay) {
  state_ = State::waiting;
  retry_timer_.start(delay);
}

void Attachment::connect_again() {
  auto link = connector_();
  const auto now = Clock::now();
  if (!link) {
    if (link.error().code == ErrorCode::permission_denied) return fail_with(link.error().text);
    outage_.absent(now);
    if (outage_.give_up(now)) return fail_with("[lost server]");
    return try_again_after(outage_.lost(now));
  }
  outage_.present();
  channel_.emplace(std::move(*link));
  say_hello();
}

void Attachment::say_hello() {
  state_ = State::greeting;
  watch_channel();
  size_ = hello_.size = terminal_->size();
  hello_.resume = resume_point();
  told_ = hello_.resume->drawn;
  channel_->send(hello_);
  update_wants();
}

Resume Attachment::resume_point() const {
  Resume resume = progress_.resume();
  resume.token = token_;
  // A server that cannot be told of it otherwise shows everything again when it knows no offset.
  if (repaint_due_ && !steady_acks_) resume.offset = kNoOffset;
  resume.drawn = resume.drawn || repaint_due_;
  resume.written_on = written_on_;
  resume.input_sequence = input_.last_sequence();
  return resume;
}

void Attachment::on_greeted(const Frame& frame) {
  if (frame.type == FrameType::ping) return;  // a proxy's first word
  if (frame.type == FrameType::error) {
    // No room now is no end: whoever was attached tries again.
    const auto refusal = Refusal::parse(frame.payload);
    if (refusal && refusal->code == RefusalCode::full) {
      // Its first words are for a line of the screen.
      refused_ = refusal->text.substr(0, refusal->text.find_first_of(";\n"));
      lose_connection();
      return notice_timer_.armed() ? void() : show_notice();
    }
  }
  const auto welcome = read_welcome(frame);
  if (!welcome) return fail_with(welcome.error().text);
  if (!welcome->token.empty()) token_ = welcome->token;
  steady_acks_ = has_feature(welcome->features, kSteadyAcks);
  tells_scrolled_ = has_feature(welcome->features, kScrolledOff);
  if (!has_feature(welcome->features, kEcho)) {
    if (echo_) echo_->take_away();
    echo_.reset();
  }
  state_ = State::connected;
  liveness_.settle();  // from here on a ping makes sense
  if (size_ != hello_.size) channel_->queue(Resize{size_});
  if (welcome->input_sequence) {
    input_.replay(*welcome->input_sequence, [this](std::uint64_t sequence, std::string_view bytes) {
      channel_->queue(Input{sequence, bytes});
    });
  } else {
    input_.drop();
  }
  channel_->flush();
}

void Attachment::show_notice() {
  if (!outage_.active() || !terminal_->entered()) return;
  write_notice(fmt::format("[sess: {}; Ctrl-C gives up]", refused_.empty() ? kNotice : refused_));
}

void Attachment::write_notice(std::string_view text) {
  if (echo_) echo_->take_away();
  write_aside(fmt::format("{}{}{}", kBeforeNotice, text, kAfterNotice));
  repaint_due_ = true;
  update_wants();
}

/// Bytes of this program's own.
void Attachment::write_aside(std::string_view bytes) {
  if (bytes.empty()) return;
  terminal_->output().write(bytes);
  progress_.aside(bytes.size());
}

/// The server goes on as if the terminal were as it left it. What it sent meanwhile is for another screen.
void Attachment::show_anew_if_due() {
  if (!repaint_due_) return;
  repaint_due_ = false;
  if (tells_scrolled_) {
    tell_pause();
    channel_->send(Continued{size_, !written_on_});
  } else {
    if (steady_acks_) channel_->send(Continued{size_, !written_on_});
    written_on_ = false;
  }
}

/// From here to the `attached` that counts this pause nothing is written: the server goes on behind what the
/// terminal has.
void Attachment::tell_pause() {
  channel_->send(Suspended{progress_.scrolled()});
  ++pauses_;
  dropping_ = true;
  progress_.drawn();
}

}  // namespace sess::client
