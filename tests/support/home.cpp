#include "support/home.hpp"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "support/wait.hpp"

namespace sess::test {

namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;  // unlike iterators it does not throw when the process behind a /proc file ends
  content << in.rdbuf();
  return content.str();
}

/// How the names of sanitizers' reports begin; ".PID" follows.
constexpr const char* kReports = "sanitizer";

/// The leak checker suspends the threads of a process that ends; one that is killed at that moment leaves
/// this line and nothing else. It is no finding; any other report is.
bool is_note_of_leak_checker(const std::string& report) {
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.find("Unable to get registers from thread ") == std::string::npos) return false;
  }
  return true;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

SmallQuarantine::SmallQuarantine() {
  if (const char* given = std::getenv("ASAN_OPTIONS")) before_ = given;
  ::setenv("ASAN_OPTIONS", (before_ ? *before_ + ":quarantine_size_mb=1" : "quarantine_size_mb=1").c_str(),
           1);
}

SmallQuarantine::~SmallQuarantine() {
  if (before_) {
    ::setenv("ASAN_OPTIONS", before_->c_str(), 1);
  } else {
    ::unsetenv("ASAN_OPTIONS");
  }
}

TempHome::TempHome(const std::string& prefix) {
  // Directly below /tmp: a socket's path has at most 107 bytes, and TMPDIR may be long already.
  std::string pattern = prefix + "XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp");
  root_ = pattern;
  for (const auto& directory : {home(), runtime(), state(), config(), temporary()}) {
    ::mkdir(directory.c_str(), 0700);
  }
}

TempHome::~TempHome() {
  for (const pid_t pid : processes()) ::kill(pid, SIGKILL);
  wait_until([this] { return processes().empty(); }, Milliseconds(5000));
  take_sanitizer_reports();
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void TempHome::take_sanitizer_reports() const {
  std::error_code error;
  bool any = false;
  for (const auto& entry : fs::directory_iterator(root_, error)) {
    if (!entry.path().filename().string().starts_with(kReports)) continue;
    const std::string report = read_file(entry.path());
    if (is_note_of_leak_checker(report)) continue;
    any = true;
    std::cerr << "\n" << entry.path().filename().string() << ":\n" << report << "\n";
  }
  // A destructor cannot fail a test, and other tests may still tell more: so the program ends badly, at its
  // end.
  if (!any) return;
  std::atexit([] {
    std::cout.flush();
    std::fflush(nullptr);
    ::_exit(66);
  });
}

std::vector<std::string> TempHome::env(const std::map<std::string, std::string>& extra,
                                       const std::string& bin) const {
  const passwd* user = ::getpwuid(::getuid());
  const std::string login = user != nullptr ? user->pw_name : "user";
  const std::string path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  std::map<std::string, std::string> variables{{"HOME", home()},
                                               {"XDG_RUNTIME_DIR", runtime()},
                                               {"XDG_STATE_HOME", state()},
                                               {"XDG_CONFIG_HOME", config()},
                                               {"TMPDIR", temporary()},
                                               {"PATH", bin.empty() ? path : bin + ":" + path},
                                               {"TERM", "xterm-256color"},
                                               {"LANG", "C.UTF-8"},
                                               {"SHELL", "/bin/sh"},
                                               {"USER", login},
                                               {"LOGNAME", login}};
#ifdef SESS_SANITIZED
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
    const char* given = std::getenv(name);
    variables[name] =
        (given != nullptr ? std::string(given) + ":" : "") + "log_path=" + root_ + "/" + kReports;
  }
#endif
  for (const auto& [key, value] : extra) variables[key] = value;
  std::vector<std::string> list;
  for (const auto& [key, value] : variables) list.push_back(key + "=" + value);
  return list;
}

std::string TempHome::write(const std::string& relative, const std::string& content) const {
  const fs::path path = fs::path(root_) / relative;
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

std::vector<pid_t> TempHome::processes() const {
  std::vector<pid_t> found;
  const std::string mark = "HOME=" + home();
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (!is_number(name) || name == std::to_string(::getpid())) continue;
    // /proc/PID/environ is empty for a zombie and unreadable for other users' processes.
    const std::string environment = read_file(entry.path() / "environ");
    const auto at = environment.find(mark + '\0');
    if (at != std::string::npos && (at == 0 || environment[at - 1] == '\0')) found.push_back(std::stoi(name));
  }
  return found;
}

}  // namespace sess::test
