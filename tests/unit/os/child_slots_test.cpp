#include "os/programs/child_slots.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "os/descriptor.hpp"
#include "os/programs/holder.hpp"
#include "os/programs/spawn.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/spawned.hpp"
#include "support/wait.hpp"

using namespace sess;

namespace {

constexpr std::array<int, 0> kNothing{};

os::SpawnRequest shell(const test::TempHome& home, const std::string& script) {
  os::SpawnRequest request;
  request.argv = {"sh", "-c", script};
  request.env = home.env();
  request.cwd = home.root();
  request.size = {30, 100};
  return request;
}

int wait_for(pid_t pid) {
  int status = -1;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::size_t free_slots() {
  std::vector<os::ChildSlot> taken;
  while (true) {
    auto slot = os::ChildSlot::take(kNothing);
    if (!slot.is_reserved()) return taken.size();
    taken.push_back(std::move(slot));
  }
}

}  // namespace

TEST_CASE("children that share this process's descriptors, with and without a reserved slot, get the same",
          "[os][spawn][slots]") {
  os::reserve_child_slots();
  const std::size_t all = free_slots();
  REQUIRE(all > 0);
  const test::TempHome home;
  const UniqueFd leaky(open("/dev/null", O_RDONLY));
  const auto before = os::open_descriptors();
  for (const bool held : {false, true}) {
    std::vector<os::PendingSpawn> pending;
    std::vector<std::string> files;
    for (std::size_t i = 0; i < all + 2; ++i) {
      files.push_back(home.root() + (held ? "/held" : "/plain") + std::to_string(i));
      auto request = shell(home, "tty > " + files.back() + "; echo /proc/self/fd/* >> " + files.back());
      request.held = held;
      auto started = os::start_spawn_on_pty(request);
      REQUIRE(started);
      CHECK(free_slots() == (i < all ? all - i - 1 : 0));
      pending.push_back(std::move(*started));
    }
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const pid_t child = pending[i].child();
      const auto spawned = pending[i].finish();
      REQUIRE(spawned);
      CHECK((spawned->holder > 0) == held);
      CHECK(spawned->pid > 0);
      CHECK(WIFEXITED(wait_for(child)));
      const UniqueFd file(open(files[i].c_str(), O_RDONLY));
      const std::string fds = "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2";
      // 3 is what the shell reads the directory with.
      CHECK(os::read_all(file.get(), 1000).value() == spawned->tty + "\n" + fds + " /proc/self/fd/3\n");
    }
    CHECK(free_slots() == all);
  }
  CHECK(os::open_descriptors() == before);
}

TEST_CASE("a child that shares descriptors gets the three it was given", "[os][spawn][slots]") {
  os::reserve_child_slots();
  const test::TempHome home;
  auto in = os::open_pipe();
  auto out = os::open_pipe();
  auto err = os::open_pipe();
  REQUIRE((in && out && err));
  auto pending =
      os::start_spawn(shell(home, "cat; echo err >&2"), in->read.get(), out->write.get(), err->write.get());
  REQUIRE(pending);
  // They may go at once.
  in->read.reset();
  out->write.reset();
  err->write.reset();
  REQUIRE(os::write_all(in->write.get(), "input\n"));
  in->write.reset();
  const auto spawned = pending->finish();
  REQUIRE(spawned);
  CHECK(os::read_all(out->read.get(), 100).value() == "input\n");
  CHECK(os::read_all(err->read.get(), 100).value() == "err\n");
  CHECK(wait_for(spawned->pid) == 0);
}

TEST_CASE("a child that is killed before it has said anything is told apart, and its slot is free again",
          "[os][spawn][slots]") {
  os::reserve_child_slots();
  const std::size_t all = free_slots();
  const test::TempHome home;
  for (int i = 0; i < 20; ++i) {
    auto request = shell(home, "read x");
    request.held = i % 2 == 1;
    auto pending = os::start_spawn_on_pty(request);
    REQUIRE(pending);
    const pid_t child = pending->child();
    REQUIRE(kill(child, SIGKILL) == 0);
    const auto spawned = pending->finish();  // whether or not it came as far as exec
    if (spawned && request.held) kill(spawned->pid, SIGKILL);
    CHECK(WIFSIGNALED(wait_for(child)));
    CHECK(free_slots() == all);
  }
}

TEST_CASE("nothing waits for a child that has not said anything yet", "[os][spawn][slots]") {
  os::reserve_child_slots();
  const test::TempHome home;
  const std::string fifo = home.root() + "/fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  auto request = shell(home, "exit 3");
  request.input = fifo;  // the child waits in open(2)
  request.held = true;
  auto pending = os::start_spawn_on_pty(request);
  REQUIRE(pending);
  const std::size_t all = free_slots() + 1;
  REQUIRE(test::wait_until([&] {
    REQUIRE_FALSE(pending->advance());
    return pending->pid() > 0;
  }));
  CHECK(free_slots() == all);  // it has said that it is on its own
  const UniqueFd writer(open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(test::wait_until([&] { return pending->advance(); }));
  const auto spawned = pending->finish();
  REQUIRE(spawned);
  CHECK(WIFEXITED(wait_for(spawned->holder)));
}

TEST_CASE("what cannot be executed is an error with a shared table, too", "[os][spawn][slots]") {
  os::reserve_child_slots();
  const test::TempHome home;
  for (const bool held : {false, true}) {
    auto request = shell(home, "");
    request.argv = {"no-such-program"};
    request.held = held;
    const auto spawned = test::spawn_on_pty(request);
    REQUIRE_FALSE(spawned);
    CHECK(spawned.error().sys_errno == ENOENT);
  }
}
