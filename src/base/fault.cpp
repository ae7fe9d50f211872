#include "base/fault.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace sess {
namespace {

int count_lines(const std::string& path, const std::string& line) {
  std::ifstream in(path);
  int count = 0;
  for (std::string one; std::getline(in, one);) count += one == line ? 1 : 0;
  return count;
}

[[noreturn]] void act(const std::string& action) {
  if (action == "abort") std::abort();
  if (action == "kill") ::raise(SIGKILL);
  while (true) ::pause();
}

}  // namespace

void reach_fault_point(std::string_view name, std::uint64_t number) {
  const char* path = std::getenv("SESS_FAULTS");
  if (path == nullptr) return;
  const std::string hit = std::string(name) + ":" + std::to_string(number);
  const std::string hits = std::string(path) + ".hits";
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string point;
    std::string action;
    int times = 0;
    words >> point >> action;
    const bool limited = static_cast<bool>(words >> times);
    if ((point != name && point != hit) || (action != "abort" && action != "kill" && action != "hang"))
      continue;
    if (limited && count_lines(hits, hit) >= times) continue;
    const int fd = ::open(hits.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::string written = hit + "\n";
    if (fd >= 0) (void)!::write(fd, written.data(), written.size());
    act(action);
  }
}

}  // namespace sess
