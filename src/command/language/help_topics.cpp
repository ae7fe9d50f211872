// The lists behind the commands: options, format variables, hooks and keys of job files, for `sess help` and
// for the manual.
#include <algorithm>
#include <functional>
#include <vector>

#include "command/format/variables.hpp"
#include "command/language/help.hpp"
#include "command/language/texts.hpp"
#include "job/job_file.hpp"
#include "model/options/table.hpp"

namespace sess::command {
namespace {

/// One line of a list and what is said of it.
struct Listed {
  std::string name;
  std::string sentence;
  std::string facts;  ///< type, scope, default
};

std::string_view type_name(const model::OptionEntry& row) {
  using model::OptionType;
  if (row.array) return "list";
  if (row.style) return "style";
  switch (row.type) {
    case OptionType::number:
      return "number";
    case OptionType::key:
      return "key";
    case OptionType::colour:
      return "colour";
    case OptionType::flag:
      return "on or off";
    case OptionType::command:
      return "command";
    case OptionType::choice:
    case OptionType::string:
      break;
  }
  return "text";
}

std::string facts_of(const model::OptionEntry& row) {
  using model::OptionScope;
  using model::OptionType;
  std::string type(type_name(row));
  if (row.type == OptionType::choice) {
    type.clear();
    for (const auto choice : row.choices) type += (type.empty() ? "" : ", ") + std::string(choice);
  }
  std::string scope;
  for (const auto& [which, name] : {std::pair{OptionScope::server, "server"},
                                    {OptionScope::session, "session"},
                                    {OptionScope::window, "window"},
                                    {OptionScope::pane, "pane"}}) {
    if (row.in(which)) scope += (scope.empty() ? "" : ", ") + std::string(name);
  }
  std::string standard;
  if (row.type == OptionType::number) standard = std::to_string(row.default_number);
  if (row.type == OptionType::flag) standard = row.default_number != 0 ? "on" : "off";
  if (row.type == OptionType::choice && row.default_number >= 0 &&
      static_cast<std::size_t>(row.default_number) < row.choices.size()) {
    standard = row.choices[static_cast<std::size_t>(row.default_number)];
  }
  // Longer ones are shown by show-options.
  constexpr std::size_t kShown = 40;
  if (standard.empty() && row.default_text.size() <= kShown) standard = row.default_text;
  return fmt::format("{}; {}{}{}", scope, type, standard.empty() ? "" : "; default ", standard);
}

std::vector<Listed> options() {
  std::vector<Listed> out;
  for (const auto& row : model::option_table()) {
    if (row.hook) continue;
    out.push_back(
        {std::string(row.name), std::string(sentence_about(option_texts(), row.name)), facts_of(row)});
  }
  return out;
}

std::vector<Listed> formats() {
  std::vector<Listed> out;
  for (const auto table :
       {session_variables(), window_variables(), pane_variables(), client_variables(), server_variables()}) {
    for (const Variable& variable : table) {
      out.push_back(
          {std::string(variable.name), std::string(sentence_about(variable_texts(), variable.name)), ""});
    }
  }
  return out;
}

std::vector<Listed> hooks() {
  std::vector<Listed> out;
  for (const auto& row : model::option_table()) {
    if (!row.hook) continue;
    std::string sentence(sentence_about(hook_texts(), row.name));
    if (sentence.empty() && row.name.starts_with("after-"))
      sentence = fmt::format("{} has run", row.name.substr(6));
    out.push_back({std::string(row.name), std::move(sentence), ""});
  }
  return out;
}

std::vector<Listed> job_keys() {
  std::vector<Listed> out;
  for (const auto& key : job::job_file_keys())
    out.push_back(
        {key.key, key.summary, key.value + (key.options.empty() ? "" : "; sess run " + key.options)});
  return out;
}

struct Topic {
  std::string_view name;
  std::vector<Listed> (*list)();
  std::string_view title;
};
constexpr Topic kTopics[] = {
    {"options", options, "Options: sess set [-g] NAME VALUE, sess show [-g] NAME"},
    {"formats", formats, "Variables of formats: #{NAME}, for example in sess display-message -p"},
    {"hooks", hooks, "Hooks: sess set-hook -g NAME COMMAND runs a command whenever"},
    {"job-files", job_keys, "Keys of job files, ~/.config/sess/jobs/NAME.toml"},
};

std::string in_full(const Listed& entry) {
  std::string out = entry.name;
  if (!entry.facts.empty()) out += " (" + entry.facts + ")";
  return out + "\n    " + entry.sentence + "\n";
}

/// A line of text that mdoc(7) takes as it is.
std::string mdoc_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? std::string("\\e") : std::string(1, c);
  if (!out.empty() && (out[0] == '.' || out[0] == '\'')) out.insert(0, "\\&");
  return out;
}

}  // namespace

std::string help_topic(std::string_view name) {
  for (const Topic& topic : kTopics) {
    if (topic.name != name) continue;
    std::string out = fmt::format("{}\n\n", topic.title);
    for (const Listed& entry : topic.list()) out += in_full(entry);
    return out;
  }
  for (const Topic& topic : kTopics) {
    for (const Listed& entry : topic.list()) {
      if (entry.name == name) return in_full(entry);
    }
  }
  return {};
}

Result<std::string> manual_list(std::string_view name) {
  const auto* topic = std::find_if(std::begin(kTopics), std::end(kTopics),
                                   [&](const Topic& one) { return one.name == name; });
  if (topic == std::end(kTopics)) return fail(ErrorCode::not_found, "there is no list '{}'", name);
  std::string out = ".Bl -tag -width Ds\n";
  for (const Listed& entry : topic->list()) {
    if (entry.sentence.empty())
      return fail(ErrorCode::not_found, "{}: nothing says what {} is (command/language/texts.cpp)", name,
                  entry.name);
    out += fmt::format(".It Ic {}\n{}\n", entry.name, mdoc_text(entry.sentence));
    if (!entry.facts.empty()) out += mdoc_text("(" + entry.facts + ")") + "\n";
  }
  return out + ".El\n";
}

}  // namespace sess::command
