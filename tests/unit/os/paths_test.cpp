#include "os/runtime_paths.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>

#include "os/daemon.hpp"
#include "os/descriptor.hpp"
#include "os/directory.hpp"
#include "os/lock_file.hpp"
#include "os/programs/process.hpp"
#include "os/signals.hpp"
#include "support/catch.hpp"
#include "support/home.hpp"
#include "support/wait.hpp"

using namespace sess;
using Variables = std::map<std::string, std::string>;

namespace {

os::PathOptions options_of(const test::TempHome& home, Variables variables) {
  os::PathOptions options;
  options.environment = [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  };
  options.linger_directory = home.root() + "/linger";
  options.run_user_directory = home.root() + "/run-user";
  return options;
}

std::string uid() {
  return std::to_string(geteuid());
}
std::string own_name() {
  return getpwuid(geteuid())->pw_name;
}

void change_owner(const std::string& path) {
  REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
}

}  // namespace

TEST_CASE("the socket directory is the runtime directory only where that outlives the login", "[os][paths]") {
  const test::TempHome home;
  const Variables variables{{"XDG_RUNTIME_DIR", home.runtime()}, {"HOME", "/h"}};
  auto paths = os::RuntimePaths::resolve(options_of(home, variables));
  REQUIRE(paths);
  CHECK(paths->socket_path() == "/tmp/sess-" + uid() + "/default");
  home.write("linger/" + own_name(), "");
  paths = os::RuntimePaths::resolve(options_of(home, variables));
  CHECK(paths->socket_path() == home.runtime() + "/sess/default");
  // A cron job has no XDG_RUNTIME_DIR and must still find the same daemon.
  REQUIRE(os::make_directories(home.root() + "/run-user/" + uid()));
  paths = os::RuntimePaths::resolve(options_of(home, {{"HOME", "/h"}}));
  CHECK(paths->socket_path() == home.root() + "/run-user/" + uid() + "/sess/default");
  CHECK(paths->state_directory == "/h/.local/state/sess");
  CHECK(paths->config_directory == "/h/.config/sess");
}

TEST_CASE("XDG directories count when absolute, SESS_TMPDIR replaces /tmp", "[os][paths]") {
  const test::TempHome home;
  auto paths = os::RuntimePaths::resolve(options_of(
      home,
      {{"XDG_STATE_HOME", "/s/"}, {"XDG_CONFIG_HOME", "relative"}, {"HOME", "/h"}, {"SESS_TMPDIR", "/t"}}));
  REQUIRE(paths);
  CHECK(paths->state_directory == "/s/sess");
  CHECK(paths->config_directory == "/h/.config/sess");
  CHECK(paths->socket_directory == "/t/sess-" + uid());
  CHECK(paths->log_path() == "/s/sess/sessd-default.log");
}

TEST_CASE("names are letters, digits, dot, dash and underscore, not leading and not long", "[os][paths]") {
  const test::TempHome home;
  auto options = options_of(home, {});
  for (const char* good : {"a", "work-1", "A.b_c"}) {
    options.name = good;
    CHECK(os::RuntimePaths::resolve(options)->socket_name == good);
  }
  for (const std::string& bad :
       {std::string(), std::string("../x"), std::string("-a"), std::string(".a"), std::string("a b"),
        std::string("a\n"), std::string(65, 'a'), std::string("é")}) {
    options.name = bad;
    INFO(bad);
    CHECK_FALSE(os::RuntimePaths::resolve(options));
  }
}

TEST_CASE("-S names a socket anywhere, its log gets a safe name, its lock a hidden one", "[os][paths]") {
  const test::TempHome home;
  auto options = options_of(home, {{"XDG_STATE_HOME", "/s"}});
  options.socket_path = "/some/where/my sock";
  auto paths = os::RuntimePaths::resolve(options);
  REQUIRE(paths);
  CHECK(paths->socket_directory == "/some/where");
  CHECK(paths->lock_name == ".my sock.lock");
  CHECK(paths->log_path() == "/s/sess/sessd-my_sock.log");
  options.socket_path = "relative";
  CHECK(os::RuntimePaths::resolve(options)->socket_directory.front() == '/');
  for (const char* bad : {"", "/dir/", "/dir/..", "/dir/."}) {
    options.socket_path = bad;
    INFO(bad);
    CHECK_FALSE(os::RuntimePaths::resolve(options));
  }
}

TEST_CASE("a runtime directory of somebody else is refused in one line", "[os][paths]") {
  if (geteuid() != 0) {
    std::puts("SKIP somebody else's runtime directory: only root can give one away");
    return;
  }
  const test::TempHome home;
  change_owner(home.runtime());
  auto paths = os::RuntimePaths::resolve(options_of(home, {{"XDG_RUNTIME_DIR", home.runtime()}}));
  REQUIRE_FALSE(paths);
  CHECK(paths.error().text.find("belongs to uid 12345") != std::string::npos);
  CHECK(paths.error().text.find('\n') == std::string::npos);
}

TEST_CASE("a private directory is made 0700 and opened; links, loose and foreign ones are refused",
          "[os][directory]") {
  const test::TempHome home;
  const std::string path = home.root() + "/private";
  CHECK(os::open_existing_private_directory(path).error().code == ErrorCode::not_found);
  REQUIRE(os::open_private_directory(path));
  struct stat facts {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777U) == 0700);
  REQUIRE(os::open_existing_private_directory(path));

  REQUIRE(symlink(path.c_str(), (home.root() + "/link").c_str()) == 0);
  CHECK(os::open_private_directory(home.root() + "/link").error().code == ErrorCode::permission_denied);
  REQUIRE(symlink((home.root() + "/target").c_str(), (home.root() + "/dangling").c_str()) == 0);
  CHECK_FALSE(os::open_private_directory(home.root() + "/dangling"));
  CHECK(access((home.root() + "/target").c_str(), F_OK) != 0);  // nothing was made behind the link
  CHECK_FALSE(os::open_private_directory(home.write("file", "")));

  REQUIRE(chmod(path.c_str(), 0750) == 0);
  CHECK(os::open_private_directory(path).error().code == ErrorCode::permission_denied);
  REQUIRE(os::open_private_directory(path, os::LooseMode::tighten));
  REQUIRE(os::open_private_directory(path));
  if (geteuid() == 0) {
    change_owner(path);
    CHECK(os::open_private_directory(path).error().code == ErrorCode::permission_denied);
  }
}

TEST_CASE("a parent that others can write needs the sticky bit and a trusted owner", "[os][directory]") {
  const test::TempHome home;
  const std::string parent = home.root() + "/shared";
  REQUIRE(mkdir(parent.c_str(), 0700) == 0);
  REQUIRE(chmod(parent.c_str(), 0777) == 0);
  CHECK(os::open_private_directory(parent + "/sess").error().code == ErrorCode::permission_denied);
  CHECK_FALSE(os::open_trusted_directory(parent));
  REQUIRE(chmod(parent.c_str(), 01777) == 0);
  CHECK(os::open_private_directory(parent + "/sess"));
  CHECK(os::open_trusted_directory(parent));
  if (geteuid() == 0) {
    change_owner(parent);
    CHECK_FALSE(os::open_private_directory(parent + "/sess"));
    CHECK_FALSE(os::open_trusted_directory(parent));
  }
}

TEST_CASE("a private file is never a link, a pipe or one with another name", "[os][directory]") {
  const test::TempHome home;
  UniqueFd dir(open(home.runtime().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(os::open_private_file(dir.get(), "file"));
  struct stat facts {};
  REQUIRE(fstatat(dir.get(), "file", &facts, 0) == 0);
  CHECK((facts.st_mode & 0777U) == 0600);
  REQUIRE(symlinkat("file", dir.get(), "link") == 0);
  CHECK_FALSE(os::open_private_file(dir.get(), "link"));
  REQUIRE(linkat(dir.get(), "file", dir.get(), "hard", 0) == 0);
  CHECK_FALSE(os::open_private_file(dir.get(), "hard"));
  REQUIRE(mkfifoat(dir.get(), "fifo", 0600) == 0);
  CHECK_FALSE(os::open_private_file(dir.get(), "fifo"));
}

TEST_CASE("two locks in one file, each held by one opener, kept by a forked child, void once removed",
          "[os][lock]") {
  using Part = os::LockFile::Part;
  const test::TempHome home;
  UniqueFd dir(open(home.runtime().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::optional<os::LockFile> first = std::move(*os::LockFile::open(dir.get(), ".lock"));
  auto second = os::LockFile::open(dir.get(), ".lock");
  REQUIRE(second);
  CHECK(first->try_lock(Part::starting).value());
  CHECK_FALSE(second->try_lock(Part::starting).value());
  CHECK(second->try_lock(Part::running).value());
  CHECK_FALSE(first->try_lock(Part::running).value());
  CHECK(first->lock(Part::running, std::chrono::milliseconds(10)).error().code == ErrorCode::unavailable);
  first->unlock(Part::starting);
  CHECK(second->lock(Part::starting, std::chrono::milliseconds(10)));
  second->unlock(Part::starting);

  CHECK(first->try_lock(Part::starting).value());
  auto pipe = os::open_pipe();
  const pid_t child = fork();
  if (child == 0) {
    pipe->write.reset();
    (void)os::read_all(pipe->read.get(), 1);
    _exit(0);
  }
  first.reset();
  CHECK_FALSE(second->try_lock(Part::starting).value());
  pipe->write.reset();
  waitpid(child, nullptr, 0);
  CHECK(second->try_lock(Part::starting).value());
  CHECK(second->is_current());
  second->remove();
  CHECK_FALSE(second->is_current());
}

TEST_CASE("a daemon has no parent, no terminal, no old descriptors, and tells its starter when it is ready",
          "[os][daemon]") {
  const test::TempHome home;
  const UniqueFd kept(open((home.root() + "/facts").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const UniqueFd lost(open("/dev/null", O_RDONLY));
  const pid_t starter = fork();
  if (starter == 0) {
    const int keep[] = {kept.get()};
    auto daemon = os::become_daemon(keep);
    if (!daemon) _exit(99);
    if (daemon->starter) _exit(daemon->starter->status + (daemon->starter->text == "a line" ? 0 : 50));
    char here[64] = {};
    const auto info = os::process_info(getpid());
    std::string facts;
    facts += getcwd(here, sizeof here) != nullptr && std::string(here) == "/" ? "cwd " : "";
    facts += umask(0) == 077 ? "umask " : "";
    facts += info->session != getpid() && open("/dev/tty", O_RDWR) < 0 ? "session " : "";
    facts += fcntl(lost.get(), F_GETFD) < 0 ? "closed " : "";
    struct stat null {};
    struct stat out {};
    stat("/dev/null", &null);
    fstat(1, &out);
    facts += out.st_rdev == null.st_rdev ? "null " : "";
    (void)!write(kept.get(), facts.data(), facts.size());
    daemon->ready.report(7, "a line");
    daemon->ready.report(8);
    _exit(0);
  }
  int status = -1;
  REQUIRE(waitpid(starter, &status, 0) == starter);
  CHECK(WEXITSTATUS(status) == 7);
  lseek(kept.get(), 0, SEEK_SET);
  CHECK(os::read_all(kept.get(), 100).value() == "cwd umask session closed null ");
}

TEST_CASE("a daemon that dies before it is ready shows as failed", "[os][daemon]") {
  const pid_t starter = fork();
  if (starter == 0) {
    auto daemon = os::become_daemon({});
    if (!daemon) _exit(99);
    if (daemon->starter) _exit(daemon->starter->status);
    kill(getpid(), SIGKILL);
  }
  int status = -1;
  REQUIRE(waitpid(starter, &status, 0) == starter);
  CHECK(WEXITSTATUS(status) == 1);
}

TEST_CASE("facts about a process, and signals to a whole session", "[os][process]") {
  const auto self = os::process_info(getpid());
  REQUIRE(self);
  CHECK(self->parent == getppid());
  CHECK(self->session == getsid(0));
  CHECK(self->resident_bytes > 100'000);
  CHECK_FALSE(os::process_info(-1));
  CHECK_FALSE(os::process_cwd(0x7fffffff));
  auto pipe = os::open_pipe();
  const pid_t leader = fork();
  if (leader == 0) {
    os::reset_signal_dispositions();  // not the test program's own
    setsid();
    for (int i = 0; i < 2; ++i) {
      if (fork() == 0) {
        if (i == 1) setpgid(0, 0);  // a job of its own
        pause();
        _exit(0);
      }
    }
    pipe->write.reset();
    pause();
    _exit(0);
  }
  REQUIRE(test::wait_until([&] { return os::session_processes(leader).size() == 3; }));
  CHECK(os::signal_sessions({leader}, {SIGTERM}) == 3);
  waitpid(leader, nullptr, 0);
  pipe->write.reset();
  CHECK(test::wait_readable(pipe->read.get()));  // end of file: all three are gone
  // A process closes its descriptors a moment before it is no longer there to be signalled.
  CHECK(test::wait_until([&] { return os::signal_sessions({leader}, {SIGTERM}) == 0; }));
  CHECK(os::signal_sessions({}, {SIGTERM}) == 0);
}
