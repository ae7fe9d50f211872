#include "command/language/typed_words.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "command/language/registry.hpp"
#include "command/ports/jobs.hpp"
#include "job/name.hpp"
#include "job/signal_name.hpp"
#include "model/options/table.hpp"

namespace sess::command {
namespace {

using Names = std::vector<std::string>;

/// Words of other programs for what there is here by another name.
struct Foreign {
  std::string_view word;
  std::string_view ours;
};
constexpr Foreign kForeign[] = {
    {"list", "sess ls, and sess ps with the jobs"},
    {"create", "sess new -s NAME"},
    {"connect", "sess attach NAME"},
    {"resume", "sess attach NAME"},
    {"reattach", "sess attach NAME"},
    {"open", "sess attach NAME"},
    {"enter", "sess attach NAME"},
    {"join", "sess attach NAME"},
    {"go", "sess attach NAME"},
    {"exec", "sess run -- COMMAND"},
    {"submit", "sess run -d -- COMMAND"},
    {"bg", "sess run -d -- COMMAND"},
    {"fg", "sess attach NAME"},
    {"nohup", "sess run -d -- COMMAND"},
    {"log", "sess logs JOB"},
    {"tail", "sess logs -f JOB"},
    {"journal", "sess logs JOB"},
    {"journalctl", "sess logs JOB"},
    {"output", "sess logs JOB"},
    {"cancel", "sess stop JOB"},
    {"terminate", "sess stop JOB"},
    {"down", "sess stop JOB"},
    {"up", "sess start JOB"},
    {"delete", "sess kill-session NAME, or sess rm JOB of an ended job"},
    {"remove", "sess kill-session NAME, or sess rm JOB of an ended job"},
    {"del", "sess kill-session NAME, or sess rm JOB of an ended job"},
    {"quit", "C-b d to leave a session, sess kill-session NAME to end it"},
    {"exit", "C-b d to leave a session, sess kill-session NAME to end it"},
    {"close", "sess kill-session NAME"},
    {"shutdown", "sess kill-server"},
    {"daemon", "sess start-server"},
    {"reload", "sess source-file FILE"},
    {"daemon-reload", "nothing: job files are read when their jobs start"},
    {"is-active", "sess status JOB"},
    {"is-enabled", "sess status JOB"},
    {"inspect", "sess status --json JOB"},
    {"info", "sess status JOB"},
    {"show", "sess status JOB"},
    {"top", "sess ps"},
    {"htop", "sess ps"},
    {"queue", "sess jobs"},
    {"version", "sess -V"},
    {"man", "sess help COMMAND"},
    {"split", "sess split-window"},
    {"tab", "sess new-window"},
    {"save", "nothing: sessions are saved as they change, sess restore brings them back"},
    {"screen", "sess new -s NAME"},
    {"tmux", "sess COMMAND: the commands are the same"},
};

const Flag* flag_of(const Entry& entry, char letter) {
  for (const Flag& flag : entry.args.flags) {
    if (flag.letter == letter) return &flag;
  }
  return nullptr;
}

/// Where the words stand that are no flags and no values of flags, and whether the target is given.
struct Positions {
  std::vector<std::size_t> arguments;
  bool has_target = false;
};

Positions positions(const Names& argv, const Entry& entry) {
  Positions out;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (word == "--") {
      for (++i; i < argv.size(); ++i) out.arguments.push_back(i);
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      out.arguments.push_back(i);
      continue;
    }
    if (word[1] == '-') {
      const auto name = word.substr(2, word.find('=') - 2);
      for (const Flag& flag : entry.args.flags) {
        if (flag.long_name != name) continue;
        out.has_target = out.has_target || flag.letter == 't' || flag.letter == 's';
        if (!flag.value_name.empty() && word.find('=') == std::string::npos) ++i;
      }
      continue;
    }
    for (std::size_t at = 1; at < word.size(); ++at) {
      const Flag* flag = flag_of(entry, word[at]);
      if (flag == nullptr || flag->value_name.empty()) continue;
      out.has_target = out.has_target || flag->letter == 't' || flag->letter == 's';
      if (at + 1 == word.size()) ++i;
      break;
    }
  }
  return out;
}

bool has_target_flag(const Entry& entry) {
  const Flag* flag = flag_of(entry, 't');
  return flag != nullptr && flag->value_name.starts_with("target");
}

std::string nearest_to(std::string_view word, const Names& names) {
  return job::nearest(word, names);
}

Names session_names(const model::Model& model) {
  Names names;
  for (const auto* session : model.sessions().by_name()) names.push_back(session->name);
  return names;
}

/// What stands behind `begin` in the text; none when it begins otherwise.
std::optional<std::string> behind(const std::string& text, std::string_view begin) {
  if (!text.starts_with(begin)) return std::nullopt;
  return text.substr(begin.size());
}

std::string about_session(const std::string& name, const model::Model& model, JobPort* jobs) {
  const auto names = session_names(model);
  const auto plain = name.substr(0, name.find(':'));
  if (const auto near = nearest_to(plain, names); !near.empty()) return "; did you mean " + near + "?";
  if (jobs != nullptr && job::check_name(plain)) {
    if (const auto view = jobs->find(plain))
      return fmt::format("; {0} is a job that does not run: sess start {0}, sess logs {0}", plain);
  }
  if (names.empty()) return fmt::format("; there is none: sess new -s {}", plain);
  return "; there are: " + listed(names);
}

/// What a word is that is no command: another program's, a session, a job.
std::string known_otherwise(const std::string& word, const model::Model& model, JobPort* jobs) {
  for (const auto& foreign : kForeign) {
    if (foreign.word == word) return fmt::format("; here it is {}", foreign.ours);
  }
  for (const auto& name : session_names(model)) {
    if (name == word) return fmt::format("; {0} is a session: sess attach {0}", word);
  }
  if (jobs != nullptr && job::check_name(word)) {
    if (jobs->find(word)) return fmt::format("; {0} is a job: sess status {0}, sess logs {0}", word);
  }
  return {};
}

/// "x", or with a guess behind it: "x; did you mean y?", "x, could be: y, z". What the word is elsewhere is
/// no guess.
std::string about_unknown_command(const std::string& rest, const model::Model& model, JobPort* jobs) {
  const auto word = rest.substr(0, rest.find_first_of(";,"));
  if (auto known = known_otherwise(word, model, jobs); !known.empty() || word != rest) return known;
  return fmt::format("; sess help lists the commands, sess new {0} and sess run {0} run a program", word);
}

std::string about_flag(const Entry& entry, std::string_view flag) {
  if (flag.starts_with("--")) {
    Names names;
    for (const Flag& one : entry.args.flags) {
      if (!one.long_name.empty()) names.emplace_back(one.long_name);
    }
    // A beginning of one is meant as often as a slip.
    const auto begun = flag.substr(2);
    Names begin;
    for (const auto& name : names) {
      if (!begun.empty() && name.starts_with(begun)) begin.push_back("--" + name);
    }
    if (!begin.empty()) return fmt::format("; did you mean {}?", listed(begin));
    if (const auto near = nearest_to(begun, names); !near.empty())
      return fmt::format("; did you mean --{}?", near);
  }
  return fmt::format("; sess help {} lists its flags", entry.name);
}

std::string about_option(const std::string& given) {
  Names names;
  for (const auto& row : model::option_table()) {
    if (!row.hook) names.emplace_back(row.name);
  }
  const auto name = given.substr(0, given.find('['));
  if (const auto near = nearest_to(name, names); !near.empty()) return "; did you mean " + near + "?";
  return "; sess show -g and sess show -s list them, names of your own begin with @";
}

/// "command NAME: what is wrong with its words".
std::string about_words(const std::string& text) {
  const auto colon = text.find(": ");
  if (colon == std::string::npos) return {};
  const auto entry = Registry::standard().find(text.substr(0, colon), Words::command_line);
  if (!entry) return {};
  const std::string what = text.substr(colon + 2);
  if (const auto flag = behind(what, "unknown flag ")) return about_flag(**entry, *flag);
  if (what.starts_with("too few") || what.starts_with("too many") ||
      what.find("expects an argument") != std::string::npos) {
    return fmt::format("; usage: sess {}{}{}", (*entry)->name, (*entry)->usage.empty() ? "" : " ",
                       (*entry)->usage);
  }
  return {};
}

std::string advice(const std::string& error, const model::Model& model, JobPort* jobs) {
  if (error.find('\n') != std::string::npos) return {};
  for (const auto* begin : {"unknown command: ", "ambiguous command: "}) {
    if (const auto word = behind(error, begin)) return about_unknown_command(*word, model, jobs);
  }
  // Who said more has said what helps.
  if (error.find("; ") != std::string::npos) return {};
  if (const auto name = behind(error, "can't find session: ")) return about_session(*name, model, jobs);
  if (const auto words = behind(error, "command ")) return about_words(*words);
  for (const auto* begin : {"invalid option: ", "unknown option: "}) {
    if (const auto name = behind(error, begin)) return about_option(*name);
  }
  if (const auto name = behind(error, "duplicate session: "))
    return fmt::format("; sess attach {} goes to it", *name);
  if (error.starts_with("can't find window: ")) return "; sess list-windows -a names them";
  if (error.starts_with("can't find pane: ")) return "; sess list-panes -a names them";
  if (error.starts_with("can't find client: ")) return "; sess list-clients names them";
  return {};
}

}  // namespace

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMost) out += fmt::format(" and {} more", names.size() - kMost);
  return out;
}

std::vector<std::string> as_meant(std::vector<std::string> argv, const model::Model& model) {
  const auto ends = [](const std::string& word) { return !word.empty() && word.back() == ';'; };
  if (argv.size() < 2 || std::any_of(argv.begin(), argv.end(), ends)) return argv;
  const auto found = Registry::standard().find(argv[0], Words::command_line);
  if (!found) return argv;
  const Entry& entry = **found;
  if (entry.name == "kill") {
    // As kill(1): a number or a name.
    if (argv[1].size() > 1 && argv[1][0] == '-' && argv[1] != "-s" && argv[1] != "-a" &&
        job::parse_signal(argv[1].substr(1))) {
      argv[1].erase(0, 1);
      argv.insert(argv.begin() + 1, "-s");
    }
    return argv;
  }
  if (!has_target_flag(entry)) return argv;
  const auto at = positions(argv, entry);
  const bool rename = entry.name == "rename-session" || entry.name == "rename-window";
  const std::size_t wanted = rename ? 2 : 1;
  if (at.has_target || at.arguments.size() != wanted || (!rename && entry.args.max != 0)) return argv;
  const std::size_t index = at.arguments.front();
  std::string flag = "-t";
  // All who look at it.
  const auto names = session_names(model);
  if (entry.name == "detach-client" && std::find(names.begin(), names.end(), argv[index]) != names.end())
    flag = "-s";
  argv.insert(argv.begin() + static_cast<std::ptrdiff_t>(index), flag);
  if (const auto dashes =
          std::find(argv.begin() + 1, argv.begin() + static_cast<std::ptrdiff_t>(index), "--");
      dashes != argv.begin() + static_cast<std::ptrdiff_t>(index)) {
    argv.erase(dashes);
  }
  return argv;
}

std::string with_advice(std::string error, const model::Model& model, JobPort* jobs) {
  const auto more = advice(error, model, jobs);
  if (const auto guess = error.find("; did you mean "); !more.empty() && guess != std::string::npos)
    error.erase(guess);
  return error + more;
}

}  // namespace sess::command
