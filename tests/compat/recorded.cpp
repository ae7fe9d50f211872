#include "compat/recorded.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <pty.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/fd.hpp"
#include "support/paths.hpp"
#include "support/wait.hpp"
#include "terminal/act/emulator.hpp"
#include "terminal/screen/sgr_text.hpp"

namespace sess::test {
namespace {

namespace fs = std::filesystem;

constexpr int kAside = 300;  // above every recorded descriptor

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

/// A descriptor out of the way of those that are named by number.
int aside(int fd) {
  if (fd < 0) give_up("a descriptor");
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, kAside);
  if (moved < 0) give_up("fcntl");
  close(fd);
  return moved;
}

void write_fully(int fd, const std::string& bytes) {
  if (write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) give_up("write");
}

void mask_signals(int how) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(how, &all, nullptr);
}

/// u64 size, then u64 offset, u64 length and the bytes of each extent.
int revive_memory(const std::string& path, int seals) {
  const std::string file = read_whole(path);
  const int fd = aside(memfd_create("sess-compat", MFD_ALLOW_SEALING));
  std::size_t at = 0;
  const auto number = [&] {
    std::uint64_t value = 0;
    if (at + sizeof value > file.size()) throw std::runtime_error(path + " is cut");
    std::memcpy(&value, file.data() + at, sizeof value);
    at += sizeof value;
    return value;
  };
  if (ftruncate(fd, static_cast<off_t>(number())) != 0) give_up("ftruncate");
  while (at < file.size()) {
    const std::uint64_t offset = number();
    const std::uint64_t length = number();
    if (at + length > file.size()) throw std::runtime_error(path + " is cut");
    if (pwrite(fd, file.data() + at, length, static_cast<off_t>(offset)) != static_cast<ssize_t>(length))
      give_up("pwrite");
    at += length;
  }
  if (fcntl(fd, F_ADD_SEALS, seals) != 0) give_up("F_ADD_SEALS");
  return fd;
}

/// A program on the terminal with the recorded pid. What is typed for it goes to the file `typed-PID`; it
/// shows nothing, so that the screen stays as it was recorded.
void revive_program(pid_t pid, int slave, const std::string& home) {
  clone_args how{};
  how.exit_signal = SIGCHLD;
  how.set_tid = reinterpret_cast<std::uint64_t>(&pid);
  how.set_tid_size = 1;
  // A shell of the scene may have that number for a moment.
  long child = -1;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while ((child = syscall(SYS_clone3, &how, sizeof how)) < 0 && errno == EEXIST) {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (std::chrono::steady_clock::now() > end) break;
  }
  if (child < 0) give_up("a process with pid " + std::to_string(pid));
  if (child > 0) return;
  mask_signals(SIG_UNBLOCK);
  setsid();
  ioctl(slave, TIOCSCTTY, 0);
  for (int fd = 0; fd < 3; ++fd) dup2(slave, fd);
  const std::string script = "stty raw -echo; exec cat >'" + home + "/typed-" + std::to_string(pid) + "'";
  execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
  _exit(127);
}

int revive_listener(const std::string& path) {
  const int fd = aside(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 128) != 0)
    give_up(path);
  return fd;
}

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  if (old.size() != with.size()) throw std::logic_error("paths of different lengths");
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + with.size())) {
    text.replace(at, old.size(), with);
  }
  return text;
}

template <class Number>
std::string as_bytes(Number number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

/// In the process that becomes the keeper: everything at the number that the handover names, then exec.
[[noreturn]] void become_keeper(const std::string& recording, const std::string& home,
                                const std::string& programs, char* const* environment) {
  // As exec_upgrade() does, until the new code has its handlers: a client that waits at the listener for long
  // rings.
  mask_signals(SIG_BLOCK);
  std::ifstream facts(recording + "/facts");
  std::string handover = read_whole(recording + "/handover");
  std::vector<std::pair<int, int>> places;  // from, to
  std::string word;
  while (facts >> word) {
    std::string name;
    if (word == "home") {
      facts >> name;
      handover = replaced(handover, name, home);
      continue;
    }
    int number = -1;
    facts >> number;
    if (word == "memory") {
      int seals = 0;
      facts >> name >> seals;
      places.emplace_back(revive_memory(recording + "/" + name, seals), number);
    } else if (word == "terminal") {
      pid_t pid = 0;
      facts >> pid;
      int master = -1;
      int slave = -1;
      // Raw from the start: what waited is written before any program could ask for it, and no echo is
      // recorded.
      termios raw{};
      if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0 || tcgetattr(slave, &raw) != 0)
        give_up("openpty");
      cfmakeraw(&raw);
      if (tcsetattr(slave, TCSANOW, &raw) != 0) give_up("tcsetattr");
      if (pid > 0) revive_program(pid, slave, home);
      close(slave);
      fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
      places.emplace_back(aside(master), number);
    } else if (word == "directory") {
      places.emplace_back(aside(open(home.c_str(), O_RDONLY | O_DIRECTORY)), number);
    } else if (word == "lock") {
      facts >> name;
      places.emplace_back(aside(open((home + "/" + name).c_str(), O_RDWR | O_CREAT, 0600)), number);
    } else if (word == "listener") {
      std::uint64_t device = 0;
      std::uint64_t inode = 0;
      facts >> device >> inode;
      const std::string path = home + "/socket";
      places.emplace_back(revive_listener(path), number);
      struct stat now {};
      if (stat(path.c_str(), &now) != 0) give_up(path);
      handover = replaced(handover, as_bytes(device) + as_bytes(inode),
                          as_bytes(std::uint64_t{now.st_dev}) + as_bytes(std::uint64_t{now.st_ino}));
    } else {
      throw std::runtime_error("what is " + word + " in facts?");
    }
  }
  const int state = aside(memfd_create("sess-compat-handover", 0));
  write_fully(state, handover);
  fcntl(state, F_SETFD, 0);
  for (const auto& [from, to] : places) {
    if (dup2(from, to) < 0) give_up("dup2");
  }
  const int nowhere = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 2; ++fd) dup2(nowhere, fd);
  dup2(open((home + "/failed").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 2);
  const std::string program = programs + "/sessd";
  std::ofstream(home + "/revived").flush();
  execle(program.c_str(), program.c_str(), ("--resume-fd=" + std::to_string(state)).c_str(), nullptr,
         environment);
  _exit(127);
}

/// Private user, process and mount namespaces for what is forked from here on; false where they may not be
/// made.
bool enter_namespaces() {
  const unsigned user = geteuid();
  const unsigned group = getegid();
  if (unshare((user == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWPID | CLONE_NEWNS) != 0) return false;
  if (user == 0) return true;
  const auto put = [](const char* path, const std::string& text) { std::ofstream(path) << text; };
  put("/proc/self/setgroups", "deny");
  put("/proc/self/uid_map", std::to_string(user) + " " + std::to_string(user) + " 1");
  put("/proc/self/gid_map", std::to_string(group) + " " + std::to_string(group) + " 1");
  return true;
}

std::string inner(const std::string& recording, From from, const std::string& home,
                  const std::function<std::string(const Revived&)>& body) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("proc", "/proc", "proc", 0, nullptr) != 0) {
    return "SKIP compat: a /proc of its own cannot be mounted here";
  }
  const std::string programs = test_bin();
  clearenv();
  for (const auto& [name, value] : std::vector<std::pair<const char*, std::string>>{
           {"HOME", home},
           {"PATH", "/usr/bin:/bin"},
           {"TERM", "xterm-256color"},
           {"LANG", "C.UTF-8"},
           {"SHELL", "/bin/sh"},
           {"TZ", "UTC"},
           {"XDG_STATE_HOME", home + "/state"},
           {"XDG_CONFIG_HOME", home + "/config"},
           {"ASAN_OPTIONS", "log_path=" + home + "/sanitizer"},
           {"UBSAN_OPTIONS", "log_path=" + home + "/sanitizer"}}) {
    setenv(name, value.c_str(), 1);
  }
  fs::copy(recording + "/state", home + "/state", fs::copy_options::recursive);
  fs::copy_file(recording + "/sess.conf", home + "/sess.conf");
  if (from == From::handover) {
    const pid_t keeper = fork();
    if (keeper == 0) {
      try {
        become_keeper(recording, home, programs, environ);
      } catch (const std::exception& error) {
        std::ofstream(home + "/failed") << error.what();
        _exit(126);
      }
    }
  }
  // Not before each program has its recorded pid: a client that asks, and waits for the daemon, may have one
  // of them.
  if (from == From::handover) {
    wait_until([&] { return fs::exists(home + "/revived") || fs::exists(home + "/failed"); });
  }
  const Revived revived(home, programs);
  if (from == From::handover && !revived.answers()) {
    return "the recorded daemon does not answer; " + read_whole(home + "/failed") +
           read_whole(home + "/state/sess/sessd-socket.log");
  }
  std::string result = body(revived);
  for (const auto& entry : fs::directory_iterator(home)) {
    if (entry.path().filename().string().rfind("sanitizer", 0) == 0) result += read_whole(entry.path());
  }
  return result;
}

}  // namespace

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::vector<Expectation> read_expectations(const std::string& path) {
  std::vector<Expectation> out;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const std::string rest = line.size() > 2 ? line.substr(2) : "";
    if (line[0] == '$') out.push_back({rest, {}, {}});
    if (line[0] == '|') out.back().lines.push_back(rest);
    if (line[0] == '~') out.back().contained.push_back(rest);
  }
  return out;
}

Revived::Revived(std::string home, std::string programs)
    : home_(std::move(home)), programs_(std::move(programs)) {}

std::string Revived::ask(const std::string& line) const {
  const std::string command = "cd /; timeout 60 '" + programs_ + "/sess' -f '" + home_ + "/sess.conf' -S '" +
                              socket() + "' " + line + " 2>&1";
  std::string out;
  FILE* pipe = popen(command.c_str(), "re");
  if (pipe == nullptr) return "popen failed";
  char block[4096];
  while (const std::size_t n = fread(block, 1, sizeof block, pipe)) out.append(block, n);
  pclose(pipe);
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

bool Revived::answers() const {
  return wait_until([&] { return ask("display-message -p up") == "up"; });
}

namespace {

/// What a terminal shows of captured text, each look written in one way: how `capture-pane -e` writes a look
/// is not what was recorded.
std::string as_drawn(const std::string& captured) {
  if (captured.find('\033') == std::string::npos) return captured;
  std::string lines;
  int rows = 2;
  for (const char byte : captured) {
    if (byte == '\n') ++rows;
    lines += byte == '\n' ? "\r\n" : std::string(1, byte);
  }
  terminal::HeapSegmentStore store;
  terminal::NullSink sink;
  terminal::Emulator emulator({static_cast<std::uint16_t>(rows), 500}, store, sink);
  emulator.feed(lines);
  const auto& screen = emulator.screen();
  std::string out;
  for (int row = 0; row < rows; ++row) {
    for (const auto& cell : screen.row(row)) {
      if (cell.width == 0) continue;
      const auto& style = screen.style(cell.style);
      terminal::append_sgr(out, style);
      if (style.link != 0) terminal::append_link(out, screen.link_id(style.link), screen.link(style.link));
      screen.append_text(out, cell);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string Revived::differences(const std::vector<Expectation>& expectations) const {
  std::string out;
  for (const auto& one : expectations) {
    const std::string answer = ask(one.command);
    std::string wanted;
    for (const auto& line : one.lines) wanted += (&line == one.lines.data() ? "" : "\n") + line;
    bool same = one.contained.empty() ? as_drawn(answer) == as_drawn(wanted) : true;
    for (const auto& text : one.contained) {
      if (answer.find(text) != std::string::npos) continue;
      same = false;
      wanted += "…" + text + "…\n";
    }
    if (!same) out += "$ " + one.command + "\n--- recorded:\n" + wanted + "\n--- now:\n" + answer + "\n";
  }
  return out;
}

std::string run_inside(const std::string& recording, From from,
                       const std::function<std::string(const Revived&)>& body) {
  char home[] = "/tmp/sess-compat-00XXXXXX";  // as long as the recorded one: it is replaced in the handover
  if (mkdtemp(home) == nullptr) give_up("mkdtemp");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) give_up("pipe");
  const pid_t outer = fork();
  if (outer == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::string result = "SKIP compat: process namespaces may not be made here";
    if (enter_namespaces()) {
      const pid_t first = fork();
      if (first == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        try {
          result = inner(recording, from, home, body);
        } catch (const std::exception& error) {
          result = error.what();
        }
        write_fully(ends[1], result.substr(0, 60000));
        _exit(0);  // and everything in the namespace with it
      }
      int status = 0;
      waitpid(first, &status, 0);
      _exit(status == 0 ? 0 : 1);
    }
    write_fully(ends[1], result);
    _exit(0);
  }
  close(ends[1]);
  std::string result;
  char block[4096];
  while (true) {
    const ssize_t n = read(ends[0], block, sizeof block);
    if (n <= 0) break;
    result.append(block, static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(outer, &status, 0);
  if (status != 0) result += "the process that revived the recording failed";
  std::error_code ignored;
  fs::remove_all(home, ignored);
  return result;
}

}  // namespace sess::test
