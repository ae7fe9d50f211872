#include "command/families/terminal_list.hpp"

#include <fmt/format.h>

#include <array>

namespace sess::command {
namespace {

struct Capability {
  std::string_view feature;
  std::string_view name;
  std::string_view value;  ///< as it is printed
};

// In order of name, without regard to case, as terminfo's lists are. xterm's control sequences; Sync is
// iTerm2's mode 2026, Smulx and Setulc are kitty's underlines.
constexpr auto kCapabilities = std::to_array<Capability>({
    {"256", "colors", "(number) 256"},
    {"ccolour", "Cr", R"((string) \033]112\a)"},
    {"ccolour", "Cs", R"((string) \033]12;%p1%s\a)"},
    {"bpaste", "Dsbp", R"((string) \033[?2004l)"},
    {"extkeys", "Dseks", R"((string) \033[>4m)"},
    {"focus", "Dsfcs", R"((string) \033[?1004l)"},
    {"bpaste", "Enbp", R"((string) \033[?2004h)"},
    {"extkeys", "Eneks", R"((string) \033[>4;1m)"},
    {"focus", "Enfcs", R"((string) \033[?1004h)"},
    {"title", "fsl", R"((string) \a)"},
    {"hyperlinks", "Hls", R"((string) \033]8;%?%p1%l%tid=%p1%s%;;%p2%s\033\\)"},
    {"mouse", "kmous", R"((string) \033[M)"},
    {"clipboard", "Ms", R"((string) \033]52;%p1%s;%p2%s\a)"},
    {"RGB", "RGB", "(flag) true"},
    {"cstyle", "Se", R"((string) \033[2 q)"},
    {"usstyle", "Setulc", R"((string) \033[58::2::%p1%{65536}%/%d::%p1%{256}%/%{255}%&%d::%p1%{255}%&%d%;m)"},
    {"overline", "Smol", R"((string) \033[53m)"},
    {"usstyle", "Smulx", R"((string) \033[4::%p1%dm)"},
    {"strikethrough", "smxx", R"((string) \033[9m)"},
    {"cstyle", "Ss", R"((string) \033[%p1%d q)"},
    {"sixel", "Sxl", "(flag) true"},
    {"sync", "Sync", R"((string) \033[?2026%?%p1%{1}%-%tl%eh%;)"},
    {"RGB", "Tc", "(flag) true"},
    {"title", "tsl", R"((string) \033]0;)"},
});

bool has(std::string_view features, std::string_view name) {
  while (!features.empty()) {
    const std::size_t end = features.find(',');
    if (features.substr(0, end) == name) return true;
    if (end == std::string_view::npos) break;
    features.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

std::string terminal_capabilities(std::string_view features) {
  std::string out;
  int number = 0;
  for (const Capability& capability : kCapabilities) {
    const bool there = has(features, capability.feature);
    out += fmt::format("{:4}: {}: {}\n", number++, capability.name, there ? capability.value : "[missing]");
  }
  return out;
}

}  // namespace sess::command
