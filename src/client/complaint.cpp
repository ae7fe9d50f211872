#include "client/complaint.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace sess::client {

namespace {
std::optional<bool> chosen;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): what --color said
}

void choose_colours(std::optional<bool> colours) {
  chosen = colours;
}

bool colours_errors() {
  if (chosen) return *chosen;
  const char* none = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool wanted = none == nullptr || *none == '\0';
  return wanted && term != nullptr && std::string_view(term) != "dumb" && ::isatty(STDERR_FILENO) != 0;
}

std::string coloured_errors(std::string_view text) {
  constexpr std::string_view kPlain = "\x1b[0m";
  if (text.starts_with("[sess:")) {
    const auto end = std::min(text.find('\n'), text.size());
    return "\x1b[2m" + std::string(text.substr(0, end)) + std::string(kPlain) + std::string(text.substr(end));
  }
  const auto end = std::min(text.find_first_of(" :\n"), text.size());
  if (end == 0) return std::string(text);
  return "\x1b[31m" + std::string(text.substr(0, end)) + std::string(kPlain) + std::string(text.substr(end));
}

}  // namespace sess::client
