#include "base/fault.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

#include "support/catch.hpp"
#include "support/home.hpp"

using namespace sess;

namespace {

/// The signal that a process dies of at this point; 0 when it gets past it.
int signal_at(std::string_view name, std::uint64_t number) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::signal(SIGABRT, SIG_DFL);
    reach_fault_point(name, number);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a fault point ends its process as, where and as often as the file says", "[fault]") {
  const test::TempHome home;
  ::unsetenv("SESS_FAULTS");
  CHECK(signal_at("point", 1) == 0);
  const std::string path =
      home.write("faults", "nonsense\npoint:2 kill\nother abort 2\nother kill 3\nthird explode\n");
  ::setenv("SESS_FAULTS", path.c_str(), 1);
  CHECK(signal_at("point", 1) == 0);
  CHECK(signal_at("point", 2) == SIGKILL);
  CHECK(signal_at("other", 0) == SIGABRT);
  CHECK(signal_at("other", 7) == SIGABRT);  // a count of its own
  CHECK(signal_at("other", 0) == SIGABRT);
  CHECK(signal_at("other", 0) == SIGKILL);
  CHECK(signal_at("other", 0) == 0);
  CHECK(signal_at("third", 0) == 0);
  ::unsetenv("SESS_FAULTS");
}
