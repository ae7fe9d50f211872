#include "support/process.hpp"

#include <signal.h>

#include <fstream>
#include <filesystem>

#include "support/attached.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/pty.hpp"

using namespace sess::test;

TEST_CASE("a program gets its input and gives its output, its errors and its exit code", "[support]") {
  const TempHome home;
  const auto got = run({"sh", "-c", "cat; echo bad >&2; exit 3"}, home.env(), "some input");
  CHECK(got.out == "some input");
  CHECK(got.err == "bad\n");
  CHECK(got.status.code() == 3);
  CHECK_FALSE(got.timed_out);
}

TEST_CASE("input and output larger than a pipe do not deadlock", "[support]") {
  const TempHome home;
  const std::string big(1'000'000, 'x');
  CHECK(run({"cat"}, home.env(), big).out == big);
}

TEST_CASE("a program that does not end is killed at the deadline", "[support]") {
  const TempHome home;
  const auto got = run({"sleep", "1000"}, home.env(), {}, Milliseconds(50));
  CHECK(got.timed_out);
  CHECK(got.status.signal() == SIGKILL);
}

TEST_CASE("a program that cannot be executed is an exception and no child", "[support]") {
  const TempHome home;
  CHECK_THROWS(run({"/nonexistent/program"}, home.env()));
  CHECK_THROWS(Pty({"no-such-program-anywhere"}, home.env()));
}

TEST_CASE("a program on a pty has a controlling terminal of the size that was asked for", "[support]") {
  const TempHome home;
  Pty pty({"sh", "-c", "stty size; tty; read line; stty size"}, home.env(), {30, 100});
  CHECK(pty.read_until(pty.tty()).find("30 100") != std::string::npos);
  pty.resize({10, 40});
  pty.write("\n");
  CHECK(pty.read_until("10 40").find("10 40") != std::string::npos);
  const auto status = pty.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 0);
}

TEST_CASE("a signal ends the program on a pty and the status says so", "[support]") {
  const TempHome home;
  Pty pty({"sh", "-c", "echo ready; exec sleep 1000"}, home.env());
  pty.read_until("ready");
  pty.signal(SIGTERM);
  const auto status = pty.wait_exit();
  REQUIRE(status);
  CHECK(status->signal() == SIGTERM);
}

TEST_CASE("no descriptor of the test reaches the program on a pty", "[support]") {
  const TempHome home;
  const std::string file = home.write("secret", "s");
  const std::ifstream keep(file);
  const auto got = run({"sh", "-c", "ls -l /proc/$$/fd"}, home.env());
  CHECK(got.out.find("secret") == std::string::npos);
}

TEST_CASE("the environment of a home is exact and private", "[support]") {
  const TempHome home;
  const auto got =
      run({"sh", "-c", "echo $HOME; echo $EXTRA; env | grep -c ^XDG_"}, home.env({{"EXTRA", "more"}}));
  CHECK(got.out == home.home() + "\nmore\n3\n");
}

TEST_CASE("a daemon that outlives its starter is found by its home and ends with it", "[support]") {
  std::string root;
  pid_t daemon = 0;
  {
    const TempHome home;
    root = home.root();
    const auto got = run({"sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & echo $!"}, home.env());
    REQUIRE(wait_until([&] { return home.processes().size() == 1; }));
    daemon = home.processes().front();
    CHECK(std::to_string(daemon) + "\n" == got.out);
  }
  // Its zombie may stay for whoever adopted it to reap; a zombie has no command line.
  CHECK(wait_until([&] {
    std::ifstream in("/proc/" + std::to_string(daemon) + "/cmdline");
    return in.get() == std::ifstream::traits_type::eof();
  }));
  CHECK_FALSE(std::filesystem::exists(root));
}

TEST_CASE("an attached program's output is seen as a terminal shows it, and its queries are answered",
          "[support]") {
  const TempHome home;
  Attached terminal({"sh", "-c",
                     "stty raw -echo; printf 'one\\033[5;10Htwo\\033[6n';"
                     "dd bs=1 count=7 2>/dev/null | od -c; stty sane; printf '\\033[9Hdone'; read x"},
                    home.env());
  CHECK(terminal.wait_for_text("done"));
  CHECK(terminal.oracle().row(0).substr(0, 3) == "one");
  CHECK(terminal.screen().find("033") != std::string::npos);
  CHECK(terminal.screen().find("5   ;   1   3   R") != std::string::npos);
  terminal.type("\n");
  const auto status = terminal.wait_exit();
  REQUIRE(status);
  CHECK(status->code() == 0);
}
