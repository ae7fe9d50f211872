// What a job prints, with the real binaries: complete from disk, readable, rotated, whatever dies and
// whatever is full.
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "job_rig.hpp"

using namespace sess::test;
using namespace std::chrono_literals;

TEST_CASE(
    "logs show what a person would have read, without control characters, also after the daemon is gone",
    "[e2e][jobs]") {
  const Rig rig;
  rig.sess({"run", "-s", "noisy", "--", "sh", "-c",
            "printf 'start\\n'; for i in 1 2 3; do printf '\\r%d%%' $i; done; printf "
            "'\\n\\033[31mred\\033[0m\\a\\n'; "
            "printf '\\033]0;title\\a'; echo end"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  CHECK(rig.sess({"logs", "noisy"}).out == "start\n3%\nred\nend\n");
  CHECK(rig.sess({"logs", "noisy", "-n", "2"}).out == "red\nend\n");
  CHECK(rig.sess({"logs", "noisy", "--raw"}).out.find("\x1b[31mred") != std::string::npos);
  const auto stamped = rig.sess({"logs", "noisy", "--timestamps"}).out;
  CHECK(stamped.substr(0, 2) == "20");
  CHECK(stamped.find(" start\n") != std::string::npos);
  CHECK(rig.sess({"logs", "noisy", "--since", "1h"}).out == "start\n3%\nred\nend\n");
}

TEST_CASE("no byte of a log is lost or doubled when the server is killed again and again", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  // Floods with breaths between, so that servers die in both.
  rig.ask({"run", "-d", "-s", "flood", "--", "sh", "-c",
           "for n in 0 1 2 3 4 5 6 7 8 9; do i=$((n*20000)); seq -f 'line %.0f' $((i+1)) $((i+20000)); sleep "
           "0.05; done; "
           "exit 4"});
  for (int i = 0; i < 12 && job_state(rig, "flood") == "running"; ++i) rig.kill_server();
  CHECK(rig.sess({"wait", "flood"}).status.code() == 4);
  std::string expected;
  for (int i = 1; i <= 200'000; ++i) expected += "line " + std::to_string(i) + "\r\n";
  const bool same = rig.sess({"logs", "--raw", "flood"}).out == expected;
  CHECK(same);
}

TEST_CASE("Ctrl-C ends the reader of a job's output, not the job, and says so", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  // Output into a pipe: streamed, not attached.
  Attached terminal(
      {"/bin/sh", "-c", Rig::bin("sess") + " run -s talker -- sh -c 'echo begun; exec sleep 1000' | cat"},
      rig.env());
  REQUIRE(terminal.wait_for_text("begun"));
  terminal.type("\x03");
  CHECK(terminal.wait_for_text("[sess: job talker goes on: sess logs -f talker, sess attach -t talker"));
  CHECK(job_state(rig, "talker") == "running");
}

#ifdef SESS_SANITIZED
#define LARGE_LOG "20 MB (as the build has sanitizers)"
constexpr long kLargeLog = 20'000'000;
constexpr const char* kLargePart = "1M";
constexpr std::uintmax_t kLargePartBytes = 1 << 20;
#else
#define LARGE_LOG "1 GB"
constexpr long kLargeLog = 1'000'000'000;
constexpr const char* kLargePart = "32M";
constexpr std::uintmax_t kLargePartBytes = 32 << 20;
#endif

TEST_CASE("a log of " LARGE_LOG " is rotated: so many parts of that size, and its last lines are there",
          "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask(
      {"run", "-d", "-s", "large", "--log-size", kLargePart, "--log-keep", "3", "--", "sh", "-c",
       "yes 'a line of a log, about as long as lines of logs are: eighty bytes or somewhat less' | head -c " +
           std::to_string(kLargeLog) + "; echo; echo the end; exit 5"});
  const auto waited = run({Rig::bin("sess"), "wait", "large"}, rig.env(), {}, 300'000ms);
  CHECK(waited.status.code() == 5);
  std::map<std::string, std::uintmax_t> parts;
  for (const auto& entry : std::filesystem::directory_iterator(rig.home().state() + "/sess/logs")) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".times")) parts[name] = entry.file_size();
  }
  REQUIRE(parts.size() == 4);
  CHECK(parts["large.log"] < kLargePartBytes + 16 * 1024);
  for (const auto* name : {"large.log.1", "large.log.2", "large.log.3"}) {
    CHECK(parts[name] >= kLargePartBytes);
    CHECK(parts[name] < kLargePartBytes + 16 * 1024);
  }
  CHECK(rig.sess({"logs", "-n", "1", "large"}).out == "the end\n");
}

TEST_CASE("a full disk stops the log and not the job, and is told", "[e2e][jobs]") {
  const Rig rig;
  const std::string small = rig.home().root() + "/small";
  REQUIRE(::mkdir(small.c_str(), 0700) == 0);
  if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=256k,mode=0700") != 0) {
    std::puts("SKIP a full disk: a small tmpfs needs root");
    return;
  }
  struct Unmount {
    const std::string& path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } const unmount{small};
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask({"run", "-d", "-s", "large", "--log", small + "/large.log", "--", "sh", "-c",
           "seq 1 100000; while ! [ -e " + rig.home().root() + "/go ]; do sleep 0.02; done; exit 6"});
  CHECK(wait_until([&] {
    return rig.sess({"status", "large"}).out.find(", stopped: ") != std::string::npos;
  }));
  CHECK(rig.sess({"status", "large"}).out.find("No space left on device") != std::string::npos);
  CHECK(rig.ask({"show-messages"}).find("job large: the log large.log has stopped: ") != std::string::npos);
  // A server that dies meanwhile does not forget it.
  rig.kill_server();
  CHECK(rig.sess({"status", "large"}).out.find(", stopped: ") != std::string::npos);
  release(rig);
  CHECK(rig.sess({"wait", "large"}).status.code() == 6);
  const auto logged = split_lines(rig.sess({"logs", "large"}).out);
  REQUIRE(logged.size() > 10'000);
  CHECK(logged[9'999] == "10000");
}

TEST_CASE("a log is its owner's alone, and is not written through a link", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const std::string logs = rig.home().state() + "/sess/logs";
  rig.sess({"run", "-s", "plain", "--", "echo", "text"});
  struct stat info {};
  REQUIRE(::stat((logs + "/plain.log").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777U) == 0600);
  const std::string victim = rig.home().root() + "/victim";
  REQUIRE(::symlink(victim.c_str(), (logs + "/linked.log").c_str()) == 0);
  CHECK(rig.sess({"run", "-s", "linked", "--", "echo", "text"}).status.code() == 0);
  CHECK(::access(victim.c_str(), F_OK) != 0);
  CHECK(rig.ask({"show-messages"}).find("job linked: the log linked.log has stopped: ") != std::string::npos);
}

TEST_CASE("status tells all of a job that is over and whose session is gone, also by JSON", "[e2e][jobs]") {
  const Rig rig;
  rig.sess({"run", "-s", "over", "--log", rig.home().root() + "/kept/over.log", "--", "sh", "-c",
            "seq 1 30; exit 9"});
  REQUIRE(wait_until([&] { return rig.keeper() == 0; }));
  const auto status = rig.sess({"status", "over"});
  CHECK(status.status.code() == 3);
  CHECK(status.out.find("State: failed (exited with 9) since ") != std::string::npos);
  CHECK(status.out.find("\n21\n22\n") != std::string::npos);
  CHECK(status.out.find("\n20\n") == std::string::npos);
  CHECK(status.out.find('\x1b') == std::string::npos);  // colours are for terminals
  CHECK(split_lines(rig.sess({"logs", "over"}).out).size() == 30);
  const auto json = rig.sess({"status", "--json", "over"}).out;
  for (const auto* field :
       {"\"name\":\"over\"", "\"state\":\"failed\"", "\"status\":9", "\"exit\":{\"code\":9}"}) {
    CHECK(json.find(field) != std::string::npos);
  }
}

TEST_CASE("logs -f goes on until the job ends", "[e2e][jobs]") {
  const Rig rig;
  rig.ask({"run", "-d", "-s", "talker", "--", "sh", "-c",
           "echo one; while ! [ -e " + rig.home().root() + "/go ]; do sleep 0.02; done; echo two"});
  Running follow(rig, {"logs", "-f", "talker"});
  REQUIRE(wait_until([&] { return follow.out() == "one\n"; }));
  release(rig);
  CHECK(follow.wait() == 0);
  CHECK(follow.out() == "one\ntwo\n");
}

TEST_CASE("a log is put aside at its size and all that is kept can be read", "[e2e][jobs]") {
  const Rig rig;
  rig.sess(
      {"run", "-s", "large", "--log-size", "100K", "--log-keep", "3", "--", "sh", "-c", "seq -w 1 100000"});
  const auto files =
      run({"/bin/sh", "-c", "ls \"$XDG_STATE_HOME/sess/logs\" | grep -v times"}, rig.env()).out;
  CHECK(files == "large.log\nlarge.log.1\nlarge.log.2\nlarge.log.3\n");
  const auto last = split_lines(rig.sess({"logs", "large", "-n", "1000"}).out);
  REQUIRE(last.size() == 1000);
  CHECK(last.front() == "099001");
  CHECK(last.back() == "100000");
}

TEST_CASE("a line's stamp is not that of the line before", "[e2e][job-logs]") {
  const Rig rig;
  // Each line says when it was printed; it cannot have come earlier.
  rig.sess({"run", "-s", "clock", "--", "sh", "-c", "for i in 1 2 3 4; do date +%s%3N; sleep 0.1; done"});
  const auto lines = split_lines(rig.sess({"logs", "-t", "clock"}).out);
  REQUIRE(lines.size() == 4);
  for (const auto& line : lines) {
    CAPTURE(line);
    const auto blank = line.find(' ');
    REQUIRE(blank != std::string::npos);
    const auto stamp = run({"/bin/date", "-d", line.substr(0, blank), "+%s%3N"}, rig.env()).out;
    CHECK(std::stoll(stamp) >= std::stoll(line.substr(blank + 1)));
  }
}

TEST_CASE("a line of any length is one line of logs", "[e2e][job-logs]") {
  const Rig rig;
  rig.sess(
      {"run", "-s", "long", "--", "sh", "-c",
       "head -c 200000 /dev/zero | tr '\\0' x; echo; head -c 16384 /dev/zero | tr '\\0' y; echo; echo next; "
       "head -c 50000 /dev/zero | tr '\\0' z"});
  const std::string y(16384, 'y');
  const std::string z(50000, 'z');
  const std::string all = std::string(200000, 'x') + "\n" + y + "\nnext\n" + z + "\n";
  const bool whole = rig.sess({"logs", "long"}).out == all;
  CHECK(whole);
  const bool last = rig.sess({"logs", "-n", "3", "long"}).out == y + "\nnext\n" + z + "\n";
  CHECK(last);
  const auto stamped = split_lines(rig.sess({"logs", "-t", "long"}).out);
  CHECK(stamped.size() == 4);
}

TEST_CASE("each run begins on a line of its own with a mark, and can be shown alone", "[e2e][job-logs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  // The second one leaves the alternate screen on: nobody else's lines go there.
  for (const auto* text : {"part 1", "\\033[?1049hpart 2", "part 3"})
    rig.sess({"run", "-s", "job", "--", "printf", text});
  const auto lines = split_lines(rig.sess({"logs", "job"}).out);
  REQUIRE(lines.size() == 5);
  for (const std::size_t n : {0, 1, 2}) CHECK(lines[2 * n] == "part " + std::to_string(n + 1));
  for (const std::size_t n : {1, 3}) {
    CHECK(lines[n].starts_with("[sess: run began 20"));
    CHECK(lines[n].ends_with("]"));
  }
  CHECK(rig.sess({"logs", "--raw", "job"}).out == "part 1\x1b[?1049hpart 2part 3");
  CHECK(rig.sess({"logs", "--run", "-1", "job"}).out == "part 3\n");
  CHECK(rig.sess({"logs", "--run", "-2", "job"}).out == "part 2\n");
  CHECK(rig.sess({"logs", "--run", "1", "job"}).out == "part 1\n");
  CHECK(rig.sess({"logs", "--run", "1", "--raw", "job"}).out == "part 1");
  const auto none = rig.sess({"logs", "--run", "4", "job"});
  CHECK(none.status.code() == 1);
  CHECK(none.err == "the log has no run 4: it has 3\n");
}

TEST_CASE("each restart of a job is a run in its log, also over the death of the server", "[e2e][job-logs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  rig.ask({"run", "-d", "-s", "again", "-c", rig.home().root(), "--restart", "on-failure", "--restart-delay",
           "20ms", "--", "sh", "-c",
           "n=$(cat n 2>/dev/null || echo 0); n=$((n+1)); echo $n > n; printf 'run %s' $n; [ $n = 6 ]"});
  while (job_state(rig, "again") == "running" || job_state(rig, "again") == "auto-restart") rig.kill_server();
  REQUIRE(rig.sess({"wait", "again"}).status.code() == 0);
  const auto lines = split_lines(rig.sess({"logs", "again"}).out);
  int runs = 0;
  for (const auto& line : lines) runs += line == "run " + std::to_string(runs + 1) ? 1 : 0;
  CHECK(runs == 6);
  CHECK(rig.sess({"logs", "--run", "-1", "again"}).out == "run 6\n");
  // No end was counted again by a server that found it when it came, and none died by itself.
  CHECK(records(rig) == 6);
  CHECK(run({"/bin/sh", "-c", "grep -c 'signal 11' \"$XDG_STATE_HOME\"/sess/*.log"}, rig.env()).out == "0\n");
}

namespace {

struct Read {
  std::string out, err, status;
};

/// `run` of 300 000 lines into a pipe whose reader begins when the job has ended and `meanwhile` is done.
Read read_late(const Rig& rig, const std::string& options, const std::string& meanwhile = ":") {
  const std::string home = rig.home().root();
  const std::string sess = Rig::bin("sess");
  static_cast<void>(
      run({"/bin/sh", "-c",
           "{ " + sess + " run -s numbers " + options + " -- seq 1 300000 2>" + home + "/err; echo $? >" +
               home + "/status; } | { until " + sess + " wait numbers 2>/dev/null; do :; done; " + meanwhile +
               "; cat >" + home + "/out; }"},
          rig.env(), {}, 120'000ms));
  return {read_file(home + "/out"), read_file(home + "/err"), read_file(home + "/status")};
}

std::string numbers() {
  std::string all;
  for (int i = 1; i <= 300'000; ++i) all += std::to_string(i) + "\n";
  return all;
}

}  // namespace

TEST_CASE("a reader of run that is slow gets every byte, out of the log", "[e2e][job-logs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const auto read = read_late(rig, "");
  const bool whole = read.out == numbers();
  CHECK(whole);
  CHECK(read.err.empty());
  CHECK(read.status == "0\n");
}

TEST_CASE("a slow reader of run gets every byte when its job is over and the server dies",
          "[e2e][job-logs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const auto read = read_late(rig, "", "kill -9 " + std::to_string(rig.server()));
  const bool whole = read.out == numbers();
  CHECK(whole);
  CHECK(read.status == "0\n");
}

TEST_CASE("without a log what a slow reader of run missed is named, and the status is 125",
          "[e2e][job-logs]") {
  const Rig rig;
  rig.ask({"new", "-d", "-s", "keep"});
  const auto read = read_late(rig, "--no-log");
  CHECK(read.out.size() < numbers().size());
  CHECK(read.out.ends_with("299999\n300000\n"));
  CHECK(read.err.find(" bytes were skipped: this reader is too slow, and there is no log]") !=
        std::string::npos);
  CHECK(read.status == "125\n");
}

TEST_CASE("logs -f waits for the first byte, and goes on where it was under the next server",
          "[e2e][job-logs]") {
  const Rig rig;
  const std::string home = rig.home().root();
  rig.ask({"run", "-d", "-s", "web", "--", "sh", "-c",
           "for n in 1 2 3; do while ! [ -e " + home + "/go$n ]; do sleep 0.02; done; echo line $n; done"});
  Running early(rig, {"logs", "-f", "web"});
  rig.kill_server();
  std::ofstream(home + "/go1") << "\n";
  REQUIRE(wait_until([&] { return early.out() == "line 1\n"; }));
  Running last(rig, {"logs", "-f", "-n", "1", "web"});
  Running raw(rig, {"logs", "-f", "--raw", "-n", "1", "web"});
  REQUIRE(wait_until([&] { return last.out() == "line 1\n" && raw.out() == "line 1\r\n"; }));
  std::ofstream(home + "/go2") << "\n";
  REQUIRE(
      wait_until([&] { return last.out() == "line 1\nline 2\n" && raw.out() == "line 1\r\nline 2\r\n"; }));
  rig.kill_server();
  std::ofstream(home + "/go3") << "\n";
  CHECK(early.wait() == 0);
  CHECK(last.wait() == 0);
  CHECK(raw.wait() == 0);
  CHECK(early.out() == "line 1\nline 2\nline 3\n");
  CHECK(last.out() == early.out());
  CHECK(raw.out() == "line 1\r\nline 2\r\nline 3\r\n");
  CHECK(last.err().empty());
}
