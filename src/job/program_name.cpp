#include "job/program_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>

namespace sess::job {
namespace {

struct Word {
  std::string text;
  bool divides = false;  ///< && || ; | & and newlines: what stands behind is another command
};
using Words = std::span<const Word>;

/// Shells within shells that are looked into.
constexpr int kDepth = 4;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// The words of a shell command, as far as finding its program needs them: quotes hold words together.
std::vector<Word> shell_words(std::string_view command) {
  std::vector<Word> words;
  std::string word;
  bool begun = false;
  char quote = '\0';
  const auto end_word = [&] {
    if (begun) words.push_back({word});
    word.clear();
    begun = false;
  };
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      begun = true;
    } else if (c == '\\' && i + 1 < command.size()) {
      word += command[++i];
      begun = true;
    } else if (c == ';' || c == '&' || c == '|' || c == '\n') {
      const bool redirection = c == '&' && !word.empty() && (word.back() == '>' || word.back() == '<');
      if (redirection) {
        word += c;
        continue;
      }
      end_word();
      if (words.empty() || !words.back().divides) words.push_back({std::string(1, c), true});
    } else if (is_space(c) || c == '(' || c == ')' || c == '{' || c == '}') {
      end_word();
    } else {
      word += c;
      begun = true;
    }
  }
  end_word();
  return words;
}

bool is_assignment(const std::string& word) {
  const auto equals = word.find('=');
  return equals != std::string::npos && equals > 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

std::string last_part(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// "python" of "python3.11": interpreters are installed by version.
std::string_view without_version(std::string_view name) {
  const auto end = name.find_last_not_of("0123456789.-");
  return end == std::string_view::npos ? name : name.substr(0, end + 1);
}

/// What an interpreter reads is named without its ending.
std::string without_ending(std::string name) {
  static constexpr std::string_view kEndings[] = {
      ".py", ".pyw", ".js",  ".mjs", ".cjs",  ".ts",  ".tsx",  ".rb", ".pl",  ".php", ".lua",   ".R",
      ".r",  ".jl",  ".jar", ".sh",  ".bash", ".zsh", ".fish", ".go", ".tcl", ".exs", ".groovy"};
  for (const auto ending : kEndings) {
    if (name.size() > ending.size() && name.ends_with(ending))
      return name.substr(0, name.size() - ending.size());
  }
  return name;
}

/// A program that runs what stands behind its own flags.
struct Wrapper {
  std::string_view name;
  std::string_view valued;  ///< letters of flags whose value is a word of its own
  int arguments = 0;        ///< that stand before the command
};
constexpr Wrapper kWrappers[] = {
    {"env", "uCS"},
    {"nice", "n"},
    {"time", "fo"},
    {"nohup", ""},
    {"setsid", ""},
    {"exec", "a"},
    {"command", ""},
    {"builtin", ""},
    {"sudo", "ugCDhpRrtTU"},
    {"doas", "Cu"},
    {"ionice", "cn"},
    {"chrt", "TPD", 1},
    {"taskset", "", 1},
    {"stdbuf", "ioe"},
    {"timeout", "ks", 1},
    {"unbuffer", ""},
    {"numactl", "NCmpi"},
    {"strace", "eopsPu"},
    {"catchsegv", ""},
    {"flock", "wE", 1},
    {"systemd-inhibit", ""},
    {"xvfb-run", "nsef"},
    {"chronic", ""},
    {"prlimit", ""},
    {"choom", "n"},
    {"npx", "p"},
    {"bunx", ""},
    {"uvx", ""},
    {"watch", "nd"},
    {"while", ""},
    {"if", ""},
    {"do", ""},
    {"then", ""},
    {"!", ""},
    {"eval", ""},
};
/// What is said before the command that counts.
constexpr std::string_view kPreludes[] = {"cd",      "pushd",  "export", "set",   "source", ".",     "ulimit",
                                          "umask",   "unset",  "trap",   "[",     "test",   "sleep", "mkdir",
                                          "ssh-add", "module", "conda",  "shopt", "alias",  "echo"};
constexpr std::string_view kShells[] = {"sh", "bash", "zsh", "dash", "ksh", "fish", "ash", "mksh", "busybox"};
/// Interpreters, with the letters of their flags that take a word.
constexpr Wrapper kInterpreters[] = {
    {"python", "WXQ"}, {"pypy", "WX"},  {"ipython", ""},  {"node", "rC"},     {"nodejs", "rC"},
    {"deno", ""},      {"bun", ""},     {"ruby", "Ir"},   {"perl", "I"},      {"php", "dcz"},
    {"lua", "l"},      {"luajit", "l"}, {"Rscript", ""},  {"julia", "pJ"},    {"java", ""},
    {"ts-node", "P"},  {"tsx", ""},     {"tclsh", ""},    {"expect", ""},     {"guile", "Ll"},
    {"elixir", ""},    {"groovy", ""},  {"torchrun", ""}, {"accelerate", ""}, {"streamlit", ""},
};
/// Runners and the words before what they run.
struct Runner {
  std::string_view name;
  std::string_view verb;
  bool is_command;  ///< what follows is a command line; else the name of a task
};
constexpr Runner kRunners[] = {
    {"npm", "run", false},          {"npm", "run-script", false}, {"yarn", "run", false},
    {"pnpm", "run", false},         {"bun", "run", false},        {"deno", "task", false},
    {"deno", "run", true},          {"go", "run", true},          {"uv", "run", true},
    {"poetry", "run", true},        {"pipenv", "run", true},      {"rye", "run", true},
    {"pdm", "run", true},           {"bundle", "exec", true},     {"npm", "exec", true},
    {"pnpm", "exec", true},         {"yarn", "exec", true},       {"hatch", "run", true},
    {"accelerate", "launch", true}, {"streamlit", "run", true},   {"rails", "runner", true},
    {"just", "--", false},          {"composer", "run", false},
};

template <class Row, std::size_t N>
const Row* find_row(const Row (&rows)[N], std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return row.name == name; });
  return found == std::end(rows) ? nullptr : found;
}

/// Behind flags: "-n", "5", "--adjustment=5", "-n5".
std::size_t skip_flags(Words words, std::size_t at, std::string_view valued) {
  for (; at < words.size() && !words[at].divides; ++at) {
    const std::string& word = words[at].text;
    if (word == "--") return at + 1;
    if (word.size() < 2 || word[0] != '-') break;
    if (word.size() == 2 && valued.find(word[1]) != std::string_view::npos) ++at;
  }
  return std::min(at, words.size());
}

std::size_t next_command(Words words, std::size_t at) {
  while (at < words.size() && !words[at].divides) ++at;
  return at;
}

std::string name_of(Words words, int depth);

/// What a shell is given to run.
std::string shell_name(Words words, std::size_t at, int depth) {
  for (; at < words.size() && !words[at].divides; ++at) {
    const std::string& word = words[at].text;
    if (word.size() < 2 || word[0] != '-') return without_ending(last_part(word));
    const bool letters = word[1] != '-';
    if (letters && word.find('c') != std::string::npos && at + 1 < words.size() && depth < kDepth) {
      const auto inner = shell_words(words[at + 1].text);
      return name_of(inner, depth + 1);
    }
  }
  return {};
}

std::string interpreter_name(const Wrapper& interpreter, const std::string& own, Words words,
                             std::size_t at) {
  for (; at < words.size() && !words[at].divides; ++at) {
    const std::string& word = words[at].text;
    if (word.size() < 2 || word[0] != '-') {
      // What stands in a directory by a name that every such directory has is named after it.
      return word == "-" ? own : without_ending(last_part(word));
    }
    const bool next = at + 1 < words.size() && !words[at + 1].divides;
    if ((word == "-m" || word == "-jar") && next) return without_ending(last_part(words[at + 1].text));
    if (word == "-c" || word == "-e" || word == "-E" || word == "-r" || word == "--eval") break;
    if (word.size() == 2 && interpreter.valued.find(word[1]) != std::string_view::npos) ++at;
  }
  return own;
}

std::string name_of(Words words, int depth) {
  std::string fallback;
  for (std::size_t at = 0; at < words.size();) {
    if (words[at].divides || words[at].text.empty() || is_assignment(words[at].text)) {
      ++at;
      continue;
    }
    const std::string own = last_part(words[at].text);
    const bool condition =
        fallback == "while" && (own == "true" || own == ":");  // of a loop: what it does counts
    if (condition || is_one_of(own, kPreludes)) {
      if (fallback.empty()) fallback = own;
      at = next_command(words, at);
      continue;
    }
    if (const auto* wrapper = find_row(kWrappers, own)) {
      auto behind = skip_flags(words, at + 1, wrapper->valued);
      for (int i = 0; i < wrapper->arguments && behind < words.size() && !words[behind].divides; ++i)
        ++behind;
      if (behind >= words.size() || words[behind].divides) return own;
      fallback = own;
      at = behind;
      continue;
    }
    const bool more = at + 1 < words.size() && !words[at + 1].divides;
    bool runs = false;
    for (const auto& runner : kRunners) {
      if (runner.name != own || !more || words[at + 1].text != runner.verb) continue;
      const auto behind = skip_flags(words, at + 2, "");
      if (behind >= words.size() || words[behind].divides) return own;
      if (!runner.is_command) return last_part(words[behind].text);
      fallback = own;
      at = behind;
      runs = true;
      break;
    }
    if (runs) continue;
    if (is_one_of(own, kShells)) {
      const auto inner = shell_name(words, at + 1, depth);
      return inner.empty() ? own : inner;
    }
    if (const auto* interpreter = find_row(kInterpreters, without_version(own)))
      return interpreter_name(*interpreter, own, words, at + 1);
    return without_ending(own);
  }
  return fallback;
}

}  // namespace

std::string program_name(const std::vector<std::string>& command) {
  if (command.size() == 1) {
    const auto words = shell_words(command[0]);
    return name_of(words, 0);
  }
  std::vector<Word> words;
  for (const auto& word : command) words.push_back({word});
  return name_of(words, 0);
}

}  // namespace sess::job
