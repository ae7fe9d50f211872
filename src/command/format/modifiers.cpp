#include "command/format/modifiers.hpp"

#include <cctype>
#include <limits>

#include "command/format/text.hpp"
#include "model/number.hpp"

namespace sess::command {
namespace {

bool ends_modifier(std::string_view text, std::size_t i) {
  return i < text.size() && (text[i] == ';' || text[i] == ':');
}

}  // namespace

std::optional<std::vector<Modifier>> parse_modifiers(
    std::string_view& body, const std::function<std::string(std::string_view)>& expand) {
  constexpr std::string_view kPlain = "labcdnwETSWPLR<>!";
  constexpr std::string_view kArguments = "mCNst=peqc";
  std::vector<Modifier> list;
  std::size_t i = 0;
  while (i < body.size() && body[i] != ':') {
    if (body[i] == ';') ++i;
    if (i >= body.size()) return std::nullopt;
    if (kPlain.find(body[i]) != std::string_view::npos && ends_modifier(body, i + 1)) {
      list.push_back({std::string(1, body[i]), {}});
      ++i;
      continue;
    }
    const std::string_view two = body.substr(i, 2);
    const bool pair =
        two == "||" || two == "&&" || two == "!=" || two == "==" || two == "<=" || two == ">=" || two == "!!";
    if (pair && ends_modifier(body, i + 2)) {
      list.push_back({std::string(two), {}});
      i += 2;
      continue;
    }
    // S: W: P: L: may carry sort flags (newer tmux): accepted, the order stays.
    const bool loop = std::string_view("SWPL").find(body[i]) != std::string_view::npos &&
                      i + 1 < body.size() && body[i + 1] == '/';
    if (kArguments.find(body[i]) == std::string_view::npos && !loop) return std::nullopt;
    Modifier modifier{std::string(1, body[i]), {}};
    if (ends_modifier(body, i + 1)) {
      list.push_back(std::move(modifier));
      ++i;
      continue;
    }
    if (i + 1 >= body.size()) return std::nullopt;
    const char wrapper = body[i + 1];
    if (std::ispunct(static_cast<unsigned char>(wrapper)) == 0 || wrapper == '-') {
      const std::size_t end = skip_format(body, ":;", i + 1);
      if (end == std::string_view::npos) return std::nullopt;
      modifier.arguments.push_back(expand(body.substr(i + 1, end - i - 1)));
      list.push_back(std::move(modifier));
      i = end;
      continue;
    }
    const char ends[] = {wrapper, ';', ':', '\0'};
    ++i;
    do {
      if (i < body.size() && body[i] == wrapper && ends_modifier(body, i + 1)) {
        ++i;
        break;
      }
      const std::size_t end = skip_format(body, ends, i + 1);
      if (end == std::string_view::npos) return std::nullopt;
      modifier.arguments.push_back(expand(body.substr(i + 1, end - i - 1)));
      i = end;
    } while (!ends_modifier(body, i));
    list.push_back(std::move(modifier));
  }
  if (i >= body.size()) return std::nullopt;
  body.remove_prefix(i + 1);
  return list;
}

WantedModifiers wanted_modifiers(const std::vector<Modifier>& list) {
  constexpr std::int64_t kMin = std::numeric_limits<int>::min() + 1;
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  const auto number = [](std::string_view text) {
    return static_cast<int>(model::parse_number(text, kMin, kMax).value_or(0));
  };
  WantedModifiers want;
  for (const Modifier& m : list) {
    if (m.name.size() == 2) {
      if (m.name == "!!") {
        want.truth = true;
      } else {
        want.compare = &m;
      }
      continue;
    }
    const std::string_view first = m.argument(0);
    const auto has = [&](char c) { return first.find(c) != std::string_view::npos; };
    switch (m.name[0]) {
      case 'm':
      case '<':
      case '>':
        want.compare = &m;
        break;
      case '!':
        want.negate = true;
        break;
      case 'C':
        want.search = &m;
        break;
      case 's':
        if (m.arguments.size() >= 2) want.substitutions.push_back(&m);
        break;
      case '=':
        if (!m.arguments.empty()) want.limit = number(first);
        want.marker = m.argument(1);
        break;
      case 'p':
        if (!m.arguments.empty()) want.width = number(first);
        break;
      case 'w':
        want.columns = true;
        break;
      case 'e':
        if (!m.arguments.empty() && m.arguments.size() <= 3) want.expression = &m;
        break;
      case 'l':
        want.literal = true;
        break;
      case 'a':
        want.character = true;
        break;
      case 'b':
        want.style.basename = true;
        break;
      case 'c':
        want.colour = true;
        break;
      case 'd':
        want.style.dirname = true;
        break;
      case 'n':
        want.length = true;
        break;
      case 'R':
        want.repeat = true;
        break;
      case 't':
        want.style.time = true;
        if (has('p')) {
          want.style.pretty = true;
        } else if (has('f')) {
          want.style.time_format = unescape_format(m.argument(1));
        }
        break;
      case 'q':
        if (m.arguments.empty()) {
          want.style.quote_shell = true;
        } else if (has('a')) {
          want.style.quote_argument = true;
        } else if (has('e') || has('h')) {
          want.style.quote_style = true;
        }
        break;
      case 'E':
        want.expand = true;
        break;
      case 'T':
        want.expand_time = true;
        break;
      case 'N':
        if (m.arguments.empty() || has('w')) {
          want.window_name = true;
        } else if (has('s')) {
          want.session_name = true;
        }
        break;
      case 'S':
        want.sessions = true;
        break;
      case 'W':
        want.windows = true;
        break;
      case 'P':
        want.panes = true;
        break;
      case 'L':
        want.clients = true;
        break;
      default:
        break;
    }
  }
  return want;
}

}  // namespace sess::command
