#include "job/exit.hpp"

#include <csignal>

#include "job/signal_name.hpp"
#include "support/catch.hpp"

using namespace sess;
using job::Exit;
using job::SuccessExits;

TEST_CASE("a wait status becomes a code, or a signal with its core", "[job]") {
  CHECK(Exit::from_wait_status(0) == Exit{});
  CHECK(Exit::from_wait_status(255 << 8) == Exit{255, 0, false});
  CHECK(Exit::from_wait_status(SIGKILL) == Exit{0, SIGKILL, false});
  CHECK(Exit::from_wait_status(SIGSEGV | 0x80) == Exit{0, SIGSEGV, true});
}

TEST_CASE("an exit is told as a shell and as a person would", "[job]") {
  CHECK(Exit{1, 0, false}.shell_status() == 1);
  CHECK(Exit{0, SIGKILL, false}.shell_status() == 137);
  CHECK(Exit{1, 0, false}.text() == "exited with 1");
  CHECK(Exit{0, SIGSEGV, true}.text() == "killed by SIGSEGV (core dumped)");
}

TEST_CASE("success is 0 and what success-exit names, codes and signals", "[job]") {
  const auto exits = SuccessExits::parse("0,2, SIGTERM hup");
  REQUIRE(exits);
  CHECK(exits->contains(Exit{}));
  CHECK(exits->contains(Exit{2, 0, false}));
  CHECK(exits->contains(Exit{0, SIGTERM, false}));
  CHECK(exits->contains(Exit{0, SIGHUP, false}));
  CHECK_FALSE(exits->contains(Exit{1, 0, false}));
  CHECK_FALSE(exits->contains(Exit{0, SIGKILL, false}));
  CHECK_FALSE(SuccessExits().contains(Exit{0, SIGTERM, false}));
  CHECK(exits->text() == "2,SIGHUP,SIGTERM");
  CHECK(SuccessExits::parse(exits->text()).value() == *exits);
}

TEST_CASE("a signal does not count as the code of its number", "[job]") {
  const auto exits = SuccessExits::parse("15");
  REQUIRE(exits);
  CHECK(exits->contains(Exit{15, 0, false}));
  CHECK_FALSE(exits->contains(Exit{0, SIGTERM, false}));
}

TEST_CASE("success-exit refuses what is neither code nor signal", "[job]") {
  CHECK_FALSE(SuccessExits::parse("256"));
  CHECK_FALSE(SuccessExits::parse("-1"));
  CHECK_FALSE(SuccessExits::parse("SIGNOTHING"));
  CHECK(SuccessExits::parse("SIGNOTHING").error().text.find("SIGNOTHING") != std::string::npos);
}

TEST_CASE("signals are known by every usual name", "[job]") {
  for (const auto* name : {"SIGTERM", "TERM", "term", "sigterm", "15"})
    CHECK(job::parse_signal(name) == SIGTERM);
  CHECK(job::parse_signal("RTMIN+3") == SIGRTMIN + 3);
  CHECK(job::signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
  CHECK_FALSE(job::parse_signal("0"));
  CHECK_FALSE(job::parse_signal("65"));
  CHECK_FALSE(job::parse_signal(""));
  CHECK_FALSE(job::parse_signal("SIG"));
  CHECK_FALSE(job::parse_signal("RTMIN+40"));
  for (int signo = 1; signo < 32; ++signo) CHECK(job::parse_signal(job::signal_name(signo)) == signo);
}
