#include "client/screen_words.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace sess::client {
namespace {

using Words = std::vector<std::string>;

/// What stands before the command or the session's name.
struct Asked {
  Words global;  ///< our own flags, which stay: -L name and the like
  bool list = false;
  bool attach = false;
  bool detach = false;
  bool make = false;
  bool command = false;  ///< -X
  std::optional<std::string> session;
  std::optional<std::string> window;
  Words rest;
};

/// Letters of a cluster like -dmS; false: not screen's.
bool take_letters(std::string_view letters, Asked& asked, const Words& words, std::size_t& at) {
  for (std::size_t i = 0; i < letters.size(); ++i) {
    switch (letters[i]) {
      case 'd':
      case 'D':
        asked.detach = true;
        break;
      case 'r':
      case 'R':
      case 'x':
        asked.attach = true;
        break;
      case 'm':
        asked.make = true;
        break;
      case 'X':
        asked.command = true;
        break;
      case 'S':
      case 'p': {
        std::string value(letters.substr(i + 1));
        if (value.empty()) {
          if (at + 1 >= words.size()) return false;
          value = words[++at];
        }
        (letters[i] == 'S' ? asked.session : asked.window) = value;
        return true;
      }
      default:
        return false;
    }
  }
  return true;
}

std::optional<Asked> read(const Words& words) {
  constexpr std::string_view kValued = "cfHLT";
  Asked asked;
  std::size_t at = 0;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word.size() < 2 || word[0] != '-' || word == "--") break;
    if (word == "-ls" || word == "-list" || word == "-wipe") {
      asked.list = true;
      continue;
    }
    if (kValued.find(word[1]) != std::string_view::npos) {
      asked.global.push_back(word);
      if (word.size() == 2 && at + 1 < words.size()) asked.global.push_back(words[++at]);
      continue;
    }
    if (!take_letters(std::string_view(word).substr(1), asked, words, at)) return std::nullopt;
    if (asked.command) {
      ++at;
      break;
    }
  }
  asked.rest.assign(words.begin() + static_cast<std::ptrdiff_t>(std::min(at, words.size())), words.end());
  return asked;
}

/// screen's stuff: ^X is a control character, \n \r \t \\ \ooo as in C. The bytes as send-keys -H takes them.
Words hex_of(std::string_view text) {
  Words out;
  const auto add = [&out](unsigned byte) {
    constexpr char kDigits[] = "0123456789abcdef";
    out.push_back({kDigits[(byte >> 4U) & 15U], kDigits[byte & 15U]});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '^' && i + 1 < text.size()) {
      add(static_cast<unsigned char>(std::toupper(static_cast<unsigned char>(text[++i]))) & 31U);
    } else if (c == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      if (next >= '0' && next <= '7') {
        unsigned value = 0;
        for (int digits = 0; digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7'; ++digits, ++i)
          value = value * 8 + static_cast<unsigned>(text[i] - '0');
        --i;
        add(value & 255U);
      } else {
        add(static_cast<unsigned char>(next == 'n'   ? '\n'
                                       : next == 'r' ? '\r'
                                       : next == 't' ? '\t'
                                       : next == 'e' ? '\x1b'
                                                     : next));
      }
    } else {
      add(static_cast<unsigned char>(c));
    }
  }
  return out;
}

Result<Words> command_words(const Asked& asked) {
  if (asked.rest.empty())
    return fail(ErrorCode::invalid_argument, "-X needs a command: sess -S NAME -X stuff 'text^M'");
  const std::string& name = asked.rest[0];
  const Words arguments(asked.rest.begin() + 1, asked.rest.end());
  Words out;
  const std::string session = asked.session.value_or("");
  const auto target = [&](const std::string& flag, const std::string& value) {
    if (!value.empty()) out.insert(out.end(), {flag, value});
  };
  // A session alone stands for its current window.
  const std::string window = asked.window      ? session + ":" + *asked.window
                             : session.empty() ? ""
                                               : session + ":";
  if (name == "stuff") {
    out = {"send-keys"};
    target("-t", window);
    std::string text;
    for (const auto& word : arguments) text += (text.empty() ? "" : " ") + word;
    out.emplace_back("-H");
    const Words bytes = hex_of(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
  } else if (name == "quit" || name == "kill") {
    out = {name == "quit" ? "kill-session" : "kill-window"};
    target("-t", name == "quit" ? session : window);
  } else if (name == "detach") {
    out = {"detach-client"};
    target("-s", session);
  } else if (name == "screen") {
    out = {"new-window", "-d"};
    target("-t", session.empty() ? "" : session + ":");
    out.insert(out.end(), arguments.begin(), arguments.end());
  } else if ((name == "title" || name == "sessionname") && !arguments.empty()) {
    out = {name == "title" ? "rename-window" : "rename-session"};
    target("-t", name == "title" ? window : session);
    out.push_back(arguments[0]);
  } else if (name == "select" && !arguments.empty()) {
    out = {"select-window", "-t", session + ":" + arguments[0]};
  } else {
    return fail(ErrorCode::invalid_argument,
                "-X takes stuff, quit, kill, detach, screen, title, select and sessionname, not '{}'; sess "
                "help lists the commands",
                name);
  }
  return out;
}

void add(Words& out, const Words& more) {
  out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

Result<std::vector<std::string>> from_screen_words(std::vector<std::string> words) {
  const auto asked = read(words);
  if (!asked) return words;
  Words out = asked->global;
  if (asked->command) {
    auto command = command_words(*asked);
    if (!command) return pass(command.error());
    add(out, *command);
  } else if (asked->list) {
    add(out, {"list-sessions"});
    if (!asked->rest.empty()) add(out, {"-f", "#{m:*" + asked->rest[0] + "*,#{session_name}}"});
  } else if (asked->make) {
    add(out, {"new-session"});
    if (asked->detach) out.emplace_back("-d");
    if (asked->session) add(out, {"-s", *asked->session});
    add(out, asked->rest);
  } else if (asked->attach) {
    add(out, {"attach-session"});
    if (asked->detach) out.emplace_back("-d");
    const std::string name = asked->session.value_or(asked->rest.empty() ? "" : asked->rest[0]);
    if (!name.empty()) add(out, {"-t", name});
  } else {
    return words;
  }
  return out;
}

}  // namespace sess::client
