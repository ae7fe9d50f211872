// What release 0.1 wrote is read by this build: the state that an upgrade and a crash hand over, the files of
// the state directory, the conversations of client and server. README.md says how each was made.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "compat/recorded.hpp"
#include "protocol/message.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/wait.hpp"

namespace {

/// A peer that ends first is a failed write here, not the end of this program.
[[maybe_unused]] const auto kBefore = ::signal(SIGPIPE, SIG_IGN);

using namespace sess;
using namespace sess::test;

std::string recorded(const std::string& name) {
  return test_data() + "/compat/0.1/" + name;
}

/// Fails with what run_inside() returned, unless it is nothing or could not be tried.
void check_inside(const std::string& result) {
  if (result.rfind("SKIP", 0) == 0) {
    std::puts(result.c_str());
    return;
  }
  INFO(result);
  CHECK(result.empty());
}

struct OwnedFrame {
  protocol::FrameType type;
  std::string payload;
};

std::vector<OwnedFrame> frames_of(const std::string& bytes) {
  std::vector<OwnedFrame> out;
  protocol::FrameReader reader;
  const auto drain = [&] {
    while (true) {
      auto frame = reader.next();
      REQUIRE(!frame.is_malformed());
      if (!frame) return;
      out.push_back({frame->type, std::string(frame->payload)});
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += 1000) {
    const std::string part = bytes.substr(at, 1000);
    reader.feed(part);
    drain();
  }
  return out;
}

std::vector<OwnedFrame> conversation(const std::string& name, const std::string& end) {
  return frames_of(read_whole(recorded("conversations/" + name + "." + end)));
}

template <class Message>
std::vector<Message> all_of(const std::vector<OwnedFrame>& frames) {  // bytes point into the frames
  std::vector<Message> out;
  for (const auto& frame : frames) {
    if (frame.type != Message::kType) continue;
    auto parsed = Message::parse(frame.payload);
    REQUIRE(parsed);
    out.push_back(std::move(*parsed));
  }
  return out;
}

/// What a client prints and ends with: standard output, standard error, status.
struct Said {
  std::string out, error;
  int status = -1;
  bool operator==(const Said&) const = default;
};

Said said(const std::vector<OwnedFrame>& frames) {
  Said all;
  for (const auto& print : all_of<protocol::Print>(frames))
    (print.stream == 1 ? all.out : all.error) += print.bytes;
  for (const auto& exit : all_of<protocol::Exit>(frames)) all.status = exit.status;
  return all;
}

/// Whether the answer is the recorded one. Behind an error's words advice may stand today.
bool same_answer(Said now, const Said& then) {
  const std::string words = then.error.substr(0, then.error.find('\n'));
  if (!words.empty() && now.error.starts_with(words + "; ")) now.error = then.error;
  return now == then;
}

int connect_to(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  return fd;
}

/// Sends bytes and collects what comes back until `enough` says so or the other end closes. For use inside.
std::string exchange(int fd, const std::string& bytes,
                     const std::function<bool(const std::string&)>& enough) {
  if (write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return "";
  std::string got;
  char block[4096];
  while (!enough(got) && wait_readable(fd)) {
    const ssize_t n = read(fd, block, sizeof block);
    if (n <= 0) break;
    got.append(block, static_cast<std::size_t>(n));
  }
  return got;
}

/// Frames without Catch: inside, a failure is a text.
std::vector<OwnedFrame> plain_frames(const std::string& bytes) {
  std::vector<OwnedFrame> out;
  protocol::FrameReader reader;
  reader.feed(bytes);
  for (auto frame = reader.next(); frame; frame = reader.next())
    out.push_back({frame->type, std::string(frame->payload)});
  return out;
}

bool has(const std::vector<OwnedFrame>& frames, protocol::FrameType type) {
  return std::any_of(frames.begin(), frames.end(), [&](const auto& one) { return one.type == type; });
}

/// The recorded client that was attached when the daemon was handed over comes back with its token.
std::string resume_recorded_client(const Revived& revived, const std::string& name) {
  const auto client = plain_frames(read_whole(recorded("conversations/" + name + "-attached.client")));
  const auto server = plain_frames(read_whole(recorded("conversations/" + name + "-attached.server")));
  auto hello = protocol::Hello::parse(client.at(0).payload);
  auto welcome = protocol::Welcome::parse(server.at(0).payload);
  if (!hello || !welcome) return "the recorded hello or welcome cannot be read\n";
  protocol::Resume resume;
  resume.token = welcome->token;
  for (const auto& frame : server) {
    if (frame.type == protocol::FrameType::attached) {
      const auto attached = *protocol::Attached::parse(frame.payload);
      resume.session = attached.session;
      resume.pane = attached.pane;
    } else if (frame.type == protocol::FrameType::output) {
      const auto output = *protocol::Output::parse(frame.payload);
      if (output.offset != protocol::kNoOffset) resume.offset = output.offset;
    }
  }
  hello->resume = resume;
  const int fd = connect_to(revived.socket());
  if (fd < 0) return "no connection\n";
  const auto answer = plain_frames(exchange(fd, protocol::encode(*hello), [](const std::string& got) {
    const auto frames = plain_frames(got);
    return has(frames, protocol::FrameType::attached) || has(frames, protocol::FrameType::detached) ||
           has(frames, protocol::FrameType::error);
  }));
  close(fd);
  for (const auto& frame : answer) {
    if (frame.type != protocol::FrameType::attached) continue;
    const auto attached = *protocol::Attached::parse(frame.payload);
    if (attached.session_name != "plain") return "resumed in session " + attached.session_name + "\n";
    return attached.resumed ? "" : "the recorded client was attached anew instead of going on\n";
  }
  return "the recorded client was not attached again\n";
}

/// What lay in the journal for a program that did not read: the end of what was typed, once and in order.
std::string check_typed(const Revived& revived) {
  const std::string path =
      revived.home() + "/typed-" + revived.ask("display-message -p -t busy '#{pane_pid}'");
  std::string all;
  for (int n = 0; n < 2000; ++n) {
    char line[32];
    std::snprintf(line, sizeof line, "typed %06d\n", n);
    all += line;
  }
  const std::string last = all.substr(all.size() - 13);
  std::string got;
  const bool whole = wait_until([&] {
    got = read_whole(path);
    return got.size() >= last.size() && got.substr(got.size() - last.size()) == last;
  });
  if (whole && got.size() > 5000 && got.size() <= all.size() && all.substr(all.size() - got.size()) == got)
    return "";
  return "typed for a program that did not read: " + std::to_string(got.size()) +
         " bytes arrived, not the end of what was typed\n";
}

std::string go_on(const Revived& revived, const std::string& name) {
  return revived.differences(read_expectations(recorded(name + "/expected"))) + check_typed(revived) +
         resume_recorded_client(revived, name);
}

}  // namespace

TEST_CASE("a daemon of 0.1 that is upgraded to this build goes on as it was", "[compat]") {
  check_inside(run_inside(recorded("upgrade"), From::handover,
                          [](const Revived& revived) { return go_on(revived, "upgrade"); }));
}

TEST_CASE("what a crash of 0.1 left is recovered by this build", "[compat]") {
  check_inside(run_inside(recorded("crash"), From::handover,
                          [](const Revived& revived) { return go_on(revived, "crash"); }));
}

TEST_CASE("sessions, records and logs that 0.1 left on the disk are read", "[compat]") {
  check_inside(run_inside(recorded("upgrade"), From::disk, [](const Revived& revived) {
    return revived.differences(read_expectations(recorded("upgrade/restored")));
  }));
}

TEST_CASE("a client of 0.1 is answered as it was", "[compat]") {
  check_inside(run_inside(recorded("upgrade"), From::handover, [](const Revived& revived) {
    std::string wrong;
    for (const std::string name : {"list", "refused", "stdin", "create", "shell"}) {
      const int fd = connect_to(revived.socket());
      // Standard input is sent when it was asked for.
      const std::string all = read_whole(recorded("conversations/" + name + ".client"));
      const std::size_t begin =
          name == "stdin" ? all.find("by standard input") - protocol::kHeaderSize : all.size();
      std::string answer;
      if (begin < all.size()) {
        answer = exchange(fd, all.substr(0, begin), [](const std::string& got) {
          return has(plain_frames(got), protocol::FrameType::stdin_request);
        });
      }
      answer += exchange(fd, begin < all.size() ? all.substr(begin) : all, [](const std::string& got) {
        const auto frames = plain_frames(got);
        return has(frames, protocol::FrameType::exit) || has(frames, protocol::FrameType::exec) ||
               has(frames, protocol::FrameType::error);
      });
      close(fd);
      const auto now = plain_frames(answer);
      const auto then = plain_frames(read_whole(recorded("conversations/" + name + ".server")));
      if (!has(now, protocol::FrameType::welcome) || !same_answer(said(now), said(then)) ||
          has(now, protocol::FrameType::exec) != has(then, protocol::FrameType::exec)) {
        wrong += name + ": recorded " + said(then).out + said(then).error +
                 std::to_string(said(then).status) + "\nnow " + said(now).out + said(now).error +
                 std::to_string(said(now).status) + "\n";
      }
    }
    if (revived.ask("show-buffer -b talk | wc -c") != "9000")
      wrong += "what came by standard input is not in the buffer\n";
    if (revived.ask("has-session -t made; echo $?") != "0") wrong += "the session was not made\n";
    return wrong;
  }));
}

TEST_CASE("a server of 0.1 is understood by this build's client", "[compat]") {
  for (const std::string name : {"list", "refused", "job"}) {
    const TempHome home("/tmp/sess-compat-");
    const std::string path = home.root() + "/socket";
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener, 1) == 0);
    const std::string answer = read_whole(recorded("conversations/" + name + ".server"));
    std::thread server([&] {
      const int fd = accept(listener, nullptr, nullptr);
      exchange(fd, "", [](const std::string& got) { return !plain_frames(got).empty(); });
      if (write(fd, answer.data(), answer.size()) < 0) std::perror("write");
      exchange(fd, "", [](const std::string&) { return false; });  // until the client has ended
      close(fd);
    });
    std::vector<std::string> argv{test_bin() + "/sess", "-S", path};
    const auto commands = all_of<protocol::Command>(conversation(name, "client"));
    argv.insert(argv.end(), commands.at(0).argv.begin(), commands.at(0).argv.end());
    const Outcome outcome = run(argv, home.env());
    server.join();
    close(listener);
    const Said then = said(conversation(name, "server"));
    INFO(name);
    CHECK(outcome.out == then.out);
    CHECK(outcome.err == then.error);
    CHECK(outcome.status.code() == then.status);
  }
}

TEST_CASE("conversations of 0.1 read as they were held", "[compat]") {
  const auto direct = conversation("direct", "client");
  const auto hello = all_of<protocol::Hello>(direct).at(0);
  CHECK(hello.term == "xterm-256color");
  CHECK(hello.stdin_tty);
  CHECK(hello.cwd == "/");
  const auto& environment = hello.environment;
  CHECK(std::find(environment.begin(), environment.end(), "LANG=C.UTF-8") != environment.end());
  CHECK(all_of<protocol::Command>(direct).at(0).argv == std::vector<std::string>{"attach", "-t", "made"});
  std::string typed;
  std::uint64_t sequence = 0;
  for (const auto& input : all_of<protocol::Input>(direct)) {
    CHECK(input.sequence == ++sequence);
    typed += input.bytes;
  }
  CHECK(typed.find("typed line\r") != std::string::npos);
  CHECK(typed.find("after\rmore\r\x01"
                   "d") != std::string::npos);
  REQUIRE(!all_of<protocol::Resize>(direct).empty());
  CHECK(all_of<protocol::Resize>(direct).back().size.cells == Size{30, 100});
  CHECK(all_of<protocol::Suspended>(direct).size() >= 1);
  REQUIRE(all_of<protocol::Continued>(direct).size() >= 2);  // after the stop, and after the lock
  CHECK(all_of<protocol::Continued>(direct).back().size.cells == Size{30, 100});
  CHECK(!all_of<protocol::Ack>(direct).empty());

  const auto server = conversation("direct", "server");
  CHECK(!all_of<protocol::Welcome>(server).at(0).token.empty());
  const auto attached = all_of<protocol::Attached>(server).at(0);
  CHECK(attached.session_name == "made");
  CHECK(attached.mode == protocol::AttachMode::direct);
  CHECK(!attached.resumed);
  std::string shown;
  for (const auto& output : all_of<protocol::Output>(server)) shown += output.bytes;
  CHECK(shown.find("typed line") != std::string::npos);
  CHECK(all_of<protocol::Lock>(server).at(0).command == "echo locked");
  CHECK(all_of<protocol::InputAck>(server).back().sequence <= sequence);
  CHECK(!all_of<protocol::Undo>(server).empty());
  CHECK(all_of<protocol::Detached>(server).at(0).reason == protocol::DetachReason::detached);
  CHECK(all_of<protocol::Detached>(server).at(0).message == "[detached (from session made)]");

  const auto drawn = conversation("drawn", "server");
  CHECK(all_of<protocol::Attached>(drawn).back().mode == protocol::AttachMode::composed);
  CHECK(all_of<protocol::Detached>(drawn).at(0).reason == protocol::DetachReason::exited);

  CHECK(said(conversation("refused", "server")) == Said{"", "can't find session: nowhere\n", 1});
  CHECK(said(conversation("job", "server")) == Said{"said\n", "", 4});
  CHECK(all_of<protocol::Retry>(conversation("job", "server")).at(0).argv.at(0) == "run");
  CHECK(all_of<protocol::Exec>(conversation("shell", "server")).at(0).command == "echo by the shell");
  CHECK(all_of<protocol::Shell>(conversation("shell", "client")).at(0).command == "echo by the shell");
  const auto with_input = conversation("stdin", "client");
  std::string given;
  for (const auto& data : all_of<protocol::StdinData>(with_input)) given += data.bytes;
  CHECK(given.size() == 9000);
  CHECK(all_of<protocol::StdinEof>(conversation("stdin", "client")).at(0).sys_errno == 0);
  CHECK(all_of<protocol::StdinRequest>(conversation("stdin", "server")).size() == 1);
}
