#include "client/dialogue.hpp"

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <optional>

#include "client/complaint.hpp"
#include "client/attach/liveness.hpp"
#include "client/remote/heartbeat.hpp"
#include "os/descriptor.hpp"

namespace sess::client {
namespace {

using namespace protocol;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBudget = 64 * 1024;
// A command without a terminal asks again over a new link after this time.
constexpr std::chrono::seconds kFarSilence{10};

/// What Ctrl-C, or a reader that has enough, leaves behind while a job's output is shown; a handler can reach
/// nothing but globals.
std::array<char, 512> left_behind{};
std::array<char, 512> unread{};

extern "C" void say_what_goes_on(int signo) {
  const auto& text = signo == SIGPIPE ? unread : left_behind;
  (void)!::write(STDERR_FILENO, text.data(), std::strlen(text.data()));
  ::signal(signo, SIG_DFL);
  ::raise(signo);
}

bool set_line(std::array<char, 512>& line, const std::string& text) {
  if (text.size() >= line.size()) return false;
  std::copy(text.begin(), text.end(), line.begin());
  return true;
}

bool is_default(int signo) {
  struct sigaction now {};
  return ::sigaction(signo, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
}

/// Ctrl-C ends this client, and a reader such as head(1) does: people who come from a shell take it for the
/// job's end.
void explain_interrupt(const Retry& retry) {
  const auto& argv = retry.argv;
  if (argv.size() < 5 || argv[0] != "run" || argv[3] != "-s" || left_behind[0] != 0) return;
  if (is_default(SIGINT) &&
      set_line(left_behind,
               fmt::format("[sess: job {0} goes on: sess logs -f {0}, sess attach -t {0}, sess stop {0}]\n",
                           argv[4]))) {
    ::signal(SIGINT, say_what_goes_on);
  }
  if (is_default(SIGPIPE) &&
      set_line(unread,
               fmt::format("[sess: nobody reads on, job {0} goes on if it has not ended: sess status {0}, "
                           "sess logs -f {0}, sess stop {0}]\n",
                           argv[4]))) {
    ::signal(SIGPIPE, say_what_goes_on);
  }
}

class Dialogue {
 public:
  Dialogue(Channel& channel, const Streams& streams, const Printed& already)
      : channel_(channel), streams_(streams), already_(already) {
    liveness_.expect(Clock::now());
  }

  DialogueEnd run() {
    for (;;) {
      while (!end_) {
        const auto frame = channel_.next();
        if (frame.is_malformed()) return Broken{frame.reason()};
        if (!frame) break;
        handle(*frame);
      }
      if (end_) return std::move(*end_);
      if (channel_.lost()) return lost(channel_.far() != nullptr ? channel_.why_lost() : "lost server");
      if (channel_.far() != nullptr && heartbeat_.silence(Clock::now()) >= kFarSilence) {
        return lost(fmt::format("{} does not answer", channel_.far()->destination().shown()));
      }
      wait();
    }
  }

 private:
  void handle(const Frame& frame) {
    switch (frame.type) {
      case FrameType::print:
        return with<Print>(frame, [this](const Print& m) { print(m); });
      case FrameType::exit:
        return with<Exit>(frame, [this](const Exit& m) {
          if (told_.bytes < already_.bytes) {
            end_ = changed();
          } else {
            end_ = Finished{m.status};
          }
        });
      case FrameType::attached:
        return with<Attached>(frame, [this](const Attached& m) { end_ = m; });
      case FrameType::detached:
        return with<Detached>(frame, [this](const Detached& m) { end_ = m; });
      case FrameType::exec:
        return with<Exec>(frame, [this](const Exec& m) { end_ = m; });
      case FrameType::error:
        return with<Refusal>(frame, [this](const Refusal& m) { end_ = Broken{m.text}; });
      case FrameType::stdin_request:
        reading_ = true;
        return;
      case FrameType::retry:
        return with<Retry>(frame, [this](const Retry& m) {
          retry_ = m;
          printed_ = 0;
          explain_interrupt(m);
        });
      case FrameType::ping:
        return with<Ping>(frame, [this](const Ping& m) { channel_.send(Pong{m.serial}); });
      case FrameType::pong:
        liveness_.settle();
        return;
      default:
        if (is_known(frame.type) || may_skip(frame)) return;
        end_ = Broken{fmt::format("the server sent a message of an unknown type ({})",
                                  static_cast<unsigned>(frame.type))};
    }
  }

  template <class Message, class Take>
  void with(const Frame& frame, Take take) {
    const auto message = Message::parse(frame.payload);
    if (message) {
      take(*message);
    } else {
      end_ = Broken{"the server sent what cannot be read: " + message.error().text};
    }
  }

  [[nodiscard]] Broken lost(std::string reason) const {
    Broken out;
    out.reason = std::move(reason);
    out.retry = what_instead();
    out.lost = true;
    out.repeatable = !input_used_;
    // What was not reached again is still what the user has seen.
    out.printed = told_.bytes < already_.bytes ? already_ : told_;
    return out;
  }

  [[nodiscard]] Broken changed() const {
    Broken out = lost("lost server in the middle of its output, which is another one now");
    out.repeatable = false;
    return out;
  }

  /// The part of it that was not printed before the last server died; an end when it is not the same any
  /// more.
  std::string_view news(std::string_view bytes) {
    const auto old = static_cast<std::size_t>(
        std::min<std::uint64_t>(bytes.size(), already_.bytes - std::min(already_.bytes, told_.bytes)));
    told_.add(bytes.substr(0, old));
    if (old > 0 && told_.bytes == already_.bytes && told_.hash != already_.hash) {
      end_ = changed();
      return {};
    }
    told_.add(bytes.substr(old));
    return bytes.substr(old);
  }

  void print(Print message) {
    if (message.stream == 1) printed_ += message.bytes.size();
    message.bytes = news(message.bytes);
    const int fd = message.stream == 2 ? streams_.err : streams_.out;
    const std::string coloured =
        message.stream == 2 && streams_.colours ? coloured_errors(message.bytes) : std::string();
    if (!coloured.empty()) message.bytes = coloured;
    std::string whole;
    if (message.stream == 1 && streams_.control != nullptr)
      message.bytes = whole = streams_.control->take(message.bytes);
    // A closed pipe ends this program by SIGPIPE; where that is ignored, there is nobody left to tell.
    if (!os::write_all(fd, message.bytes) && message.stream == 1) end_ = Finished{1};
  }

  [[nodiscard]] std::vector<std::string> what_instead() const {
    if (!retry_) return {};
    auto argv = retry_->argv;
    if (retry_->count) argv.push_back(std::to_string(printed_));
    return argv;
  }

  void send_input() {
    std::array<char, kMaxChunk> bytes;
    const ssize_t got = ::read(streams_.in, bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    input_used_ = input_used_ || got > 0;
    if (got > 0) return channel_.send(StdinData{{bytes.data(), static_cast<std::size_t>(got)}});
    channel_.send(StdinEof{got < 0 ? static_cast<std::uint32_t>(errno) : 0});
    reading_ = false;
  }

  void wait() {
    // Standard input is read only when the last chunk left: at most one chunk is ever held.
    const bool read_input = reading_ && channel_.unsent() == 0;
    const short events = channel_.unsent() > 0 ? POLLIN | POLLOUT : POLLIN;
    remote::FarEnd* const far = channel_.far();
    std::array<pollfd, 3> entries{{{channel_.fd(), events, 0},
                                   {read_input ? streams_.in : -1, POLLIN, 0},
                                   {far != nullptr ? far->errors() : -1, POLLIN, 0}}};
    auto at = liveness_.deadline();
    if (far != nullptr) at = std::min(at.value_or(Clock::time_point::max()), far_deadline());
    int timeout = -1;
    if (at) {
      timeout =
          std::max<int>(0, static_cast<int>(std::chrono::ceil<milliseconds>(*at - Clock::now()).count()));
    }
    const int ready = ::poll(entries.data(), entries.size(), timeout);
    look_alive();
    if (far != nullptr && entries[2].revents != 0) far->listen();
    if (ready <= 0) return;
    channel_.flush();
    if ((entries[0].revents & ~POLLOUT) != 0 && channel_.receive(kReadBudget) == Channel::Received::data) {
      // One answer of any kind shows that the server lives; a command may then take as long as it likes.
      liveness_.settle();
      heartbeat_.heard(Clock::now());
    }
    if (entries[1].revents != 0) send_input();
  }

  /// The next moment at which a far server's silence means something.
  [[nodiscard]] Clock::time_point far_deadline() const {
    return std::min(heartbeat_.next_beat().value_or(Clock::time_point::max()),
                    heartbeat_.last_heard() + kFarSilence);
  }

  void look_alive() {
    if (channel_.far() != nullptr && heartbeat_.beat_due(Clock::now())) channel_.send(protocol::Ping{1});
    switch (liveness_.due(Clock::now())) {
      case Liveness::Action::none:
        return;
      case Liveness::Action::ping:
        return channel_.send(protocol::Ping{1});
      case Liveness::Action::ring:
        return ring_keeper(channel_.link());
    }
  }

  Channel& channel_;
  Streams streams_;
  Printed already_;  ///< by the same command, under servers that died
  Printed told_;     ///< by this one, what was left out included
  bool input_used_ = false;
  Liveness liveness_;
  remote::Heartbeat heartbeat_{Clock::now()};
  bool reading_ = false;
  std::optional<Retry> retry_;
  std::uint64_t printed_ = 0;  ///< bytes of standard output since retry_
  std::optional<DialogueEnd> end_;
};

}  // namespace

DialogueEnd hold_dialogue(Channel& channel, const Streams& streams, const Printed& already) {
  return Dialogue(channel, streams, already).run();
}

}  // namespace sess::client
