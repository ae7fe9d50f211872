#include "client/remote/proxy.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <fstream>
#include <optional>

#include "os/descriptor.hpp"
#include "os/programs/process.hpp"
#include "os/programs/spawn.hpp"

namespace sess::client::remote {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// "sess" and a number that no counter of pings reaches.
constexpr std::uint64_t kMarkSerial = 0x73736573'00000001;
constexpr std::size_t kBuffer = 64 * 1024;
constexpr std::chrono::seconds kAbsencePatience{10};
constexpr milliseconds kRingAfter{1000};
// A client whose link is alive sends something more often than this.
constexpr std::chrono::seconds kUnheard{5};
// What is still to be written when the server has ended the connection.
constexpr std::chrono::seconds kLastWords{10};

/// Bytes on their way in one direction.
struct Flow {
  std::string bytes;
  std::size_t head = 0;
  [[nodiscard]] std::size_t waiting() const { return bytes.size() - head; }
  [[nodiscard]] bool has_room() const { return waiting() < kBuffer; }
  void add(std::string_view more) {
    if (head == bytes.size()) {
      bytes.clear();
      head = 0;
    }
    bytes.append(more);
  }
};

enum class Io { some, none, ended };

Io take(int fd, Flow& into) {
  std::array<char, kBuffer> buffer;
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK ? Io::none : Io::ended;
  if (got == 0) return Io::ended;
  into.add({buffer.data(), static_cast<std::size_t>(got)});
  return Io::some;
}

Io give(int fd, Flow& from, std::size_t most = kBuffer) {
  const ssize_t put = ::write(fd, from.bytes.data() + from.head, std::min(from.waiting(), most));
  if (put < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK ? Io::none : Io::ended;
  from.head += static_cast<std::size_t>(put);
  return Io::some;
}

/// The standard streams are others' as well, who would find a flag that is set here and not expect it: they
/// stay as they are, and poll(2) is asked first. A pipe with room has a page free (pipe(7), PIPE_BUF), a
/// socket more.
Io give_out(Flow& from) {
  pollfd entry{STDOUT_FILENO, POLLOUT, 0};
  if (::poll(&entry, 1, 0) <= 0) return Io::none;
  return give(STDOUT_FILENO, from, PIPE_BUF);
}

/// The client is told; the exit status.
int refuse(std::string text) {
  (void)os::write_all(STDOUT_FILENO,
                      protocol::encode(protocol::Refusal{protocol::RefusalCode::other, std::move(text)}));
  return 1;
}

Result<Link> find_server(const ProxyWords& words, const Connector& connector,
                         const std::function<Result<>()>& start) {
  const auto end = Clock::now() + (words.wait ? Clock::duration(kAbsencePatience) : std::chrono::seconds(1));
  for (bool first = true;; first = false) {
    auto link = connector();
    if (link) return link;
    const ErrorCode code = link.error().code;
    if (code != ErrorCode::not_found && code != ErrorCode::unavailable) return link;
    if ((!start && !words.wait) || Clock::now() >= end) return link;
    if (start) {
      if (auto listening = start(); !listening) return pass(listening.error());
      if (first) continue;
    }
    ::poll(nullptr, 0, 20);
  }
}

/// Reads until the hello is there and returns what goes to the server in its place; nothing at the end of the
/// stream.
std::optional<std::string> take_hello() {
  std::string bytes;
  protocol::FrameReader reader;
  const auto end = Clock::now() + kClientSilence;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left.count() <= 0 || !os::wait_readable(STDIN_FILENO, left)) return std::nullopt;
    Flow got;
    const Io io = take(STDIN_FILENO, got);
    if (io == Io::ended) return std::nullopt;
    bytes += got.bytes;
    reader.feed(got.bytes);
    const auto frame = reader.next();
    if (frame.is_malformed()) return bytes;  // the server says what is wrong with it
    if (!frame) continue;
    if (frame->type != protocol::FrameType::hello) return bytes;
    const auto hello = protocol::Hello::parse(frame->payload);
    if (!hello) return bytes;
    const std::size_t length = protocol::kHeaderSize + frame->payload.size();
    return protocol::encode(hello_from_here(*hello, os::current_environment())) + bytes.substr(length);
  }
}

/// Whether the process has this child and no other.
bool is_only_child(pid_t parent, pid_t child) {
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", parent));
  std::vector<pid_t> children;
  for (pid_t pid = 0; file >> pid;) children.push_back(pid);
  return children == std::vector<pid_t>{child};
}

/// The sshd of a link that nobody is at the other end of would wait for the network's own end of it.
void end_sshd_above() {
  const pid_t parent = ::getppid();
  const auto process = os::process_info(parent);
  if (!process || parent <= 1) return;
  if (process->name.rfind("sshd", 0) != 0 || !is_only_child(parent, ::getpid())) return;
  ::kill(parent, SIGTERM);
}

class Relay {
 public:
  Relay(Link link, std::string_view first) : link_(std::move(link)), heard_(Clock::now()) {
    (void)os::set_nonblocking(link_.socket.get());
    up_.add(first);
  }

  void run() {
    while (!over_) turn();
  }
  [[nodiscard]] bool server_ended() const { return ending_.has_value(); }
  /// It ended without a word, and the client waits for its first one: a daemon that was about to end.
  [[nodiscard]] bool server_was_ending() const { return ending_ && !server_spoke_ && !client_went_on_; }
  [[nodiscard]] bool client_is_silent() const { return Clock::now() - heard_ >= kUnheard; }

 private:
  void turn() {
    const int socket = link_.socket.get();
    const auto want = [](bool read, bool write) {
      return static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0));
    };
    std::array<pollfd, 3> fds{{{STDIN_FILENO, want(up_.has_room() && !ending_, false), 0},
                               {ending_ ? -1 : socket, want(down_.has_room(), up_.waiting() > 0), 0},
                               {STDOUT_FILENO, want(false, down_.waiting() > 0), 0}}};
    if (fds[0].events == 0) fds[0].fd = -1;
    const auto now = Clock::now();
    auto wake = heard_ + kClientSilence;
    if (ring_at_) wake = std::min(wake, *ring_at_);
    if (ending_) wake = std::min(wake, *ending_ + kLastWords);
    const auto left = std::max<long>(0, std::chrono::ceil<milliseconds>(wake - now).count());
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(std::min<long>(left, INT_MAX)));
    look_at_clock(Clock::now());
    if (ready <= 0 || over_) return;
    if (fds[1].revents != 0) serve_socket(fds[1].revents);
    if (fds[0].revents != 0) {
      const Io io = take(STDIN_FILENO, up_);
      client_went_on_ = client_went_on_ || io != Io::none;
      if (io == Io::ended) over_ = true;
      if (io == Io::some) {
        heard_ = Clock::now();
        if (!ring_at_) ring_at_ = heard_ + kRingAfter;
        if (give(socket, up_) == Io::ended) over_ = true;
      }
    }
    if (down_.waiting() > 0 && give_out(down_) == Io::ended) over_ = true;
    if ((fds[2].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) over_ = true;
    if (ending_ && down_.waiting() == 0) over_ = true;
  }

  void serve_socket(short events) {
    const int socket = link_.socket.get();
    if ((events & POLLOUT) != 0 && up_.waiting() > 0 && give(socket, up_) == Io::ended)
      ending_ = Clock::now();
    if ((events & ~POLLOUT) == 0 || !down_.has_room()) return;
    const Io io = take(socket, down_);
    if (io == Io::some) {
      ring_at_.reset();
      server_spoke_ = true;
    }
    if (io == Io::ended) ending_ = Clock::now();
  }

  void look_at_clock(Clock::time_point now) {
    if (ring_at_ && now >= *ring_at_) {
      ring_at_.reset();
      if (!ending_) ring_keeper(link_);
    }
    if (now - heard_ >= kClientSilence) over_ = true;
    if (ending_ && now - *ending_ >= kLastWords) over_ = true;
  }

  Link link_;
  Flow up_;    // to the server
  Flow down_;  // to the client
  Clock::time_point heard_;
  std::optional<Clock::time_point> ring_at_;  // the client said something, and the server nothing since
  std::optional<Clock::time_point> ending_;   // the server has ended the connection
  bool server_spoke_ = false;
  bool client_went_on_ = false;
  bool over_ = false;
};

bool keeps_across(std::string_view variable) {
  for (const std::string_view name : {"TERM=", "COLORTERM=", "TERM_PROGRAM=", "TERM_PROGRAM_VERSION="}) {
    if (variable.substr(0, name.size()) == name) return true;
  }
  return false;
}

bool names_locale(std::string_view variable) {
  return variable.substr(0, 5) == "LANG=" || variable.substr(0, 3) == "LC_";
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

}  // namespace

std::string stream_mark() {
  return protocol::encode(protocol::Ping{kMarkSerial});
}

Result<ProxyWords> parse_proxy_words(const std::vector<std::string>& words) {
  ProxyWords out;
  for (const auto& word : words) {
    if (word == "--alone") {
      out.alone = true;
    } else if (word == "--wait") {
      out.wait = true;
    } else {
      return fail(ErrorCode::invalid_argument,
                  "usage: sess proxy (the far side of `sess ssh`: speaks on standard input and output)");
    }
  }
  if (::isatty(STDIN_FILENO) != 0 || ::isatty(STDOUT_FILENO) != 0) {
    return fail(ErrorCode::invalid_argument,
                "sess proxy is the far side of `sess ssh HOST`: it speaks to a program, not on a terminal");
  }
  return out;
}

protocol::Hello hello_from_here(protocol::Hello hello, const std::vector<std::string>& environment) {
  std::vector<std::string> variables;
  const bool localized = std::any_of(environment.begin(), environment.end(), names_locale);
  for (const auto& variable : hello.environment) {
    if (keeps_across(variable) || (!localized && names_locale(variable))) variables.push_back(variable);
  }
  for (const auto& variable : environment) {
    const auto same = [&](const std::string& other) { return name_of(other) == name_of(variable); };
    if (std::none_of(variables.begin(), variables.end(), same)) variables.push_back(variable);
  }
  hello.environment = std::move(variables);
  hello.pid = ::getpid();
  std::array<char, PATH_MAX> directory{};
  hello.cwd = ::getcwd(directory.data(), directory.size()) == nullptr ? "" : directory.data();
  const mode_t mask = ::umask(0);  // it can only be asked for by being set
  ::umask(mask);
  hello.umask = mask;
  hello.fit();
  return hello;
}

int run_proxy(const ProxyWords& words, const Connector& connector, const std::function<Result<>()>& start) {
  ::signal(SIGPIPE, SIG_IGN);
  if (!os::write_all(STDOUT_FILENO, stream_mark())) return 1;
  auto link = find_server(words, connector, start);
  if (!link) return refuse(link.error().text);
  const auto first = take_hello();
  if (!first) return 1;
  for (const auto end = Clock::now() + kAbsencePatience;;) {
    Relay relay(std::move(*link), *first);
    relay.run();
    if (!relay.server_was_ending() || Clock::now() >= end) {
      // Whoever is silent and was resumed over another link does not come back over this one.
      if (relay.client_is_silent() && (words.alone || relay.server_ended())) end_sshd_above();
      return 0;
    }
    // A client on this machine would ask again, too; one elsewhere would have to log in for it.
    ::poll(nullptr, 0, 20);
    link = find_server(words, connector, start);
    if (!link) return refuse(link.error().text);
  }
}

}  // namespace sess::client::remote
