#include "client/hello.hpp"

#include <fmt/format.h>
#include <strings.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>

#include "client/terminal.hpp"
#include "client/terminfo.hpp"
#include "os/programs/process.hpp"
#include "os/programs/spawn.hpp"

namespace sess::client {
namespace {

std::string value_of(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& variable : environment) {
    if (variable.size() > name.size() && variable[name.size()] == '=' && variable.rfind(name, 0) == 0) {
      return variable.substr(name.size() + 1);
    }
  }
  return {};
}

/// $PWD keeps the name that the user knows for a directory reached through links; it is trusted only while it
/// is the directory that this process is in.
std::string working_directory() {
  if (const char* pwd = std::getenv("PWD"); pwd != nullptr && pwd[0] == '/') {
    struct stat named {};
    struct stat actual {};
    if (::stat(pwd, &named) == 0 && ::stat(".", &actual) == 0 && named.st_dev == actual.st_dev &&
        named.st_ino == actual.st_ino) {
      return pwd;
    }
  }
  std::array<char, PATH_MAX> buffer{};
  return ::getcwd(buffer.data(), buffer.size()) == nullptr ? std::string() : std::string(buffer.data());
}

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

/// The device and the first process of its session, with the time when that began. "" where that is this
/// process: nobody comes back to such a terminal.
std::string terminal_name() {
  struct stat device {};
  const pid_t first = ::tcgetsid(STDIN_FILENO);
  if (first <= 0 || first == ::getpid() || ::fstat(STDIN_FILENO, &device) != 0) return {};
  const auto process = os::process_info(first);
  if (!process) return {};
  return fmt::format("{}:{:x}:{}:{}", host_name(), device.st_rdev, first,
                     process->started_after_boot.count());
}

/// For a server elsewhere: no more of the environment than a terminal's programs need, and a terminal's name
/// that no terminal there has.
void become_far(protocol::Hello& hello) {
  const auto unwanted = [](const std::string& variable) {
    for (const char* name :
         {"TERM=", "COLORTERM=", "TERM_PROGRAM=", "TERM_PROGRAM_VERSION=", "NO_COLOR=", "LANG=", "LC_"}) {
      if (variable.rfind(name, 0) == 0) return false;
    }
    return true;
  };
  auto& variables = hello.environment;
  variables.erase(std::remove_if(variables.begin(), variables.end(), unwanted), variables.end());
  hello.cwd.clear();
  if (!hello.tty.empty()) hello.tty = host_name() + ":" + hello.tty;
}

}  // namespace

bool utf8_locale(const std::vector<std::string>& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = value_of(environment, name);
    if (value.empty()) continue;
    return ::strcasestr(value.c_str(), "UTF-8") != nullptr || ::strcasestr(value.c_str(), "UTF8") != nullptr;
  }
  return false;
}

protocol::Hello make_hello(const Options& options) {
  protocol::Hello hello;
  hello.features = protocol::own_features();
  // Acknowledgements that wait for an echo are for who compares it with what was guessed.
  if (!options.far || options.predict == prediction::Policy::never)
    std::erase(hello.features, protocol::kEcho);
  hello.pid = ::getpid();
  hello.stdin_tty = ::isatty(STDIN_FILENO) != 0;
  hello.stdout_tty = ::isatty(STDOUT_FILENO) != 0;
  if (hello.stdin_tty) {
    std::array<char, 256> name{};
    if (::ttyname_r(STDIN_FILENO, name.data(), name.size()) == 0) hello.tty = name.data();
    hello.size = size_of_terminal(STDIN_FILENO);
  } else if (hello.stdout_tty) {
    hello.size = size_of_terminal(STDOUT_FILENO);  // listings are cut to it
  }
  hello.environment = os::current_environment();
  hello.term = value_of(hello.environment, "TERM");
  if (hello.stdin_tty) {
    hello.terminfo = read_terminfo(hello.term).value_or(std::vector<std::string>());
    hello.terminal = terminal_name();
  }
  hello.cwd = working_directory();
  hello.utf8 = options.utf8 || utf8_locale(hello.environment);
  hello.colours_256 = options.colours_256;
  hello.color = options.color;
  hello.login_shell = options.login_shell;
  if (options.far) become_far(hello);
  const mode_t mask = ::umask(0);  // it can only be asked for by being set
  ::umask(mask);
  hello.umask = mask;
  hello.terminal_features = options.terminal_features;
  hello.control = options.control;
  hello.dialect = options.dialect;
  for (const std::string& file : options.config_files) {
    if (hello.config_files.size() == protocol::kMaxConfigFiles) break;
    std::error_code failed;
    const auto path = std::filesystem::absolute(file, failed).lexically_normal().string();
    hello.config_files.push_back(failed || path.size() > PATH_MAX ? file.substr(0, PATH_MAX) : path);
  }
  hello.fit();
  return hello;
}

}  // namespace sess::client
