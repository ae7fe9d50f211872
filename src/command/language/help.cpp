#include "command/language/help.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "command/language/item.hpp"

namespace sess::command {
namespace {

constexpr std::array<std::pair<Purpose, std::string_view>, 11> kPurposes = {{
    {Purpose::jobs, "Long jobs"},
    {Purpose::sessions, "Sessions and clients"},
    {Purpose::windows, "Windows"},
    {Purpose::panes, "Panes"},
    {Purpose::input, "Typing into panes"},
    {Purpose::display, "Looking at them"},
    {Purpose::buffers, "Buffers"},
    {Purpose::keys, "Keys"},
    {Purpose::options, "Options and environment"},
    {Purpose::scripting, "Scripts"},
    {Purpose::server, "The daemon and help"},
}};

/// The client's own word, which is in no list of commands.
constexpr std::string_view kSshSummary = "Sessions of another machine, over a link that is made again";
constexpr std::string_view kSshHelp =
    "  -s NAME  the session, made when there is none; otherwise the latest\n"
    "\n"
    "Flags before ssh (-L, -S, -f, -N) are for the server there. Its own keys, where a line begins:\n"
    "  ~.  leave        ~s  round trip, reconnects, keys that wait        ~?  these        ~~  a tilde\n"
    "Any command goes there with -H: sess -H HOST ls; names and groups of hosts are in hosts.toml.\n";

std::string title(const Entry& entry) {
  std::string out(entry.name);
  if (!entry.alias.empty()) out += " (" + std::string(entry.alias) + ")";
  return out;
}

std::string flag_text(const Flag& flag) {
  const bool letter = std::isalnum(static_cast<unsigned char>(flag.letter)) != 0;
  std::string out = letter ? std::string("-") + flag.letter : "  ";
  if (!flag.long_name.empty()) out += std::string(letter ? ", " : "  ") + "--" + std::string(flag.long_name);
  if (!flag.value_name.empty()) out += " " + std::string(flag.value_name);
  return out;
}

}  // namespace

std::string help_overview(const Registry& registry) {
  std::size_t width = 0;
  for (const Entry* entry : registry.entries()) width = std::max(width, title(*entry).size());
  std::string out =
      "sess COMMAND [FLAGS] [ARGUMENTS]    `sess help COMMAND` says more; a unique beginning of a name "
      "will do\n"
      "sess help options, formats, hooks or job-files lists those; sess help NAME says what one of them is\n";
  for (const auto& [purpose, heading] : kPurposes) {
    out += fmt::format("\n{}\n", heading);
    for (const Entry* entry : registry.entries()) {
      if (entry->purpose == purpose)
        out += fmt::format("  {:<{}}  {}\n", title(*entry), width, entry->summary);
    }
    if (purpose == Purpose::sessions) out += fmt::format("  {:<{}}  {}\n", "ssh", width, kSshSummary);
  }
  return out;
}

Result<std::string> help_command(std::string_view name, const Registry& registry) {
  if (name == "ssh") {
    return fmt::format("sess ssh [ssh options] [user@]HOST [-s NAME] [COMMAND [ARGUMENTS]]\n\n{}.\n\n{}\n{}",
                       kSshSummary, kSshHelp, "Example: sess ssh -p 2222 me@build -s app\n");
  }
  const auto found = registry.find(name, Words::command_line);
  const bool whole = found && ((*found)->name == name || (*found)->alias == name);
  if (auto topic = whole ? std::string() : help_topic(name); !topic.empty()) return topic;
  if (!found) return pass(found.error());
  const Entry& entry = **found;
  std::string out = fmt::format("sess {} {}\n", entry.name, entry.usage);
  if (entry.usage.empty()) out = fmt::format("sess {}\n", entry.name);
  out += fmt::format("\n{}.\n", entry.summary);
  if (!entry.alias.empty()) out += fmt::format("Short name: {}\n", entry.alias);
  if (!entry.args.flags.empty()) {
    std::size_t width = 0;
    std::vector<const Flag*> shown;
    for (const Flag& flag : entry.args.flags) {
      if (flag.help.empty()) continue;
      shown.push_back(&flag);
      width = std::max(width, flag_text(flag).size());
    }
    if (!shown.empty()) out += '\n';
    for (const Flag* flag : shown) out += fmt::format("  {:<{}}  {}\n", flag_text(*flag), width, flag->help);
  }
  out += fmt::format("\nExample: {}\n", entry.example);
  return out;
}

std::string command_list(const FormatContext& context, std::string_view format, std::string_view only,
                         Dialect dialect) {
  constexpr std::string_view kLine =
      "#{command_list_name}#{?command_list_alias, (#{command_list_alias}),} #{command_list_usage}";
  std::string out;
  for (const Entry* entry : Registry::standard().entries()) {
    if (dialect == Dialect::tmux && entry->ours) continue;
    if (!only.empty() && entry->name != only && entry->alias != only) continue;
    FormatContext of_entry = context;
    of_entry.variables.emplace_back("command_list_name", entry->name);
    of_entry.variables.emplace_back("command_list_alias", entry->alias);
    of_entry.variables.emplace_back("command_list_usage", entry->usage);
    const std::string text = expand(of_entry, format.empty() ? kLine : format);
    if (!text.empty()) out += text + '\n';
  }
  return out;
}

namespace {

Status run_help(Item& item) {
  std::string text;
  if (item.args().empty()) {
    text = help_overview();
  } else {
    auto one = help_command(item.args()[0]);
    if (!one) return item.error(one.error());
    text = std::move(*one);
  }
  text.pop_back();  // print() ends the line
  item.print(text);
  return Status::normal;
}

constexpr Entry kEntries[] = {
    {.name = "help",
     .alias = "",
     .purpose = Purpose::server,
     .args = {{}, 0, 1},
     .usage = "[command]",
     .summary = "Say what the commands do",
     .example = "sess help new-session",
     .flags = kStartServer | kReadOnly,
     .repeatable = kReads,
     .run = run_help,
     .ours = true},
};

}  // namespace

Entries help_entries() {
  return kEntries;
}

}  // namespace sess::command
