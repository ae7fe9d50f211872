#include "command/language/offers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <optional>

#include "command/language/registry.hpp"
#include "job/signal_name.hpp"
#include "model/options/table.hpp"

namespace sess::command {
namespace {

using Line = std::vector<std::string>;

/// The client's own flags.
struct GlobalFlag {
  char letter;
  std::string_view value;  ///< empty: takes none
  std::string_view help;
};
constexpr GlobalFlag kGlobal[] = {
    {'L', "server", "another server of yours, by name"},
    {'S', "file", "another server, by its socket"},
    {'H', "host", "the server of another machine"},
    {'f', "file", "configuration for a server that is started"},
    {'c', "shell-command", "run it in the default shell"},
    {'T', "features", "features that the terminal has"},
    {'C', "", "control mode"},
    {'D', "", "be the server, in the foreground"},
    {'N', "", "do not start a server"},
    {'l', "", "login shell"},
    {'u', "", "the terminal shows UTF-8"},
    {'2', "", "the terminal has 256 colours"},
    {'v', "", "log more"},
    {'V', "", "version"},
    {'h', "", "help"},
};

constexpr std::string_view kLayouts[] = {"even-horizontal", "even-vertical", "main-horizontal",
                                         "main-vertical", "tiled"};
constexpr std::string_view kKeyTables[] = {"root", "prefix", "copy-mode", "copy-mode-vi"};

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

class Offering {
 public:
  explicit Offering(const Line& words) : words_(words), typed_(words.back()) {}

  Offers run() {
    std::size_t at = globals();
    if (done_) return std::move(out_);
    // Of several commands the last one counts.
    for (std::size_t i = at; i + 1 < words_.size(); ++i) {
      if (!words_[i].empty() && words_[i].back() == ';') at = i + 1;
    }
    if (at + 1 >= words_.size()) {
      commands();
      return std::move(out_);
    }
    const auto found = Registry::standard().find(words_[at], Words::command_line);
    if (words_[at] == "ssh") {
      want(Wanted::hosts);
    } else if (found) {
      arguments(**found, at + 1);
    }
    return std::move(out_);
  }

 private:
  void offer(std::string_view word, std::string_view help = {}) {
    if (word.substr(0, typed_.size()) == typed_) out_.words.push_back({std::string(word), std::string(help)});
  }
  void want(Wanted kind) { out_.wanted.push_back(kind); }

  /// Our own flags before the command; where it begins.
  std::size_t globals() {
    std::size_t at = 0;
    for (; at + 1 < words_.size(); ++at) {
      const std::string& word = words_[at];
      if (word.size() < 2 || word[0] != '-') return at;
      if (word == "--color" || word == "--predict") {
        if (++at + 1 < words_.size()) continue;
        done_ = true;
        for (const auto* when : {"auto", "always", "never"}) offer(when);
        return at;
      }
      const auto* flag = std::find_if(std::begin(kGlobal), std::end(kGlobal),
                                      [&](const auto& one) { return one.letter == word[1]; });
      if (flag == std::end(kGlobal) || flag->value.empty()) continue;
      const bool names_server = std::string_view("LSH").find(flag->letter) != std::string_view::npos;
      if (names_server) out_.server.push_back(word);
      if (word.size() > 2) continue;
      ++at;
      if (at + 1 == words_.size()) {
        done_ = true;
        if (names_server) out_.server.pop_back();
        value(flag->value, "", {});
        return at;
      }
      if (names_server) out_.server.push_back(words_[at]);
    }
    if (!typed_.empty() && typed_[0] == '-') {
      done_ = true;
      for (const auto& flag : kGlobal) offer(std::string("-") + flag.letter, flag.help);
      offer("--color", "colours in what is printed: auto, always, never");
      offer("--predict", "show keys before they come back from another machine: auto, always, never");
    }
    return at;
  }

  void commands() {
    const auto& entries = Registry::standard().entries();
    for (const Entry* entry : entries) offer(entry->name, entry->summary);
    offer("ssh", "sessions of another machine");
    if (!out_.words.empty()) return;
    for (const Entry* entry : entries) {
      if (!entry->alias.empty()) offer(entry->alias, entry->summary);
    }
  }

  static const Flag* flag_of(const Entry& entry, char letter) {
    for (const Flag& flag : entry.args.flags) {
      if (flag.letter == letter) return &flag;
    }
    return nullptr;
  }

  /// The flag whose value the next word is; null when it is not.
  static const Flag* awaits_value(const Entry& entry, const std::string& word) {
    if (word.size() < 2 || word[0] != '-') return nullptr;
    if (word[1] == '-') {
      for (const Flag& flag : entry.args.flags) {
        if (!flag.long_name.empty() && flag.long_name == std::string_view(word).substr(2))
          return flag.value_name.empty() ? nullptr : &flag;
      }
      return nullptr;
    }
    for (std::size_t at = 1; at < word.size(); ++at) {
      const Flag* flag = flag_of(entry, word[at]);
      if (flag != nullptr && !flag->value_name.empty()) return at + 1 == word.size() ? flag : nullptr;
    }
    return nullptr;
  }

  void arguments(const Entry& entry, std::size_t at) {
    Line given;
    bool flags = true;
    bool has_target = false;
    for (; at + 1 < words_.size(); ++at) {
      const std::string& word = words_[at];
      if (flags && word == "--") {
        flags = false;
      } else if (flags && word.size() > 1 && word[0] == '-') {
        const Flag* flag = awaits_value(entry, word);
        has_target = has_target || word.starts_with("-t");
        if (flag == nullptr) continue;
        if (at + 2 == words_.size()) return value(flag->value_name, entry.name, given);
        ++at;
      } else {
        given.push_back(word);
        // What stands behind a command to run is that command's.
        if (!entry.args.permute) flags = false;
      }
    }
    if (flags && !typed_.empty() && typed_[0] == '-') return flags_of(entry);
    const auto name = argument_name(entry.usage, given.size());
    if (!name.empty()) return value(name, entry.name, given);
    // A lone name is the target (typed_words.hpp).
    const Flag* target = flag_of(entry, 't');
    if (entry.args.max == 0 && given.empty() && !has_target && target != nullptr)
      value(target->value_name, entry.name, given);
  }

  void flags_of(const Entry& entry) {
    for (const Flag& flag : entry.args.flags) {
      if (flag.help.empty()) continue;
      if (is_letter(flag.letter) && typed_.size() < 3 && !typed_.starts_with("--"))
        offer(std::string("-") + flag.letter, flag.help);
      if (!flag.long_name.empty()) offer("--" + std::string(flag.long_name), flag.help);
    }
  }

  /// What the usage line calls the argument of that index: "job" of "[-n] job ...".
  static std::string argument_name(std::string_view usage, std::size_t index) {
    std::vector<std::string> names;
    bool more = false;
    for (std::size_t i = 0; i < usage.size();) {
      if (usage[i] == '[' && i + 1 < usage.size() && usage[i + 1] == '-') {
        i = std::min(usage.find(']', i), usage.size() - 1) + 1;
        continue;
      }
      const auto end = std::min(usage.find_first_of(" []", i), usage.size());
      const std::string word(usage.substr(i, end - i));
      if (word == "...") {
        more = true;
      } else if (!word.empty() && word != "options") {
        names.push_back(word);
        more = false;
      }
      i = end + (end < usage.size() && usage[end] == '[' ? 0 : 1);
      if (end < usage.size() && usage[end] == '[' && !(end + 1 < usage.size() && usage[end + 1] == '-')) ++i;
    }
    if (index < names.size()) return names[index];
    return more && !names.empty() ? names.back() : "";
  }

  /// Words for what the table of commands calls a value.
  void value(std::string_view name, std::string_view command, const Line& given) {
    if (name.find('|') != std::string_view::npos) return choices(name);
    if (name == "job") return want(Wanted::jobs);
    if (name == "target-session") return want(Wanted::sessions);
    if (name == "session") return want(command == "restore" ? Wanted::saved : Wanted::sessions);
    if (name == "target-window" || name == "src-window" || name == "dst-window")
      return windows(Wanted::windows);
    if (name == "target-pane" || name == "src-pane" || name == "dst-pane") return windows(Wanted::panes);
    if (name == "target-client") return want(Wanted::clients);
    if (name == "host") return want(Wanted::hosts);
    if (name == "buffer-name") return want(Wanted::buffers);
    if (name == "file" || name == "path") return want(Wanted::files);
    if (name.ends_with("directory")) return want(Wanted::directories);
    if (name == "shell-command" || (name == "command" && command == "run")) return want(Wanted::programs);
    if (name == "argument") return want(Wanted::files);
    if (name == "command") return commands();
    if (name == "option") return options(false);
    if (name == "hook") return options(true);
    if (name == "value") return values(given);
    if (name == "when") return words({"always", "auto", "never"});
    if (name == "policy") return words({"no", "on-failure", "always"});
    if (name == "type") return words({"command", "search", "target", "window-target"});
    if (name == "layout-name") return words({std::begin(kLayouts), std::end(kLayouts)});
    if (name == "key-table") return words({std::begin(kKeyTables), std::end(kKeyTables)});
    if (name == "signal") {
      for (const int signo : {SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGQUIT, SIGUSR1, SIGUSR2, SIGSTOP, SIGCONT})
        offer(job::signal_name(signo));
    }
  }

  void windows(Wanted kind) { want(typed_.find(':') == std::string::npos ? Wanted::sessions : kind); }

  void words(const std::vector<std::string_view>& all) {
    for (const auto word : all) offer(word);
  }

  /// "one|other".
  void choices(std::string_view names) {
    for (std::size_t at = 0; at < names.size(); at = std::min(names.find('|', at), names.size()) + 1)
      offer(names.substr(at, names.find('|', at) - at));
  }

  void options(bool hooks) {
    for (const auto& row : model::option_table()) {
      if (row.hook == hooks) offer(row.name);
    }
  }

  void values(const Line& given) {
    const auto* row = given.empty() ? nullptr : model::find_option(given.front());
    if (row == nullptr) return;
    if (row->type == model::OptionType::flag) return words({"on", "off"});
    for (const auto choice : row->choices) offer(choice);
  }

  const Line& words_;
  const std::string& typed_;
  Offers out_;
  bool done_ = false;
};

}  // namespace

Offers offers_for(const std::vector<std::string>& words) {
  const Line line = words.empty() ? Line{""} : words;
  return Offering(line).run();
}

}  // namespace sess::command
