#include "client/top/live.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>

#include "base/duration.hpp"
#include "base/printable.hpp"
#include "client/hello.hpp"
#include "client/terminal.hpp"
#include "client/top/board.hpp"
#include "input/decoder.hpp"
#include "os/descriptor.hpp"
#include "os/loop.hpp"
#include "os/programs/foreground.hpp"
#include "os/programs/helper.hpp"
#include "os/programs/spawn.hpp"

namespace sess::client::top {
namespace {

using std::chrono::milliseconds;

// The alternate screen, without a cursor; what is a little too wide does not go on in the next line.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr milliseconds kEscapeTime{50};
constexpr milliseconds kFirstRest{500};
constexpr milliseconds kLongestRest{10'000};
constexpr milliseconds kHelperPatience{1000};
constexpr milliseconds kLeavePatience{300};
/// A line of a server with some thousand jobs; a longer one is none of ours.
constexpr std::size_t kLongestLine = 16 << 20;
constexpr std::size_t kMostSaid = 4096;
constexpr std::size_t kMostAtOnce = 8;
constexpr int kLogLines = 1000;

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string last_line_of(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

/// `sess` with words of ours, beside the screen: what it prints, what it complains of, how it ended.
class Errand {
 public:
  using Takes = std::function<void(std::string_view)>;

  /// `done` gets its status and the last line of what it complained of; it may destroy the errand.
  static Result<std::unique_ptr<Errand>> start(os::Loop& loop, const std::vector<std::string>& argv,
                                               Takes takes, std::function<void(int, std::string)> done) {
    auto started = os::Helper::start(argv, os::Helper::Terminal::own);
    if (!started) return pass(started.error());
    ::shutdown(started->stream.get(), SHUT_WR);
    std::unique_ptr<Errand> self(new Errand(loop, std::move(*started), std::move(takes), std::move(done)));
    return self;
  }

  void listen(bool on) { out_watch_.want(on && stream_, false); }

 private:
  Errand(os::Loop& loop, os::Helper::Started started, Takes takes, std::function<void(int, std::string)> done)
      : stream_(std::move(started.stream)),
        helper_(std::move(started.helper)),
        takes_(std::move(takes)),
        done_(std::move(done)),
        out_watch_(loop, stream_.get(), [this](bool, bool) { on_output(); }),
        error_watch_(loop, helper_->errors(), [this](bool, bool) { on_complaint(); }) {
    os::set_nonblocking(stream_.get());
    out_watch_.want(true, false);
    error_watch_.want(true, false);
  }

  static ssize_t take(int fd, std::array<char, 65536>& into) {
    const ssize_t got = ::read(fd, into.data(), into.size());
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? -1 : std::max<ssize_t>(got, 0);
  }

  void on_output() {
    std::array<char, 65536> bytes;
    const ssize_t got = take(stream_.get(), bytes);
    if (got < 0) return;
    if (got > 0) return takes_({bytes.data(), static_cast<std::size_t>(got)});
    out_watch_.want(false, false);
    out_over_ = true;
    end();
  }

  void on_complaint() {
    std::array<char, 65536> bytes;
    const ssize_t got = take(helper_->errors(), bytes);
    if (got < 0) return;
    if (got > 0) {
      said_.append(bytes.data(), static_cast<std::size_t>(got));
      if (said_.size() > kMostSaid) said_.erase(0, said_.size() - kMostSaid);
      return;
    }
    error_watch_.want(false, false);
    errors_over_ = true;
    end();
  }

  void end() {
    if (!out_over_ || !errors_over_) return;
    const auto raw = helper_->wait_status(kHelperPatience);
    const int status = raw && WIFEXITED(*raw) ? WEXITSTATUS(*raw) : 1;
    const auto done = std::move(done_);
    done(status, last_line_of(said_));
  }

  UniqueFd stream_;
  std::unique_ptr<os::Helper> helper_;
  Takes takes_;
  std::function<void(int, std::string)> done_;
  std::string said_;
  bool out_over_ = false;
  bool errors_over_ = false;
  os::FdWatch out_watch_;
  os::FdWatch error_watch_;
};

/// This program with the same global flags, before a command.
std::vector<std::string> same_server(const Options& options) {
  std::vector<std::string> argv{"/proc/self/exe"};
  if (options.name) argv.insert(argv.end(), {"-L", *options.name});
  if (options.socket_path) argv.insert(argv.end(), {"-S", *options.socket_path});
  for (const auto& file : options.config_files) argv.insert(argv.end(), {"-f", file});
  if (options.no_start) argv.emplace_back("-N");
  if (options.far) argv.insert(argv.end(), {"-H", options.host});
  return argv;
}

class Live {
 public:
  Live(const Options& options, const Words& words, Looks looks, std::unique_ptr<os::Loop> loop,
       std::unique_ptr<Terminal> terminal)
      : server_(same_server(options)),
        inside_(!options.name && !options.socket_path && !options.far && std::getenv("SESS") != nullptr),
        every_(words.every),
        board_(looks),
        loop_(std::move(loop)),
        terminal_(std::move(terminal)),
        terminal_watch_(*loop_, terminal_->fd(),
                        [this](bool readable, bool writable) { on_terminal(readable, writable); }),
        escape_timer_(*loop_, [this] { on_escape_time(); }),
        retry_timer_(*loop_, [this] { ask(); }),
        resized_(*loop_, SIGWINCH, [this] { draw(); }),
        interrupted_(*loop_, SIGINT, [this] { leave(128 + SIGINT); }),
        ended_(*loop_, SIGTERM, [this] { leave(128 + SIGTERM); }),
        hung_up_(*loop_, SIGHUP, [this] { leave(128 + SIGHUP); }) {}

  Result<int> run() {
    if (auto raw = show(); !raw) return pass(raw.error());
    ask();
    loop_->run();
    errands_.clear();
    rows_.reset();
    terminal_->leave(kLeavePatience);
    if (!failed_.empty()) return fail(ErrorCode::unavailable, "{}", failed_);
    return status_;
  }

 private:
  Result<> show() {
    if (auto raw = terminal_->enter(); !raw) return raw;
    terminal_->set_undo(kLeave);
    terminal_->output().write(kEnter);
    drawn_.clear();
    draw();
    return {};
  }

  void leave(int status) {
    status_ = status;
    loop_->stop();
  }

  void draw() {
    const Size size = terminal_->size().cells;
    if (size != size_) drawn_.clear();
    size_ = size;
    auto lines = board_.lines(size, now());
    // A terminal that takes nothing is sent the newest when it takes something again.
    if (terminal_->output().queued() == 0) {
      const std::string all = drawn_.empty() ? "\x1b[0m\x1b[2J" : "";
      terminal_->output().write(all + difference(drawn_, lines));
      drawn_ = std::move(lines);
      behind_ = false;
    } else {
      behind_ = true;
    }
    update_wants();
  }

  void update_wants() {
    if (terminal_->output().broken()) return leave(1);
    const bool waits = terminal_->output().queued() > 0;
    terminal_watch_.want(true, waits);
    if (rows_) rows_->listen(!waits);
  }

  // --- rows -------------------------------------------------------------------------------------------

  void ask() {
    auto argv = server_;
    argv.insert(argv.end(), {"ps", "-a", "--json", "--every", every_});
    line_.clear();
    auto errand = Errand::start(
        *loop_, argv, [this](std::string_view bytes) { on_rows(bytes); },
        [this](int status, const std::string& said) { on_rows_ended(status, said); });
    if (!errand) {
      failed_ = errand.error().text;
      return leave(1);
    }
    rows_ = std::move(*errand);
  }

  void on_rows(std::string_view bytes) {
    line_ += bytes;
    // Of several that came while nobody looked each is taken: the curve has no hole.
    bool news = false;
    for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
      auto rows = parse_rows(std::string_view(line_).substr(0, end));
      line_.erase(0, end + 1);
      if (!rows) continue;
      board_.take(std::move(*rows));
      rest_ = kFirstRest;
      news = answered_ = true;
    }
    if (line_.size() > kLongestLine) line_.clear();
    if (news) draw();
  }

  void on_rows_ended(int, const std::string& said) {
    loop_->defer([this] {
      if (line_over_) rows_.reset();
      line_over_ = false;
    });
    line_over_ = true;
    if (!answered_) {
      failed_ = said.empty() ? "the server does not answer" : said;
      return leave(1);
    }
    board_.say((said.empty() ? std::string("the server has gone") : said) + "; asking again", true);
    retry_timer_.start(rest_);
    rest_ = std::min(rest_ * 2, kLongestRest);
    draw();
  }

  // --- keys -------------------------------------------------------------------------------------------

  void on_terminal(bool readable, bool writable) {
    if (writable) {
      terminal_->output().flush();
      if (behind_) return draw();
      return update_wants();
    }
    if (!readable) return;
    std::array<char, 4096> bytes;
    const ssize_t got = ::read(terminal_->fd(), bytes.data(), bytes.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return leave(1);
    decoder_.feed({bytes.data(), static_cast<std::size_t>(got)});
    on_keys();
  }

  void on_escape_time() {
    decoder_.flush();
    on_keys();
  }

  void on_keys() {
    bool changed = false;
    for (auto event = decoder_.next(); event; event = decoder_.next()) {
      if (event->kind == input::Event::Kind::paste) {
        board_.paste(event->text);
        changed = true;
      }
      if (event->kind != input::Event::Kind::key || event->key.action == input::KeyAction::release) continue;
      const Wish wish = board_.on_key(event->key.key, std::max(1, size_.rows - 3));
      changed = changed || wish.kind != Wish::Kind::nothing;
      carry_out(wish);
    }
    if (decoder_.waiting()) escape_timer_.start(kEscapeTime);
    if (changed) draw();
  }

  void carry_out(const Wish& wish) {
    switch (wish.kind) {
      case Wish::Kind::nothing:
      case Wish::Kind::redraw:
        return;
      case Wish::Kind::quit:
        return leave(0);
      case Wish::Kind::suspend:
        terminal_->leave(kLeavePatience);
        ::raise(SIGTSTP);
        return come_back();
      case Wish::Kind::attach:
        if (inside_) return run_beside({"switch-client", "-t", "=" + wish.words[0]});
        return attach(wish.words[0]);
      case Wish::Kind::logs:
        return show_logs(wish.words[0]);
      case Wish::Kind::command:
        return run_beside(wish.words);
    }
  }

  void come_back() {
    if (auto raw = show(); !raw) {
      failed_ = raw.error().text;
      leave(1);
    }
  }

  void attach(const std::string& session) {
    auto argv = server_;
    argv.insert(argv.end(), {"attach-session", "-t", "=" + session});
    terminal_->leave(kLeavePatience);
    if (os::run_in_foreground(argv).value_or(1) != 0)
      board_.say(session + ": see what was printed above when you leave", true);
    come_back();
  }

  void show_logs(const std::string& job) {
    auto argv = server_;
    argv.insert(argv.end(), {"logs", "-f", "-n", std::to_string(kLogLines), "--", job});
    terminal_->leave(kLeavePatience);
    (void)os::write_all(STDOUT_FILENO, "[sess: log of " + printable(job) + "; Ctrl-C: back to top]\n");
    (void)os::run_in_foreground(argv);
    (void)os::write_all(STDOUT_FILENO,
                        "[sess: end of the log of " + printable(job) + "; any key: back to top]\n");
    if (terminal_->enter()) {
      std::array<char, 256> ignored;
      if (os::wait_readable(terminal_->fd(), milliseconds(-1)))
        (void)!::read(terminal_->fd(), ignored.data(), ignored.size());
    }
    come_back();
  }

  void run_beside(const std::vector<std::string>& words) {
    if (errands_.size() >= kMostAtOnce)
      return board_.say("too much at once: wait until something has ended", true);
    auto argv = server_;
    argv.insert(argv.end(), words.begin(), words.end());
    const std::string what = words.front() + " " + words.back();
    const auto place = std::make_shared<Errand*>(nullptr);
    auto errand = Errand::start(
        *loop_, argv, [](std::string_view) {},
        [this, what, place](int status, const std::string& said) {
          if (status != 0) board_.say(said.empty() ? what + " failed" : said, true);
          if (status == 0) board_.say(what + ": done", false);
          loop_->defer([this, place] {
            std::erase_if(errands_, [&](const auto& each) { return each.get() == *place; });
          });
          draw();
        });
    if (!errand) return board_.say(errand.error().text, true);
    *place = errand->get();
    errands_.push_back(std::move(*errand));
    board_.say(what + " ...", false);
  }

  std::vector<std::string> server_;
  bool inside_;  ///< a session of the same server: it is switched, not nested
  std::string every_;
  Board board_;
  std::unique_ptr<os::Loop> loop_;
  std::unique_ptr<Terminal> terminal_;
  input::Decoder decoder_;
  Size size_;
  std::vector<std::string> drawn_;  ///< what the terminal shows
  bool behind_ = false;
  std::unique_ptr<Errand> rows_;
  bool line_over_ = false;
  std::string line_;
  bool answered_ = false;
  milliseconds rest_ = kFirstRest;
  std::vector<std::unique_ptr<Errand>> errands_;
  int status_ = 0;
  std::string failed_;
  os::FdWatch terminal_watch_;
  os::Timer escape_timer_;
  os::Timer retry_timer_;
  os::SignalWatch resized_;
  os::SignalWatch interrupted_;
  os::SignalWatch ended_;
  os::SignalWatch hung_up_;
};

}  // namespace

Result<Words> parse_words(const std::vector<std::string>& words) {
  Words out;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    std::string value;
    bool color = false;
    if (word == "-d" || word == "--delay" || word == "--color") {
      color = word == "--color";
      if (at + 1 == words.size()) return fail(ErrorCode::invalid_argument, "{} needs a value", word);
      value = words[++at];
    } else if (word.starts_with("--delay=") || word.starts_with("--color=")) {
      color = word.starts_with("--color=");
      value = word.substr(8);
    } else if (word.starts_with("-d")) {
      value = word.substr(2);
    } else {
      return fail(ErrorCode::invalid_argument, "usage: sess top [-d duration] [--color when]");
    }
    if (color) {
      auto choice = color_of(value);
      if (!choice) return pass(choice.error());
      out.color = *choice;
    } else {
      const auto every = parse_duration(value);
      if (!every) return pass(every.error());
      out.every = value;
    }
  }
  return out;
}

Result<int> run(const Options& options) {
  const auto words = parse_words({options.command.begin() + 1, options.command.end()});
  if (!words) return pass(words.error());
  const char* term = std::getenv("TERM");
  const std::string_view kind = term == nullptr ? "" : term;
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return fail(ErrorCode::unavailable,
                "top needs a terminal; sess ps prints the same once, sess ps --json --every 1s for programs");
  }
  if (kind.empty() || kind == "dumb") {
    return fail(ErrorCode::unavailable,
                "this terminal cannot show it (TERM={}); sess ps prints the same once", printable(kind));
  }
  const char* none = std::getenv("NO_COLOR");
  const auto color = words->color ? words->color : options.color;
  Looks looks;
  looks.colours = color ? *color == protocol::ColorChoice::always : none == nullptr || *none == '\0';
  looks.utf8 = options.utf8 || utf8_locale(os::current_environment());
  auto terminal = Terminal::open(STDIN_FILENO);
  if (!terminal) return pass(terminal.error());
  auto loop = os::Loop::open();
  if (!loop) return pass(loop.error());
  return Live(options, *words, looks, std::move(*loop), std::move(*terminal)).run();
}

}  // namespace sess::client::top
