#include "client/remote/destination.hpp"

#include <algorithm>

#include "base/printable.hpp"
#include "base/quote.hpp"

namespace sess::client::remote {
namespace {

// ssh(1): options with and without an argument, but for those below.
constexpr std::string_view kWithArgument = "BbcDEeFIiJLlmopRSw";
constexpr std::string_view kPlain = "46AaCgKkqTvXxYy";
// These end in something else than a command that speaks on ssh's standard streams.
constexpr std::string_view kElsewhere = "fGMNnOQstVW";

// sess is looked for where a login shell would have put it into PATH, too. 127 means that it is nowhere. No
// character of it means anything inside '…' to sh, csh or fish.
constexpr std::string_view kFind =
    "s=$(command -v sess) || s=$HOME/.local/bin/sess; test -x \"$s\" || s=/usr/local/bin/sess; "
    "test -x \"$s\" || exit 127; exec \"$s\" \"$@\"";

}  // namespace

std::string Destination::shown() const {
  return printable(kind == Kind::exec ? "exec:" + name : name);
}

Result<Destination> parse_destination(std::string_view text) {
  constexpr std::string_view kExec = "exec:";
  const bool controls =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; });
  if (text.empty()) return fail(ErrorCode::invalid_argument, "no host is named");
  if (controls) return fail(ErrorCode::invalid_argument, "'{}' is no host name", printable(text));
  Destination out;
  if (text.substr(0, kExec.size()) == kExec) {
    out.kind = Destination::Kind::exec;
    out.name = text.substr(kExec.size());
    if (out.name.find_first_not_of(' ') == std::string::npos) {
      return fail(ErrorCode::invalid_argument, "exec: needs a command, for example exec:docker exec -i NAME");
    }
    return out;
  }
  const auto host = text.substr(text.rfind('@') + 1);
  if (text.front() == '-' || host.empty() || host.front() == '-' ||
      text.find(' ') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "'{}' is no host name", printable(text));
  }
  out.name = text;
  return out;
}

Result<SshWords> parse_ssh_words(const std::vector<std::string>& words) {
  std::vector<std::string> options;
  std::size_t at = 0;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--") {
      ++at;
      break;
    }
    if (word.size() < 2 || word[0] != '-') break;
    options.push_back(word);
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (kElsewhere.find(word[i]) != std::string_view::npos) {
        return fail(ErrorCode::invalid_argument, "ssh's -{} has no meaning here", word[i]);
      }
      if (kPlain.find(word[i]) != std::string_view::npos) continue;
      if (kWithArgument.find(word[i]) == std::string_view::npos) {
        return fail(ErrorCode::invalid_argument, "ssh has no option {}", printable(word));
      }
      if (i + 1 < word.size()) break;
      if (at + 1 == words.size())
        return fail(ErrorCode::invalid_argument, "ssh's {} needs an argument", printable(word));
      options.push_back(words[++at]);
      break;
    }
  }
  if (at == words.size()) {
    return fail(ErrorCode::invalid_argument,
                "usage: sess ssh [ssh options] [user@]HOST [-s NAME] [COMMAND [ARGUMENTS]]");
  }
  auto destination = parse_destination(words[at]);
  if (!destination) return pass(destination.error());
  if (destination->kind == Destination::Kind::ssh) {
    destination->ssh_options = std::move(options);
  } else if (!options.empty()) {
    return fail(ErrorCode::invalid_argument, "exec: takes no options of ssh");
  }
  SshWords out;
  out.destination = std::move(*destination);
  out.rest.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  return out;
}

Result<std::vector<std::string>> session_command(const std::vector<std::string>& rest) {
  if (rest.empty()) return std::vector<std::string>{};
  std::vector<std::string> out{"new-session"};
  std::size_t at = 0;
  if (rest[0] == "-s") {
    if (rest.size() < 2) return fail(ErrorCode::invalid_argument, "-s needs a session's name");
    out.insert(out.end(), {"-A", "-s", rest[1]});
    at = 2;
  } else if (rest[0].size() > 1 && rest[0][0] == '-' && rest[0] != "--") {
    return fail(ErrorCode::invalid_argument, "'{}' behind the host: only -s NAME and a command stand there",
                printable(rest[0]));
  }
  if (at < rest.size() && rest[at] == "--") ++at;
  if (at < rest.size()) out.emplace_back("--");
  out.insert(out.end(), rest.begin() + static_cast<std::ptrdiff_t>(at), rest.end());
  return out;
}

std::vector<std::string> transport_command(const Destination& destination, Attempt attempt,
                                           const std::vector<std::string>& far) {
  std::string words;
  for (const auto& word : far) words += " " + shell_word(word);
  if (destination.kind == Destination::Kind::exec) {
    return {"/bin/sh", "-c", destination.name + " sess" + words};
  }
  // What is given first wins: these before the user's own. ControlMaster=no: this ssh may use a master
  // connection and never becomes one, so that its end takes nobody else's connection along.
  std::vector<std::string> argv{"ssh", "-T", "-o", "ControlMaster=no", "-o", "RemoteCommand=none"};
  if (attempt != Attempt::first) {
    // The forwarded ports still belong to the link that fell silent.
    argv.insert(argv.end(), {"-o", "ControlPath=none", "-o", "ExitOnForwardFailure=no"});
  }
  if (attempt == Attempt::watched) argv.emplace_back("-v");
  argv.insert(argv.end(), destination.ssh_options.begin(), destination.ssh_options.end());
  argv.insert(argv.end(), {"--", destination.name, "exec sh -c " + shell_word(kFind) + " sess" + words});
  return argv;
}

}  // namespace sess::client::remote
